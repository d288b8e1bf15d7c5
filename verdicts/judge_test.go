package verdicts

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

var reinit = scenarios.Expectation{Level: "must", What: scenarios.AssertReinitialize, Within: 5 * time.Second}

// TestSpacesAreJudgedApart holds that one client's good deed does not excuse
// another's in a space of its own.
func TestSpacesAreJudgedApart(t *testing.T) {
	bad := func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(10); r.expire("a", 2) }
	good := func(r *reel) { r.open("a", 0); r.expire("a", 1); r.wait(10); r.open("b", 0) }
	idle := func(r *reel) { r.open("a", 0) }
	for _, c := range []struct {
		why    string
		spaces map[string]func(*reel)
		order  []string
		want   Result
		says   string
	}{
		{"one bad client is enough", map[string]func(*reel){"x": good, "y": bad}, []string{"x", "y"}, Fail, "in space y: kept the dead session: 1 request with session-1"},
		{"whatever the order", map[string]func(*reel){"x": good, "y": bad}, []string{"y", "x"}, Fail, "in space y: "},
		{"one to whom nothing happened does not count", map[string]func(*reel){"x": idle, "": good}, []string{"x", ""}, Pass, "initialize without a session id"},
		{"all are good", map[string]func(*reel){"x": good, "y": good}, []string{"x", "y"}, Pass, "in space x: "},
	} {
		r := &reel{}
		for _, name := range c.order {
			r.space = name
			c.spaces[name](r)
		}
		j := r.judge(broken(reinit))
		j.Done(r.at)
		if v := j.Verdicts(r.at)[0]; v.Result != c.want || !strings.HasPrefix(v.Evidence, c.says) {
			t.Errorf("%s: %s: %q", c.why, v.Result, v.Evidence)
		}
	}
}

