package faults

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Meets reports whether a request meets a trigger, but for what counts
// requests and what is left to chance.
func Meets(t *scenarios.Trigger, r *Request) bool { return meetsDoing(t, r) && meetsRest(t, r) }

// meetsWithin is Meets for a trigger within another, which has said what the
// client does.
func meetsWithin(t *scenarios.Trigger, r *Request) bool {
	return (t.Client == "" || meetsDoing(t, r)) && meetsRest(t, r)
}

func meetsRest(t *scenarios.Trigger, r *Request) bool {
	return meetsHTTP(t, r) && meetsMessage(t, r) && meetsSession(t, r) && meetsOthers(t, r)
}

func meetsDoing(t *scenarios.Trigger, r *Request) bool {
	switch t.Client {
	case "connect":
		return r.Client == Connects
	case "disconnect":
		return r.Client == Disconnects
	case "eof":
		return r.Client == Closes
	case "resume":
		return r.Client == Sends && r.HTTP == http.MethodGet && len(r.Header[mcp.HeaderLastEventID]) > 0
	case "cancel":
		return r.Client == Sends && r.Method() == mcp.Cancelled
	}
	return r.Client == Sends
}

func meetsHTTP(t *scenarios.Trigger, r *Request) bool {
	if t.HTTP != "" && !strings.EqualFold(t.HTTP, r.HTTP) || t.Path != "" && !like(t.Path, r.Path) {
		return false
	}
	for i := range t.Headers {
		if !meetsHeader(&t.Headers[i], r.Header) {
			return false
		}
	}
	return true
}

// meetsHeader tests a header of which several lines count as one.
func meetsHeader(t *scenarios.HeaderTest, header http.Header) bool {
	lines := header[http.CanonicalHeaderKey(t.Name)]
	value := strings.Join(lines, ", ")
	switch {
	case t.Absent:
		return len(lines) == 0
	case t.Lacks != "":
		return !strings.Contains(value, t.Lacks)
	case len(lines) == 0:
		return false
	case t.Repeated:
		return len(lines) > 1
	case t.Starts != "":
		return strings.HasPrefix(value, t.Starts)
	case t.Contains != "":
		return strings.Contains(value, t.Contains)
	case t.Matches != nil:
		return t.Matches.MatchString(value)
	case t.Present:
		return true
	}
	return value == t.Is
}

func meetsMessage(t *scenarios.Trigger, r *Request) bool {
	if t.Method != "" && !like(t.Method, r.Method()) || t.Kind != "" && t.Kind != kindOf(r) {
		return false
	}
	if t.Tool == "" && t.Arguments == nil && t.ID == "" && t.Params == "" && t.Members == nil {
		return true
	}
	if len(r.Batch.Messages) == 0 {
		return false
	}
	m := r.Batch.Messages[0]
	switch {
	case t.Tool != "" && !(m.Method == mcp.ToolsCall && like(t.Tool, r.Tool())):
		return false
	case t.ID == "string" && !strings.HasPrefix(string(m.ID), `"`):
		return false
	case t.ID == "number" && (len(m.ID) == 0 || m.ID[0] != '-' && (m.ID[0] < '0' || m.ID[0] > '9')):
		return false
	case t.Params == "present" && m.Params == nil, t.Params == "absent" && m.Params != nil:
		return false
	case t.Members != nil && !Contains(gjson.ParseBytes(m.Params), t.Members):
		return false
	}
	return t.Arguments == nil || m.Method == mcp.ToolsCall && Contains(gjson.GetBytes(m.Params, "arguments"), t.Arguments)
}

func kindOf(r *Request) string {
	switch {
	case r.Invalid:
		return "invalid"
	case r.Batch.Array:
		return "batch"
	case len(r.Batch.Messages) == 0:
		return ""
	}
	switch r.Batch.Messages[0].Kind {
	case jsonrpc.Request:
		return "request"
	case jsonrpc.Notification:
		return "notification"
	}
	return "response"
}

