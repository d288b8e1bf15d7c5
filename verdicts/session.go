package verdicts

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/mcpmock/mcpmock/faults"
)

// A session is one client's, as far as the wire shows it: a session of
// Streamable HTTP, a pipe, or all clients of a space that show no id.
type session struct {
	number int    // in the order of their beginning, from 1; 0 is clients without an id
	pipe   bool   // of stdio or HTTP+SSE
	id     string // "" for stdio, and for clients without one
	over   bool
	closed bool // by its client, with DELETE
	gone   bool // what its requests were is forgotten

	overSince time.Duration // where it is over: when its client was told
	flying    bool          // and it had other requests in flight then

	initialized, ready bool
	begun              int // handshakes that clients have begun in it without an id
	shaking            int // those of them that have neither failed nor opened a session
	used               bool
	first, last        time.Duration // requests
	ids                idSet
	open               map[string]*question // requests without an answer, by the JSON text of their ids
	cursors            []*cursor            // of its streams, the latest last
	progress           map[*order]*steps
}

// called is what a session is called in evidence.
func (s *session) called() string {
	if s == nil || s.number == 0 {
		return noID
	}
	return "session-" + strconv.Itoa(s.number)
}

func (s *session) state() faults.State {
	switch {
	case !s.initialized:
		return faults.New
	case s.ready:
		return faults.Ready
	}
	return faults.Initializing
}

// begin starts a handshake anew where clients share the session. Who of them
// has sent which id cannot be told from then on.
func (s *session) begin() {
	s.begun++
	s.shaking++
	s.initialized, s.ready, s.ids, s.progress = false, false, idSet{}, nil
}

// maxOpen bounds the requests of a session that are kept while they have no
// answer.
const maxOpen = 10_000

func (s *session) ask(q *question) {
	if q.id == "" || len(s.open) >= maxOpen {
		return
	}
	if s.open == nil {
		s.open = map[string]*question{}
	}
	s.open[q.id] = q
}

// close ends a session for certain. What its requests were is forgotten.
func (s *session) close() {
	s.over, s.gone = true, true
	s.ids, s.open, s.cursors, s.progress = idSet{}, nil, nil, nil
}

// A question is something a client sent that is to be answered: a message, or
// a GET or DELETE.
type question struct {
	number int    // in the order of their being asked, from 1
	id     string // the JSON text, bounded; "" for what has none
	http   string // the HTTP method; POST for a line
	method string // of JSON-RPC, bounded; "" for GET and DELETE
	key    uint64 // stands for method and params, but for _meta
	at     time.Duration
	by     *session
	shown  string // what it showed of a session, in words
	crowd  bool   // several clients may have sent it
	modern bool   // it is of a revision without handshakes
	round  string // stands for it where it may be retried, or ""
	over   bool   // answered, or never to be
	had    bool   // answered
}

// called is what a question is called in evidence.
func (q *question) called() string {
	if q.method == "" {
		return q.http
	}
	return cut(q.method)
}

// An idSet is the request ids of a session. Most clients count, so whole
// numbers without a gap cost nothing.
type idSet struct {
	any      bool
	from, to int64
	others   map[string]struct{}
}

// maxIDs bounds the ids that are kept one by one.
const maxIDs = 10_000

// add puts an id into the set and reports whether it was there.
func (s *idSet) add(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	whole := err == nil && n > math.MinInt64 && n < math.MaxInt64
	switch {
	case !whole:
	case !s.any:
		s.any, s.from, s.to = true, n, n
		return false
	case n >= s.from && n <= s.to:
		return true
	case n == s.to+1 && !s.has(id):
		s.to = n
		return false
	case n == s.from-1 && !s.has(id):
		s.from = n
		return false
	}
	if s.has(id) {
		return true
	}
	if s.others == nil || len(s.others) >= maxIDs {
		s.others = map[string]struct{}{}
	}
	s.others[id] = struct{}{}
	return false
}

func (s *idSet) has(id string) bool {
	_, ok := s.others[id]
	return ok
}

// seconds is a span of time for people.
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
