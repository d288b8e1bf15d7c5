package replay

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// An oldClient is a raw client of HTTP+SSE.
type oldClient struct {
	t        *testing.T
	base     string
	endpoint string
	stream   *bufio.Reader
	leave    context.CancelFunc
}

// oldFashioned opens a stream and reads its first event.
func oldFashioned(t *testing.T, base, path string) *oldClient {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("GET %s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	c := &oldClient{t: t, base: base, stream: bufio.NewReader(resp.Body), leave: cancel}
	event, data := c.event()
	if event != "endpoint" {
		t.Fatalf("the first event is %s %s", event, data)
	}
	c.endpoint = data
	return c
}

// event reads the next event.
func (c *oldClient) event() (event, data string) {
	c.t.Helper()
	for {
		line, err := c.stream.ReadString('\n')
		if err != nil {
			c.t.Fatalf("the stream ended: %v", err)
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "event":
			event = value
		case "data":
			data = value
		case "":
			return event, data
		}
	}
}

// message reads the next message.
func (c *oldClient) message() gjson.Result {
	c.t.Helper()
	event, data := c.event()
	if event != "message" {
		c.t.Fatalf("not a message: %s %s", event, data)
	}
	return gjson.Parse(data)
}

// post posts a message and returns the status and the body.
func (c *oldClient) post(message string) (int, string) {
	c.t.Helper()
	return postTo(c.t, c.base+c.endpoint, message)
}

func postTo(t *testing.T, url, message string) (int, string) {
	t.Helper()
	cl := &client{t: t, url: url}
	r := cl.do("POST", message, "Accept", "")
	return r.status, r.body
}

// accepted posts a message that is to be accepted.
func (c *oldClient) accepted(message string) {
	c.t.Helper()
	if status, body := c.post(message); status != 202 || body != "Accepted" {
		c.t.Fatalf("posting %s: %d %s", message, status, body)
	}
}

func (c *oldClient) begin() {
	c.t.Helper()
	c.accepted(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`)
	if m := c.message(); m.Get("result.protocolVersion").Str != "2024-11-05" {
		c.t.Fatalf("initialize: %s", m.Raw)
	}
	c.accepted(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// base serves the tape and returns its origin.
func (tp *taper) base(t *testing.T, opts ...Option) string {
	t.Helper()
	player, err := New(tp.tape(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(player)
	t.Cleanup(func() { player.Close(); srv.Close() })
	return srv.URL
}

// Clients of HTTP+SSE are served beside those of Streamable HTTP, each with a
// session of its own, in every space.
func TestOldTransport(t *testing.T) {
	base := simple(t).base(t)
	for _, path := range []string{"/sse", "/s/apart/sse"} {
		a, b := oldFashioned(t, base, path), oldFashioned(t, base, path)
		if a.endpoint == b.endpoint || !strings.HasPrefix(a.endpoint, strings.TrimSuffix(path, "/sse")+"/messages?sessionId=") {
			t.Errorf("endpoints %s and %s", a.endpoint, b.endpoint)
		}
		for _, c := range []*oldClient{a, b} {
			c.accepted(`{"jsonrpc":"2.0","id":9,"method":"tools/list"}`)
			if m := c.message(); m.Get("error.code").Int() != -32600 || m.Get("id").Int() != 9 {
				t.Errorf("a request before initialize: %s", m.Raw)
			}
			c.begin()
			c.accepted(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`)
			if m := c.message(); m.Get("result.content.0.text").Str != "A" || m.Get("id").Int() != 5 {
				t.Errorf("a call: %s", m.Raw)
			}
		}
	}
	cl := &client{t: t, url: base + "/mcp"}
	cl.begin("tester")
	if r := cl.call("3", `{"m":"a"}`); r.status != 200 {
		t.Errorf("over Streamable HTTP: %d %s", r.status, r.body)
	}
	// On a path of both the query decides.
	cl = &client{t: t, url: base + "/messages"}
	cl.begin("tester")
}

// What is wrong with a POST of HTTP+SSE is said there, with what to do.
func TestOldTransportRefusals(t *testing.T) {
	t.Run("on a tape", func(t *testing.T) { refusesOld(t, simple(t).base(t)) })
	t.Run("with a fault that waits for its time", func(t *testing.T) {
		_, base := oldPlayer(t, "faults: [{when: {method: tools/call, nth: 99}, do: {delay: 1s}}]")
		refusesOld(t, base)
	})
}

