package replay

import (
	"slices"
	"sort"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// An index finds the exchanges of a tape by key, in time that does not grow
// with the tape. It keeps some 50 bytes an exchange beside those of
// cassettes.Index, and is not changed after newIndex.
type index struct {
	*cassettes.Index
	keys     *keyer
	path     string // where the tape's endpoint was
	playable int

	slots  []int32 // open addressing: key -> group + 1; 0 is free
	groups []group
	key    []key   // of each exchange
	inTape []int32 // exchanges by group, then in the order of the tape
	bySess []int32 // exchanges by group, then by lane, then in that order

	methods   map[string]*sample    // method and name -> some of its exchanges; method alone, likewise
	sampled   []byte                // a buffer for those names
	scratch   []byte                // a buffer for keys
	clients   map[string][]int32    // client name -> its sessions, in order
	begun     []int32               // the sessions that have an initialize, in order
	listens   bool                  // some GET stream was recorded
	refuses   bool                  // some GET was answered by 405
	modern    bool                  // server/discover has a real answer
	tape      ages                  // what was recorded
	lanes     lanes                 // whose exchanges they are
	wanting   wanting               // what the server could not do without
	retries   retries               // the rounds that follow an input_required
	crossings crossings             // what clients of either era send
	listened  []int32               // the exchanges of subscriptions/listen, in order
	places    map[string][][]string // method and name -> sets of places redacted in its requests
}

// A group is the exchanges of one key: a part of inTape and bySess.
type group struct{ at, n int32 }

// A sample is some exchanges of one method, for near misses.
type sample struct{ exchanges []int32 }

// sampleSize is how many exchanges a near miss is looked for among.
const sampleSize = 64

// newIndex walks over the tape and indexes what can be played: an exchange
// that was answered or broke off, but not one that the server refused to look
// at, for refusals are the gate's.
func newIndex(tape *cassettes.Tape, keys *keyer) (*index, error) {
	ix := &index{keys: keys, methods: map[string]*sample{}, places: map[string][][]string{}, clients: map[string][]int32{}, path: "/mcp"}
	requests := newBeside(func(method string, params []byte) {
		modern := speaksModern(method, params)
		ix.lanes.add(ix.keys, len(ix.key), modern, params)
		ix.crossings.add(len(ix.key), method)
		if method == mcp.Listen {
			ix.listened = append(ix.listened, int32(len(ix.key)))
		}
		if modern {
			ix.retries.add(ix.keys, &ix.scratch, int32(len(ix.key)), method, params)
		}
		ix.key = append(ix.key, keys.key(&ix.scratch, method, params, modern))
		ix.sample(method, params)
		ix.redacted(params)
	})
	core, err := cassettes.NewIndex(tape, func(_ int, method string, params []byte) { requests.add(method, params) })
	requests.wait()
	if err != nil {
		return nil, err
	}
	ix.Index = core
	ix.lanes.settle(core)
	ix.group()
	ix.survey()
	return ix, nil
}

// sample remembers some exchanges of each method and name; its key is the
// latest.
func (ix *index) sample(method string, params []byte) {
	ix.sampled = append(append(append(ix.sampled[:0], method...), ' '), nameOf(method, params)...)
	named := len(ix.sampled) > len(method)+1
	if first := ix.remember(ix.sampled); first || !named { // one of each name for the method
		ix.remember(ix.sampled[:len(method)])
	}
}

// remember adds the latest exchange to a sample. It reports whether it is the
// sample's first.
func (ix *index) remember(name []byte) bool {
	s := ix.methods[string(name)]
	if s == nil {
		if len(ix.methods) >= 10_000 {
			return false
		}
		s = &sample{}
		ix.methods[string(name)] = s
	}
	if len(s.exchanges) < sampleSize {
		s.exchanges = append(s.exchanges, int32(len(ix.key)-1))
	}
	return len(s.exchanges) == 1
}

// redacted remembers which places of the latest request were redacted, with
// what it is about.
func (ix *index) redacted(params []byte) {
	places := redactedPlaces(params)
	if len(places) == 0 {
		return
	}
	name := string(ix.sampled)
	sets := ix.places[name]
	if len(sets) < sampleSize && !slices.ContainsFunc(sets, func(p []string) bool { return slices.Equal(p, places) }) {
		ix.places[name] = append(sets, places)
	}
}

// playableAt reports whether exchange x has an answer that can be played.
func (ix *index) playableAt(x int) bool {
	f := ix.Flags(x)
	return f&cassettes.Refused == 0 && f&(cassettes.Answered|cassettes.Ended|cassettes.Left) != 0
}

// group sorts the playable exchanges by key.
func (ix *index) group() {
	size := 8
	for size < 2*ix.Len() {
		size *= 2
	}
	ix.slots = make([]int32, size)
	of := make([]int32, ix.Len())
	var heads []int32 // an exchange of each group, to compare keys with
	for x := range ix.Len() {
		of[x] = -1
		if !ix.playableAt(x) {
			continue
		}
		ix.playable++
		i := ix.slot(ix.key[x], func(g int32) bool { return ix.key[heads[g]] == ix.key[x] })
		if ix.slots[i] == 0 {
			heads = append(heads, int32(x))
			ix.groups = append(ix.groups, group{})
			ix.slots[i] = int32(len(heads))
		}
		of[x] = ix.slots[i] - 1
		ix.groups[of[x]].n++
	}
	at := int32(0)
	for g := range ix.groups {
		ix.groups[g].at, at = at, at+ix.groups[g].n
		ix.groups[g].n = 0
	}
	ix.inTape = make([]int32, at)
	for x, g := range of {
		if g >= 0 {
			ix.inTape[ix.groups[g].at+ix.groups[g].n] = int32(x)
			ix.groups[g].n++
		}
	}
	ix.bySess = slices.Clone(ix.inTape)
	for _, g := range ix.groups {
		if g.n > 1 {
			part := ix.bySess[g.at : g.at+g.n]
			sort.SliceStable(part, func(i, j int) bool { return ix.lanes.of(int(part[i])) < ix.lanes.of(int(part[j])) })
		}
	}
}

// slot returns where k is in slots, or the free slot where it would be.
func (ix *index) slot(k key, same func(g int32) bool) int {
	mask := uint64(len(ix.slots) - 1)
	i := k[0] & mask
	for ix.slots[i] != 0 && !same(ix.slots[i]-1) {
		i = (i + 1) & mask
	}
	return int(i)
}

// find returns the group of exchanges with that key, or -1.
func (ix *index) find(k key) int32 {
	i := ix.slot(k, func(g int32) bool { return ix.key[ix.inTape[ix.groups[g].at]] == k })
	return ix.slots[i] - 1
}

// own returns the part of bySess that holds the exchanges of group g in a
// lane.
func (ix *index) own(g int32, lane int) (at, end int32) {
	gr := ix.groups[g]
	part := ix.bySess[gr.at : gr.at+gr.n]
	first := func(s int) int32 {
		return gr.at + int32(sort.Search(len(part), func(i int) bool { return ix.lanes.of(int(part[i])) >= s }))
	}
	return first(lane), first(lane + 1)
}

// survey reads off the tape what the player asks about it as a whole.
func (ix *index) survey() {
	for n, s := range ix.Sessions {
		ix.listens = ix.listens || len(s.Listens) > 0
		ix.refuses = ix.refuses || s.NoListen
		if s.Initialize >= 0 && ix.Flags(s.Initialize)&(cassettes.Refused|cassettes.Answered) == cassettes.Answered {
			ix.begun = append(ix.begun, int32(n))
			ix.clients[s.Client] = append(ix.clients[s.Client], int32(n))
		}
	}
	for x := range ix.Len() {
		if ix.Flags(x)&cassettes.Refused == 0 && !ix.Sessions[ix.Session(x)].Piped {
			if e, err := ix.Event(ix.RequestEvent(x)); err == nil && e.HTTP != nil && e.HTTP.Path != "" {
				ix.path = e.HTTP.Path
			}
			break
		}
	}
}

// mode settles how sessions are treated: as asked, else as recorded.
func (ix *index) mode(asked string) string {
	switch {
	case asked != "":
		return asked
	case slices.ContainsFunc(ix.begun, func(s int32) bool { return s != 0 }):
		return "required"
	case len(ix.begun) > 0:
		return "optional"
	}
	return "stateless"
}

// nameOf returns what a request is about: the tool, the prompt, the resource.
func nameOf(method string, params []byte) string {
	if member := mcp.NameMember(method); member != "" {
		return stringOf(params, member)
	}
	return ""
}
