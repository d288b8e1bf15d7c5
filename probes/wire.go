package probes

import (
	"bufio"
	"bytes"
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
const maxAnswer = 1 << 20

// request spells an HTTP/1.1 request: the lines as given, after Host and
// before Content-Length. net/http would add headers of its own, and refuse to
// send some that are wrong on purpose.
func request(method, path, host string, lines [][2]string, body string) []byte {
	var b bytes.Buffer
	b.WriteString(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n")
	for _, l := range lines {
		b.WriteString(l[0] + ": " + l[1] + "\r\n")
	}
	if body != "" || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// exchange sends a request and reads its answer. A server may answer before
// it has read everything, so both go on at once. The connection's deadline is
// the caller's to set; what is set here is only ever shorter than a moment.
func exchange(conn net.Conn, request []byte, method string, quiet time.Duration) Answer {
	written := make(chan error, 1)
	go func() {
		_, err := conn.Write(request)
		written <- err
	}()
	a := read(conn, method, quiet)
	_ = conn.SetWriteDeadline(time.Unix(1, 0)) // what is not sent by now is not wanted
	err := <-written
	if a.Err != nil && a.Status == 0 && err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		a.Err = err
	}
	return a
}

func read(conn net.Conn, method string, quiet time.Duration) Answer {
	in := bufio.NewReader(conn)
	var resp *http.Response
	for {
		var err error
		resp, err = http.ReadResponse(in, &http.Request{Method: method}) //nolint:bodyclose // the connection is closed as a whole
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = errors.New("the connection was closed without an answer")
			}
			return Answer{Err: err}
		}
		if resp.StatusCode >= 200 {
			break
		}
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if len(resp.TransferEncoding) > 0 {
		a.Header["Transfer-Encoding"] = resp.TransferEncoding
	}
	if isStream(a.Header) {
		a.stream(conn, resp.Body, method, quiet)
		return a
	}
	var err error
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		a.Err = err
	}
	return a
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
