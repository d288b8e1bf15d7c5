package verdicts

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// everything is a scenario with each assertion in it.
func everything() *scenarios.Scenario {
	s := &scenarios.Scenario{Name: "everything", Faults: []scenarios.Fault{{Name: "dies", Do: scenarios.Action{RotateSession: true, Exit: new(int)}}}}
	secret := []scenarios.HeaderTest{{Name: "Authorization", Is: "Bearer secret"}}
	for _, what := range scenarios.Assertions() {
		for _, since := range []string{"start", "refusal", "fault", "dies"} {
			s.Expect = append(s.Expect, scenarios.Expectation{Level: "must", What: what, Since: since, Within: time.Second, Count: 2, Per: time.Second,
				Of: scenarios.Trigger{HTTP: "POST"}, Has: scenarios.Trigger{Session: "known", Not: &scenarios.Trigger{Session: "leaked", Headers: secret}}, Order: []string{"initialize", "tools/list"}})
		}
	}
	return s
}

// TestEveryAssertionIsThere holds that what a scenario may say is judged.
func TestEveryAssertionIsThere(t *testing.T) {
	for _, what := range scenarios.Assertions() {
		if _, missing := newAssertion(&scenarios.Expectation{What: what}).(unknown); missing {
			t.Errorf("nobody judges %s", what)
		}
	}
}

// FuzzLedger lets a judge hear anything in any order: it must not panic, and
// what it says must be one of the results. Of the input, each three bytes are
// an event: what, on which carrier, of which session.
func FuzzLedger(f *testing.F) {
	f.Add([]byte{0, 0, 0, 20, 0, 0, 1, 1, 0, 18, 1, 0, 19, 1, 0, 21, 1, 0, 2, 2, 0, 0, 3, 1, 20, 3, 1})
	f.Add([]byte{10, 5, 0, 12, 5, 0, 16, 5, 1, 3, 6, 1, 14, 5, 1, 9, 1, 1})
	f.Add([]byte{0, 0, 0, 20, 0, 0, 10, 1, 0, 12, 1, 0, 13, 1, 0, 15, 1, 0, 11, 2, 0})
	f.Fuzz(func(t *testing.T, input []byte) {
		j := New(everything())
		var at time.Duration
		for ; len(input) >= 3; input = input[3:] {
			e := strange(input[0], input[1], input[2])
			at += time.Duration(input[1]) * 3 * time.Millisecond
			e.At = at
			j.Hear(e)
			if until, ok := j.Pending(at); ok && until < at {
				t.Fatalf("waits until %v, and it is %v", until, at)
			}
		}
		for _, final := range []bool{false, true} {
			if final {
				j.Done(at)
			}
			for _, v := range j.Verdicts(at) {
				switch {
				case v.Evidence == "":
					t.Errorf("no evidence: %+v", v)
				case v.Result == Waiting && final:
					t.Errorf("still waiting: %+v", v)
				}
			}
		}
	})
}

// strange is any event.
func strange(what, on, of byte) *cassettes.Event {
	session := string(rune('a' + of%4))
	id := int(of >> 4)
	header := http.Header{}
	if of&8 != 0 {
		header.Set("Mcp-Session-Id", session)
	}
	e := &cassettes.Event{On: int(on % 12), From: cassettes.Client}
	message := func(text string) { e.Message = json.RawMessage(text) }
	switch {
	case what%24 < 10:
		e.HTTP = &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: header}
		if what&64 != 0 {
			e.HTTP.Path = "/s/x/mcp"
		}
		if what&128 != 0 {
			header.Set("Authorization", "Bearer redacted-1")
		}
	case what%24 < 16 && what%24 > 11 || what%24 > 17:
		e.From = cassettes.Server
	}
	switch what % 24 {
	case 0:
		message(initialize(id))
	case 1:
		message(call(id, "x"))
	case 2:
		message(initialized)
	case 3:
		message(list(id))
		e.HTTP.Query = "sessionId=" + session
	case 4:
		message(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	case 5:
		e.Messages = []json.RawMessage{json.RawMessage(initialize(id)), json.RawMessage(initialize(id))}
	case 6:
		e.Raw = []byte("{")
	case 7:
		e.HTTP.Method = "DELETE"
	case 8:
		message(result(id))
	case 9:
		e.HTTP = nil
		message(initialize(id))
	case 10, 11:
		e.HTTP = &cassettes.HTTP{Method: "GET", Path: "/mcp", Header: header}
		if what%24 == 11 {
			header.Set("Last-Event-Id", session)
		}
	case 12:
		e.HTTP = &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}, "Mcp-Session-Id": header["Mcp-Session-Id"]}}
	case 13:
		e.SSE = &cassettes.SSE{ID: session, HasID: true}
	case 14, 15:
		e.SSE = &cassettes.SSE{}
		message(result(id))
		if what%24 == 15 {
			e.End = cassettes.EOF
		}
	case 16:
		e.From, e.SSE, e.Raw = cassettes.Server, &cassettes.SSE{Event: "endpoint"}, []byte("/messages?sessionId="+session)
	case 17:
		e.End = cassettes.Closed
	case 18, 19:
		e.From = cassettes.Mcpmock
		e.Note = &cassettes.Note{Kind: "faulted", Rule: "dies", Space: [...]string{"", "x"}[of&1]}
		if what%24 == 19 {
			e.Note.Kind, e.Note.Rule = "refused", "session-ended"
		}
	case 20, 21, 22:
		e.HTTP = &cassettes.HTTP{Status: 200 + int(on%3)*102, Header: header}
		if what%24 == 20 {
			message(result(id))
		}
	case 23:
		e.End, e.Code = cassettes.Exit, int(of&1)
	}
	return e
}

