package replay

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/tidwall/gjson"
)

// deleted is what became of a session that its client has ended.
const deleted = "it was ended with DELETE"

// learn takes from the head of a live server's answer what becomes of the
// session.
func (q *visit) learn(status int, header http.Header) {
	switch {
	case !q.p.live || status/100 != 2:
	case q.Verb == http.MethodDelete && q.session != nil:
		q.p.sessions.end(q.session, deleted)
	case q.Initialize() && !q.old: // else its answer comes on the stream
		c := q.conv
		if id := header.Get(mcp.HeaderSessionID); id != "" && q.session == nil {
			c = newConversation(id, q.space, q.began)
			c.replica = q.replica
			q.p.sessions.name(id, c)
		}
		c.begin(0, stringOf(q.Batch.Messages[0].Params, "protocolVersion"), gjson.Result{}, nil)
	}
}

// strange takes a session that was begun before mcpmock stood between for one
// that lives.
func (q *visit) strange() {
	c := newConversation(q.ID, q.space, q.began)
	c.initialized, c.ready, c.replica = true, true, q.replica
	c = q.p.sessions.meet(q.ID, c)
	q.session, q.Standing, q.conv = c, gate.SessionKnown, c
}

// meet names a conversation, unless the id names another one by now, and
// returns whose it is.
func (s *sessions) meet(id string, c *conversation) *conversation {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there := s.live[id]; there != nil {
		return there
	}
	s.nameLocked(id, c)
	return c
}

// opens names the conversation of a stream of HTTP+SSE by its id. With servers that
// have all of their clients post to the same URL others that live have it, too:
// what is posted there is of the latest. There are as many as connections, and none
// of them is idle, so they take no room from others, nor can they be crowded out.
func (s *sessions) opens(c *conversation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams[c.id] = append(s.streams[c.id], c)
	c.space.opened.Store(true)
}

// latest returns the latest stream of that id that lives, or nil. The caller holds
// mu.
func (s *sessions) latest(id string) *conversation {
	if streams := s.streams[id]; len(streams) > 0 {
		return streams[len(streams)-1]
	}
	return nil
}

// closes takes back opens. It reports whether it was a stream that lived. The
// caller holds mu.
func (s *sessions) closes(c *conversation) bool {
	i := slices.Index(s.streams[c.id], c)
	if i < 0 {
		return false
	}
	if s.streams[c.id] = slices.Delete(s.streams[c.id], i, i+1); len(s.streams[c.id]) == 0 {
		delete(s.streams, c.id)
	}
	return true
}

// streamed returns the path of the stream of a session that is over, or "".
func (s *sessions) streamed(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.past[id].stream
}

// maxAliases is how many other ids of a session in front of a live server are
// remembered.
const maxAliases = 1_000

// evict makes room for one more id, of c: the sessions unused for longest are
// forgotten, but not ended. When such a client comes again, it is met anew; only
// another id that a fault has given it is lost. The caller holds mu.
func (s *sessions) evict(c *conversation) {
	var others []*conversation
	for id, other := range s.live {
		if id == other.id && other != c {
			others = append(others, other)
		}
	}
	if len(others) == 0 { // it crowds itself out
		s.trim(c, len(c.aliases)/2)
		return
	}
	slices.SortFunc(others, func(a, b *conversation) int { return cmp.Compare(a.used.Load(), b.used.Load()) })
	for _, other := range others[:(len(others)+15)/16] {
		s.trim(other, 0)
		delete(s.live, other.id)
	}
}

// trim forgets the oldest other ids of a session, but for so many. The caller
// holds mu.
func (s *sessions) trim(c *conversation, keep int) {
	n := max(0, len(c.aliases)-keep)
	for _, id := range c.aliases[:n] {
		delete(s.live, id)
	}
	c.aliases = slices.Clone(c.aliases[n:])
}
