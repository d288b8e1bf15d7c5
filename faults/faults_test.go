package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A play is a mock whose faults are written down as they fire.
type play struct {
	t       *testing.T
	run     *Run
	server  Counts
	session map[string]*Counts
	now     time.Time
	first   map[string]time.Time
}

func playing(t *testing.T, s *scenarios.Scenario) *play {
	return &play{t: t, run: NewSet(s).Begin(), session: map[string]*Counts{}, now: time.Unix(0, 0), first: map[string]time.Time{}}
}

// sends lets a session send a request on a connection, and returns the names of
// the faults that fire.
func (p *play) sends(session, connection, method string) string {
	p.t.Helper()
	c := p.session[session]
	if c == nil {
		c = &Counts{}
		p.session[session], p.first[session] = c, p.now
	}
	r := posted(p.t, `{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`)
	r.Since = p.now.Sub(p.first[session])
	var fired []string
	p.run.Fire(r, Place{Session: c, Server: &p.server, Connection: connection}, p.now, func(f *scenarios.Fault) bool {
		fired = append(fired, f.Name)
		return !f.Do.Ignore // which answers
	})
	return strings.Join(fired, " ")
}

// TestFire plays requests, each "session method" or a time that passes, and
// compares which faults fire.
func TestFire(t *testing.T) {
	const call = "a tools/call"
	withhold := scenarios.Action{Withhold: true}
	on := func(f scenarios.Fault) []scenarios.Fault {
		f.Name, f.Do = "x", withhold
		if f.When.Method == "" && f.When.Empty() {
			f.When.Method = "tools/call"
		}
		return []scenarios.Fault{f}
	}
	counts := func(t scenarios.Trigger) scenarios.Trigger { t.Method = "tools/call"; return t }
	initialize := &scenarios.Trigger{Method: "initialize"}
	for _, c := range []struct {
		reason string
		faults []scenarios.Fault
		steps  string // of "request=faults" or a duration
	}{
		{"each time", on(scenarios.Fault{}), call + "=x;" + call + "=x;a ping=;" + call + "=x"},
		{"twice", on(scenarios.Fault{Times: 2}), call + "=x;b tools/call=x;" + call + "=;b tools/call="},
		{"the second of a session", on(scenarios.Fault{When: counts(scenarios.Trigger{Nth: 2})}), call + "=;b tools/call=;" + call + "=x;b tools/call=x;" + call + "="},
		{"what does not meet the rest does not count", on(scenarios.Fault{When: counts(scenarios.Trigger{Nth: 2})}), call + "=;a ping=;a tools/list=;" + call + "=x"},
		{"the second of the mock", on(scenarios.Fault{When: counts(scenarios.Trigger{Nth: 2}), Scope: "server"}), call + "=;b tools/call=x;" + call + "=;b tools/call="},
		{"the second of a connection", on(scenarios.Fault{When: counts(scenarios.Trigger{Nth: 2}), Scope: "connection"}), call + " 1=;" + call + " 2=;b tools/call 1=x;" + call + " 2=x"},
		{"every third", on(scenarios.Fault{When: counts(scenarios.Trigger{Every: 3})}), strings.Repeat(call+"=;"+call+"=;"+call+"=x;", 3)},
		{"all but the first two", on(scenarios.Fault{When: counts(scenarios.Trigger{After: 2})}), call + "=;" + call + "=;" + call + "=x;b tools/call=;" + call + "=x"},
		{"all but those of the first second, from the session's first request", on(scenarios.Fault{When: counts(scenarios.Trigger{AfterTime: time.Second})}), "a ping=;999ms;" + call + "=;1ms;" + call + "=x;b tools/call="},
		{"until initialize, which goes unharmed", on(scenarios.Fault{When: scenarios.Trigger{Kind: "request"}, Until: initialize}), "a initialize=x;" + call + "=x;a initialize=;" + call + "="},
		{"until that, which does not count before the fault has fired", on(scenarios.Fault{Until: initialize}), "a initialize=;" + call + "=x;a initialize=;" + call + "="},
		{"until, of another session as well", on(scenarios.Fault{Until: initialize}), call + "=x;b initialize=;" + call + "="},
		{"for a second since it first fired", on(scenarios.Fault{For: time.Second}), "5s;" + call + "=x;999ms;" + call + "=x;1ms;" + call + "=;9s;" + call + "="},
		{"at most once in a second", on(scenarios.Fault{Cooldown: time.Second}), call + "=x;" + call + "=;999ms;" + call + "=;1ms;" + call + "=x;" + call + "="},
		{"cooling down counts requests all the same", on(scenarios.Fault{When: counts(scenarios.Trigger{Every: 2}), Cooldown: time.Second}), call + "=;" + call + "=x;" + call + "=;" + call + "=;1s;" + call + "=;" + call + "=x"},
		{"twice, every second request", on(scenarios.Fault{When: counts(scenarios.Trigger{Every: 2}), Times: 2}), call + "=;" + call + "=x;" + call + "=;" + call + "=x;" + call + "=;" + call + "="},
		{"in their order, until one answers", []scenarios.Fault{
			{Name: "x", When: counts(scenarios.Trigger{}), Do: withhold},
			{Name: "y", When: scenarios.Trigger{Kind: "request"}, Do: scenarios.Action{Ignore: true}, Times: 1},
			{Name: "z", Do: withhold},
		}, call + "=x y;" + call + "=x z;a ping=z"},
		{"what another has answered counts all the same", []scenarios.Fault{
			{Name: "x", When: counts(scenarios.Trigger{Nth: 1}), Do: scenarios.Action{Ignore: true}},
			{Name: "y", When: counts(scenarios.Trigger{Nth: 2}), Do: withhold},
		}, call + "=x;" + call + "=y;" + call + "="},
	} {
		t.Run(c.reason, func(t *testing.T) {
			p := playing(t, &scenarios.Scenario{Faults: c.faults})
			for i, step := range strings.Split(strings.TrimSuffix(c.steps, ";"), ";") {
				request, want, ok := strings.Cut(step, "=")
				if !ok {
					d, err := time.ParseDuration(step)
					if err != nil {
						t.Fatal(err)
					}
					p.now = p.now.Add(d)
					continue
				}
				words := append(strings.Fields(request), "")
				if got := p.sends(words[0], words[2], words[1]); got != want {
					t.Errorf("step %d, %s: %q fires, want %q", i+1, request, got, want)
				}
			}
		})
	}
}

