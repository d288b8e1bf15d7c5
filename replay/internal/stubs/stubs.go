// Package stubs makes answers ready that a scenario has written by hand: tools,
// prompts, resources and methods, each with what it answers to which arguments,
// in which state.
//
//	set, err := stubs.New([]*scenarios.Scenario{s}, nil)
//	var place stubs.Place // of one client
//	if stub := set.Find(method, name); stub != nil {
//		if answer, say, n := place.Choose(stub, arguments); answer != nil {
//			call := stubs.Call{Method: method, Arguments: arguments, Number: n, Now: time.Now()}
//			text = set.Outcome(text, &call, say)
//		}
//	}
//
// What this does not do: it serves nobody. Package replay plays what it says as
// it plays a tape.
package stubs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	cryptorand "crypto/rand"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A Set is the stubs of scenarios. It is not changed after New, so it is safe
// for concurrent use. A nil one has none.
type Set struct {
	server       json.RawMessage
	instructions string
	versions     []string

	all     []*Stub                     // tools, prompts and resources, in their order
	named   map[string]map[string]*Stub // of each method, by what a request is about
	methods map[string]*Stub            // answers to any other request, or to those about anything else
	lists   map[string]*Stub            // to list requests, where no tape has an answer

	random func([]byte)
}

// A Stub is a tool, a prompt, a resource or a method, with its answers.
type Stub struct {
	Is      string // tool, prompt, resource or method
	Answers []Answer
	method  string
	name    string // "" of a method
	entry   []byte // in its list; nil of a method
	input   *schema
	needs   []string // arguments of a prompt that must be there
}

// Title names a stub to people.
func (s *Stub) Title() string {
	if s.name == "" {
		return s.Is + " " + s.method
	}
	return s.Is + " " + s.name
}

// An Answer is given to calls with these arguments, in that state. Each such
// call of a conversation gets the next of says, and the last repeats.
type Answer struct {
	Title       string // to people
	arguments   json.RawMessage
	state, then string
	says        []Saying
}

// A Saying is what is said once.
type Saying struct {
	outcome    form    // the response from the member result, or error, on
	structured form    // the structuredContent in it
	output     *schema // what structured is held to when it is made; nil is nothing
	progress   []form  // params of notifications, from the member progress on
	// Delay is how long it takes, progress and all.
	Delay time.Duration
}

// listing is the method that lists what there is of a method's named stubs.
var listing = map[string]string{mcp.ToolsCall: mcp.ToolsList, mcp.PromptsGet: "prompts/list", mcp.ResourcesRead: "resources/list"}

// New makes the stubs of scenarios ready: nil where they have none. Of a later
// scenario each stub takes the place of an earlier one's that has the same name.
// Random templates are made from the seed, else from a scenario's, else of
// randomness. An error names the scenario and the place in it.
func New(list []*scenarios.Scenario, seed *int64) (*Set, error) {
	s := &Set{named: map[string]map[string]*Stub{}, methods: map[string]*Stub{}, lists: map[string]*Stub{}}
	some := false
	for _, sc := range list {
		if sc == nil || sc.Stubs == nil {
			continue
		}
		some, sc = true, sc.Scaled()
		if seed == nil {
			seed = sc.Seed
		}
		if err := s.add(sc); err != nil {
			if sc.Name != "" {
				return nil, fmt.Errorf("scenario %s: %w", sc.Name, err)
			}
			return nil, err
		}
	}
	if !some {
		return nil, nil
	}
	s.list()
	s.random = newRandom(seed)
	return s, nil
}

// add makes the stubs of one scenario ready.
func (s *Set) add(sc *scenarios.Scenario) error {
	from := sc.Stubs
	if from.Server != nil {
		info := gjson.ParseBytes(from.Server)
		if !isObject(from.Server) || info.Get("name").Type != gjson.String || info.Get("version").Type != gjson.String {
			return at("stubs.server", errors.New("it must be an object with a name and a version"))
		}
		s.server = from.Server
	}
	if from.Instructions != "" {
		s.instructions = from.Instructions
	}
	if from.Version != "" {
		if !mcp.IsLegacy(from.Version) {
			return at("stubs.version", fmt.Errorf("%q must be one of %s; for any other text use the scenario's own version", from.Version, strings.Join(mcp.Legacy(), ", ")))
		}
		s.versions = slices.DeleteFunc(mcp.Legacy(), func(v string) bool { return v > from.Version })
	}
	w := &writer{states: map[string]bool{Start: true}}
	added, err := w.all(from)
	if err != nil {
		return at("stubs", err)
	}
	for _, st := range added {
		s.put(st)
	}
	return nil
}

// put adds a stub, or puts it in the place of its namesake.
func (s *Set) put(st *Stub) {
	if st.Is == "method" {
		s.methods[st.method] = st
		return
	}
	of := s.named[st.method]
	if of == nil {
		of = map[string]*Stub{}
		s.named[st.method] = of
	}
	if old := of[st.name]; old != nil {
		s.all[slices.Index(s.all, old)] = st
	} else {
		s.all = append(s.all, st)
	}
	of[st.name] = st
}

// list makes the answers to list requests.
func (s *Set) list() {
	for method, list := range listing {
		if s.named[method] == nil {
			continue
		}
		var f form
		f.literal(`"result":` + string(s.Listed(list, []byte(`{"`+mcp.ListMember(list)+`":[]}`), true)) + "}")
		s.lists[list] = &Stub{method: list, Is: "method", Answers: []Answer{{Title: list, says: []Saying{{outcome: f}}}}}
	}
}

// Find returns the stub that answers a request of a method about something, or
// nil.
func (s *Set) Find(method, name string) *Stub {
	if s == nil {
		return nil
	}
	if st := s.named[method][name]; st != nil {
		return st
	}
	return s.methods[method]
}

// List returns the stub that answers a list request where no tape does, or nil.
func (s *Set) List(method string) *Stub {
	if s == nil {
		return nil
	}
	return s.lists[method]
}

// Versions are those that the stubs' server speaks, the newest first; nil leaves
// them to others.
func (s *Set) Versions() []string {
	if s == nil {
		return nil
	}
	return s.versions
}

// Kin returns the names of the stubs of a method, and what a scenario calls all
// of them.
func (s *Set) Kin(method string) (names []string, kind string) {
	kind = "methods"
	if s == nil {
		return nil, kind
	}
	for _, st := range s.all {
		if st.method == method {
			names, kind = append(names, st.name), st.Is+"s"
		}
	}
	return names, kind
}

// Knows reports whether some request of that method has an answer.
func (s *Set) Knows(method string) bool {
	return s != nil && (s.named[method] != nil || s.methods[method] != nil || s.lists[method] != nil)
}

// newRandom makes a source of random bytes, safe for concurrent use.
func newRandom(seed *int64) func([]byte) {
	if seed == nil {
		return func(b []byte) { _, _ = cryptorand.Read(b) } // it never fails
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], uint64(*seed))
	key[31] = 1 // other bytes than those of session ids
	source := rand.NewChaCha8(key)
	var mu sync.Mutex
	return func(b []byte) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = source.Read(b)
	}
}
