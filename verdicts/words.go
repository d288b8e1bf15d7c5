package verdicts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Text says an expectation as a scenario file does, without its level. Usual
// is the since that goes without saying.
func Text(e *scenarios.Expectation, usual string) string {
	var m mapping
	switch e.What {
	case scenarios.AssertAlways:
		m.add("of", triggerText(&e.Of))
		m.add("has", triggerText(&e.Has))
	case scenarios.AssertOrder:
		return e.What + ": [" + strings.Join(e.Order, ", ") + "]" + since(e, usual)
	default:
		m.trigger(&e.Of)
	}
	m.duration("within", e.Within)
	if e.What == scenarios.AssertReinitialize {
		m.number("max", e.Count)
	} else {
		m.number("count", e.Count)
	}
	m.duration("per", e.Per)
	m.text("with", e.With)
	if len(m) == 0 {
		return e.What + since(e, usual)
	}
	return e.What + ": " + m.String() + since(e, usual)
}

func since(e *scenarios.Expectation, usual string) string {
	if e.Since == "" || e.Since == usual {
		return ""
	}
	return ", since: " + quoted(e.Since)
}

// A mapping is one of YAML, as it stands on one line.
type mapping []string

func (m *mapping) add(key, value string)              { *m = append(*m, key+": "+value) }
func (m *mapping) text(key, value string)             { m.unless(value == "", key, quoted(value)) }
func (m *mapping) number(key string, n int)           { m.unless(n == 0, key, strconv.Itoa(n)) }
func (m *mapping) flag(key string, is bool)           { m.unless(!is, key, "true") }
func (m mapping) String() string                      { return "{" + strings.Join(m, ", ") + "}" }
func (m *mapping) duration(k string, d time.Duration) { m.unless(d == 0, k, short(d)) }

func (m *mapping) unless(zero bool, key, value string) {
	if !zero {
		m.add(key, value)
	}
}

// short is a duration as it is typed: 5s, not 5.000s; 2m, not 2m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// quoted is a text of YAML: plain where that is one.
func quoted(s string) string {
	for i, r := range s {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '/' || r == '_' || i > 0 && (r >= '0' && r <= '9' || r == '-' || r == '.' || r == '*' || r == ' ' && i < len(s)-1)
		if !plain {
			return strconv.Quote(s)
		}
	}
	switch s {
	case "", "true", "false", "null", "yes", "no", "on", "off":
		return strconv.Quote(s)
	}
	return s
}

func triggerText(t *scenarios.Trigger) string {
	var m mapping
	m.trigger(t)
	return m.String()
}

func (m *mapping) trigger(t *scenarios.Trigger) {
	m.text("http", t.HTTP)
	m.text("path", t.Path)
	if len(t.Headers) > 0 {
		var h mapping
		for i := range t.Headers {
			h.add(t.Headers[i].Name, headerText(&t.Headers[i]))
		}
		m.add("header", h.String())
	}
	m.text("kind", t.Kind)
	m.text("method", t.Method)
	m.text("tool", t.Tool)
	m.text("id", t.ID)
	m.text("params", t.Params)
	if t.Members != nil {
		m.add("params", string(t.Members))
	}
	if t.Arguments != nil {
		m.add("arguments", string(t.Arguments))
	}
	m.text("session", t.Session)
	m.text("state", t.State)
	m.text("era", t.Era)
	m.text("client", t.Client)
	m.number("in_flight", t.InFlight)
	m.flag("same_id", t.SameID)
	m.number("replica", t.Replica)
	m.duration("idle", t.Idle)
	if len(t.Any) > 0 {
		var any []string
		for i := range t.Any {
			any = append(any, triggerText(&t.Any[i]))
		}
		m.add("any", "["+strings.Join(any, ", ")+"]")
	}
	if t.Not != nil {
		m.add("not", triggerText(t.Not))
	}
}

func headerText(h *scenarios.HeaderTest) string {
	var m mapping
	switch {
	case h.Absent:
		return "absent"
	case h.Present:
		return "present"
	case h.Repeated:
		return "repeated"
	case h.Matches != nil:
		m.text("matches", h.Matches.String())
	}
	m.text("is", h.Is)
	m.text("starts", h.Starts)
	m.text("contains", h.Contains)
	m.text("lacks", h.Lacks)
	return m.String()
}

// beginning is where the judge began to look, in words.
func (s *stand) beginning() string {
	switch s.Since {
	case "fault", "refusal":
		return "the " + s.Since
	case "start":
		return "its first request"
	}
	return "the fault " + s.Since
}

// about is the first question that an act asks or is about, or nil.
func (a *act) about() *question {
	if a.of == nil && len(a.asks) > 0 {
		return a.asks[0]
	}
	return a.of
}

// done is what the client did: it sent what was asked, or did something else.
func (a *act) done(asked string) string {
	switch a.request.Client {
	case faults.Connects:
		return "connected"
	case faults.Disconnects, faults.Closes:
		return "left"
	}
	return "sent " + asked
}

// asked is what the client sent, by its method.
func (a *act) asked() string {
	r := a.request
	switch {
	case r.Invalid:
		return "what is no JSON-RPC"
	case len(r.Batch.Messages) == 0:
		return r.HTTP
	case len(r.Batch.Messages) > 1:
		return fmt.Sprintf("a batch of %d messages", len(r.Batch.Messages))
	case r.Batch.Messages[0].Kind == jsonrpc.Response:
		return "an answer"
	}
	return cut(r.Method())
}

// described is asked with the tool, and what it showed of a session.
func (a *act) described() string {
	text := a.asked()
	if r := a.request; r.Method() == mcp.ToolsCall {
		if name := gjson.GetBytes(r.Batch.Messages[0].Params, "name").Str; name != "" {
			text += " " + cut(name)
		}
	}
	if shown := a.shown(); a.kind == asked && shown != noID {
		text += " with " + shown
	}
	return text
}

// kindOf is the kind of the first message, or jsonrpc.Invalid.
func (a *act) kindOf() jsonrpc.Kind {
	if len(a.request.Batch.Messages) == 0 {
		return jsonrpc.Invalid
	}
	return a.request.Batch.Messages[0].Kind
}

// requestID is the JSON text of the id that a cancellation names, bounded.
func requestID(params []byte) string { return bounded([]byte(gjson.GetBytes(params, "requestId").Raw)) }
