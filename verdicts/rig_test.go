package verdicts

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A reel writes what happens, as a journal has it. Times are in milliseconds.
type reel struct {
	events []*cassettes.Event
	on     int
	at     time.Duration
	space  string
}

// wait lets time pass.
func (r *reel) wait(ms int) { r.at += time.Duration(ms) * time.Millisecond }

func (r *reel) add(e *cassettes.Event) {
	e.At = r.at
	r.events = append(r.events, e)
}

// request puts an HTTP request on a carrier of its own.
func (r *reel) request(method, session, message string, header ...string) int {
	r.on++
	h := http.Header{}
	if session != "" {
		h.Set("Mcp-Session-Id", session)
	}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	path := "/mcp"
	if r.space != "" {
		path = "/s/" + r.space + "/mcp"
	}
	e := &cassettes.Event{On: r.on, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: method, Path: path, Header: h}}
	if message != "" {
		e.Message = json.RawMessage(message)
	}
	r.add(e)
	return r.on
}

func (r *reel) post(session, message string) int { return r.request("POST", session, message) }

// answer is a whole response.
func (r *reel) answer(on, status int, session, message string) {
	h := http.Header{"Content-Type": {"application/json"}}
	if session != "" {
		h.Set("Mcp-Session-Id", session)
	}
	e := &cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: status, Header: h}}
	if message != "" {
		e.Message = json.RawMessage(message)
	}
	r.add(e)
}

// head begins an event stream; frame says an event on it.
func (r *reel) head(on int) {
	r.add(&cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}})
}

func (r *reel) frame(on int, id, message string) {
	e := &cassettes.Event{On: on, From: cassettes.Server, SSE: &cassettes.SSE{ID: id, HasID: id != ""}}
	if message != "" {
		e.Message = json.RawMessage(message)
	}
	r.add(e)
}

func (r *reel) end(on int, from cassettes.From, how cassettes.End) {
	r.add(&cassettes.Event{On: on, From: from, End: how})
}

// note is a remark of mcpmock about what came last on a carrier.
func (r *reel) note(on int, kind, rule string) {
	r.add(&cassettes.Event{On: on, From: cassettes.Mcpmock, Note: &cassettes.Note{Kind: kind, Rule: rule, Space: r.space}})
}

// line is what a side of a stdio process says.
func (r *reel) line(on int, from cassettes.From, message string) {
	r.add(&cassettes.Event{On: on, From: from, Message: json.RawMessage(message)})
}

func initialize(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`, id)
}

func call(id int, tool string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q}}`, id, tool)
}

func list(id int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, id) }

func result(id int) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{}}`, id) }

func failure(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"error":{"code":-32000,"message":"no"}}`, id)
}

const initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

// open is a whole handshake, which opens a session.
func (r *reel) open(session string, id int) {
	on := r.post("", initialize(id))
	r.answer(on, 200, session, result(id))
	r.answer(r.post(session, initialized), 202, "", "")
}

// ask is a request with its answer.
func (r *reel) ask(session string, id int) {
	r.answer(r.post(session, list(id)), 200, "", result(id))
}

// expire is a call that finds its session dead.
func (r *reel) expire(session string, id int) {
	on := r.post(session, call(id, "forecast"))
	r.note(on, "faulted", "dies")
	r.note(on, "refused", "session-ended")
	r.answer(on, 404, "", failure(id))
}

// judge lets a judge hear it all.
func (r *reel) judge(list ...*scenarios.Scenario) *Judge {
	j := New(list...)
	for _, e := range r.events {
		j.Hear(e)
	}
	return j
}

// a case is one client, and what is to be said of it.
type clientCase struct {
	why     string
	expect  scenarios.Expectation
	does    scenarios.Action // what the fault dies does
	plays   func(r *reel)
	running bool // the client has not ended
	want    Result
	says    string // in the evidence
	whole   string // the evidence, where all of it matters
}

func broken(e scenarios.Expectation) *scenarios.Scenario {
	if e.Level == "" {
		e.Level = "must"
	}
	return &scenarios.Scenario{
		Name: "broken", About: "https://bugs.example/1", Faults: []scenarios.Fault{{Name: "dies"}}, Expect: []scenarios.Expectation{e},
	}
}

func runCases(t *testing.T, cases []clientCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.why, func(t *testing.T) {
			r := &reel{}
			c.plays(r)
			s := broken(c.expect)
			s.Faults[0].Do = c.does
			j := r.judge(s)
			if !c.running {
				j.Done(r.at)
			}
			v := j.Verdicts(r.at)[0]
			if v.Result != c.want || !strings.Contains(v.Evidence, c.says) || c.whole != "" && v.Evidence != c.whole {
				t.Errorf("%s: %q\nnot %s: %q", v.Result, v.Evidence, c.want, c.says+c.whole)
			}
			if again := j.Verdicts(r.at)[0]; again != v {
				t.Errorf("asked again: %+v", again)
			}
			if v.Result == Fail != Failed([]Verdict{v}) {
				t.Error("Failed does not agree")
			}
		})
	}
}
