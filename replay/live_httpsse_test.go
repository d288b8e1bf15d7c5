package replay

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// An oldServer is a live server of HTTP+SSE: a mock that breaks nothing. It counts
// the POSTs that get as far.
type oldServer struct {
	*Player
	posts atomic.Int32
}

func (s *oldServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.posts.Add(1)
	}
	s.Player.ServeHTTP(w, r)
}

// oldLive serves a player before a live server of HTTP+SSE, in that scenario.
func oldLive(t *testing.T, faults string, opts ...Option) (*Player, *oldServer, string) {
	t.Helper()
	mock, err := New(simple(t).tape())
	if err != nil {
		t.Fatal(err)
	}
	server := &oldServer{Player: mock}
	p, err := NewLive(server, append(opts, WithScenario(scenario(t, "name: test\n"+faults)))...)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); mock.Close(); front.Close() })
	return p, server, front.URL
}

// until reads the stream to that text, or to its end, and returns all of it.
func (c *oldClient) until(text string) string {
	var all []byte
	for !bytes.HasSuffix(all, []byte(text)) {
		b, err := c.stream.ReadByte()
		switch {
		case err == io.EOF:
			return string(all) + "<end>"
		case err != nil:
			return string(all) + "<broken off>"
		}
		all = append(all, b)
	}
	return string(all)
}

// sees is what a client of HTTP+SSE sees that calls a tool and then pings, unless
// the call is the last thing that it does: the answers to its POSTs, and the stream.
func sees(t *testing.T, base string, last bool) string {
	t.Helper()
	messages := []string{`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`, ping9}
	if last {
		messages = messages[:1]
	}
	patient := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c := oldFashioned(t, base, "/sse")
	c.begin()
	var seen strings.Builder
	for _, message := range messages {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+c.endpoint, strings.NewReader(message))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := patient.Do(req)
		if err != nil {
			seen.WriteString("no answer\n")
			continue
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Fprintf(&seen, "%d %s %s %q %v\n", resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("X-Broken"), body, err)
	}
	seen.WriteString(c.until(`"id":9,"result":{}}` + "\n\n"))
	c.leave()
	return seen.String()
}

// A client of HTTP+SSE sees of a fault before a live server what it sees of it
// before a mock, and the journals of both say the same of it.
func TestOldLiveIsAsTheMock(t *testing.T) {
	for _, c := range []struct{ why, do string }{
		{"one of its headers is another", "{headers: {X-Broken: yes}}"},
		{"the session is ended", "expire_session"},
		{"it is forgotten", "forget_session"},
		{"all are", "restart"},
		{"the server crashes", "{crash: 1h}"},
		{"the message is edited", "{set: {/result/x: 1}, remove: [/result/content]}"},
		{"it gets another id", "{id: 77}"},
		{"it is longer", "{pad: 64}"},
		{"it is wrapped", "wrap"},
		{"it comes twice", "duplicate"},
		{"it does not come", "withhold"},
		{"what is in it is no JSON", `{inject: "\x01"}`},
		{"its text is replaced", `{replace: {result: outcome}}`},
		{"something is said before it", `{send: {message: {jsonrpc: "2.0", method: notifications/message, params: {level: info, data: x}}}}`},
		{"and after it", `{send: {message: {jsonrpc: "2.0", method: notifications/message, params: {level: info, data: x}}, at: after}}`},
		{"it is framed otherwise", "{stream: {eol: crlf, event: note, retry: 100, space: false}}"},
		{"it comes in lines", "{stream: {split_data: 10}}"},
		{"it comes in pieces", "{split: {pieces: 3}}"},
		{"its end is missing", "{truncate: 20}"},
		{"the stream breaks off in it", "{drop: {bytes: 20}}"},
		{"and after it", "{drop: {events: 1}}"},
		{"and in place of it", "{drop: fin}"},
		{"it waits alone", "{delay: 24h}"},
		{"there is another result", "{result: {x: 1}}"},
		{"which is edited", "{result: {x: 1}, set: {/result/y: 2}}"},
		{"there is an error", "{error: {code: -32000, message: no}}"},
		{"there is no answer", "ignore"},
		{"the POST is answered otherwise", "{respond: {status: 503, body: busy}}"},
		{"it is accepted in other words", "{status: 500, headers: {X-Broken: yes}, set: {/result/x: 1}}"},
		{"it is redirected", "{redirect: {status: 307, to: /elsewhere}}"},
		{"it gets a challenge", "{challenge: {status: 401}}"},
	} {
		t.Run(c.do, func(t *testing.T) {
			faults := "faults: [{name: it, when: {method: tools/call}, do: " + c.do + "}]\nexpect: [{must: {sends: {method: ping}}}]"
			mock, base := oldPlayer(t, faults)
			last := strings.Contains(c.do, "drop") // then it cannot be told how far the next POST gets
			want := sees(t, base, last)
			live, _, front := oldLive(t, faults)
			if got := sees(t, front, last); got != want {
				t.Errorf("%s: before a live server the client sees\n%s\nand before a mock\n%s", c.why, got, want)
			}
			mock.Close()
			live.Close()
			if m, l := mock.Journal().Count("faulted"), live.Journal().Count("faulted"); m != l {
				t.Errorf("%s: the fault has come %d times, and to a mock %d times", c.why, l, m)
			}
			if m, l := mock.Done()[0], live.Done()[0]; m.Result != l.Result {
				t.Errorf("%s: the verdict is %v, and of a mock %v", c.why, l, m)
			}
		})
	}
}

