package recorder

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// A span is a bridge over servers that are made up, without a tape of theirs.
type span struct {
	t      testing.TB
	bridge *Bridge
	server *httptest.Server
}

func newSpan(t testing.TB, run runner, opts ...Option) *span {
	t.Helper()
	rec, err := New(newMemory(t), opts...)
	if err != nil {
		t.Fatal(err)
	}
	rec.waits = untiring()
	b := newBridge(rec, io.Discard, run)
	s := &span{t, b, httptest.NewServer(b)}
	t.Cleanup(func() {
		_ = b.Close()
		s.server.Close()
		_ = b.Close()
		_ = rec.Close()
		noGoroutines(t)
	})
	return s
}

// answering is a server that answers initialize, and leaves the rest to
// handle, which speaks by say.
func answering(handle func(say func(format string, args ...any), m jsonrpc.Message)) runner {
	return func(_ context.Context, stdin io.Reader, stdout, _ io.Writer) (int, error) {
		say := func(format string, args ...any) { fmt.Fprintf(stdout, format+"\n", args...) }
		lines := bufio.NewReader(stdin)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return 0, nil
			}
			m := jsonrpc.One([]byte(strings.TrimSuffix(line, "\n")))
			switch {
			case m.Method == "initialize":
				say("%s", welcome(gjson.GetBytes(m.Params, "protocolVersion").Str))
			case m.Method == "exit":
				return 7, nil
			default:
				handle(say, m)
			}
		}
	}
}

// echo answers each request with its params, and spells ids in its own way.
func echo(say func(string, ...any), m jsonrpc.Message) {
	if m.Kind == jsonrpc.Request {
		id := strings.ReplaceAll(string(m.ID), `\u0061`, "a")
		say(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, m.Params)
	}
}

// A side is a client of a span in a session of its own.
type side struct {
	*span
	session string
}

func (s *span) begin() *side {
	s.t.Helper()
	resp := (&side{span: s}).send(s.t.Context(), "POST", "/mcp", hello)
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		s.t.Fatal(err)
	}
	id := resp.Header.Get("Mcp-Session-Id")
	if resp.StatusCode != 200 || id == "" {
		s.t.Fatalf("initialize gets %s and the session id %q", resp.Status, id)
	}
	return &side{s, id}
}

func (c *side) send(ctx context.Context, method, path, body string, header ...string) *http.Response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json, text/event-stream")
	if c.session != "" {
		req.Header.Set("Mcp-Session-Id", c.session)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.server.Client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp
}

// whole sends a request and returns its status and body.
func (c *side) whole(method, path, body string, header ...string) (int, string) {
	c.t.Helper()
	resp := c.send(c.t.Context(), method, path, body, header...)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// A feed is a response that is an event stream.
type feed struct {
	t      testing.TB
	resp   *http.Response
	frames [][]byte
	split  sse.Splitter
}

func (c *side) feed(method, path, body string) *feed {
	c.t.Helper()
	resp := c.send(c.t.Context(), method, path, body)
	c.t.Cleanup(func() { resp.Body.Close() })
	if ct := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || ct != "text/event-stream" {
		c.t.Fatalf("%s %s gets %s of %s", method, path, resp.Status, ct)
	}
	return &feed{t: c.t, resp: resp}
}

// next returns the data of the next event, or "" at the end.
func (f *feed) next() string {
	f.t.Helper()
	buf := make([]byte, 1<<10)
	for len(f.frames) == 0 {
		n, err := f.resp.Body.Read(buf)
		for _, frame := range f.split.Feed(buf[:n]) {
			f.frames = append(f.frames, append([]byte(nil), frame...))
		}
		if err == io.EOF && len(f.frames) == 0 {
			return ""
		}
		if err != nil && err != io.EOF {
			f.t.Fatal(err)
		}
	}
	frame := sse.Parse(f.frames[0])
	f.frames = f.frames[1:]
	return string(frame.Data)
}

func calling(id, what string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":%s}`, id, what)
}

func result(id, what string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, what)
}

// beginOld opens a session of HTTP+SSE and returns its id.
func (s *span) beginOld(t testing.TB) string {
	t.Helper()
	endpoint := (&side{span: s}).feed("GET", "/sse", "").next()
	_, id, found := strings.Cut(endpoint, "sessionId=")
	if !found {
		t.Fatalf("the endpoint is %q", endpoint)
	}
	return id
}

// gone waits until no session is left.
func (s *span) gone() {
	s.t.Helper()
	s.bridge.mu.Lock()
	var left []*session
	for _, one := range s.bridge.sessions {
		left = append(left, one)
	}
	s.bridge.mu.Unlock()
	for _, one := range left {
		select {
		case <-one.exited:
		case <-s.t.Context().Done():
			s.t.Fatal("a session does not end")
		}
	}
}
