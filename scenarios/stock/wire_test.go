package stock_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A rawLine is a connection of a visitor's own, on which the pieces of an answer
// and how it ends can be seen.
type rawLine struct {
	t    *testing.T
	v    *visitor
	conn net.Conn
	r    *bufio.Reader
}

// dials opens a connection to the mock.
func (v *visitor) dials() *rawLine {
	v.t.Helper()
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &rawLine{v.t, v, conn, bufio.NewReader(conn)}
}

// sends sends a request with the headers of a good client, but for those given.
func (l *rawLine) sends(method, body string, headers ...string) {
	l.t.Helper()
	req, err := http.NewRequest(method, l.v.url, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	l.v.dress(req, headers)
	if err := req.Write(l.conn); err != nil {
		l.t.Fatal(err)
	}
}

// head reads the status and the headers of an answer.
func (l *rawLine) head() (status int, header http.Header) {
	l.t.Helper()
	r := textproto.NewReader(l.r)
	line, err := r.ReadLine()
	if err != nil {
		l.t.Fatalf("no status line: %v", err)
	}
	fields := strings.Fields(line)
	if len(fields) < 2 {
		l.t.Fatalf("status line %q", line)
	}
	status, _ = strconv.Atoi(fields[1])
	h, err := r.ReadMIMEHeader()
	if err != nil {
		l.t.Fatal(err)
	}
	return status, http.Header(h)
}

// chunk reads the next chunk of a body. Where there is none, it says how the
// body ends: "<end>" as it should, else as end has it.
func (l *rawLine) chunk() string {
	l.t.Helper()
	line, err := l.r.ReadString('\n')
	if err != nil {
		return l.broken(err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
	if err != nil {
		l.t.Fatalf("the length of a chunk is %q", line)
	}
	text := make([]byte, n+2)
	if _, err := io.ReadFull(l.r, text); err != nil {
		return string(text[:n]) + l.broken(err)
	}
	if n == 0 {
		return "<end>"
	}
	return string(text[:n])
}

// end says how the connection ends: "<fin>" or "<rst>"; "<open>" is that it
// does not.
func (l *rawLine) end() string {
	l.t.Helper()
	b, err := l.r.ReadByte()
	if err == nil {
		l.t.Fatalf("the connection goes on with %q", b)
	}
	return l.broken(err)
}

func (l *rawLine) broken(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return "<rst>"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "<fin>"
	case errors.Is(err, net.ErrClosed):
		return "<closed>"
	}
	return "<open>"
}

// wants compares texts of an answer.
func (l *rawLine) wants(what, got, want string) {
	l.t.Helper()
	if !fits(want, got) {
		l.t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// oslo is what the weather tape says to the first call, as the answer to the
// request of that id.
func oslo(id any) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,"result":{"content":[{"type":"text","text":"Oslo: gale, 15 °C"}],`+
		`"structuredContent":{"city":"Oslo","days":[{"celsius":15,"sky":"gale"}]}}}`, id)
}

// event is a message as an event.
func event(message string) string { return "event: message\ndata: " + message + "\n\n" }

// greeted is the answer to initialize, as an expression; id is the request's.
func greeted(id string) string {
	return `\{"jsonrpc":"2\.0","id":` + id + `,"result":\{"capabilities":.*"version":"1\.0\.0"\}\}\}`
}

// idles is a client that does nothing for a while.
func idles(before ...func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		for _, f := range before {
			f(v)
		}
		v.passes(40 * time.Second)
	}
}

// timesOut is a client that waits for its own timeout of three seconds, short
// as it is, where nothing more can come, and then goes on.
func timesOut(before ...func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		for _, f := range before {
			f(v)
		}
		v.passes(3 * time.Second)
		v.initialize()
	}
}

func begins(v *visitor)      { v.begin() }
func calls(v *visitor)       { v.call() }
func lists(v *visitor)       { v.list() }
func initializes(v *visitor) { v.initialize() }

// does is a client that does one thing after the other.
func inTurn(steps ...func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		for _, f := range steps {
			f(v)
		}
	}
}