func refusesOld(t *testing.T, base string) {
	c := oldFashioned(t, base, "/sse")
	c.begin()
	streamable := &client{t: t, url: base + "/mcp"}
	streamable.begin("tester")
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	_, id, _ := strings.Cut(c.endpoint, "=")
	for _, x := range []struct {
		url, body    string
		status       int
		says, reason string
	}{
		{"/messages?sessionId=", ping, 400, "GET /sse", "no session"},
		{"/messages?sessionId=4711", ping, 404, "never issued", "an unknown one"},
		{"/messages?sessionId=" + streamable.session, ping, 404, "never issued", "one of Streamable HTTP"},
		{"/s/other/messages?sessionId=" + id, ping, 404, "never issued", "one of another space"},
		{"/messages?sessionId=" + id, "{", 400, "-32700", "no JSON"},
		{"/messages?sessionId=" + id, "[]", 400, "-32600", "no JSON-RPC"},
		{"/sse", ping, 405, "Streamable HTTP is served at /mcp", "a POST to the stream"},
	} {
		if status, body := postTo(t, base+x.url, x.body); status != x.status || !strings.Contains(body, x.says) {
			t.Errorf("%s: %d %s, want %d that says %q", x.reason, status, body, x.status, x.says)
		}
	}
	streamable.session = id
	if r := streamable.post(ping); r.status != 404 {
		t.Errorf("a session of HTTP+SSE over Streamable HTTP: %d %s", r.status, r.body)
	}
	c.accepted(ping) // it is none the worse for it
	if m := c.message(); m.Get("id").Int() != 1 {
		t.Errorf("a ping: %s", m.Raw)
	}
}

// The session ends with its stream, and the stream with its session.
func TestOldTransportEnds(t *testing.T) {
	s, err := scenarios.Parse("test.yaml", []byte("name: test\nfaults:\n  - when: {method: tools/call}\n    do: expire_session\n"))
	if err != nil {
		t.Fatal(err)
	}
	left, gone := awaited(func(e *cassettes.Event) bool { return e.From == cassettes.Client && e.End == cassettes.Closed })
	base := simple(t).base(t, WithScenario(s), left)
	c := oldFashioned(t, base, "/sse")
	c.begin()
	if status, body := c.post(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`); status != 404 || !strings.Contains(body, "expired") {
		t.Errorf("a call in a session that expires: %d %s", status, body)
	}
	if _, err := c.stream.ReadString('\n'); err == nil {
		t.Error("the stream outlives its session")
	}
	closed := oldFashioned(t, base, "/sse")
	closed.leave()
	soon(t, "the client's leaving", func() { <-gone })
	if status, body := postTo(t, base+closed.endpoint, ping9); status != 404 || !strings.Contains(body, "its stream was closed") {
		t.Errorf("a POST to a session whose stream was closed: %d %s", status, body)
	}
}

// Only what was asked for is served.
func TestTransportOption(t *testing.T) {
	for _, c := range []struct {
		transport   string
		http, sse   int
		url, reason string
	}{
		{"auto", 200, 200, "/mcp", "both, side by side"},
		{"http", 200, 404, "/mcp", "Streamable HTTP alone"},
		{"sse", 404, 200, "/sse", "HTTP+SSE alone"},
	} {
		player, err := New(simple(t).tape(), WithTransport(c.transport))
		if err != nil {
			t.Fatal(err)
		}
		srv, err := Listen("127.0.0.1:0", player)
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		if !strings.HasSuffix(srv.URL, c.url) || (srv.SSE != "") != (c.sse == 200) {
			t.Errorf("%s: the URLs are %q and %q", c.reason, srv.URL, srv.SSE)
		}
		base := strings.TrimSuffix(srv.URL, c.url)
		if status, body := postTo(t, base+"/mcp", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`); status != c.http && status != 406 {
			t.Errorf("%s: POST /mcp: %d %s, want %d", c.reason, status, body, c.http)
		}
		ctx, cancel := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "GET", base+"/sse", nil)
		req.Header.Set("Accept", "text/event-stream")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.sse {
			t.Errorf("%s: GET /sse: %d, want %d", c.reason, resp.StatusCode, c.sse)
		}
		cancel()
		resp.Body.Close()
	}
	if _, err := New(simple(t).tape(), WithTransport("carrier pigeon")); err == nil {
		t.Error("an unknown transport is taken")
	}
}