// TestVerdictOfATape holds that a verdict is a function of a tape: that of the
// file is the one that was given as the events passed.
func TestVerdictOfATape(t *testing.T) {
	r := &reel{}
	r.open("a", 0)
	r.expire("a", 1)
	r.wait(20)
	r.expire("a", 2)
	var file bytes.Buffer
	w, err := cassettes.NewWriter(&file, cassettes.Header{Transport: "http"}, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	j := r.judge(broken(reinit))
	j.Done(r.at)
	want := j.Verdicts(r.at)
	whole := file.Len()
	file.WriteString(`{"on": 99, "from": "cli`) // its writer was killed
	for _, n := range []int{whole, file.Len()} {
		tape, err := cassettes.LoadBytes("journal", file.Bytes()[:n])
		if err != nil {
			t.Fatal(err)
		}
		got, err := OfTape(tape, broken(reinit))
		if err != nil || len(got) != 1 || got[0] != want[0] || got[0].Result != Fail {
			t.Errorf("%v, %v\nnot %v", got, err, want)
		}
	}
	tape, err := cassettes.LoadBytes("damaged", append(append([]byte{}, file.Bytes()[:whole]...), "nonsense"...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OfTape(tape, broken(reinit)); err == nil {
		t.Error("a damaged tape is judged")
	}
}

// TestPendingAndChanged holds that whoever waits knows how long, and is told
// when there is no more need to.
func TestPendingAndChanged(t *testing.T) {
	j := New(broken(reinit))
	r := &reel{}
	hear := func() (woken bool) {
		changed := j.Changed()
		for _, e := range r.events {
			j.Hear(e)
		}
		r.events = nil
		select {
		case <-changed:
			return true
		default:
			return false
		}
	}
	r.open("a", 0)
	if hear() {
		t.Error("nothing has changed")
	}
	if _, ok := j.Pending(r.at); ok {
		t.Error("nothing is pending")
	}
	r.wait(1000)
	r.expire("a", 1)
	if !hear() {
		t.Error("there is something to wait for")
	}
	if until, ok := j.Pending(r.at); !ok || until != 6*time.Second {
		t.Errorf("%v %v", until, ok)
	}
	if _, ok := j.Pending(6*time.Second + 1); ok {
		t.Error("its time is over")
	}
	if v := j.Final(r.at)[0]; v.Result != Fail {
		t.Errorf("if it ended now: %+v", v)
	}
	if v := j.Verdicts(r.at)[0]; v.Result != Waiting || v.At != time.Second {
		t.Errorf("as if it had ended: %+v", v)
	}
	r.open("b", 0)
	if !hear() {
		t.Error("it has been done")
	}
	if _, ok := j.Pending(r.at); ok {
		t.Error("it has been done, and is pending")
	}
	j.Done(r.at)
	j.Done(r.at + time.Hour) // once is enough
	r.expire("b", 9)
	hear()
	if v := j.Verdicts(r.at)[0]; v.Result != Pass || v.At != time.Second {
		t.Errorf("%+v", v)
	}
	select {
	case <-j.Changed():
	default:
		t.Error("after the end nothing will change, and nobody may wait")
	}
}

// TestWhereItBegins holds from where on a client is judged.
func TestWhereItBegins(t *testing.T) {
	never := scenarios.Expectation{Level: "must", What: scenarios.AssertNever, Of: scenarios.Trigger{Method: "tools/list"}}
	since := func(s string) *scenarios.Scenario {
		e := never
		e.Since = s
		return broken(e)
	}
	for _, c := range []struct {
		why  string
		list []*scenarios.Scenario
		want []Result
		says string
	}{
		{"a scenario that breaks something means that", []*scenarios.Scenario{broken(never)}, []Result{Pass}, ""},
		{"one that does not means a refusal", []*scenarios.Scenario{{Expect: []scenarios.Expectation{never}}}, []Result{NotReached}, "nothing was refused"},
		{"a policy breaks something", []*scenarios.Scenario{{Rate: &scenarios.Rate{}, Expect: []scenarios.Expectation{never}}}, []Result{Pass}, ""},
		{"from the first request on", []*scenarios.Scenario{since("start")}, []Result{Fail}, ""},
		{"a fault by its name", []*scenarios.Scenario{since("dies")}, []Result{Pass}, ""},
		{"another fault", []*scenarios.Scenario{since("lives")}, []Result{NotReached}, "the fault lives did not fire"},
		{"of two scenarios each means its own faults", []*scenarios.Scenario{
			broken(never), {Name: "second", Faults: []scenarios.Fault{{Name: "lives"}}, Expect: []scenarios.Expectation{never}},
		}, []Result{Pass, NotReached}, ""},
		{"nil is no scenario", []*scenarios.Scenario{nil, broken(never)}, []Result{Pass}, ""},
	} {
		r := &reel{}
		r.open("a", 0)
		r.ask("a", 1)
		r.note(r.post("a", call(2, "x")), "faulted", "dies")
		j := r.judge(c.list...)
		j.Done(r.at)
		for i, v := range j.Verdicts(r.at) {
			if v.Result != c.want[i] || !strings.Contains(v.Evidence, c.says) {
				t.Errorf("%s: %d: %+v", c.why, i, v)
			}
		}
	}
}

// TestScale holds that the times of an expectation shrink with the others.
func TestScale(t *testing.T) {
	s := broken(reinit)
	s.Scale = 0.01
	r := &reel{}
	r.open("a", 0)
	r.expire("a", 1)
	r.wait(51)
	v := r.judge(s).Verdicts(r.at)[0]
	if v.Result != Fail || v.Expectation != "reinitialize: {within: 5s}" || !strings.Contains(v.Evidence, "in 50 ms") {
		t.Errorf("%+v", v)
	}
}

// TestRotatedSession holds that a new id which the server gives a session is
// one of it.
func TestRotatedSession(t *testing.T) {
	s := broken(scenarios.Expectation{Level: "must", What: scenarios.AssertNever, Of: scenarios.Trigger{Session: "unknown"}, Since: "start"})
	s.Faults[0].Do.RotateSession = true
	r := &reel{}
	r.open("a", 0)
	on := r.post("a", list(1))
	r.note(on, "faulted", "dies")
	r.answer(on, 200, "b", result(1))
	r.ask("b", 2)
	if v := r.judge(s).Verdicts(r.at)[0]; v.Result != Pass {
		t.Errorf("%+v", v)
	}
	s.Expect[0].Of.Session = "leaked"
	if v := r.judge(s).Verdicts(r.at)[0]; v.Result != Fail {
		t.Errorf("but initialize has not given it: %+v", v)
	}
	s.Expect[0].Of = scenarios.Trigger{Not: &scenarios.Trigger{Session: "leaked"}, Method: "tools/list", State: "ready"}
	if v := r.judge(s).Verdicts(r.at)[0]; v.Result != Fail || !strings.Contains(v.Evidence, "with session-1 after 0 ms") {
		t.Errorf("what initialize gave is not leaked: %+v", v)
	}
	s.Expect[0].Of = scenarios.Trigger{Session: "unknown"}
	s.Faults[0].Do.RotateSession = false
	if v := r.judge(s).Verdicts(r.at)[0]; v.Result != Fail {
		t.Errorf("without that it is none: %+v", v)
	}
}

// TestExpectationsInWords holds that an expectation is said as a file says it:
// what is said can be parsed, and means the same.
func TestExpectationsInWords(t *testing.T) {
	for _, text := range []string{
		"reinitialize: {within: 5s, max: 1}",
		"reinitialize",
		"settles: {within: 250ms}",
		"replays: {within: 2m}",
		"sends: {method: notifications/cancelled, within: 1s, count: 2}",
		"sends: {client: resume, within: 1m30s}",
		"never: {method: tools/*, session: ended}",
		"never: {any: [{tool: forecast, arguments: {\"city\":\"Oslo\"}}, {kind: batch}], not: {header: {Mcp-Session-Id: present}}}",
		"always: {of: {state: ready}, has: {header: {MCP-Protocol-Version: {is: \"2025-11-25\"}}}}",
		"at_most: {http: GET, count: 5, per: 10s}",
		"resumes: {within: 5s, with: e1}",
		"unique_ids",
		"order: [initialize, notifications/initialized, tools/list]",
		"alive: {within: 1h}",
		"cancels: {within: 1s}",
	} {
		file := "name: x\nfaults:\n  - when: {method: ping}\n    do: expire_session\nexpect:\n  - must: " + asFlow(text) + "\n"
		s, err := scenarios.Parse("x.yaml", []byte(file))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := Text(&s.Expect[0], "fault"); got != text {
			t.Errorf("%s\nis said as\n%s", text, got)
		}
	}
	e := reinit
	e.Since = "start"
	if got := Text(&e, "fault"); got != "reinitialize: {within: 5s}, since: start" {
		t.Error(got)
	}
}

// asFlow is an assertion as the value of must, on one line.
func asFlow(text string) string {
	if strings.Contains(text, ":") {
		return "{" + text + "}"
	}
	return text
}

// TestTooManySpaces holds that a judge says where it has not looked.
func TestTooManySpaces(t *testing.T) {
	j := New(broken(scenarios.Expectation{What: scenarios.AssertAlive, Since: "start"}))
	for i := 0; i <= maxSpaces; i++ {
		r := &reel{space: itoa(i), on: i}
		r.answer(r.post("", list(1)), 200, "", result(1))
		for _, e := range r.events {
			j.Hear(e)
		}
		v := j.Verdicts(0)[0]
		if says := strings.Contains(v.Evidence, "; only the first 10000 spaces were judged"); says != (i == maxSpaces) {
			t.Fatalf("with %d spaces: %q", i+1, v.Evidence)
		}
		for ; i > 2 && i < maxSpaces-1; i++ { // of most it is enough that they are there
			j.docket(itoa(i + 1))
		}
	}
}

// TestTransports holds that what the pages on Streamable HTTP demand binds those
// who come over it, and nobody else.
func TestTransports(t *testing.T) {
	accepts := scenarios.Expectation{What: scenarios.AssertAlways, Since: "start", Of: scenarios.Trigger{Any: []scenarios.Trigger{{HTTP: "POST"}, {HTTP: "GET"}}},
		Has: scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "Accept", Present: true}}}}
	shows := scenarios.Expectation{What: scenarios.AssertAlways, Since: "start", Of: scenarios.Trigger{Method: "tools/*"},
		Has: scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "Mcp-Session-Id", Present: true}}}}
	for _, c := range []struct {
		why    string
		expect scenarios.Expectation
		over   string // what the scenario is about
		plays  func(r *reel)
		want   Result
		level  string
		says   string
	}{
		{"a POST over Streamable HTTP", accepts, "http", func(r *reel) { r.open("a", 0) }, Fail, "must", "sent initialize, which is not"},
		{"its GET, to where it posts", accepts, "http", func(r *reel) { r.post("", list(1)); r.request("GET", "", "") }, Fail, "must", "2 of 2"},
		{"a stream of HTTP+SSE and its POSTs", accepts, "http", func(r *reel) { r.call(r.opensOld("s1"), "s1", 1) }, NotReached, "must", "another transport"},
		{"a POST of that to a session that never was", accepts, "http", func(r *reel) { r.call(0, "s9", 1) }, NotReached, "must", "another transport"},
		{"nobody is asked for an id that was not given", shows, "", func(r *reel) { r.open("", 0); r.ask("", 1) }, NotReached, "must", "no initialize was answered with a session id"},
		{"nor for that of an error", shows, "", func(r *reel) { r.answer(r.post("", list(1)), 400, "x", failure(1)); r.ask("", 2) }, NotReached, "must", "no initialize"},
		{"who was given one shows it", shows, "", func(r *reel) { r.open("a", 0); r.ask("", 1) }, Fail, "must", "1 of 1"},
		{"a session of Streamable HTTP is to be opened anew", reinit, "", func(r *reel) { r.open("a", 0); r.expire("a", 1) }, Fail, "must", "without an initialize"},
		{"a stream that has ended binds nobody", reinit, "", func(r *reel) {
			r.note(r.call(r.opensOld("s1"), "s1", 1), "faulted", "dies")
		}, Fail, "should", "without an initialize"},
		{"nor does a process", reinit, "", func(r *reel) {
			r.on++
			r.line(r.on, cassettes.Client, call(1, "a"))
			r.note(r.on, "faulted", "dies")
		}, Fail, "should", "without an initialize"},
		{"unless the scenario is about that", reinit, "stdio", func(r *reel) {
			r.on++
			r.line(r.on, cassettes.Client, call(1, "a"))
			r.note(r.on, "faulted", "dies")
		}, Fail, "must", "without an initialize"},
	} {
		r := &reel{}
		c.plays(r)
		c.expect.Level = "must"
		s := broken(c.expect)
		s.Transport = c.over
		j := r.judge(s)
		j.Done(r.at)
		v := j.Verdicts(r.at)[0]
		if v.Result != c.want || v.Level != c.level || !strings.Contains(v.Evidence, c.says) {
			t.Errorf("%s: %s %s: %q, want %s %s: %q", c.why, v.Level, v.Result, v.Evidence, c.level, c.want, c.says)
		}
	}
}