// In a batch each message is one that meets a trigger about messages, and the
// request as a whole one that meets any other.
func TestFireBatch(t *testing.T) {
	batch := posted(t, `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}},{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"b"}}]`)
	calls := scenarios.Trigger{Method: "tools/call"}
	for _, c := range []struct {
		reason string
		faults []scenarios.Fault
		want   string
	}{
		{"each message", []scenarios.Fault{{When: calls}}, "0:2 0:3"},
		{"the second of them", []scenarios.Fault{{When: scenarios.Trigger{Method: "tools/call", Nth: 2}}}, "0:3"},
		{"once at most", []scenarios.Fault{{When: calls, Times: 1}}, "0:2"},
		{"the request", []scenarios.Fault{{When: scenarios.Trigger{Kind: "batch"}}, {When: scenarios.Trigger{HTTP: "POST", Nth: 1}}}, "0: 1:"},
		{"fault by fault", []scenarios.Fault{{When: calls}, {When: scenarios.Trigger{Tool: "b"}}}, "0:2 0:3 1:3"},
		{"who has an answer meets no more, the others do", []scenarios.Fault{{When: scenarios.Trigger{Tool: "a"}, Do: scenarios.Action{Result: []byte("{}")}}, {When: calls}}, "0:2 1:3"},
		{"what answers the request leaves nothing", []scenarios.Fault{{When: scenarios.Trigger{Tool: "a"}, Do: scenarios.Action{Ignore: true}}, {When: calls}}, "0:2"},
	} {
		s := &scenarios.Scenario{Faults: c.faults}
		var counts Counts
		var fired []string
		NewSet(s).Begin().Fire(batch, Place{Session: &counts, Server: &counts}, time.Unix(0, 0), func(f *scenarios.Fault) bool {
			for i := range s.Faults {
				if f == &s.Faults[i] {
					id := ""
					if m := batch.Member(f); m != nil {
						id = string(m.ID)
					}
					fired = append(fired, fmt.Sprintf("%d:%s", i, id))
				}
			}
			return !f.Do.Replaces()
		})
		if got := strings.Join(fired, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.reason, got, c.want)
		}
	}
}

