package recorder

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

func TestBridgeAnswers(t *testing.T) {
	c := newSpan(t, answering(echo)).begin()
	for _, test := range []struct {
		why, accept, body string
		status            int
		want              string
	}{
		{"a stream for who names it", "application/json, text/event-stream", calling("1", `{"a":1.0}`), 200, "event: message\ndata: " + result("1", `{"a":1.0}`) + "\n\n"},
		{"JSON for a plain client", "*/*", calling("1", `{"a":1.0}`), 200, result("1", `{"a":1.0}`)},
		{"an id once more, when it is answered", "*/*", calling("1", `{}`), 200, result("1", `{}`)},
		{"an id that the server spells in another way", "*/*", calling(`"\u0061"`, `{}`), 200, result(`"a"`, `{}`)},
		{"line breaks within a message", "*/*", "{\r\n\"jsonrpc\": \"2.0\", \"id\": 1,\n\"method\": \"a\", \"params\": { } }", 200, result("1", `{}`)},
		{"a notification", "*/*", ready, 202, ""},
		{"a response to nothing", "*/*", result("5", "{}"), 202, ""},
	} {
		status, body := c.whole("POST", "/mcp", test.body, "Accept", test.accept)
		if status != test.status || body != test.want {
			t.Errorf("%s: %d %q, want %d %q", test.why, status, body, test.status, test.want)
		}
	}
}

func TestBridgeRefusals(t *testing.T) {
	span := newSpan(t, answering(echo))
	c := span.begin()
	old := span.beginOld(t)
	if status, body := c.whole("DELETE", "/mcp", ""); status != 204 || body != "" {
		t.Fatalf("DELETE gets %d %q", status, body)
	}
	live := span.begin()
	for _, test := range []struct {
		why, method, path, session, body string
		header                           []string
		status                           int
		want                             string // part of the body
	}{
		{"a session that has ended", "POST", "/mcp", c.session, ping, nil, 404, `"id":1,"error":{"code":-32600,"message":"no such session`},
		{"to listen to it", "GET", "/mcp", c.session, "", nil, 404, "no such session"},
		{"to end it again", "DELETE", "/mcp", c.session, "", nil, 404, "no such session"},
		{"an id that was never given", "POST", "/mcp", "made-up", ready, nil, 404, `{"jsonrpc":"2.0","error":{"code":-32600`},
		{"a session of HTTP+SSE", "POST", "/mcp", old, ping, nil, 404, "no such session"},
		{"a ping without a session", "POST", "/mcp", "", ping, nil, 400, "no session id: begin with initialize"},
		{"to listen without a session", "GET", "/mcp", "", "", nil, 400, "no session id"},
		{"a client of the modern era that does not say its version", "POST", "/mcp", "", `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}`, []string{"Mcp-Protocol-Version", "2026-07-28"}, 400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602`},
		{"a revision that nobody agreed on", "POST", "/mcp", live.session, ping, []string{"Mcp-Protocol-Version", "1999-01-01"}, 400, "unsupported protocol version"},
		{"a batch, which left with 2025-06-18", "POST", "/mcp", live.session, "[" + ping + "]", nil, 400, "send each message by itself"},
		{"initialize in a batch", "POST", "/mcp", "", "[" + hello + "]", nil, 400, "no session id"},
		{"no JSON", "POST", "/mcp", live.session, "{", nil, 400, `"code":-32700`},
		{"no JSON-RPC", "POST", "/mcp", live.session, `{"id":8}`, nil, 400, `"id":8,"error":{"code":-32600`},
		{"another method", "PUT", "/mcp", live.session, "", nil, 405, "use GET, POST, DELETE"},
		{"to post to a stream", "POST", "/sse", "", hello, nil, 405, "use GET"},
		{"to read from an endpoint", "GET", "/messages", "", "", nil, 405, "use POST"},
		{"an endpoint of no stream", "POST", "/messages?sessionId=made-up", "", ping, nil, 404, "open a stream at /sse"},
		{"another path", "GET", "/", "", "", nil, 404, "the server is at /mcp"},
		{"no endpoint", "GET", "/nowhere", "", "", nil, 404, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"nothing is here`},
		{"a foreign page's image", "GET", "/sse", "", "", []string{"Sec-Fetch-Site", "cross-site"}, 403, "a page of another site asks for it"},
		{"a foreign page", "POST", "/mcp", "", hello, []string{"Origin", "https://evil.example"}, 403, "is not this machine's"},
	} {
		status, body := (&side{span, test.session}).whole(test.method, test.path, test.body, test.header...)
		if status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %q, want %d with %q", test.why, status, body, test.status, test.want)
		}
	}
}

