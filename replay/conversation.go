package replay

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"
)

// A conversation is one client's run against the player: a session, or the
// clients without one in a space. It is bound to a recorded session and plays
// that one's exchanges first.
type conversation struct {
	id    string // the session's; "" for clients without sessions
	space *space
	used  atomic.Int64  // unix nanoseconds of the latest request
	ended chan struct{} // closed when the session has ended

	mu           sync.Mutex
	initialized  bool // initialize has been answered
	ready        bool // notifications/initialized has come
	version      string
	capabilities gjson.Result // the client's
	recorded     int          // number of the session on the tape
	cursors      map[int32]*cursor
	notices      map[string]int // method -> how many of its notifications have come
	reached      int            // the latest client message on the tape that has come
	changed      chan struct{}  // closed and made anew whenever a waiter might go on

	questions    map[string]*question // by this run's id, without answer yet
	lastQuestion int
	inFlight     map[string]*probe // by id: requests whose answers can be cancelled
	tokens       map[string][]byte // progress tokens: the tape's -> this run's

	listening int // GET streams open
	listened  int // lines of the standalone stream taken
	sent      int // and sent
	calls     []int
}

// A question is a request of the server that the client has not answered yet.
type question struct {
	by       *probe // whose stream it went out on
	event    int    // on the tape
	recorded []byte // the client's answer on the tape, or nil
}

func newConversation(id string, sp *space, now time.Time) *conversation {
	c := &conversation{id: id, space: sp, ended: make(chan struct{}), reached: -1}
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

// begin starts the conversation anew with an initialize.
func (c *conversation) begin(recorded int, version string, capabilities gjson.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.initialized, c.ready = true, false
	c.version, c.capabilities = version, capabilities
	c.recorded = recorded
	c.cursors, c.notices, c.tokens = nil, nil, nil
	c.reached, c.listened, c.sent = -1, 0, 0
	c.signal()
}

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
func (c *conversation) reach(session, event int) {
	c.mu.Lock()
	if session == c.recorded && event > c.reached {
		c.reached = event
		c.signal()
	}
	c.mu.Unlock()
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
func (c *conversation) answering(id []byte, q *probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight == nil {
		c.inFlight = map[string]*probe{}
	}
	c.inFlight[string(id)] = q
}

// done takes back answering.
func (c *conversation) done(id []byte, q *probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight[string(id)] == q {
		delete(c.inFlight, string(id))
	}
}

// end closes the conversation; the store calls it once.
func (c *conversation) end() { close(c.ended) }

// state returns what the gate asks about a conversation.
func (c *conversation) state() (initialized, ready bool, version string, listening int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.initialized, c.ready, c.version, c.listening
}

// translate notes under which token of this run the progress of a recorded
// one goes out on the GET stream.
func (c *conversation) translate(recorded string, token []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil {
		c.tokens = map[string][]byte{}
	}
	c.tokens[recorded] = token
}

// token returns the token of this run for a recorded one, or nil.
func (c *conversation) token(recorded string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[recorded]
}
