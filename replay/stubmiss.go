package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// missStub answers a call of a stub none of whose answers fits: a mismatch as
// any other, which the client of a tool learns as an error of the tool.
func (q *probe) missStub(m jsonrpc.Message, st *stub, arguments gjson.Result) *answer {
	q.conv.mu.Lock()
	state := q.conv.stubbing.state
	q.conv.mu.Unlock()
	if state == "" {
		state = startState
	}
	miss := &Mismatch{Method: m.Method, Name: nameOf(m.Method, m.Params), Space: q.space.name, Stub: true,
		Reason: "none of its answers fits", Nearest: st.nearest(state, arguments),
		Hint: "write an answer that fits, or one without arguments and state for all other calls"}
	if len(st.answers) == 0 {
		miss.Reason, miss.Hint = "it has no answers", "write answers for the "+st.title()
	}
	q.missed(miss)
	body := miss.response(m.ID)
	if st.is == "tool" {
		body = toolError(m.ID, miss.summary())
	}
	made := newStubbed(body)
	made.status = q.p.missStatus
	return &made.answer
}

// nearest picks the answer with the fewest differences, or nil.
func (s *stub) nearest(state string, arguments gjson.Result) *NearMiss {
	var best *NearMiss
	for i := range s.answers {
		a := &s.answers[i]
		var found []jsondiff.Difference
		if !a.inState(state) {
			found = append(found, jsondiff.Difference{Pointer: "state", Recorded: encoded(a.state), Received: encoded(state)})
		}
		if a.arguments != nil {
			at := "/params/arguments"
			if s.is == "method" {
				at = "/params"
			}
			found = lacking(found, at, arguments, gjson.ParseBytes(a.arguments))
		}
		if best == nil || len(found) < len(best.Differences) {
			best = &NearMiss{Answer: i + 1, Differences: found}
		}
	}
	if best != nil && len(best.Differences) > maxDifferences {
		best.More = len(best.Differences) - maxDifferences
		best.Differences = best.Differences[:maxDifferences]
	}
	return best
}

// lacking adds where a value is not what an answer wants of it.
func lacking(found []jsondiff.Difference, at string, got, wanted gjson.Result) []jsondiff.Difference {
	switch {
	case wanted.IsObject() && got.IsObject():
		members := got.Map()
		wanted.ForEach(func(name, v gjson.Result) bool {
			found = lacking(found, at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name.Str), members[name.Str], v)
			return true
		})
		return found
	case wanted.IsArray() && got.IsArray() && len(wanted.Array()) == len(got.Array()):
		theirs := got.Array()
		for i, v := range wanted.Array() {
			found = lacking(found, at+"/"+strconv.Itoa(i), theirs[i], v)
		}
		return found
	case got.Exists() && faults.Contains(got, jsonrpc.Bytes(wanted.Raw)):
		return found
	}
	d := jsondiff.Difference{Pointer: at, Recorded: json.RawMessage(wanted.Raw)}
	switch {
	case len(got.Raw) > maxCompared:
		d.Received = json.RawMessage(`"..."`)
	case got.Exists():
		d.Received = slices.Clone(jsonrpc.Bytes(got.Raw))
	}
	return append(found, d)
}

// unwritten says what is wrong with a request for which there is no stub, where
// there is no tape either.
func (s *stubs) unwritten(miss *Mismatch) {
	miss.Stub = true
	var names []string
	of := "methods"
	for _, st := range s.all {
		if st.method == miss.Method {
			names = append(names, st.name)
			of = st.is + "s"
		}
	}
	if len(names) == 0 {
		miss.Reason = "there is no stub of this method"
		miss.Hint = "write one, under " + of + " of the scenario's stubs"
		return
	}
	miss.Reason = "there is no such stub"
	miss.Hint = fmt.Sprintf("write it, under %s of the scenario's stubs, where there are: %s", of, strings.Join(names, ", "))
}
