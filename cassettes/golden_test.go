package cassettes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A run is what differs between two recordings of one conversation.
type run struct {
	on, id, token, port int
	session, event      string
	at                  time.Duration
}

// conversation is a session with a probe, a GET stream, a question, progress,
// and an end, as the given run has it. late puts the racy parts in another
// order.
func conversation(r run, late bool) []*Event {
	var events []*Event
	on := r.on
	sid := func(h http.Header) http.Header {
		h.Set("Mcp-Session-Id", r.session)
		h.Set("Host", fmt.Sprint("localhost:", r.port))
		h.Set("Origin", fmt.Sprint("http://localhost:", r.port))
		return h
	}
	say := func(e Event) { e.At = r.at * time.Duration(len(events)); events = append(events, &e) }
	msg := func(format string, args ...any) json.RawMessage { return json.RawMessage(fmt.Sprintf(format, args...)) }
	post := func(h http.Header, m json.RawMessage) int {
		on++
		say(Event{On: on, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: m})
		return on
	}
	status := func(on, code int, h http.Header) {
		h.Set("Date", r.at.String())
		e := Event{On: on, From: Server, HTTP: &HTTP{Status: code, Header: h}}
		if code == 202 {
			e.End = EOF
		}
		say(e)
	}
	stream := http.Header{"Content-Type": {"text/event-stream"}}

	c := post(http.Header{"Authorization": {fmt.Sprint("redacted-", r.id)}}, msg(`{"jsonrpc":"2.0","id":"probe-%d","method":"server/discover"}`, r.id))
	status(c, 400, http.Header{"Content-Type": {"application/json"}})
	say(Event{On: c, From: Server, Message: msg(`{"jsonrpc":"2.0","id":"probe-%d","error":{"code":-32600,"message":"no"}}`, r.id), End: EOF})

	c = post(http.Header{}, msg(`{"jsonrpc":"2.0","id":%d,"method":"initialize","params":{}}`, r.id))
	status(c, 200, sid(stream.Clone()))
	say(Event{On: c, From: Server, SSE: &SSE{ID: r.event + "1", HasID: true}, Message: msg(`{"jsonrpc":"2.0","id":%d,"result":{"session":"%s"}}`, r.id, r.session)})
	say(Event{On: c, From: Server, End: EOF})

	get := on + 100
	open := func() {
		say(Event{On: get, From: Client, HTTP: &HTTP{Method: "GET", Path: "/mcp", Header: sid(http.Header{})}})
		status(get, 200, stream.Clone())
	}
	if !late {
		open()
	}
	c = post(sid(http.Header{}), msg(`{"jsonrpc":"2.0","method":"notifications/initialized"}`))
	status(c, 202, http.Header{})
	if late {
		open()
	}
	c = post(sid(http.Header{}), msg(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"_meta":{"progressToken":%d},"arguments":{"token":"redacted-%d"}}}`, r.id+1, r.token, r.id+7))
	status(c, 200, stream.Clone())
	progress := Event{On: get, From: Server, SSE: &SSE{}, Message: msg(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%d,"progress":1}}`, r.token)}
	if !late {
		say(progress)
	}
	say(Event{On: c, From: Server, SSE: &SSE{ID: r.event + "2", HasID: true, Frame: fmt.Sprintf("id: %s2\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"q%d\",\"method\":\"roots/list\"}\nevent: message\n\n", r.event, r.id), Event: "message"},
		Message: msg(`{"jsonrpc":"2.0","id":"q%d","method":"roots/list"}`, r.id)})
	if late {
		say(Event{On: c, From: Server, SSE: &SSE{Comment: []string{"while we wait"}}})
	}
	a := post(sid(http.Header{}), msg(`{"jsonrpc":"2.0","id":"q%d","result":{"roots":[]}}`, r.id))
	if late {
		status(a, 202, http.Header{})
	} else {
		say(Event{On: c, From: Server, SSE: &SSE{Comment: []string{"while we wait"}}})
	}
	say(Event{On: c, From: Server, SSE: &SSE{}, Message: msg(`{"jsonrpc":"2.0","id":%d,"result":{"n":1.50}}`, r.id+1)})
	say(Event{On: c, From: Server, End: EOF})
	if !late {
		status(a, 202, http.Header{})
	}
	if late {
		say(progress)
	}
	c = post(sid(http.Header{"Last-Event-Id": {r.event + "2"}}), msg(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, r.id+1))
	if late {
		say(Event{On: get, From: Client, End: Closed})
	}
	status(c, 202, http.Header{})
	if !late {
		say(Event{On: get, From: Server, End: EOF})
	}
	return events
}