// A session that a fault has ended is dead for its client: its stream has ended,
// and its POSTs get no further; the server is not told. A new one lives.
func TestOldLiveSessionEnds(t *testing.T) {
	p, server, base := oldLive(t, "faults: [{when: {method: ping}, do: expire_session, times: 1}]\nexpect: [{must: {reinitialize: {within: 5s}}}]")
	c := oldFashioned(t, base, "/sse")
	c.begin()
	before := server.posts.Load()
	for range 3 {
		if status, body := c.post(ping9); status != 404 || !strings.Contains(body, "Not Found: no such session: it expired; open a stream with GET") {
			t.Errorf("a POST to the dead session: %d %s", status, body)
		}
	}
	if text, err := c.rest(); text != "" || err != nil {
		t.Errorf("its stream goes on with %q, %v", text, err)
	}
	if n := server.posts.Load() - before; n != 0 {
		t.Errorf("the server got %d POSTs of the dead session", n)
	}
	c = oldFashioned(t, base, "/sse")
	c.begin()
	c.accepted(ping9)
	if m := c.message(); m.Get("id").Raw != "9" {
		t.Errorf("in the new session: %s", m.Raw)
	}
	if v := p.Done()[0]; v.Result != verdicts.Pass {
		t.Errorf("%v", v)
	}
}

// What a server says of a session whose client has closed the stream is its own.
func TestOldLiveStreamClosed(t *testing.T) {
	gone, left := awaited(func(e *cassettes.Event) bool { return e.End != "" })
	_, server, base := oldLive(t, "faults: [{when: {method: nobody/asks}, do: ignore}]", gone)
	c := oldFashioned(t, base, "/sse")
	c.begin()
	before := server.posts.Load()
	c.leave()
	soon(t, "the client's leaving", func() { <-left })
	c.post(ping9)
	if server.posts.Load() == before {
		t.Error("the POST does not get to the server")
	}
}

// A fault in one session of HTTP+SSE does not concern another.
func TestOldLiveSessionsApart(t *testing.T) {
	_, _, base := oldLive(t, "faults: [{when: {method: ping, nth: 2}, do: {set: {/result/x: 1}}}]")
	a, b := oldFashioned(t, base, "/sse"), oldFashioned(t, base, "/sse")
	for _, c := range []*oldClient{a, b} {
		for _, want := range []string{"{}", `{"x":1}`} {
			c.accepted(ping9)
			if m := c.message(); m.Get("result").Raw != want {
				t.Errorf("got %s, want the result %s", m.Raw, want)
			}
		}
	}
}

// What a fault has the stream name in place of its endpoint, the client gets, and
// the server refuses.
func TestOldLiveEndpoint(t *testing.T) {
	_, _, base := oldLive(t, "faults: [{when: {http: GET}, do: {stream: {endpoint: /wrong?x=1}}}]")
	c := oldFashioned(t, base, "/sse")
	if c.endpoint != "/wrong?x=1" {
		t.Errorf("the endpoint is %s", c.endpoint)
	}
	if status, _ := c.post(ping9); status != 404 {
		t.Errorf("a POST there: %d", status)
	}
}