// What the server says goes to the response that it belongs to.
func TestBridgeRoutes(t *testing.T) {
	progress := `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}`
	question := `{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":{}}`
	change := `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`
	var waiting string
	began := make(chan struct{})
	c := newSpan(t, answering(func(say func(string, ...any), m jsonrpc.Message) {
		switch {
		case m.Method == "notifications/initialized":
			say("%s", change)
			say("a line of a library that knows no better")
			close(began)
		case m.Method == "tools/call":
			waiting = string(m.ID)
			if gjson.GetBytes(m.Params, "_meta").Exists() {
				say("%s", progress)
			}
			say("%s", question)
		case string(m.ID) == `"q"`:
			say("%s", result(waiting, string(m.Result)))
			say("%s", progress)
		}
	})).begin()
	answer := func() {
		t.Helper()
		if status, body := c.whole("POST", "/mcp", result(`"q"`, `{"yes":true}`)); status != 202 || body != "" {
			t.Errorf("the client's answer gets %d %q", status, body)
		}
	}
	expect := func(f *feed, want ...string) {
		t.Helper()
		for _, w := range want {
			if got := f.next(); got != w {
				t.Errorf("got %q, want %q", got, w)
			}
		}
	}
	// Nobody listens: held, or with the answer.
	if status, _ := c.whole("POST", "/mcp", ready); status != 202 {
		t.Error("initialized gets", status)
	}
	<-began
	post := c.feed("POST", "/mcp", calling("1", `{"_meta":{"progressToken":"p"}}`))
	expect(post, progress, question)
	answer()
	expect(post, result("1", `{"yes":true}`), "")
	// What was held comes first, in its order: the change, and progress that
	// came too late.
	get := c.feed("GET", "/mcp", "")
	expect(get, change, progress)
	if status, body := c.whole("GET", "/mcp", ""); status != 409 || !strings.Contains(body, "already") {
		t.Errorf("a second GET stream gets %d %q", status, body)
	}
	post = c.feed("POST", "/mcp", calling("2", `{"_meta":{"progressToken":"p"}}`))
	expect(post, progress)
	expect(get, question)
	answer()
	expect(post, result("2", `{"yes":true}`), "")
	expect(get, progress)
	// A client without streams has its progress on the GET stream.
	type got struct {
		status int
		body   string
	}
	plain := make(chan got, 1)
	go func() {
		status, body := c.whole("POST", "/mcp", calling("3", `{"_meta":{"progressToken":"p"}}`), "Accept", "*/*")
		plain <- got{status, body}
	}()
	expect(get, progress, question)
	answer()
	if g := <-plain; g.status != 200 || g.body != result("3", `{"yes":true}`) {
		t.Errorf("a client without streams gets %+v", g)
	}
	expect(get, progress)
	if status, _ := c.whole("DELETE", "/mcp", ""); status != 204 {
		t.Error("DELETE gets", status)
	}
	expect(get, "")
}

// All that a session of HTTP+SSE hears comes on its one stream.
func TestBridgeOldTransport(t *testing.T) {
	s := newSpan(t, answering(echo))
	c := &side{span: s}
	f := c.feed("GET", "/sse", "")
	endpoint := f.next()
	for _, m := range []string{hello, ready, calling("1", "{}")} {
		if status, body := c.whole("POST", endpoint, m); status != 202 || body != "Accepted" {
			t.Errorf("%s gets %d %q", m, status, body)
		}
	}
	if got := []string{f.next(), f.next()}; !cmp.Equal(got, []string{welcome("2025-11-25"), result("1", "{}")}) {
		t.Errorf("the stream has %q", got)
	}
	f.resp.Body.Close()
	s.gone() // with its stream
	if status, _ := c.whole("POST", endpoint, ready); status != 404 {
		t.Error("a message after the end of the stream gets", status)
	}
}

