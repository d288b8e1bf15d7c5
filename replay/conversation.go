package replay

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/tidwall/gjson"
)

// A conversation is one client's run against the player: a session, or the
// clients without one in a space. It is bound to a recorded session and plays
// that one's exchanges first.
type conversation struct {
	id     string // the session's; "" for clients without sessions
	called string // what stands for it in texts then; under mu
	pipe   *pipe  // over which the client speaks, where it is no Streamable HTTP
	stream string // the path of its stream, before a live server of HTTP+SSE
	space  *space
	modern bool         // each of its requests stands alone
	used   atomic.Int64 // unix nanoseconds of the latest request
	// reported is when the latest progress was sent, likewise.
	reported atomic.Int64
	ended    chan struct{} // closed when the session has ended

	mu           sync.Mutex
	initialized  bool // initialize has been answered
	ready        bool // notifications/initialized has come
	version      string
	capabilities gjson.Result     // the client's
	recorded     int              // number of the session on the tape
	cursors      matching.Cursors // how far it has played the tape
	notices      map[string]int   // method -> how many of its notifications have come
	reached      int              // the latest client message on the tape that has come
	heard        time.Time        // and when
	changed      chan struct{}    // closed and made anew whenever a waiter might go on

	questions    map[string]*question // by this run's id, without answer yet
	lastQuestion int
	inFlight     map[string]*turn  // by id: answers that can be cancelled
	hearing      hearing           // and subscriptions
	tokens       map[string][]byte // progress tokens: the tape's -> this run's
	streams      map[int]*stream   // that the client can come back to
	resumable    []int             // and their numbers, oldest first

	standing  *answer         // what the recorded session has on its standalone stream
	claims    int             // places of the only GET stream that are taken
	listening int             // stages that it is performed on: GET streams, the pipe
	listened  int             // lines of it said
	speaking  chan struct{}   // held by the stage that says the next one
	spoke     time.Time       // when the latest was due, where a pace is kept
	level     severity        // the least severe log messages that it wants, of a translated tape
	follows   map[string]bool // the resources that it has subscribed to, likewise
	stubbing  stubs.Place
	arrived   chan struct{} // closed when the next of them may be due
	wanted    int           // the client message that it waits for

	replica int                       // that it lives on, where there are several
	aliases []string                  // other ids of the session; under the store's mu
	met     *faults.Counts            // how many of its requests have met the faults' triggers, which outlives it
	watched watched                   // its past, for the faults
	ears    []*faults.Writer          // GET streams on which it can be told something
	barter  *barter                   // an answer that waits to be swapped
	flights map[string]*faults.Writer // answers that are edited, by the id of the request
}

// A question is a request of the server that the client has not answered yet.
type question struct {
	turn     *turn  // that asked; nil on the standalone stream
	on       stage  // where it was asked
	event    int    // on the tape
	answered int    // the event of the client's answer there, or -1
	recorded []byte // the client's answer on the tape, or nil
	input    string // of a translated question: the key of its answer
}

func newConversation(id string, sp *space, now time.Time) *conversation {
	c := &conversation{id: id, space: sp, ended: make(chan struct{}), reached: -1, speaking: make(chan struct{}, 1), met: &faults.Counts{}}
	c.used.Store(now.UnixNano())
	return c
}

func (c *conversation) touch(now time.Time) { c.used.Store(now.UnixNano()) }

func (c *conversation) idleSince(now time.Time) time.Duration {
	c.mu.Lock()
	listening := c.listening
	c.mu.Unlock()
	if listening > 0 { // a client that listens is there
		return 0
	}
	return now.Sub(time.Unix(0, c.used.Load()))
}

// begin starts the conversation anew with an initialize; standing is what the
// recorded session has on its standalone stream.
func (c *conversation) begin(recorded int, version string, capabilities gjson.Result, standing *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.initialized, c.ready = true, false
	c.version, c.capabilities = version, capabilities
	c.recorded = recorded
	c.cursors.Begin(recorded)
	c.standing = standing
	c.notices, c.tokens = nil, nil
	c.stubbing, c.level, c.follows = stubs.Place{}, 0, nil
	c.reached, c.listened, c.wanted = -1, 0, -1
	c.signal()
	c.arrive()
}

// bounded reports whether the conversation is a session, with a beginning and
// an end of its own.
func (c *conversation) bounded() bool { return !c.modern && (c.id != "" || c.pipe != nil) }