// opensOld opens a stream of HTTP+SSE.
func (r *reel) opensOld(session string) (on int) {
	on = r.request("GET", "", "")
	r.events[len(r.events)-1].HTTP.Path = "/sse"
	r.head(on)
	r.add(&cassettes.Event{On: on, From: cassettes.Server, SSE: &cassettes.SSE{Event: "endpoint"}, Raw: []byte("/messages?sessionId=" + session)})
	return on
}

// call is a POST of HTTP+SSE; the answer comes on its stream, where it has one.
func (r *reel) call(stream int, session string, id int) (on int) {
	on = r.post("", call(id, "a"))
	h := r.events[len(r.events)-1].HTTP
	h.Path, h.Query = "/messages", "sessionId="+session
	r.answer(on, 202, "", "")
	if stream != 0 {
		r.frame(stream, "", result(id))
	}
	return on
}

// TestLive holds that nobody is judged by the manners of a mock that are not
// there.
func TestLive(t *testing.T) {
	e := scenarios.Expectation{Level: "must", What: scenarios.AssertNever, Since: "start"}
	r := &reel{}
	r.open("a", 0)
	for _, c := range []struct {
		why        string
		s          scenarios.Scenario
		mock, live Result
	}{
		{"a dialect is the mock's", scenarios.Scenario{Dialect: "spec"}, Fail, NotReached},
		{"and so are sessions", scenarios.Scenario{Sessions: "required"}, Fail, NotReached},
		{"what asks for neither is for all", scenarios.Scenario{}, Fail, Fail},
		{"a fault is its own ground", scenarios.Scenario{Dialect: "spec", Faults: []scenarios.Fault{{Name: "it"}}}, Fail, Fail},
		{"and a policy", scenarios.Scenario{Sessions: "required", Rate: &scenarios.Rate{}}, Fail, Fail},
	} {
		c.s.Expect = []scenarios.Expectation{e}
		for _, with := range []struct {
			judge *Judge
			want  Result
		}{{New(&c.s), c.mock}, {Live(nil, &c.s), c.live}} {
			for _, e := range r.events {
				with.judge.Hear(e)
			}
			with.judge.Done(r.at)
			if v := with.judge.Verdicts(r.at)[0]; v.Result != with.want || with.want == NotReached && !strings.Contains(v.Evidence, "a live server has its own") {
				t.Errorf("%s: %+v, want %s", c.why, v, with.want)
			}
		}
	}
}