// Faults without a name are told apart by their numbers.
func TestNames(t *testing.T) {
	s := &scenarios.Scenario{Faults: []scenarios.Fault{{Do: scenarios.Action{Status: 503}}, {Name: "x"}, {}}}
	set, request := NewSet(s), posted(t, "{}")
	request.Over = "http"
	var counts Counts
	var names []string
	set.Begin().Fire(request, Place{Session: &counts, Server: &counts}, time.Unix(0, 0), func(f *scenarios.Fault) bool {
		names = append(names, set.Name(f))
		return true
	})
	if want := []string{"fault 1", "x", "fault 3"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// Chance is as likely as it says, and with the same seed the same.
func TestChance(t *testing.T) {
	seed := int64(7)
	draw := func(seed *int64, chance float64) (fired []bool) {
		p := playing(t, &scenarios.Scenario{Seed: seed, Faults: []scenarios.Fault{{Name: "x", When: scenarios.Trigger{Chance: chance}}}})
		for range 1000 {
			fired = append(fired, p.sends("a", "", "ping") != "")
		}
		return fired
	}
	first := draw(&seed, 0.3)
	n := 0
	for _, f := range first {
		if f {
			n++
		}
	}
	if n < 250 || n > 350 {
		t.Errorf("of 1000 requests %d met a chance of 0.3", n)
	}
	if !slices.Equal(first, draw(&seed, 0.3)) {
		t.Error("the same seed draws otherwise")
	}
	other := int64(8)
	if slices.Equal(first, draw(&other, 0.3)) {
		t.Error("another seed draws the same")
	}
	if slices.Contains(draw(&seed, 1), false) {
		t.Error("a chance of 1 is not always met")
	}
	run := NewSet(&scenarios.Scenario{Seed: &seed}).Begin()
	again := NewSet(&scenarios.Scenario{Seed: &seed}).Begin()
	for range 10 {
		if a, b := run.Chance(), again.Chance(); a != b || a < 0 || a >= 1 {
			t.Fatalf("drew %v and %v", a, b)
		}
		if a, b := run.Normal(), again.Normal(); a != b {
			t.Fatalf("drew %v and %v", a, b)
		}
	}
}

// Many rules are looked at in their order, whatever they are found by.
func TestHundredFaults(t *testing.T) {
	s := &scenarios.Scenario{}
	methods := []string{"tools/call", "", "tools/*", "ping"}
	for i := range 100 {
		s.Faults = append(s.Faults, scenarios.Fault{Name: fmt.Sprint(i), When: scenarios.Trigger{Method: methods[i%4]}, Do: scenarios.Action{Withhold: true}})
	}
	p := playing(t, s)
	for method, meets := range map[string][]int{"tools/call": {0, 1, 2}, "ping": {1, 3}, "tools/list": {1, 2}, "initialize": {1}} {
		var want []string
		for i := range 100 {
			if slices.Contains(meets, i%4) {
				want = append(want, fmt.Sprint(i))
			}
		}
		if got := p.sends("a", "", method); got != strings.Join(want, " ") {
			t.Errorf("%s: %s\nwant %v", method, got, want)
		}
	}
}

// What a Set knows about its faults, so that others need not look.
func TestSet(t *testing.T) {
	s := &scenarios.Scenario{Faults: []scenarios.Fault{
		{When: scenarios.Trigger{Client: "eof"}, Do: scenarios.Action{Emit: []scenarios.Emit{{Text: "x"}}}},
		setOf("/result/nextCursor", `"same"`),
		setOf("/result/nextCursor", `5`),
		setOf("/result/x", `"other"`),
		{Do: scenarios.Action{Send: []scenarios.Sent{{On: "both"}}}},
	}}
	set := NewSet(s)
	if set.Len() != 5 {
		t.Errorf("%d faults", set.Len())
	}
	if !set.Awaits(Closes) || set.Awaits(Connects) || set.Awaits(Disconnects) {
		t.Error("one waits for the end of stdin, and for nothing else")
	}
	if !set.HandsOut("same") || set.HandsOut("other") || set.HandsOut("") {
		t.Error("the cursor that is handed out is same, and no other")
	}
	if !set.Elsewhere() || NewSet(&scenarios.Scenario{Faults: s.Faults[:4]}).Elsewhere() {
		t.Error("the last one says something on standalone streams, and no other")
	}
	if none := NewSet(&scenarios.Scenario{}); none.Len() != 0 || none.HandsOut("") || none.Elsewhere() {
		t.Error("without faults there is nothing")
	}
}

func setOf(pointer, value string) scenarios.Fault {
	return scenarios.Fault{Do: setAt(pointer, value)}
}

func BenchmarkFire(b *testing.B) {
	for _, n := range []int{0, 1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := &scenarios.Scenario{}
			for i := range n {
				s.Faults = append(s.Faults, scenarios.Fault{When: scenarios.Trigger{Method: "tools/call", Tool: fmt.Sprint("tool-", i), Nth: 5}, Do: scenarios.Action{Withhold: true}})
			}
			run := NewSet(s).Begin()
			r := posted(b, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool-0","arguments":{"city":"Oslo"}}}`)
			var session, server Counts
			at := Place{Session: &session, Server: &server, Connection: "127.0.0.1:1"}
			now := time.Unix(0, 0)
			b.ReportAllocs()
			for b.Loop() {
				run.Fire(r, at, now, func(*scenarios.Fault) bool { return true })
			}
		})
	}
}

// What act does is its own affair: it may panic, as a handler does that gives
// its connection up, and the next request finds all in order.
func TestActMayPanic(t *testing.T) {
	run := NewSet(&scenarios.Scenario{Faults: []scenarios.Fault{{When: scenarios.Trigger{HTTP: "GET"}}}}).Begin()
	var counts Counts
	fire := func(act func(*scenarios.Fault) bool) {
		defer func() { _ = recover() }()
		run.Fire(&Request{HTTP: "GET"}, Place{Session: &counts, Server: &counts}, time.Unix(0, 0), act)
	}
	fire(func(*scenarios.Fault) bool { panic("gone") })
	fired := false
	fire(func(*scenarios.Fault) bool { fired = run.Chance() >= 0; return true })
	if !fired {
		t.Error("after a panic the fault does not fire")
	}
}

// The index leaves out no fault that a request would meet.
func TestIndexFindsAll(t *testing.T) {
	var s scenarios.Scenario
	for _, verb := range []string{"", "POST", "GET"} {
		for _, method := range []string{"", "tools/call", "tools/*", "ping"} {
			for _, tool := range []string{"", "echo", "ec*", "other"} {
				s.Faults = append(s.Faults, scenarios.Fault{When: scenarios.Trigger{HTTP: verb, Method: method, Tool: tool}})
			}
		}
	}
	for _, t := range []scenarios.Trigger{
		{Path: "/mcp"}, {Path: "/m*"}, {Path: "/other"}, {HTTP: "get", Path: "/mcp"}, {Not: &scenarios.Trigger{Path: "/other"}},
		{Headers: []scenarios.HeaderTest{{Name: "x-of", Is: "a, b"}}}, {Headers: []scenarios.HeaderTest{{Name: "x-of", Is: "a"}}}, {Headers: []scenarios.HeaderTest{{Name: "x-of"}}},
		{Arguments: []byte(`{"city":"Oslo"}`)}, {Tool: "echo", Arguments: []byte(`{"city":"Rome"}`)}, {Arguments: []byte(`{"city":"O*"}`)},
		{Arguments: []byte(`{"city":""}`)}, {Method: "ping", Arguments: []byte(`{"city":"Oslo"}`)}, {Method: "ping", Tool: "echo"}, {Client: "resume"}, {Kind: "batch"},
	} {
		s.Faults = append(s.Faults, scenarios.Fault{When: t})
	}
	for _, verb := range []string{"POST", "GET", "PUT"} {
		for _, message := range []string{"", `{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}`, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"new"}}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"city":"Oslo","city":"Rome"}}}`,
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"city":""}}}`,
			`[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"city":"Rome"}}}]`} {
			r := Request{HTTP: verb, Path: "/mcp", Header: http.Header{"X-Of": {"a", "b"}}, Outside: message == ""}
			if message != "" {
				r.Batch, _ = jsonrpc.Parse([]byte(message))
			}
			var counts Counts
			fired := map[*scenarios.Fault]bool{}
			NewSet(&s).Begin().Fire(&r, Place{Session: &counts, Server: &counts}, time.Unix(0, 0), func(f *scenarios.Fault) bool {
				fired[f] = true
				return true
			})
			for i := range s.Faults {
				f := &s.Faults[i]
				if Meets(&f.When, &r) != fired[f] {
					t.Errorf("%s %s: %+v fires: %v", verb, message, f.When, fired[f])
				}
			}
		}
	}
}