// Contains reports whether arguments have each member of wanted with its
// value; a string of wanted is a pattern.
func Contains(arguments gjson.Result, wanted json.RawMessage) bool {
	return contains(arguments, gjson.ParseBytes(wanted))
}

func contains(got, wanted gjson.Result) bool {
	switch {
	case wanted.IsObject():
		if !got.IsObject() {
			return false
		}
		all := true
		members := got.Map()
		wanted.ForEach(func(key, value gjson.Result) bool {
			member, ok := members[key.Str]
			all = ok && contains(member, value)
			return all
		})
		return all
	case wanted.IsArray():
		theirs, ours := got.Array(), wanted.Array()
		if !got.IsArray() || len(theirs) != len(ours) {
			return false
		}
		for i := range ours {
			if !contains(theirs[i], ours[i]) {
				return false
			}
		}
		return true
	case wanted.Type == gjson.String:
		return got.Type == gjson.String && like(wanted.Str, got.Str)
	case wanted.Type == gjson.Number:
		return got.Type == gjson.Number && sameNumber(got, wanted)
	}
	return got.Type == wanted.Type
}

// sameNumber reports whether two numbers are one, however they are spelled:
// 1, 1.0 and 1e0 are. Integers beyond those that a float64 tells apart are
// compared digit by digit.
func sameNumber(a, b gjson.Result) bool {
	if a.Raw == b.Raw || a.Num != b.Num {
		return a.Raw == b.Raw
	}
	return math.Abs(a.Num) < 1<<53 || strings.ContainsAny(a.Raw+b.Raw, ".eE")
}

func meetsSession(t *scenarios.Trigger, r *Request) bool {
	switch t.Session {
	case "none":
		if r.Session != NoSession {
			return false
		}
	case "known":
		if r.Session != Known {
			return false
		}
	case "unknown":
		if r.Session != Unknown && r.Session != Ended && r.Session != Leaked {
			return false
		}
	case "ended":
		if r.Session != Ended {
			return false
		}
	case "leaked":
		if r.Session != Leaked {
			return false
		}
	}
	switch t.State {
	case "new":
		return r.State == New
	case "initializing":
		return r.State == Initializing
	case "ready":
		return r.State == Ready
	}
	return true
}

func meetsOthers(t *scenarios.Trigger, r *Request) bool {
	switch {
	case t.Era != "" && (t.Era == "modern") != modern(r),
		t.InFlight > r.InFlight, t.SameID && !r.SameID, t.Replica != 0 && t.Replica != r.Replica,
		t.Idle > 0 && r.Idle < t.Idle:
		return false
	}
	return (len(t.Any) == 0 || meetsAny(t.Any, r)) && (t.Not == nil || !meetsWithin(t.Not, r))
}

func meetsAny(any []scenarios.Trigger, r *Request) bool {
	for i := range any {
		if meetsWithin(&any[i], r) {
			return true
		}
	}
	return false
}

// modern reports whether a request is of 2026-07-28 or later: by its envelope,
// by a header that names no revision with a handshake, or because only that era
// has its method (2026-07-28 basic/versioning, "Terminology"). An initialize is
// so by its envelope alone: it "selects legacy semantics". In a session a header
// with a revision that nobody knows is what the handshake has agreed upon.
func modern(r *Request) bool {
	method := r.Method()
	if v := r.Header.Get(mcp.HeaderProtocolVersion); mcp.IsModern(v) || v != "" && !mcp.IsLegacy(v) && r.Session == NoSession {
		if method != mcp.Initialize {
			return true
		}
	}
	switch method {
	case "":
		return false
	case mcp.Discover, mcp.Listen:
		return true
	}
	return gjson.GetBytes(r.Batch.Messages[0].Params, `_meta.io\.modelcontextprotocol/protocolVersion`).Exists()
}

// like compares a name with a pattern that may end in a *.
func like(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}
