package stubs

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// Nearest picks the answer that a call in a state comes closest to: its number,
// from 1, and all that differs. It is 0 where the stub has no answers.
func (s *Stub) Nearest(state string, arguments gjson.Result) (number int, differences []jsondiff.Difference) {
	for i := range s.Answers {
		a := &s.Answers[i]
		var found []jsondiff.Difference
		if !a.inState(state) {
			found = append(found, jsondiff.Difference{Pointer: "state", Recorded: jsonrpc.Text(a.state), Received: jsonrpc.Text(state)})
		}
		if a.arguments != nil {
			at := "/params/arguments"
			if s.Is == "method" {
				at = "/params"
			}
			found = lacking(found, at, arguments, gjson.ParseBytes(a.arguments))
		}
		if number == 0 || len(found) < len(differences) {
			number, differences = i+1, found
		}
	}
	return number, differences
}

// lacking adds where a value is not what an answer wants of it.
func lacking(found []jsondiff.Difference, at string, got, wanted gjson.Result) []jsondiff.Difference {
	switch {
	case wanted.IsObject() && got.IsObject():
		members := got.Map()
		wanted.ForEach(func(name, v gjson.Result) bool {
			found = lacking(found, at+"/"+jsondiff.Escape(name.Str), members[name.Str], v)
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
	case len(got.Raw) > maxShown:
		d.Received = json.RawMessage(`"..."`)
	case got.Exists():
		d.Received = slices.Clone(jsonrpc.Bytes(got.Raw))
	}
	return append(found, d)
}

// maxShown is how many bytes of an argument are shown.
const maxShown = 64 << 10
