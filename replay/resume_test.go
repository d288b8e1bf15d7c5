package replay

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// framed records an event with an id; of no message, the priming one.
func (tp *taper) framed(on int, id, message string, retry ...string) {
	e := &cassettes.Event{On: on, From: cassettes.Server, SSE: &cassettes.SSE{ID: id, HasID: true, Retry: strings.Join(retry, "")}}
	if message == "" {
		e.Raw = []byte{}
	} else {
		e.SSE.Event, e.Message = "message", []byte(message)
	}
	tp.write(e)
}

// work is a call that reports progress, of which the recorded server sent the
// first half before it closed the connection, and the rest when the client
// came back.
const (
	workCall   = `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"work","_meta":{"progressToken":"t"}}}`
	workStep   = `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":%d}}`
	workResult = `{"jsonrpc":"2.0","id":%d,"result":{"content":[]}}`
)

// polled is a tape of that.
func polled(t *testing.T) *taper {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", fmt.Sprintf(workCall, 2))
	tp.stream(on)
	tp.framed(on, "a_0", "", "10")
	tp.framed(on, "a_1", fmt.Sprintf(workStep, 1))
	tp.framed(on, "a_2", fmt.Sprintf(workStep, 2)) // the recorder saw it, the client did not
	tp.end(on)
	get := tp.listen("session-1", "Last-Event-Id", "a_1")
	tp.framed(get, "a_2", fmt.Sprintf(workStep, 2))
	tp.framed(get, "a_3", fmt.Sprintf(workStep, 3))
	tp.framed(get, "a_4", fmt.Sprintf(workResult, 2))
	tp.end(get)
	return tp
}

// A frame is what a client sees of an event.
type frame struct{ id, retry, data string }

// frames reads all events of a body.
func framesOf(body string) (frames []frame) {
	if body == "" {
		return nil
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		var f frame
		for line := range strings.SplitSeq(part, "\n") {
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch name {
			case "id":
				f.id = value
			case "retry":
				f.retry = value
			case "data":
				f.data = value
			}
		}
		frames = append(frames, f)
	}
	return frames
}

// steps are the progress and results among frames.
func steps(frames []frame) (said []string) {
	for _, f := range frames {
		switch m := gjson.Parse(f.data); {
		case m.Get("params.progress").Exists():
			said = append(said, m.Get("params.progress").Raw)
		case m.Get("result").Exists():
			said = append(said, "result")
		case f.data == "":
			said = append(said, "primed")
		}
	}
	return said
}

