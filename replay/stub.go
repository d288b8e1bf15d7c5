package replay

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	cryptorand "crypto/rand"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// stubs are the answers of scenarios that were written by hand, made ready to
// be given. They are not changed after newStubs.
type stubs struct {
	server       json.RawMessage
	instructions string
	versions     []string // that are spoken, the newest first; nil leaves it as it is

	all     []*stub                     // tools, prompts and resources, in their order
	named   map[string]map[string]*stub // of each method, by what a request is about
	methods map[string]*stub            // answers to any other request, or to those about anything else
	lists   map[string]*stub            // to list requests, where no tape has an answer

	random func([]byte)
}

// A stub is a tool, a prompt, a resource or a method, with its answers.
type stub struct {
	method  string
	name    string // "" of a method
	is      string // tool, prompt, resource or method
	entry   []byte // in its list; nil of a method
	input   *schema
	needs   []string // arguments of a prompt that must be there
	answers []stubAnswer
}

// title names a stub to people.
func (s *stub) title() string {
	if s.name == "" {
		return s.is + " " + s.method
	}
	return s.is + " " + s.name
}

// A stubAnswer is given to calls with these arguments, in that state. Each such
// call of a conversation gets the next of says, and the last repeats.
type stubAnswer struct {
	title       string
	arguments   json.RawMessage
	state, then string
	says        []saying
}

// A saying is what is said once.
type saying struct {
	outcome    form   // the response from the member result, or error, on
	structured form   // the structuredContent in it
	progress   []form // params of notifications, from the member progress on
	delay      time.Duration
}

// listing is the method that lists what there is of a method's named stubs.
var listing = map[string]string{mcp.ToolsCall: mcp.ToolsList, mcp.PromptsGet: "prompts/list", mcp.ResourcesRead: "resources/list"}

// newStubs makes the stubs of scenarios ready: nil where they have none. Of a
// later scenario each stub takes the place of an earlier one's that has the
// same name.
func newStubs(list []*scenarios.Scenario, seed *int64) (*stubs, error) {
	s := &stubs{named: map[string]map[string]*stub{}, methods: map[string]*stub{}, lists: map[string]*stub{}}
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
				return nil, fmt.Errorf("replay: scenario %s: %w", sc.Name, err)
			}
			return nil, fmt.Errorf("replay: %w", err)
		}
	}
	if !some {
		return nil, nil
	}
	s.list()
	s.random = newRandom(seed)
	return s, nil
}

// stubbed makes the player's stubs, and the tape for them where it has none.
func (p *Player) stubbed(tape *cassettes.Tape) (*cassettes.Tape, error) {
	var err error
	if p.stubs, err = newStubs(p.scenarios, p.seed); err != nil || tape != nil {
		return tape, err
	}
	if p.stubs == nil {
		return nil, ErrNothing
	}
	p.blank = true
	return blankTape()
}

// ErrNothing is that a Player has neither a tape nor stubs.
var ErrNothing = errors.New("replay: there is nothing to play: give a tape, or a scenario with stubs")

// add makes the stubs of one scenario ready.
func (s *stubs) add(sc *scenarios.Scenario) error {
	from := sc.Stubs
	if from.Server != nil {
		if !isObject(from.Server) {
			return errors.New("stubs.server: it must be an object with a name and a version")
		}
		s.server = from.Server
	}
	if from.Instructions != "" {
		s.instructions = from.Instructions
	}
	if from.Version != "" {
		if !mcp.IsLegacy(from.Version) {
			return fmt.Errorf("stubs.version %q: it must be one of %v; for any other text use the scenario's own version", from.Version, mcp.Legacy())
		}
		s.versions = slices.DeleteFunc(mcp.Legacy(), func(v string) bool { return v > from.Version })
	}
	w := &stubWriter{states: map[string]bool{startState: true}}
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
func (s *stubs) put(st *stub) {
	if st.is == "method" {
		s.methods[st.method] = st
		return
	}
	of := s.named[st.method]
	if of == nil {
		of = map[string]*stub{}
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
func (s *stubs) list() {
	for method, list := range listing {
		if s.named[method] == nil {
			continue
		}
		var f form
		f.literal(`"result":` + string(s.listed(list, []byte(`{"`+mcp.ListMember(list)+`":[]}`), true)) + "}")
		s.lists[list] = &stub{method: list, is: "method", answers: []stubAnswer{{title: list, says: []saying{{outcome: f}}}}}
	}
}

// find returns the stub that answers a request, or nil.
func (s *stubs) find(m jsonrpc.Message) *stub {
	if of := s.named[m.Method]; of != nil {
		if st := of[nameOf(m.Method, m.Params)]; st != nil {
			return st
		}
	}
	return s.methods[m.Method]
}

// knows reports whether some request of that method has an answer.
func (s *stubs) knows(method string) bool {
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

// headerJSON is on the answers of stubs, which share it.
var headerJSON = http.Header{"Content-Type": contentJSON}