// Where nothing meets a fault the stream passes byte for byte, however it comes:
// comments, events of other names, odd ends of lines, and a torn end.
func TestOldLiveStreamPasses(t *testing.T) {
	for _, text := range []string{
		": hello\n\nevent: endpoint\ndata: /messages?s=1\n\n: ping\r\n\r\nid: 7\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\nevent: other\ndata: x\n\ndata: torn",
		"event: endpoint\r\ndata: http://other.example/messages\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\r\n\r\n",
		"event: endpoint\ndata: ://no URL\n\ndata: x\n\n",
		"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\nevent: endpoint\ndata: /late\n\ntorn",
		"torn",
		"",
	} {
		for size := 1; size < 40; size += 19 {
			url, closed := beforeLive(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				for i := 0; i < len(text); i += size {
					_, _ = io.WriteString(w, text[i:min(i+size, len(text))])
					_ = http.NewResponseController(w).Flush()
				}
			}, meetsNobody())
			body, err := io.ReadAll(sendLive(t, "GET", url, "").Body)
			if string(body) != text || err != nil {
				t.Errorf("in pieces of %d: got %q, %v, want %q", size, body, err, text)
			}
			if got := endOf(closed()); got != "server eof" {
				t.Errorf("the journal says %q ended by %s", text, got)
			}
		}
	}
}

// What a fault that ends the session meets waits for the answers to what came
// earlier, so that a client sees the same of a slow server and of a quick one.
func TestOldLiveWaitsForEarlierAnswers(t *testing.T) {
	answers := make(chan string)
	asked := make(chan string, 10)
	p, err := NewLive(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			asked <- stringOf(body, "method")
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, "Accepted")
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: endpoint\ndata: messages/7\n\n")
		for {
			_ = http.NewResponseController(w).Flush()
			select {
			case answer := <-answers:
				_, _ = fmt.Fprintf(w, "event: message\ndata: %s\n\n", answer)
			case <-r.Context().Done():
				return
			}
		}
	}), WithScenario(scenario(t, "name: test\nfaults: [{when: {method: tools/call}, do: expire_session}]")), WithClock(machine{}))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); front.Close() })
	c := oldFashioned(t, front.URL, "/v1/sse")
	c.endpoint = "/v1/" + c.endpoint
	c.accepted(ping9)
	if method := <-asked; method != "ping" {
		t.Errorf("the server was asked %s", method)
	}
	refused := make(chan int)
	go func() {
		status, _ := c.post(toolCall(5, "echo"))
		refused <- status
	}()
	answers <- `{"jsonrpc":"2.0","id":9,"result":{}}`
	if m := c.message(); m.Get("id").Raw != "9" {
		t.Errorf("got %s", m.Raw)
	}
	if status := <-refused; status != 404 {
		t.Errorf("the call gets %d", status)
	}
	if text, err := c.rest(); text != "" || err != nil {
		t.Errorf("the stream goes on with %q, %v", text, err)
	}
}

// A real server of HTTP+SSE, and a real client: what a fault edits is what the
// client is told, and in a session that a fault has ended it gets no further.
func TestOldLiveRealPeers(t *testing.T) {
	server := mcp.NewServer(&mcp.Implementation{Name: "real", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "greet"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "hello"}}}, nil, nil
	})
	p, err := NewLive(mcp.NewSSEHandler(func(*http.Request) *mcp.Server { return server }, nil), WithScenario(scenario(t, `name: test
faults:
  - {name: edits, when: {method: tools/call}, do: {set: {/result/content/0/text: bye}}}
  - {name: dies, when: {method: tools/list}, do: expire_session}
`)))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); front.Close() })
	for range 2 {
		session, err := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "1"}, nil).Connect(t.Context(), &mcp.SSEClientTransport{Endpoint: front.URL + "/sse"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "greet"})
		if err != nil || result.Content[0].(*mcp.TextContent).Text != "bye" {
			t.Errorf("the call: %v, %v", result, err)
		}
		if list, err := session.ListTools(t.Context(), nil); err == nil {
			t.Errorf("in the dead session: %v", list)
		}
		_ = session.Close() // it may say that the session is over
	}
	if n := p.Journal().Count("faulted"); n != 4 {
		t.Errorf("%d faults have happened", n)
	}
}