// A stream that was polled when it was recorded is polled again: the
// connection ends where it did, and the client that comes back gets the rest.
func TestPolling(t *testing.T) {
	cl := polled(t).play()
	cl.begin("tester")
	first := framesOf(cl.post(fmt.Sprintf(workCall, 9)).body)
	if got := steps(first); !slices.Equal(got, []string{"primed", "1", "2"}) {
		t.Fatalf("before the connection ended: %v", got)
	}
	if first[0].retry != "10" {
		t.Errorf("the priming event says to wait %q ms, want 10", first[0].retry)
	}
	rest := framesOf(cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", first[2].id).body)
	if got := steps(rest); !slices.Equal(got, []string{"3", "result"}) {
		t.Fatalf("after it: %v", got)
	}
	if id := gjson.Get(rest[1].data, "id").Raw; id != "9" {
		t.Errorf("the result has id %s, want the request's", id)
	}
}

// A client can come back with any event it has seen: it gets what followed,
// in order, once; also when all was said already.
func TestResumeAfterAnyEvent(t *testing.T) {
	all := []string{"primed", "1", "2", "3", "result"}
	for n := range all {
		t.Run(fmt.Sprintf("after event %d", n+1), func(t *testing.T) {
			cl := polled(t).play()
			cl.begin("tester")
			seen := framesOf(cl.post(fmt.Sprintf(workCall, 9)).body)
			for len(seen) <= n { // come back until the event has been seen
				more := framesOf(cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", seen[len(seen)-1].id).body)
				seen = append(seen, more...)
			}
			for range 2 { // a client may lose the same events twice
				rest := framesOf(cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", seen[n].id).body)
				if got := steps(rest); !slices.Equal(got, all[n+1:]) {
					t.Errorf("got %v, want %v", got, all[n+1:])
				}
			}
		})
	}
}

// An id that no stream of the session has is refused in words, whoever made
// it up; another session's counts as such.
func TestResumeOfNothing(t *testing.T) {
	tp := polled(t)
	tp.begin("session-2", "tester")
	cl := tp.play()
	cl.begin("tester")
	other := *cl
	other.session = ""
	other.begin("tester")
	seen := framesOf(cl.post(fmt.Sprintf(workCall, 9)).body)
	for _, c := range []struct {
		id, reason string
		by         *client
	}{
		{"nonsense", "no stream is meant", cl},
		{"1-", "half an id", cl},
		{seen[0].id + "9", "an event that was never sent", cl},
		{"99999999999999999999-1", "a number that overflows", cl},
		{seen[0].id, "an event of another session's stream", &other},
	} {
		r := c.by.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", c.id)
		if r.status != 400 || !strings.Contains(r.body, "without Last-Event-ID") {
			t.Errorf("%s: %d %s, want 400 that says what to do", c.reason, r.status, r.body)
		}
	}
}

// A client whose connection breaks off in the middle of an answer loses it
// where its events have no ids, and can come back for it where they have.
func TestDroppedAnswer(t *testing.T) {
	for _, c := range []struct {
		ids    bool
		reason string
	}{
		{true, "events have ids: the rest is kept"},
		{false, "events have none: the rest is lost"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			tp := newTaper(t)
			tp.begin("session-1", "tester")
			on := tp.post("session-1", fmt.Sprintf(workCall, 2))
			tp.stream(on)
			say := func(id, message string) {
				if c.ids {
					tp.framed(on, id, message)
				} else {
					tp.frame(on, message)
				}
			}
			say("a_1", fmt.Sprintf(workStep, 1))
			say("a_2", `{"jsonrpc":"2.0","id":1,"method":"roots/list"}`)
			answer := tp.post("session-1", `{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}`)
			tp.json(answer, "", 202, "")
			say("a_3", fmt.Sprintf(workResult, 2))
			tp.end(on)
			cl := tp.play()
			r := cl.post(`{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"tester","version":"1"}}}`)
			cl.session = r.header.Get("Mcp-Session-Id")

			seen := readUntil(t, cl, "roots/list")
			question := gjson.Get(seen[len(seen)-1].data, "id").Raw
			if !c.ids {
				if r := cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", "1-1"); r.status != 400 {
					t.Errorf("there is something to resume: %d %s", r.status, r.body)
				}
				return
			}
			if r := cl.post(`{"jsonrpc":"2.0","id":` + question + `,"result":{"roots":[]}}`); r.status != 202 {
				t.Fatalf("answering the question: %d %s", r.status, r.body)
			}
			rest := framesOf(cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", seen[len(seen)-1].id).body)
			if got := steps(rest); !slices.Equal(got, []string{"result"}) {
				t.Errorf("the rest: %v, want the result", got)
			}
		})
	}
}

// readUntil calls the tool and reads its answer up to an event that holds the
// text, and then breaks the connection.
func readUntil(t *testing.T, cl *client, text string) (seen []frame) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", cl.url, strings.NewReader(fmt.Sprintf(workCall, 9)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Mcp-Session-Id", cl.session)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r := bufio.NewReader(resp.Body)
	var part strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the answer ended before %q came: %v", text, err)
		}
		part.WriteString(line)
		if line == "\n" {
			seen = append(seen, framesOf(part.String())...)
			if strings.Contains(part.String(), text) {
				return seen
			}
			part.Reset()
		}
	}
}

// A client may come back before the mock has noticed that it was gone: the new
// connection takes over, and nothing is sent twice or lost.
func TestResumeTakesOver(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	get := tp.listen("session-1")
	for i := range 3 {
		on := tp.post("session-1", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"n":%d}}}`, i+2, i))
		tp.json(on, "", 200, fmt.Sprintf(workResult, i+2))
		tp.framed(get, fmt.Sprint("g_", i), fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":%d}}`, i))
	}
	player, err := New(tp.tape())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(player)
	defer func() { srv.CloseClientConnections(); srv.Close(); player.Close() }()
	cl := &client{t: t, url: srv.URL + "/mcp", player: player}
	cl.begin("tester")
	listen := func(headers ...string) *bufio.Reader {
		resp := openStream(t, cl, headers...)
		t.Cleanup(func() { resp.Body.Close() })
		return bufio.NewReader(resp.Body)
	}
	next := func(r *bufio.Reader) frame {
		t.Helper()
		var part strings.Builder
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatalf("the stream ended: %v", err)
			}
			if part.WriteString(line); line == "\n" {
				return framesOf(part.String())[0]
			}
		}
	}
	call := func(n int) {
		if r := cl.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"n":%d}}}`, n)); r.status != 200 {
			t.Fatalf("call %d: %d %s", n, r.status, r.body)
		}
	}
	old := listen()
	call(0)
	first := next(old)
	second := listen("Last-Event-ID", first.id) // the old one is still open
	if _, err := old.ReadString('\n'); err == nil {
		t.Error("the old connection goes on")
	}
	call(1)
	call(2)
	for want := 1; want <= 2; want++ {
		if got := gjson.Get(next(second).data, "params.data").Int(); got != int64(want) {
			t.Errorf("got message %d, want %d", got, want)
		}
	}
}
