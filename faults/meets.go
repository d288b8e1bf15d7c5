package faults

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Meets reports whether a request meets a trigger, but for what counts
// requests and what is left to chance. A batch does where one of its messages
// does.
func Meets(t *scenarios.Trigger, r *Request) bool {
	if len(r.Batch.Messages) < 2 || !asksOfMessage(t) {
		return meets(t, r)
	}
	defer r.look(r.at)
	for i := range r.Batch.Messages {
		if r.look(i); meets(t, r) {
			return true
		}
	}
	return false
}

// meets is Meets for the message that is looked at.
func meets(t *scenarios.Trigger, r *Request) bool {
	return meetsDoing(t, r) && meetsRest(t, r) && (!r.Outside || asksPath(t))
}

// asksPath reports whether a trigger asks about the path of the URL.
func asksPath(t *scenarios.Trigger) bool {
	return t.Path != "" || t.Not != nil && asksPath(t.Not) ||
		slices.ContainsFunc(t.Any, func(t scenarios.Trigger) bool { return asksPath(&t) })
}

// asksOfMessage reports whether a trigger asks about what one message has.
func asksOfMessage(t *scenarios.Trigger) bool {
	switch {
	case t.Kind == "request", t.Kind == "notification", t.Kind == "response", t.Client == "cancel",
		t.Method != "", t.Tool != "", t.ID != "", t.Params != "", t.Members != nil, t.Arguments != nil:
		return true
	}
	return t.Not != nil && asksOfMessage(t.Not) ||
		slices.ContainsFunc(t.Any, func(t scenarios.Trigger) bool { return asksOfMessage(&t) })
}

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
	if t.Method != "" && !like(t.Method, r.Method()) || t.Kind != "" && !meetsKind(t.Kind, r) {
		return false
	}
	if t.Tool == "" && t.Arguments == nil && t.ID == "" && t.Params == "" && t.Members == nil {
		return true
	}
	m := r.message()
	if m == nil {
		return false
	}
	switch {
	case t.Tool != "" && !(m.Method == mcp.ToolsCall && like(t.Tool, r.Tool())):
		return false
	case t.ID == "string" && !strings.HasPrefix(string(m.ID), `"`):
		return false
	case t.ID == "number" && (len(m.ID) == 0 || m.ID[0] != '-' && (m.ID[0] < '0' || m.ID[0] > '9')):
		return false
	case t.Params == "present" && m.Params == nil, t.Params == "absent" && m.Params != nil:
		return false
	case t.Members != nil && !Contains(gjson.Parse(jsonrpc.String(m.Params)), t.Members):
		return false
	}
	return t.Arguments == nil || m.Method == mcp.ToolsCall && Contains(gjson.Get(jsonrpc.String(m.Params), "arguments"), t.Arguments)
}

// meetsKind reports whether a request, or the message of it that is looked at,
// is of that kind.
func meetsKind(kind string, r *Request) bool {
	m := r.message()
	switch {
	case kind == "invalid" || r.Invalid:
		return kind == "invalid" && r.Invalid
	case kind == "batch":
		return r.Batch.Array
	}
	return m != nil && kind == m.Kind.String()
}

// Contains reports whether arguments have each member of wanted with its
// value; a string of wanted is a pattern.
func Contains(arguments gjson.Result, wanted json.RawMessage) bool {
	return contains(arguments, gjson.Parse(jsonrpc.String(wanted)))
}

func contains(got, wanted gjson.Result) bool {
	switch {
	case wanted.IsObject():
		if !got.IsObject() {
			return false
		}
		all := true
		wanted.ForEach(func(key, value gjson.Result) bool {
			v := member(got, key.Str)
			all = v.Exists() && contains(v, value)
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

// member returns that member of an object, the first of that name; what is no
// object has none.
func member(object gjson.Result, name string) (found gjson.Result) {
	if !object.IsObject() {
		return gjson.Result{}
	}
	object.ForEach(func(key, value gjson.Result) bool {
		if key.Str == name {
			found = value
		}
		return !found.Exists()
	})
	return found
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
	return gjson.GetBytes(r.message().Params, `_meta.io\.modelcontextprotocol/protocolVersion`).Exists()
}

// like compares a name with a pattern that may end in a *.
func like(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}