// signal wakes all who wait for a change. The caller holds mu.
func (c *conversation) signal() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// change returns a channel that is closed at the next change. The caller
// holds mu.
func (c *conversation) change() <-chan struct{} {
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

// reach notes that the client's message of that event on the tape has come.
// Any later one of the same session releases what waited for an earlier one.
func (c *conversation) reach(session, event int, now time.Time) {
	c.mu.Lock()
	if session == c.recorded && event > c.reached {
		c.reached, c.heard = event, now
		c.signal()
		if event >= c.wanted {
			c.arrive()
		}
	}
	c.mu.Unlock()
}

// claim takes the place of the only GET stream. It reports whether it was
// free, or is taken over from a connection that is to end.
func (c *conversation) claim(over bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claims > 0 && !over {
		return false
	}
	c.claims++
	return true
}

// isClaimed reports whether the place is taken.
func (c *conversation) isClaimed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.claims > 0
}

// unclaim gives the place back.
func (c *conversation) unclaim() {
	c.mu.Lock()
	c.claims--
	c.mu.Unlock()
}

// arrive wakes the standalone stream. The caller holds mu.
func (c *conversation) arrive() {
	if c.arrived != nil {
		close(c.arrived)
		c.arrived = nil
	}
}

// arrival returns a channel that is closed when the client message of that
// event has come, and maybe earlier. The caller holds mu.
func (c *conversation) arrival(event int) <-chan struct{} {
	c.wanted = event
	if c.arrived == nil {
		c.arrived = make(chan struct{})
	}
	return c.arrived
}

// notice notes a client's notification and returns which event on the tape
// it is, or -1.
func (c *conversation) notice(method string, recorded []int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.notices[method]
	if n >= len(recorded) {
		return -1
	}
	if c.notices == nil {
		c.notices = map[string]int{}
	}
	c.notices[strings.Clone(method)]++ // method is part of a request's body
	return recorded[n]
}

// answering notes that a request is being answered, for as long as it may be
// cancelled.
func (c *conversation) answering(t *turn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight == nil {
		c.inFlight = map[string]*turn{}
	}
	c.inFlight[string(t.run.id)] = t
}

// drop takes back answering, and forgets the questions of the turn: nobody
// waits for their answers any more.
func (c *conversation) drop(t *turn) {
	c.mu.Lock()
	c.dropLocked(t)
	c.mu.Unlock()
}

func (c *conversation) dropLocked(t *turn) {
	if c.inFlight[string(t.run.id)] == t {
		delete(c.inFlight, string(t.run.id))
	}
	for id, q := range c.questions {
		if q.turn == t {
			delete(c.questions, id)
		}
	}
	c.signal()
}

// cancel notes that the client wants no answer to the request with that id. It
// reports whether there is one to be answered.
func (c *conversation) cancel(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.hearing.byID[id]; l != nil {
		l.cancel()
		return true
	}
	t := c.inFlight[id]
	if t == nil {
		return false
	}
	t.cancelled = true
	c.signal()
	return true
}

// end closes the conversation; the store calls it once.
func (c *conversation) end() { close(c.ended) }

// readied notes that notifications/initialized has come.
func (c *conversation) readied() {
	c.mu.Lock()
	c.ready = c.ready || c.initialized
	c.mu.Unlock()
}

// state returns what the gate asks about a conversation.
func (c *conversation) state() (initialized, ready bool, version string, listening bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.initialized, c.ready, c.version, c.listening > 0
}

// before reports whether the negotiated revision is older than that one.
func (c *conversation) before(revision string) bool {
	_, _, version, _ := c.state()
	return version != "" && version < revision
}

// translate notes under which token of this run the progress of a recorded
// one goes out on the GET stream; nil is under none.
func (c *conversation) translate(recorded string, token []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if token == nil {
		delete(c.tokens, recorded)
		return
	}
	if c.tokens == nil {
		c.tokens = map[string][]byte{}
	}
	c.tokens[recorded] = bytes.Clone(token)
}

// alias is what a client without a session id is told where the tape names
// the session in a text.
func (c *conversation) alias() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.id == "" && c.called == "" {
		c.called = c.space.mint()
	}
	return c.id + c.called
}

// token returns the token of this run for a recorded one, or nil.
func (c *conversation) token(recorded string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[recorded]
}