// A server that exits takes its session with it; whoever waits is told why.
func TestBridgeDyingServer(t *testing.T) {
	asked := make(chan struct{}, 2)
	s := newSpan(t, answering(func(_ func(string, ...any), m jsonrpc.Message) { asked <- struct{}{} }))
	c := s.begin()
	f := c.feed("POST", "/mcp", calling("1", "{}"))
	get := c.feed("GET", "/mcp", "")
	<-asked
	if status, _ := c.whole("POST", "/mcp", `{"jsonrpc":"2.0","method":"exit"}`); status != 202 {
		t.Error("the last message gets", status)
	}
	if got, want := f.next(), string(errorTo([]byte("1"), -32603, "the server exited with code 7")); got != want {
		t.Errorf("who waits is told %q, want %q", got, want)
	}
	if got := f.next() + get.next(); got != "" {
		t.Errorf("the streams go on: %q", got)
	}
	if status, _ := c.whole("POST", "/mcp", ping); status != 404 {
		t.Error("the session is still there:", status)
	}
}

func TestBridgeServerThatCannotStart(t *testing.T) {
	s := newSpan(t, func(context.Context, io.Reader, io.Writer, io.Writer) (int, error) {
		return 0, fmt.Errorf("recorder: starting nothing: no such file")
	})
	resp := (&side{span: s}).send(t.Context(), "POST", "/mcp", hello)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := "event: message\ndata: " + string(errorTo([]byte("0"), -32603, "starting nothing: no such file")) + "\n\n"
	if string(body) != want || resp.Header.Get("Mcp-Session-Id") != "" {
		t.Errorf("got %q with %v, want %q", body, resp.Header, want)
	}
}

// Sessions side by side have a server each, and the same ids do not meet.
func TestBridgeSessionsApart(t *testing.T) {
	var mu sync.Mutex
	servers := 0
	s := newSpan(t, func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
		mu.Lock()
		servers++
		number := servers
		mu.Unlock()
		return answering(func(say func(string, ...any), m jsonrpc.Message) {
			say(`{"jsonrpc":"2.0","id":%s,"result":{"server":%d,"params":%s}}`, m.ID, number, m.Params)
		})(ctx, stdin, stdout, stderr)
	})
	var clients sync.WaitGroup
	seen := make([]int64, 8)
	for i := range seen {
		clients.Go(func() {
			c := s.begin()
			for n := range 20 {
				_, body := c.whole("POST", "/mcp", calling("1", fmt.Sprintf(`{"of":%d,"n":%d}`, i, n)), "Accept", "*/*")
				found := gjson.GetMany(body, "result.server", "result.params.of", "result.params.n")
				if server := found[0].Int(); seen[i] != 0 && seen[i] != server || found[1].Int() != int64(i) || found[2].Int() != int64(n) {
					t.Errorf("client %d is told %s", i, body)
				}
				seen[i] = found[0].Int()
			}
		})
	}
	clients.Wait()
	distinct := map[int64]bool{}
	for _, server := range seen {
		distinct[server] = true
	}
	if servers != len(seen) || len(distinct) != len(seen) {
		t.Errorf("%d servers for %d clients, who saw %v", servers, len(seen), seen)
	}
}

// A request that its client cancels, or goes away from, is waited for no more.
func TestBridgeClientsThatGo(t *testing.T) {
	asked := make(chan string, 10)
	c := newSpan(t, answering(func(say func(string, ...any), m jsonrpc.Message) {
		asked <- m.Method
		if m.Method == "answer" {
			say("%s", result(gjson.GetBytes(m.Params, "to").Raw, "{}"))
		}
	})).begin()
	f := c.feed("POST", "/mcp", calling("1", "{}"))
	<-asked
	if status, body := c.whole("POST", "/mcp", calling("1", "{}")); status != 400 || !strings.Contains(body, "in progress") {
		t.Errorf("the same id at the same time gets %d %q", status, body)
	}
	if status, _ := c.whole("POST", "/mcp", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`); status != 202 {
		t.Error("cancelling gets", status)
	}
	if got := f.next(); got != "" {
		t.Errorf("a cancelled request gets %q", got)
	}
	<-asked
	f = c.feed("POST", "/mcp", calling("2", "{}"))
	<-asked
	f.resp.Body.Close()
	// The answer that nobody waits for goes nowhere, and the next one is not
	// held up by it.
	if status, _ := c.whole("POST", "/mcp", `{"jsonrpc":"2.0","method":"answer","params":{"to":2}}`); status != 202 {
		t.Error("a notification gets", status)
	}
	f = c.feed("POST", "/mcp", calling("3", "{}"))
	if status, _ := c.whole("POST", "/mcp", `{"jsonrpc":"2.0","method":"answer","params":{"to":3}}`); status != 202 {
		t.Error("a notification gets", status)
	}
	if got := f.next(); got != result("3", "{}") {
		t.Errorf("got %q", got)
	}
}
