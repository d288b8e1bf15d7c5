package replay

import (
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// faultState is how far the faults of a scenario have got in a space.
type faultState struct {
	mu    sync.Mutex
	fired []int
	over  []bool
}

func newFaultState(n int) faultState { return faultState{fired: make([]int, n), over: make([]bool, n)} }

// faulted lets the faults act on the request before the dialect sees it. It
// reports whether one of them has answered it.
func (q *probe) faulted() bool {
	for i := range q.p.faults {
		f := &q.p.faults[i]
		if !q.space.fired.fires(q, i, f) {
			continue
		}
		q.note("faulted", f.Name, "")
		switch {
		case f.Do.ExpireSession && q.r == nil:
			q.pipe.crash(0) // the session of a process is the process
			return true
		case f.Do.ExpireSession:
			if q.session != nil {
				q.p.sessions.end(q.session, "it expired")
				q.locate()
			}
		case f.Do.Respond != nil:
			q.answerFault(f.Do.Respond)
			return true
		}
	}
	return false
}

// answerFault sends the response that a fault has in place of the mock's.
func (q *probe) answerFault(resp *scenarios.Response) {
	body, header := q.render(resp, "")
	q.reply(resp.Status, header, body)
}

// fires reports whether fault i acts on this request.
func (s *faultState) fires(q *probe, i int, f *scenarios.Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over[i] {
		return false
	}
	if f.Until != nil && s.fired[i] > 0 && q.meets(f.Until) {
		s.over[i] = true
		return false
	}
	if !q.meets(&f.When) {
		return false
	}
	if f.When.Nth > 0 && q.conv.count(i, len(s.fired)) != f.When.Nth {
		return false
	}
	s.fired[i]++
	s.over[i] = f.Times > 0 && s.fired[i] >= f.Times
	return true
}

// count counts the requests of the conversation that met fault i's trigger.
func (c *conversation) count(i, faults int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls == nil {
		c.calls = make([]int, faults)
	}
	c.calls[i]++
	return c.calls[i]
}

// meets reports whether the request meets a trigger, but for its Nth.
func (q *probe) meets(t *scenarios.Trigger) bool {
	if t.HTTP != "" && !strings.EqualFold(t.HTTP, q.verb) {
		return false
	}
	if t.Method != "" && !like(t.Method, q.method()) {
		return false
	}
	if t.Tool != "" && !(q.has(mcp.ToolsCall) && like(t.Tool, nameOf(mcp.ToolsCall, q.batch.Messages[0].Params))) {
		return false
	}
	switch known := q.sessionState(); t.Session {
	case "none":
		if known != sessionNone {
			return false
		}
	case "known":
		if known != sessionKnown {
			return false
		}
	case "unknown":
		if known != sessionUnknown && known != sessionEnded {
			return false
		}
	}
	return t.Not == nil || !q.meets(t.Not)
}

// sessionState is what a request knows of its session. On a pipe, which is a
// session from its beginning, that counts from its initialize on, so that a
// scenario means the same on every transport.
func (q *probe) sessionState() sessionState {
	switch {
	case q.pipe == nil && !q.old, q.known == sessionUnknown, q.known == sessionEnded:
		return q.known
	case q.initialized:
		return sessionKnown
	}
	return sessionNone
}

// like compares a name with a pattern that may end in a *.
func like(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}
