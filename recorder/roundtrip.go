package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
)

// partSize is how much of a body is kept in memory, in bytes, and goes on the
// tape as one event.
const partSize = 16 << 20

// RoundTrip sends a request upstream and records it with its answer; the
// answer is recorded while its body is read. The body must be closed, as
// always: a carrier ends with its body.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	body, rest, err := readBody(req.Body, req.ContentLength)
	if err != nil {
		return nil, err
	}
	header := req.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	header.Set("Host", host)
	ctx, cancel := context.WithCancelCause(req.Context())
	c := r.begin(req.Context(), cancel, &request{
		method: req.Method,
		path:   req.URL.EscapedPath(),
		query:  req.URL.RawQuery,
		header: header,
		body:   body,
		part:   rest != nil,
	})
	if c == nil {
		cancel(ErrStopped)
		return nil, ErrStopped
	}
	out := req.WithContext(ctx)
	out.Header = req.Header.Clone()
	r.addHeader(out)
	c.give(out, body, rest)
	resp, err := r.send(c, out)
	if err != nil {
		c.broke()
		if cause := context.Cause(ctx); cause == ErrStopped {
			err = cause
		}
		cancel(err)
		return nil, err
	}
	return resp, nil
}

// addHeader adds what is for the upstream alone.
func (r *Recorder) addHeader(out *http.Request) {
	if len(r.extra) > 0 && out.Header == nil {
		out.Header = http.Header{}
	}
	for name, values := range r.extra {
		if name == "Host" { // net/http takes it from nowhere else
			out.Host = values[len(values)-1]
			continue
		}
		out.Header[name] = values
	}
}

// give hangs a body that has been read, and a rest that has not, on an
// outgoing request.
func (c *carrier) give(out *http.Request, body []byte, rest io.ReadCloser) {
	out.GetBody = nil
	switch {
	case rest != nil:
		out.Body = &upload{Reader: io.MultiReader(bytes.NewReader(body), &uploadRest{c: c, src: rest, contentType: out.Header.Get("Content-Type")}), Closer: rest}
	case len(body) == 0:
		out.Body, out.ContentLength = http.NoBody, 0
	default:
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		if out.Header["Idempotency-Key"] == nil && out.Header["X-Idempotency-Key"] == nil {
			// Sent again only where nothing of it had been sent.
			out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		}
	}
}

// send sends the request upstream and puts the status line on the tape.
func (r *Recorder) send(c *carrier, out *http.Request) (*http.Response, error) {
	transport := r.transport
	switch out.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		transport = r.fresh
	}
	resp, err := transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 100 { // net/http reads it, and panics where it is to write it
		return nil, errors.Join(fmt.Errorf("it answered with status %03d, which HTTP does not have", resp.StatusCode), resp.Body.Close())
	}
	c.answered(resp, out.Method == http.MethodHead)
	return resp, nil
}

// answered puts the status line on the tape and sees to it that the body
// follows as it is read.
func (c *carrier) answered(resp *http.Response, head bool) {
	e := cassettes.Event{From: cassettes.Server, HTTP: &cassettes.HTTP{
		Status: resp.StatusCode,
		Header: c.rec.redact.Header(resp.Header),
	}}
	if head || resp.ContentLength == 0 || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified {
		e.End = cassettes.EOF
	}
	c.write(&e)
	if e.End == "" {
		resp.Body = newBody(c, resp)
	} else {
		resp.Body = &closer{ReadCloser: resp.Body, cancel: c.cancel}
	}
}

// closer frees the context of a response without a body.
type closer struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (c *closer) Close() error {
	err := c.ReadCloser.Close()
	c.cancel(nil)
	return err
}

// readBody reads a request's body, up to a limit; rest is what is left of a
// longer one. The error is the body's own.
func readBody(body io.ReadCloser, length int64) (data []byte, rest io.ReadCloser, err error) {
	if body == nil || body == http.NoBody {
		return nil, nil, nil
	}
	if length >= 0 && length <= partSize {
		data, err = readAnnounced(body, int(length))
		return data, nil, errors.Join(err, body.Close())
	}
	data, err = io.ReadAll(io.LimitReader(body, partSize))
	if err == nil && len(data) == partSize {
		return data, body, nil
	}
	return data, nil, errors.Join(err, body.Close())
}

// readAnnounced reads length bytes. It takes memory as they arrive: whoever
// announces a lot may send nothing.
func readAnnounced(body io.Reader, length int) (data []byte, err error) {
	data = make([]byte, 0, min(length, 64<<10))
	for err == nil && len(data) < length {
		if len(data) == cap(data) {
			data = slices.Grow(data, min(length-len(data), len(data)))
		}
		var n int
		n, err = io.ReadFull(body, data[len(data):min(length, cap(data))])
		data = data[:len(data)+n]
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return data, err
}

// upload is a body too long to be held.
type upload struct {
	io.Reader
	io.Closer
}

// uploadRest puts what follows the first part of a long body on the tape as
// it is sent.
type uploadRest struct {
	c           *carrier
	src         io.Reader
	contentType string
	buf         []byte
	at          int
	err         error
}

func (u *uploadRest) Read(p []byte) (int, error) {
	if u.at == len(u.buf) {
		if u.err != nil {
			return 0, u.err
		}
		if u.buf == nil {
			u.buf = make([]byte, 0, partSize)
		}
		n, err := io.ReadFull(u.src, u.buf[:cap(u.buf)])
		if err == io.ErrUnexpectedEOF {
			err = io.EOF
		}
		u.buf, u.at, u.err = u.buf[:n], 0, err
		if n == 0 {
			return 0, err
		}
		u.c.write(&cassettes.Event{From: cassettes.Client, Raw: u.c.rec.redact.Raw(u.contentType, u.buf)})
	}
	n := copy(p, u.buf[u.at:])
	u.at += n
	return n, nil
}