func goldenText(t testing.TB, events []*Event) string {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{Transport: "http"}, Pretty)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range Golden(events) {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Two runs of one conversation have one golden tape, whatever their numbers
// and whoever was first where nobody can say.
func TestGoldenIsTheSameForEveryRun(t *testing.T) {
	one := goldenText(t, conversation(run{0, 0, 0, 4000, "session-1", "e", 5}, false))
	for why, events := range map[string][]*Event{
		"other numbers":   conversation(run{40, 17, 99, 5123, "session-7", "f/", 9 * time.Second}, false),
		"another order":   conversation(run{0, 0, 0, 4000, "session-1", "e", 5}, true),
		"both":            conversation(run{3, 1, 1, 1, "session-2", "event-", 0}, true),
		"the golden tape": Golden(conversation(run{0, 0, 0, 4000, "session-1", "e", 5}, false)),
	} {
		if diff := cmp.Diff(one, goldenText(t, events)); diff != "" {
			t.Errorf("%s: the golden tape differs:\n%s", why, diff)
		}
	}
	for _, s := range []string{`"id-1"`, `"progressToken": 1`, `"session": "session-1"`, `"event-2"`, `"Last-Event-Id": "event-2"`,
		`"Authorization": "redacted"`, `"token": "redacted-1"`, `"requestId": 2`, `"n": 1.50`, "id: event-2\\ndata: {", `"Origin": "http://localhost"`} {
		if !strings.Contains(one, s) {
			t.Errorf("the golden tape lacks %s:\n%s", s, one)
		}
	}
	for _, s := range []string{`"at"`, "Date", "Host", "4000"} {
		if strings.Contains(one, s) {
			t.Errorf("the golden tape has %s:\n%s", s, one)
		}
	}
}

func TestGoldenOrder(t *testing.T) {
	var got []string
	for _, e := range Golden(conversation(run{0, 0, 0, 4000, "session-1", "e", 5}, true)) {
		s := fmt.Sprint(e.On, " ", e.From)
		switch {
		case e.HTTP != nil && e.HTTP.Method != "":
			s += " " + e.HTTP.Method
		case e.HTTP != nil:
			s += fmt.Sprint(" ", e.HTTP.Status)
		case e.Message != nil:
			s += " message"
		case e.SSE != nil:
			s += " comment"
		}
		if e.End != "" {
			s += " " + string(e.End)
		}
		got = append(got, s)
	}
	want := []string{
		"1 client POST", "1 server 400", "1 server message eof", // the probe
		"2 client POST", "2 server 200", "2 server message", "2 server eof", // initialize
		"3 client GET", "3 server 200",
		"4 client POST", "4 server 202 eof", // initialized
		"5 client POST", "5 server 200", "5 server message", // the call, and a question
		"6 client POST", "6 server 202 eof", // its answer
		"5 server comment", "5 server message", "5 server eof",
		"3 server message", // progress on the GET stream
		"7 client POST", "7 server 202 eof",
		"3 client closed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGoldenKeepsSessionsApart(t *testing.T) {
	one := conversation(run{0, 0, 0, 4000, "session-1", "e", 5}, false)[3:]
	two := conversation(run{200, 0, 0, 4000, "session-2", "e", 5}, false)[3:]
	var mixed []*Event
	for i := range one {
		mixed = append(mixed, one[i], two[i])
	}
	if diff := cmp.Diff(goldenText(t, append(one, two...)), goldenText(t, mixed)); diff != "" {
		t.Error(diff)
	}
}

func TestGoldenOfHTTPAndSSE(t *testing.T) {
	tape := func(port int, session string, late bool) []*Event {
		events := []*Event{
			{On: 1, From: Client, HTTP: &HTTP{Method: "GET", Path: "/sse"}},
			{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}},
			{On: 1, From: Server, SSE: &SSE{Event: "endpoint"}, Raw: fmt.Appendf(nil, "http://127.0.0.1:%d/messages?sessionId=%s", port, session)},
			{On: 2, From: Client, HTTP: &HTTP{Method: "POST", Path: "/messages", Query: "sessionId=" + session}, Message: json.RawMessage(`{"jsonrpc":"2.0","id":4,"method":"initialize"}`)},
			{On: 2, From: Server, HTTP: &HTTP{Status: 202}, End: EOF},
			{On: 1, From: Server, SSE: &SSE{Event: "message"}, Message: json.RawMessage(`{"jsonrpc":"2.0","id":4,"result":{}}`)},
		}
		if late {
			events[4], events[5] = events[5], events[4]
		}
		return events
	}
	one, two := goldenText(t, tape(80, "session-4", false)), goldenText(t, tape(81, "session-9", true))
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(one, "http://localhost/messages?sessionId=session-1") || !strings.Contains(one, `"end": "closed"`) {
		t.Error(one)
	}
}

func TestGoldenLeavesEventsAlone(t *testing.T) {
	r := run{3, 9, 9, 4000, "session-2", "x", 5}
	events := conversation(r, true)
	Golden(events)
	if diff := cmp.Diff(conversation(r, true), events); diff != "" {
		t.Error(diff)
	}
}

// randomTape is a tape that no sane peers would record, but might.
func randomTape(rnd *rand.Rand) []*Event {
	var events []*Event
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	id := func() string { return pick("0", "1", "2", `"a"`, `"id-1"`, `"1"`, "null") }
	message := func() json.RawMessage {
		switch rnd.IntN(6) {
		case 0:
			return json.RawMessage(`{"jsonrpc":"2.0","id":` + id() + `,"method":"` + pick("initialize", "tools/call", "roots/list") + `","params":{"_meta":{"progressToken":` + id() + `,"x/subscriptionId":` + id() + `},"s":"` + pick("session-1", "session-2", "redacted-3") + `"}}`)
		case 1:
			return json.RawMessage(`{"jsonrpc":"2.0","id":` + id() + `,"result":{"_meta":{"x/subscriptionId":` + id() + `}}}`)
		case 2:
			return json.RawMessage(`{"jsonrpc":"2.0","id":` + id() + `,"error":{"code":1}}`)
		case 3:
			return json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":` + id() + `}}`)
		case 4:
			return json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id() + `}}`)
		}
		return json.RawMessage(`{"jsonrpc":"2.0","id":` + id() + `,"method":"ping"}`)
	}
	header := func() http.Header {
		h := http.Header{}
		if rnd.IntN(3) > 0 {
			h.Set("Mcp-Session-Id", pick("session-1", "session-2", "session-5"))
		}
		if rnd.IntN(6) == 0 {
			h.Set("Last-Event-Id", pick("a", "b", "event-1"))
		}
		h.Set("Content-Type", pick("text/event-stream", "application/json"))
		return h
	}
	open := map[int]bool{}
	next := 0
	for range rnd.IntN(40) {
		if next++; len(open) == 0 || rnd.IntN(3) == 0 {
			open[next] = true
			e := &Event{On: next, From: Client, HTTP: &HTTP{Method: pick("POST", "POST", "GET", "DELETE"), Path: pick("/mcp", "/mcp", "/x"), Header: header()}}
			if e.HTTP.Method == "POST" {
				if e.Message = message(); rnd.IntN(5) == 0 {
					e.Message, e.Messages = nil, []json.RawMessage{message(), message()}
				}
			}
			events = append(events, e)
			continue
		}
		on := 0
		for n := range next + 1 {
			if open[n] && (on == 0 || rnd.IntN(2) == 0) {
				on = n
			}
		}
		e := &Event{On: on, From: Server}
		switch rnd.IntN(5) {
		case 0:
			e.HTTP = &HTTP{Status: []int{200, 202, 405}[rnd.IntN(3)], Header: header()}
		case 1:
			e.From, e.End = From(pick("server", "client", "mcpmock")), End(pick("eof", "closed"))
			delete(open, on)
		case 2:
			e.SSE, e.Raw = &SSE{Event: "endpoint"}, []byte("/m?sessionId="+pick("session-1", "session-3"))
		default:
			e.SSE, e.Message = &SSE{ID: pick("", "a", "b", "event-2")}, message()
			e.SSE.HasID = e.SSE.ID != ""
			if rnd.IntN(3) == 0 {
				e.SSE.Frame = "data: " + string(e.Message) + "\nid: " + e.SSE.ID + "\n\n"
			}
		}
		events = append(events, e)
	}
	return events
}

// FuzzGolden holds that a golden tape is its own golden tape, and that
// nothing is lost but ends of GET streams.
func FuzzGolden(f *testing.F) {
	for seed := range uint64(150) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		events := randomTape(rand.New(rand.NewPCG(seed, 0)))
		once := Golden(events)
		if diff := cmp.Diff(once, Golden(once), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d: twice differs from once:\n%s", seed, diff)
		}
		if count(once) != count(events) {
			t.Fatalf("seed %d: %d events became %d", seed, count(events), count(once))
		}
	})
}

// count counts the events that are not ends alone.
func count(events []*Event) int {
	n := 0
	for _, e := range events {
		if !isEnd(e) {
			n++
		}
	}
	return n
}
