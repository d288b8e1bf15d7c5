package gate

import (
	"slices"
	"unsafe"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A Told is what the params of a modern request tell besides what is asked:
// read once, though many want to know. Most of it stands in _meta
// (2026-07-28 basic, "Per-request protocol fields").
type Told struct {
	of      *byte // the params that it was read from
	meta    gjson.Result
	fields  [len(toldFields)]gjson.Result
	name    gjson.Result // what the request is about
	uri     gjson.Result // likewise
	Retries bool         // it is made again, with what the server asked for
	twice   string       // the first name that stands twice
	within  string       // where: params, else _meta; "" is nowhere
}

// toldFields are the members that anyone asks for.
var toldFields = [...]string{mcp.MetaVersion, mcp.MetaCapabilities, mcp.MetaClientInfo, mcp.MetaLogLevel, "progressToken"}

// Told reads the params of a request. Of members that stand twice it takes the
// first, as all do here that look for a member by its name.
func (f *Facts) Told(m jsonrpc.Message) *Told {
	t, of := &f.Own().self, unsafe.SliceData(m.Params)
	if t.of == of && of != nil {
		return t
	}
	*t = Told{of: of}
	var params, meta seenNames
	gjson.Parse(jsonrpc.String(m.Params)).ForEach(func(key, v gjson.Result) bool {
		if params.again(key.Str) {
			t.doubles(key.Str, "params")
			return true
		}
		switch key.Str {
		case "_meta":
			t.meta = v
		case "name":
			t.name = v
		case "uri":
			t.uri = v
		case "inputResponses", "requestState":
			t.Retries = true
		}
		return true
	})
	if !t.meta.IsObject() {
		return t
	}
	t.meta.ForEach(func(key, v gjson.Result) bool {
		if meta.again(key.Str) {
			t.doubles(key.Str, "_meta")
			return true
		}
		for i, name := range toldFields {
			if key.Str == name {
				t.fields[i] = v
			}
		}
		return true
	})
	return t
}

// doubles notes a name that stands twice, if it is the first.
func (t *Told) doubles(name, within string) {
	if t.within == "" {
		t.twice, t.within = name, within
	}
}

// seenNames are those of the members of an object that were met.
type seenNames struct {
	few  [12]string // of most objects
	n    int
	more map[string]bool // beyond these
}

// again takes in a name, and reports whether it was met before.
func (s *seenNames) again(name string) bool {
	switch {
	case slices.Contains(s.few[:s.n], name) || s.more[name]:
		return true
	case s.n < len(s.few):
		s.few[s.n] = name
		s.n++
		return false
	case s.more == nil:
		s.more = map[string]bool{}
	}
	s.more[name] = true
	return false
}

// member returns the name or the uri.
func (t *Told) member(name string) gjson.Result {
	if name == "uri" {
		return t.uri
	}
	return t.name
}

// Field returns one of the members of _meta that anyone asks for, by its name.
func (t *Told) Field(name string) gjson.Result {
	for i := range toldFields {
		if toldFields[i] == name {
			return t.fields[i]
		}
	}
	return gjson.Result{}
}
