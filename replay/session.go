package replay

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/faults"
)

// sessions are the live sessions of a player, and what became of past ones.
type sessions struct {
	style  string // hex32, uuid4, base32
	max    int
	idle   time.Duration
	now    func() time.Time
	evicts bool // before a live server: there is always room for one more

	mu      sync.RWMutex
	live    map[string]*conversation
	streams map[string][]*conversation // beside them, before a live server
	past    map[string]passed          // by id
	order   []string                   // of past, oldest first, a ring of maxPast
	next    int
	swept   time.Time
	random  func([]byte)
}

// What became of an id of which a server keeps no record.
const (
	forgotten = "it was forgotten"
	leaked    = "it was shown, and never opened"
)

// maxPast is how many ended sessions are remembered, so that a client learns
// what became of its session.
const maxPast = 10_000

func newSessions(style string, seed *int64, max int, idle time.Duration, now func() time.Time) *sessions {
	s := &sessions{style: style, max: max, idle: idle, now: now, live: map[string]*conversation{}, streams: map[string][]*conversation{}, past: map[string]passed{}}
	s.random = func(b []byte) { _, _ = rand.Read(b) } // it never fails
	if seed != nil {
		var key [32]byte
		binary.LittleEndian.PutUint64(key[:], uint64(*seed))
		source := mathrand.NewChaCha8(key)
		s.random = func(b []byte) { _, _ = source.Read(b) }
	}
	return s
}

// create opens a session in a space. It returns nil where the cap is reached.
func (s *sessions) create(sp *space) *conversation {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= s.max {
		s.sweep(now)
		if len(s.live) >= s.max {
			return nil
		}
	}
	c := newConversation(s.newID(), sp, now)
	s.live[c.id] = c
	sp.opened.Store(true)
	return c
}

// full reports whether the cap is reached.
func (s *sessions) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= s.max {
		s.sweep(s.now())
	}
	return len(s.live) >= s.max
}

// sweep ends the sessions that have been idle too long; at most once a second,
// so that a full store does not cost a walk on every request.
func (s *sessions) sweep(now time.Time) {
	if s.idle <= 0 || now.Sub(s.swept) < time.Second {
		return
	}
	s.swept = now
	for _, c := range s.live {
		if c.idleSince(now) > s.idle {
			s.endLocked(c, s.expired())
		}
	}
}

func (s *sessions) expired() string {
	return fmt.Sprintf("it expired after %v without a request", s.idle)
}

// find returns the session with that id in a space. Where there is none, why
// says what became of it; "" is an id that was never issued. Now is the time of
// the request.
func (s *sessions) find(sp *space, id string, now time.Time) (c *conversation, why string) {
	s.mu.RLock()
	if c = s.latest(id); c == nil {
		c, why = s.live[id], s.past[id].why
	}
	s.mu.RUnlock()
	if c == nil {
		return nil, why
	}
	if c.space != sp {
		return nil, ""
	}
	if s.idle > 0 && c.idleSince(now) > s.idle {
		s.end(c, s.expired())
		return nil, s.expired()
	}
	return c, ""
}

// end ends a session; why completes a sentence about it.
func (s *sessions) end(c *conversation, why string) {
	s.mu.Lock()
	s.endLocked(c, why)
	s.mu.Unlock()
}

func (s *sessions) endLocked(c *conversation, why string) {
	switch {
	case s.closes(c):
		if s.latest(c.id) == nil {
			s.remember(c.id, passed{why, c.met, c.stream})
		}
	case s.live[c.id] == c:
		for _, id := range append(c.aliases, c.id) {
			delete(s.live, id)
			s.remember(id, passed{why, c.met, ""})
		}
	default:
		return
	}
	c.end()
}

// A passed is an id that names no session any more.
type passed struct {
	why    string         // what became of it
	met    *faults.Counts // how many of its requests had met the faults' triggers; nil where it never named one
	stream string         // the path of its stream, before a live server of HTTP+SSE
}

// remember keeps what became of an id. The caller holds mu.
func (s *sessions) remember(id string, p passed) {
	if len(s.order) < maxPast {
		s.order = append(s.order, id)
	} else {
		delete(s.past, s.order[s.next])
		s.order[s.next] = id
		s.next = (s.next + 1) % maxPast
	}
	s.past[id] = p
}

// forget ends a session as if it had never been.
func (s *sessions) forget(c *conversation) { s.end(c, forgotten) }

// any reports whether a space has a session that lives.
func (s *sessions) any(sp *space) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, c := range s.live {
		if c.space == sp {
			return true
		}
	}
	return len(s.streams) > 0 // before a live server there is one space
}

// forgetAll forgets the sessions of a space.
func (s *sessions) forgetAll(sp *space) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.live {
		if c.space == sp && c.id == id {
			s.endLocked(c, forgotten)
		}
	}
	for _, streams := range s.streams {
		for _, c := range slices.Clone(streams) {
			s.endLocked(c, forgotten)
		}
	}
}

// met returns how many requests of a session that is over had met the faults'
// triggers: what is sent with its id still counts as its own.
func (s *sessions) met(id string) *faults.Counts {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.past[id].met
}

// name makes an id one of a session's, which may be new. It reports whether
// there was room: each id counts towards the cap.
func (s *sessions) name(id string, c *conversation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nameLocked(id, c)
}

// nameLocked is name for a caller who holds mu.
func (s *sessions) nameLocked(id string, c *conversation) bool {
	if len(s.live) >= s.max {
		s.sweep(s.now())
		if s.evicts {
			s.evict(c)
		}
		if len(s.live) >= s.max {
			return false
		}
	}
	if id != c.id {
		c.aliases = append(c.aliases, id)
	}
	s.live[id] = c
	c.space.opened.Store(true)
	if s.evicts && len(c.aliases) > maxAliases {
		s.trim(c, maxAliases)
	}
	return true
}

// newID makes an id in the dialect's style: 128 random bits or more, visible
// ASCII (2025-11-25 basic/transports, "Session Management" 1).
func (s *sessions) newID() string {
	var b [16]byte
	s.random(b[:])
	switch s.style {
	case "uuid4":
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	case "base32":
		return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
	}
	return hex.EncodeToString(b[:])
}

// mint makes an id that opens no session, for a refusal that shows one.
func (s *sessions) mint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newID()
}

// leak makes an id that opens no session, and remembers that it was shown.
func (s *sessions) leak() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID()
	s.remember(id, passed{why: leaked})
	return id
}
