package matching

import (
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An Index finds the exchanges of a tape by what was asked. It keeps some 50
// bytes an exchange beside those of cassettes.Index, and is not changed after
// New, so it is safe for concurrent use.
type Index struct {
	*cassettes.Index
	// Path is where the tape's endpoint was: /mcp where the tape does not say.
	Path string
	// Playable counts the exchanges that can be played.
	Playable int
	// Begun are the sessions that have an initialize, in their order.
	Begun []int32
	// Listened are the exchanges of subscriptions/listen, in their order.
	Listened []int32
	// Listens is whether some GET stream was recorded, Refuses whether some GET
	// was answered by 405.
	Listens, Refuses bool

	keys      *Keys
	table     table
	samples   samples
	clients   map[string][]int32    // client name -> its sessions, in order
	lanes     lanes                 // whose exchanges they are
	rounds    rounds                // those that follow an input_required
	crossings crossings             // what clients of either era send
	places    map[string][][]string // method and name -> sets of places redacted in its requests
}

// New walks over the tape and indexes what can be played: an exchange that was
// answered or broke off, but not one that the server refused to look at, for
// refusals are the gate's. An error is one of reading the tape.
func New(tape *cassettes.Tape, keys *Keys) (*Index, error) {
	ix := &Index{keys: keys, Path: "/mcp", samples: samples{}, clients: map[string][]int32{}, places: map[string][][]string{}}
	var scratch []byte
	requests := newBeside(func(method string, params []byte) {
		x := len(ix.table.keys)
		modern := speaksModern(method, params)
		ix.lanes.add(keys, x, modern, params)
		ix.crossings.add(x, method)
		if method == mcp.Listen {
			ix.Listened = append(ix.Listened, int32(x))
		}
		if modern {
			ix.rounds.add(keys, &scratch, int32(x), method, params)
		}
		ix.table.keys = append(ix.table.keys, keys.key(&scratch, method, params, modern))
		name := NameOf(method, params)
		ix.samples.add(int32(x), method, name)
		ix.redacted(method, name, params)
	})
	core, err := cassettes.NewIndex(tape, func(_ int, method string, params []byte) { requests.add(method, params) })
	requests.wait()
	if err != nil {
		return nil, err
	}
	ix.Index = core
	ix.lanes.settle(core)
	ix.Playable = ix.table.group(ix.PlayableAt, ix.lanes.of)
	ix.survey()
	return ix, nil
}

// PlayableAt reports whether exchange x has an answer that can be played.
func (ix *Index) PlayableAt(x int) bool {
	f := ix.Flags(x)
	return f&cassettes.Refused == 0 && f&(cassettes.Answered|cassettes.Ended|cassettes.Left) != 0
}

// Find returns the group of the exchanges that a request of an era may be
// answered from, or None: those with its very key, else those whose request was
// recorded with places redacted, where something stands there now too.
func (ix *Index) Find(method string, params []byte, modern bool) Group {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	g := ix.table.find(ix.keys.key(scratch, method, params, modern))
	if g == None && len(ix.places) > 0 {
		g = ix.findRedacted(scratch, method, params, modern)
	}
	return g
}

// GroupWith returns the group of the exchanges with a key, or None.
func (ix *Index) GroupWith(k Key) Group { return ix.table.find(k) }

// KeyOf returns the key of exchange x.
func (ix *Index) KeyOf(x int) Key { return ix.table.keys[x] }

// Members lists the exchanges of a group in the order of the tape.
func (ix *Index) Members(g Group) []int32 { return ix.table.members(g) }

// survey reads off the tape what is asked about it as a whole.
func (ix *Index) survey() {
	for n, s := range ix.Sessions {
		ix.Listens = ix.Listens || len(s.Listens) > 0
		ix.Refuses = ix.Refuses || s.NoListen
		if s.Initialize >= 0 && ix.Flags(s.Initialize)&(cassettes.Refused|cassettes.Answered) == cassettes.Answered {
			ix.Begun = append(ix.Begun, int32(n))
			ix.clients[s.Client] = append(ix.clients[s.Client], int32(n))
		}
	}
	for x := range ix.Len() {
		if ix.Flags(x)&cassettes.Refused == 0 && !ix.Sessions[ix.Session(x)].Piped {
			if e, err := ix.Event(ix.RequestEvent(x)); err == nil && e.HTTP != nil && e.HTTP.Path != "" {
				ix.Path = e.HTTP.Path
			}
			break
		}
	}
}

// Mode tells how the recorded server treated sessions: as required where it
// gave out ids, as optional where it knew initialize and gave none, else it was
// stateless.
func (ix *Index) Mode() string {
	switch {
	case slices.ContainsFunc(ix.Begun, func(s int32) bool { return s != 0 }):
		return "required"
	case len(ix.Begun) > 0:
		return "optional"
	}
	return "stateless"
}

// NameOf returns what a request is about: the tool, the prompt or the resource;
// "" where its method is about none.
func NameOf(method string, params []byte) string {
	if member := mcp.NameMember(method); member != "" {
		if v := gjson.Get(jsonrpc.String(params), member); v.Type == gjson.String {
			return v.Str
		}
	}
	return ""
}
