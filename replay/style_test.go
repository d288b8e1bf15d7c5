package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// How an answer goes out can be chosen, whatever the tape was recorded from.
func TestAnswersOption(t *testing.T) {
	piped := newProcess(t)
	piped.handshake()
	piped.call(1, "a", emptyResult(1))
	streamed := newTaper(t)
	streamed.begin("session-1", "c")
	on := streamed.post("session-1", toolCall(1, "a"))
	streamed.stream(on)
	streamed.framed(on, "e", "")
	streamed.frame(on, emptyResult(1))
	streamed.end(on)
	plain := newTaper(t)
	plain.begin("session-1", "c")
	plain.json(plain.post("session-1", toolCall(1, "a")), "", 200, emptyResult(1))
	for _, c := range []struct {
		tape      *taper
		how, want string
		tapes     string
	}{
		{piped.taper, "recorded", "application/json", "over stdio there is no type: JSON"},
		{piped.taper, "sse", "text/event-stream", "stdio"},
		{streamed, "recorded", "text/event-stream", "a stream"},
		{streamed, "json", "application/json", "a stream"},
		{plain, "recorded", "application/json", "JSON"},
		{plain, "sse", "text/event-stream", "JSON"},
	} {
		cl := c.tape.play(WithAnswers(c.how))
		cl.begin("c")
		r := cl.post(toolCall(7, "a"))
		if got := r.header.Get("Content-Type"); got != c.want || !strings.Contains(r.body, `"id":7`) {
			t.Errorf("recorded as %s, sent as %s: %s %s", c.tapes, c.how, got, r.body)
		}
		if c.want == "application/json" && !strings.HasPrefix(r.body, "{") {
			t.Errorf("recorded as %s, sent as %s: no JSON: %s", c.tapes, c.how, r.body)
		}
	}
	if _, err := New(plain.tape(), WithAnswers("xml")); err == nil {
		t.Error("an unknown form is taken")
	}
}

// With ids on all streams any answer of several messages can be resumed, and
// streams are primed for clients that know of it.
func TestResumableOption(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "works", `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`, emptyResult(1))
	for _, c := range []struct {
		version string
		events  int
		reason  string
	}{
		{"2025-11-25", 3, "the priming event, the log line, the result"},
		{"2025-06-18", 2, "this revision has no priming event"},
	} {
		cl := p.play(WithResumable())
		r := cl.post(fmt.Sprintf(initialize, 1, c.version, "c"))
		cl.session = r.header.Get("Mcp-Session-Id")
		all := framesOf(cl.post(toolCall(7, "works")).body)
		if len(all) != c.events || slices.ContainsFunc(all, func(f frame) bool { return f.id == "" }) {
			t.Fatalf("%s: %+v, want %d events with ids: %s", c.version, all, c.events, c.reason)
		}
		rest := framesOf(cl.do("GET", "", "Accept", "text/event-stream", "Last-Event-ID", all[len(all)-2].id).body)
		if len(rest) != 1 || rest[0] != all[len(all)-1] {
			t.Errorf("%s: came back for %+v, got %+v", c.version, all[len(all)-1], rest)
		}
	}
}
