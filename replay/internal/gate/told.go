package gate

import (
	"slices"
	"sync"
	"unsafe"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An Alone is what there is of a request that stands alone.
type Alone struct {
	Capabilities string // what its client can do, as JSON
	Required     []byte // what it would have to, for the answer

	self    Told        // what it says of itself
	mirrors []mirrored  // the headers that its body has; nil before they are looked for
	found   *finding    // by a check, for the words of a refusal
	room    [3]mirrored // for these, as a rule
}

// alones are those of requests that are over.
var alones = sync.Pool{New: func() any { return new(Alone) }}

// Own returns what there is of the request as one that stands alone, and makes
// room for it where nobody has asked before.
func (f *Facts) Own() *Alone {
	if f.Alone == nil {
		f.Alone = alones.Get().(*Alone)
	}
	return f.Alone
}

// Disown gives it back when the request has been answered: nothing of it may be
// looked at any more, nor what Told returned.
func (f *Facts) Disown() {
	if f.Alone == nil {
		return
	}
	*f.Alone = Alone{}
	alones.Put(f.Alone)
	f.Alone = nil
}

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
	var params, meta names
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

// names are those of the members of an object that were met.
type names struct {
	few  [12]string // of most objects
	n    int
	more map[string]bool // beyond these
}

// again takes in a name, and reports whether it was met before.
func (s *names) again(name string) bool {
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
