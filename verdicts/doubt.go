package verdicts

import (
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Why it cannot be said what a client did.
const (
	redacted = "it asks for a value that was redacted: the tape does not show it"
	crowded  = "it asks how far a client has come, and without sessions clients cannot be told apart"
)

// hides reports whether a trigger asks for a value of the request in whose place
// the tape has a placeholder, so that it cannot be told whether it is met; or, of
// a crowd, for what one client did before.
func hides(t *scenarios.Trigger, r *faults.Request, crowd bool) bool {
	for i := range t.Headers {
		if hidesHeader(&t.Headers[i], r.Header) {
			return true
		}
	}
	if asksBefore(t, r, crowd) || hidesArguments(t, r) || hidesMembers(t, r) || t.Not != nil && hides(t.Not, r, crowd) {
		return true
	}
	for i := range t.Any {
		if hides(&t.Any[i], r, crowd) {
			return true
		}
	}
	return false
}

// asksBefore reports whether a trigger asks for what a client did before, where
// that cannot be told. How far it has come means nothing where there are no
// handshakes.
func asksBefore(t *scenarios.Trigger, r *faults.Request, crowd bool) bool {
	return crowd && (t.State != "" && r.State != faults.Stateless || t.InFlight > 1 || t.Idle > 0)
}

// hidesHeader reports whether it cannot be told how the test of a header comes
// out. What stands before the placeholder is known.
func hidesHeader(h *scenarios.HeaderTest, header http.Header) bool {
	if h.Absent || h.Present || h.Repeated {
		return false
	}
	value := strings.Join(header[http.CanonicalHeaderKey(h.Name)], ", ")
	if !cassettes.IsRedacted(value) {
		return false
	}
	known := value[:strings.Index(value, placeholder)]
	switch {
	case h.Lacks != "":
		return !strings.Contains(known, h.Lacks)
	case h.Contains != "":
		return !strings.Contains(known, h.Contains)
	case h.Starts != "":
		return strings.HasPrefix(h.Starts, known) && len(h.Starts) > len(known)
	case h.Matches != nil:
		return true
	}
	return h.Is != value && strings.HasPrefix(h.Is, known)
}

// placeholder is how what stands in the place of a secret begins.
const placeholder = "redacted-"

// hidesArguments reports whether one of the arguments that a trigger asks for is
// a placeholder.
func hidesArguments(t *scenarios.Trigger, r *faults.Request) bool {
	if t.Arguments == nil || r.Method() != mcp.ToolsCall {
		return false
	}
	return hidesValue(gjson.GetBytes(r.Batch.Messages[0].Params, "arguments"), gjson.ParseBytes(t.Arguments))
}

// hidesMembers is hidesArguments for what a trigger asks of the params.
func hidesMembers(t *scenarios.Trigger, r *faults.Request) bool {
	if t.Members == nil || len(r.Batch.Messages) == 0 {
		return false
	}
	return hidesValue(gjson.ParseBytes(r.Batch.Messages[0].Params), gjson.ParseBytes(t.Members))
}

func hidesValue(got, wanted gjson.Result) bool {
	hidden := got.Type == gjson.String && cassettes.IsRedacted(got.Str) && got.Str != wanted.Str
	switch {
	case wanted.IsObject() && got.IsObject():
		members := got.Map()
		wanted.ForEach(func(key, value gjson.Result) bool {
			member, ok := members[key.Str]
			hidden = hidden || ok && hidesValue(member, value)
			return !hidden
		})
	case wanted.IsArray() && got.IsArray():
		theirs, ours := got.Array(), wanted.Array()
		for i := 0; i < min(len(ours), len(theirs)); i++ {
			hidden = hidden || hidesValue(theirs[i], ours[i])
		}
	}
	return hidden
}

// supposing is a trigger in which each test of what is hidden comes out so that
// the whole is met, or so that it is not.
func supposing(t *scenarios.Trigger, r *faults.Request, crowd, met bool) *scenarios.Trigger {
	const never = "eof" // what was sent is no end of stdin
	s := *t
	s.Headers, s.Any = nil, nil
	for _, h := range t.Headers {
		switch {
		case !hidesHeader(&h, r.Header):
			s.Headers = append(s.Headers, h)
		case !met:
			s.Client = never
		}
	}
	if hidesArguments(t, r) {
		if s.Arguments = nil; !met {
			s.Client = never
		}
	}
	if hidesMembers(t, r) {
		if s.Members = nil; !met {
			s.Client = never
		}
	}
	if asksBefore(t, r, crowd) {
		if s.State, s.InFlight, s.Idle = "", 0, 0; !met {
			s.Client = never
		}
	}
	for i := range t.Any {
		s.Any = append(s.Any, *supposing(&t.Any[i], r, crowd, met))
	}
	if t.Not != nil {
		s.Not = supposing(t.Not, r, crowd, !met)
	}
	return &s
}

// asksLeaked reports whether a trigger asks for ids that initialize has not
// given.
func asksLeaked(t *scenarios.Trigger) bool {
	for i := range t.Any {
		if asksLeaked(&t.Any[i]) {
			return true
		}
	}
	return t.Session == "leaked" || t.Not != nil && asksLeaked(t.Not)
}
