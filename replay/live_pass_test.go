package replay

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// meetsNobody is a scenario whose fault nothing meets.
func meetsNobody() *scenarios.Scenario {
	return &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "never", When: scenarios.Trigger{Method: "nobody/asks"}, Do: scenarios.Action{Ignore: true}}}}
}

// onEveryPost is a scenario whose fault every POST meets.
func onEveryPost(do scenarios.Action) *scenarios.Scenario {
	return &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "always", When: scenarios.Trigger{HTTP: "POST"}, Do: do}}}
}

// beforeLive starts a player before a live server, and returns its URL and what its
// journal has got, once it is closed.
func beforeLive(t *testing.T, upstream http.HandlerFunc, s *scenarios.Scenario, opts ...Option) (url string, closed func() []*cassettes.Event) {
	t.Helper()
	var events []*cassettes.Event
	p, err := NewLive(upstream, append(opts, WithScenario(s), WithJournal(func(e *cassettes.Event) { events = append(events, e) }))...)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	shut := func() { _ = p.Close(); front.Close() }
	t.Cleanup(shut)
	return front.URL + "/mcp", func() []*cassettes.Event { shut(); return events }
}

const liveList = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`

func sendLive(t *testing.T, method, url, body string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json, text/event-stream")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// An answer that a fault ends cleanly ends so for the client, though what passes
// the server's answer on breaks off when nobody takes it any more.
func TestLiveStreamEndsCleanly(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			if _, err := io.WriteString(w, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n"); err != nil {
				panic(http.ErrAbortHandler)
			}
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			case <-time.After(time.Millisecond):
			}
		}
	}
	for why, edit := range map[string]scenarios.StreamEdit{
		"after an event": {End: true, EndAfter: 1},
		"after a time":   {End: true, EndTime: 20 * time.Millisecond},
	} {
		url, closed := beforeLive(t, endless, onEveryPost(scenarios.Action{Stream: &edit}))
		body, err := io.ReadAll(sendLive(t, "POST", url, liveList).Body)
		if err != nil || !strings.HasPrefix(string(body), "data: {") {
			t.Errorf("%s: %q, %v", why, body, err)
		}
		if got := endOf(closed()); got != "server eof" {
			t.Errorf("%s: the journal says the answer ended by %s", why, got)
		}
	}
}

// endOf is how the journal says that the one answer ended.
func endOf(events []*cassettes.Event) string {
	for _, e := range events {
		if e.End != "" {
			return string(e.From) + " " + string(e.End)
		}
	}
	return "nobody"
}

// What the server breaks off in the middle is broken off for the client, edited
// or not.
func TestLiveServerBreaksOff(t *testing.T) {
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0",`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for why, s := range map[string]*scenarios.Scenario{
		"nothing edits it": meetsNobody(),
		"a fault does":     onEveryPost(scenarios.Action{Headers: []scenarios.Header{{Name: "X-Broken", Value: "yes"}}}),
	} {
		url, closed := beforeLive(t, half, s)
		resp, err := http.Post(url, "application/json", strings.NewReader(liveList))
		if err == nil {
			var body []byte
			body, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			if err == nil {
				t.Errorf("%s: the client got a whole answer, %q", why, body)
			}
		}
		if got := endOf(closed()); got != "server reset" {
			t.Errorf("%s: the journal says it ended by %s", why, got)
		}
	}
}

