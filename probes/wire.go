package probes

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// maxAnswer is how much of a body is kept.
const maxAnswer = 8 << 20

// errLong is that of an answer of which the rest was not read.
var errLong = errors.New("more than 8 MiB, and not read to the end")

// Long reports whether an answer was too long to be read to its end.
func Long(a Answer) bool { return errors.Is(a.Err, errLong) }

// request spells the request of a step whose variables are filled in: its
// lines as given, after Host and before Content-Length. net/http would add headers of its own, and refuse to
// send some that are wrong on purpose.
func request(s Step, host string) []byte {
	var b bytes.Buffer
	b.WriteString(s.Method + " " + s.Path + " " + cmp.Or(s.Proto, "HTTP/1.1") + "\r\nHost: " + host + "\r\n")
	for _, l := range s.Header {
		b.WriteString(l[0] + ": " + l[1] + "\r\n")
	}
	switch {
	case s.Chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		half := len(s.Body) / 2
		for _, part := range []string{s.Body[:half], s.Body[half:]} {
			if part != "" {
				b.WriteString(strconv.FormatInt(int64(len(part)), 16) + "\r\n" + part + "\r\n")
			}
		}
		b.WriteString("0\r\n\r\n")
		return b.Bytes()
	case s.Body != "" || s.Method == http.MethodPost || s.Method == http.MethodPut || s.Method == http.MethodPatch:
		b.WriteString("Content-Length: " + strconv.Itoa(len(s.Body)) + "\r\n")
	}
	b.WriteString("\r\n" + s.Body)
	return b.Bytes()
}

// exchange sends a request and reads its answer. A server may answer before
// it has read everything, so both go on at once. The connection's deadline is
// the caller's to set; what is set here is only ever shorter than a moment.
func exchange(conn net.Conn, request []byte, method string, quiet time.Duration) Answer {
	return sending(conn, request, func() Answer {
		a, body := head(conn, method)
		a.rest(conn, body, method, quiet)
		return a
	})
}

// sending writes a request while its answer is read. It is not written to its
// end where that has come.
func sending(conn net.Conn, request []byte, read func() Answer) Answer {
	written := make(chan error, 1)
	go func() {
		_, err := conn.Write(request)
		written <- err
	}()
	a := read()
	_ = conn.SetWriteDeadline(time.Unix(1, 0)) // what is not sent by now is not wanted
	err := <-written
	if a.Err != nil && a.Status == 0 && err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		a.Err = err
	}
	return a
}

// head reads an answer as far as its body, which it returns; it is nil where
// there is no answer.
func head(conn net.Conn, method string) (Answer, io.Reader) {
	in := bufio.NewReader(conn)
	var resp *http.Response
	for {
		var err error
		resp, err = http.ReadResponse(in, &http.Request{Method: method}) //nolint:bodyclose // the connection is closed as a whole
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = errors.New("the connection was closed without an answer")
			}
			return Answer{Err: err}, nil
		}
		if resp.StatusCode >= 200 {
			break
		}
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	switch {
	case len(resp.TransferEncoding) > 0:
		a.Header["Transfer-Encoding"] = resp.TransferEncoding
	case resp.ContentLength < 0 && method != http.MethodHead:
		a.Header["Transfer-Encoding"] = []string{"identity"} // it ends with the connection
	}
	if strings.EqualFold(a.Header.Get("Content-Encoding"), "gzip") {
		return a, &inflated{from: resp.Body}
	}
	return a, resp.Body
}

// rest reads the body of an answer: of an event stream as much as comes.
func (a *Answer) rest(conn net.Conn, body io.Reader, method string, quiet time.Duration) {
	switch {
	case body == nil:
		return
	case isStream(a.Header):
		a.stream(conn, body, method, quiet)
		return
	}
	a.Body, a.Err = io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if len(a.Body) > maxAnswer {
		a.Body, a.Err = a.Body[:maxAnswer], errLong
	}
}

// inflated is a body in gzip, which a server may send to whoever does not say
// what it takes. Nothing is read before it is wanted.
type inflated struct {
	from io.Reader
	zip  *gzip.Reader
}

func (i *inflated) Read(b []byte) (n int, err error) {
	if i.zip == nil {
		if i.zip, err = gzip.NewReader(i.from); err != nil {
			return 0, err
		}
	}
	return i.zip.Read(b)
}

// stream reads an event stream to its end, or until it may be taken for one
// that stays open: the standalone stream after a short while, the answer to a
// POST a short while after its first message.
func (a *Answer) stream(conn net.Conn, body io.Reader, method string, quiet time.Duration) {
	soon := func() { _ = conn.SetReadDeadline(time.Now().Add(quiet)) }
	waiting := method == http.MethodPost
	if !waiting {
		soon()
	}
	var s sse.Splitter
	chunk := make([]byte, 32<<10)
	for len(a.Body) < maxAnswer {
		n, err := body.Read(chunk)
		a.Body = append(a.Body, chunk[:n]...)
		for _, frame := range s.Feed(chunk[:n]) {
			if waiting && len(sse.Parse(frame).Data) > 0 {
				waiting = false
				soon()
			}
		}
		switch {
		case err == io.EOF:
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			a.Open = true
			return
		case err != nil:
			a.Err = err
			return
		}
	}
	a.Open = true
}

// isStream reports whether a header announces an event stream.
func isStream(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && strings.EqualFold(media, "text/event-stream")
}