// TestLedgerIsBounded holds that a long run costs no more than a short one.
func TestLedgerIsBounded(t *testing.T) {
	j := New(everything())
	hear := func(e cassettes.Event) { j.Hear(&e) }
	for i := range 60_000 {
		session := "s" + itoa(i)
		h := http.Header{}
		on := 3 * i
		hear(cassettes.Event{On: on, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Header: h}, Message: json.RawMessage(initialize(0))})
		hear(cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Mcp-Session-Id": {session}}}, Message: json.RawMessage(result(0))})
		// A request without an answer, a stream without an end, an id that is none.
		known := http.Header{"Mcp-Session-Id": {session}}
		hear(cassettes.Event{On: on + 1, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Header: known}, Message: json.RawMessage(call(i, "x"))})
		hear(cassettes.Event{On: on + 2, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "GET", Header: known}})
		hear(cassettes.Event{On: on + 2, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 400, Header: http.Header{"Mcp-Session-Id": {"x" + session}}}})
	}
	l := j.spaces[""].ledger
	for what, n := range map[string]int{
		"carriers": len(j.carriers.all), "their order": len(j.carriers.order), "sessions": len(l.sessions.all), "leaked": len(l.leaked.all), "open": len(l.loose.open),
	} {
		if n > 2*maxCarriers+64 {
			t.Errorf("%d %s are kept", n, what)
		}
	}
	if n := len(l.sessions.all); n != maxSessions {
		t.Errorf("%d sessions are kept, not %d", n, maxSessions)
	}
	// The latest is known, the first forgotten.
	if l.sessions.all["s59999"] == nil || l.sessions.all["s0"] != nil {
		t.Error("the wrong sessions are kept")
	}
}

// TestOldPostsAreLetGo holds that nothing is kept of a POST of HTTP+SSE when its 202
// is out, for the answer comes on the stream.
func TestOldPostsAreLetGo(t *testing.T) {
	r := &reel{}
	stream := oldSession(r, "old")
	for i := range 500 {
		on := r.request("POST", "", list(1+i))
		r.events[len(r.events)-1].HTTP.Query = "sessionId=old"
		r.add(&cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 202}, Raw: []byte("Accepted")})
	}
	r.frame(stream, "", result(500))
	j := r.judge(broken(scenarios.Expectation{What: scenarios.AssertAlive, Since: "start"}))
	if n := len(j.carriers.all); n != 1 {
		t.Errorf("%d carriers are kept", n)
	}
	if v := j.Verdicts(r.at)[0]; v.Result != Pass {
		t.Errorf("%+v", v)
	}
}

func itoa(i int) string {
	b, _ := json.Marshal(i)
	return string(b)
}

// TestShelfSparesWhatIsInUse holds that a process which lives long is not
// forgotten for the sake of requests that come and go.
func TestShelfSparesWhatIsInUse(t *testing.T) {
	s := newShelf[int](8, func(inUse bool) bool { return inUse })
	s.add(-1, true)
	for i := range 10_000 {
		s.add(i, false)
	}
	if _, ok := s.all[-1]; !ok || len(s.all) != 8 || len(s.order) > 100 {
		t.Errorf("%v, %d in order", s.all, len(s.order))
	}
	for i := range 10_000 { // all in use: they go all the same
		s.add(i, true)
	}
	if len(s.all) != 8 || len(s.order) > 100 {
		t.Errorf("%d, %d in order", len(s.all), len(s.order))
	}
}

func TestIDSet(t *testing.T) {
	var s idSet
	for _, c := range []struct {
		id  string
		had bool
	}{
		{"5", false}, {"5", true}, {"6", false}, {"4", false}, {"9", false}, {"7", false}, {"8", false}, {"9", true}, {"10", false},
		{`"5"`, false}, {`"5"`, true}, {"-9223372036854775808", false}, {"9223372036854775807", false}, {"9223372036854775807", true},
		{"99999999999999999999", false}, {"99999999999999999999", true}, {"4", true}, {"3", false},
	} {
		if had := s.add(c.id); had != c.had {
			t.Errorf("%s: %v", c.id, had)
		}
	}
	var long idSet
	for i := range 1_000_000 {
		if long.add(itoa(i)) {
			t.Fatalf("%d had been", i)
		}
	}
	if len(long.others) != 0 {
		t.Errorf("a client that counts costs %d entries", len(long.others))
	}
}

// BenchmarkHear is what a request costs that concerns nobody much.
func BenchmarkHear(b *testing.B) {
	j := New(broken(scenarios.Expectation{What: scenarios.AssertReinitialize}), broken(scenarios.Expectation{What: scenarios.AssertReplays}))
	r := &reel{}
	r.open("a", 0)
	for _, e := range r.events {
		j.Hear(e)
	}
	r.events = nil
	r.ask("a", 1)
	b.ReportAllocs()
	for b.Loop() {
		j.Hear(r.events[0])
		j.Hear(r.events[1])
	}
}