// Answers come plain, so that faults and the journal can read them.
func TestLiveAsksForPlain(t *testing.T) {
	packs := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		out := io.Writer(w)
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(w)
			defer packed.Close()
			out = packed
		}
		_, _ = io.WriteString(out, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`)
	}
	for _, c := range []struct {
		s    *scenarios.Scenario
		want string
	}{
		{onEveryPost(scenarios.Action{Set: []scenarios.Edit{{Pointer: "/result/tools", Value: []byte(`["edited"]`)}}}), `{"jsonrpc":"2.0","id":2,"result":{"tools":["edited"]}}`},
		{meetsNobody(), `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`},
	} {
		url, closed := beforeLive(t, packs, c.s)
		body, _ := io.ReadAll(sendLive(t, "POST", url, liveList, "Accept-Encoding", "gzip").Body)
		if string(body) != c.want {
			t.Errorf("the client got %q, want %s", body, c.want)
		}
		events := closed()
		if !slices.ContainsFunc(events, func(e *cassettes.Event) bool { return string(e.Message) == c.want }) {
			t.Errorf("the journal lacks %s", c.want)
		}
	}
}

// What no fault meets arrives as it is sent, while it is sent.
func TestLivePassesUnheld(t *testing.T) {
	go1 := make(chan struct{})
	server := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/lines":
			w.Header().Set("Content-Type", "application/x-ndjson")
			_, _ = io.WriteString(w, "{\"n\":1}\n")
			_ = http.NewResponseController(w).Flush()
			<-go1
			_, _ = io.WriteString(w, "{\"n\":2}\n")
		case "/shout":
			w.Header().Set("Content-Type", "Text/Event-Stream; charset=UTF-8")
			_, _ = io.WriteString(w, "DATA: x\r\n: odd \r\n\r\nid:7\ndata:{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n")
			_ = http.NewResponseController(w).Flush()
			<-go1
		case "/file":
			w.Header().Set("Content-Length", "12345")
		case "/hints":
			w.Header().Set("Link", "</style.css>")
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusOK)
		case "/length":
			n, _ := io.Copy(io.Discard, r.Body)
			w.Header().Set("X-Length", time.Duration(n).String())
		default:
			w.Header().Set("X-Method", r.Method)
			w.Header().Set("X-Origin", r.Header.Get("Origin"))
		}
	}
	url, closed := beforeLive(t, server, meetsNobody(), WithMaxBody(1000))
	url = strings.TrimSuffix(url, "/mcp")

	lines := bufio.NewReader(sendLive(t, "GET", url+"/lines", "").Body)
	if line, err := lines.ReadString('\n'); line != "{\"n\":1}\n" {
		t.Errorf("a line of an endless answer: %q, %v", line, err)
	}
	shout := sendLive(t, "POST", url+"/shout", liveList)
	const odd = "DATA: x\r\n: odd \r\n\r\nid:7\ndata:{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n"
	got := make([]byte, len(odd))
	if _, err := io.ReadFull(shout.Body, got); string(got) != odd {
		t.Errorf("an oddly spelled stream: %q, %v", got, err)
	}
	close(go1)
	if line, err := lines.ReadString('\n'); line != "{\"n\":2}\n" {
		t.Errorf("the next line: %q, %v", line, err)
	}
	if resp := sendLive(t, "HEAD", url+"/file", ""); resp.ContentLength != 12345 {
		t.Errorf("HEAD says %d bytes, not 12345", resp.ContentLength)
	}
	hints := ""
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		hints = h.Get("Link")
		return nil
	}}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "GET", url+"/hints", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil || hints != "</style.css>" {
		t.Errorf("early hints: %q, %v", hints, err)
	} else {
		resp.Body.Close()
	}
	// A body beyond the limit is not looked at, and passes.
	if n := sendLive(t, "POST", url+"/length", strings.Repeat(" ", 123456)).Header.Get("X-Length"); n != time.Duration(123456).String() {
		t.Errorf("of a large body the server got %s", n)
	}
	// Browsers speak with the server itself.
	resp = sendLive(t, "OPTIONS", url+"/mcp", "", "Origin", "http://localhost:5173", "Access-Control-Request-Method", "POST")
	if resp.Header.Get("X-Method") != "OPTIONS" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a preflight does not get through: %v", resp.Header)
	}
	if resp = sendLive(t, "POST", url+"/mcp", liveList, "Origin", "http://evil.example"); resp.StatusCode != 403 || resp.Header.Get("X-Method") != "" {
		t.Errorf("a foreign page gets %d %v", resp.StatusCode, resp.Header)
	}
	said := 0
	for _, e := range closed() {
		if e.SSE != nil && string(e.Message) == `{"jsonrpc":"2.0","id":2,"result":{}}` && e.SSE.ID == "7" {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the journal has the message of the stream %d times", said)
	}
}

// The scenario's policy about browsers comes before the server's.
func TestLiveCORS(t *testing.T) {
	server := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://server.example")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("X-Method", r.Method)
	}
	url, _ := beforeLive(t, server, &scenarios.Scenario{CORS: &scenarios.CORS{Origins: []string{"https://app.example"}, Expose: []string{}}})
	resp := sendLive(t, "POST", url, liveList, "Origin", "https://app.example")
	if h := resp.Header; h.Get("X-Method") != "POST" || h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
		h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Access-Control-Expose-Headers") != "" {
		t.Errorf("a page that the policy admits gets %d %v", resp.StatusCode, h)
	}
	resp = sendLive(t, "OPTIONS", url, "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if resp.StatusCode != 204 || resp.Header.Get("X-Method") != "" {
		t.Errorf("its preflight gets %d %v", resp.StatusCode, resp.Header)
	}
}

// The end of the session or of the player ends a stream that nothing edits
// cleanly, and without touching what the server said.
func TestLiveCloses(t *testing.T) {
	open := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": hello\n\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	url, closed := beforeLive(t, open, meetsNobody())
	body := sendLive(t, "GET", url, "").Body
	hello := make([]byte, len(": hello\n\n"))
	if _, err := io.ReadFull(body, hello); err != nil {
		t.Fatal(err)
	}
	done := make(chan []*cassettes.Event)
	go func() { done <- closed() }()
	if rest, err := io.ReadAll(body); err != nil || len(rest) > 0 {
		t.Errorf("the stream ends with %q, %v", rest, err)
	}
	if got := endOf(<-done); got != "server eof" {
		t.Errorf("the journal says it ended by %s", got)
	}
}

// A session that a fault ends takes its streams along, cleanly, and what is
// unanswered in it gets the refusal of one that is over.
func TestLiveSessionTakesItsStreamsAlong(t *testing.T) {
	begun := make(chan bool, 2)
	server := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
		} else if stringOf(body, "method") != "tools/call" {
			return
		}
		begun <- true
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	url, _ := beforeLive(t, server, &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "expires", When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{ExpireSession: true}}}})
	stream := sendLive(t, "GET", url, "", "Mcp-Session-Id", "x")
	<-begun
	status := make(chan int, 1)
	go func() {
		status <- sendLive(t, "POST", url, `{"jsonrpc":"2.0","id":7,"method":"tools/call"}`, "Mcp-Session-Id", "x").StatusCode
	}()
	<-begun
	if resp := sendLive(t, "POST", url, liveList, "Mcp-Session-Id", "x"); resp.StatusCode != 404 {
		t.Errorf("the request that finds it ended gets %d", resp.StatusCode)
	}
	if rest, err := io.ReadAll(stream.Body); err != nil || len(rest) > 0 {
		t.Errorf("the stream ends with %q, %v", rest, err)
	}
	if got := <-status; got != 404 {
		t.Errorf("the request in flight gets %d", got)
	}
}

// What could do nothing in front of a live server is refused, by its name.
func TestLiveRefusesWhatIsInVain(t *testing.T) {
	for _, c := range []struct {
		s    scenarios.Scenario
		want string
	}{
		{scenarios.Scenario{Version: "echo"}, "version"},
		{scenarios.Scenario{Sessions: "stateless"}, "breaks nothing"},
		{*onEveryPost(scenarios.Action{AdoptSession: true}), "adopt_session"},
		{*onEveryPost(scenarios.Action{Stream: &scenarios.StreamEdit{Resume: "empty"}}), "stream: resume: empty"},
		{*onEveryPost(scenarios.Action{Stream: &scenarios.StreamEdit{Resume: "close"}}), "stream: resume: close"},
		{*onEveryPost(scenarios.Action{Stream: &scenarios.StreamEdit{Resume: "all"}}), "stream: resume: all"},
		{*onEveryPost(scenarios.Action{Stream: &scenarios.StreamEdit{Resume: "other"}}), "stream: resume: other"},
		{*onEveryPost(scenarios.Action{Stream: &scenarios.StreamEdit{Resume: "duplicate"}}), ""},
		{*meetsNobody(), ""},
	} {
		p, err := NewLive(http.NotFoundHandler(), WithScenario(&c.s))
		if err == nil {
			_ = p.Close()
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("want %q: %v", c.want, err)
		}
	}
}
