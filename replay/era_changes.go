package replay

import (
	"cmp"
	"net/http"
	"slices"
	"sort"
	"time"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// Changes are what a recorded server told of changes by itself, in the words of
// neither era: on its standalone stream, or to any subscription, each once. What
// a call of a tool preceded that call has caused, and causes again whenever it
// is played. What came after any other request, which changes nothing, came with
// time.
type changes struct {
	all    *answer         // in the order of the tape
	caused map[int][]*line // by the event of the call
	passed []*line         // the others, by the request that they waited for
}

// changes returns those of a session, as a legacy client is told them. Each
// waits for the latest request before it that clients of both eras send.
func (a *answers) changes(session int, ix *matching.Index) *answer { return a.changed(session, ix).all }

// changed returns the changes of a session.
func (a *answers) changed(session int, ix *matching.Index) *changes {
	a.mu.RLock()
	told := a.told[session]
	a.mu.RUnlock()
	if told != nil {
		return told
	}
	told = a.gather(session, ix)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.told) >= maxChanges {
		clear(a.told)
	}
	if a.told == nil {
		a.told = map[int]*changes{}
	}
	a.told[session] = told
	return told
}

// maxChanges is of how many sessions the changes are kept.
const maxChanges = 256

// gather reads the changes of a session off the tape.
func (a *answers) gather(session int, ix *matching.Index) *changes {
	all := &answer{exchange: noExchange, session: session, event: -1, status: http.StatusOK, stream: true, header: http.Header{"Content-Type": {"text/event-stream"}}}
	a.framing.headers(all.header)
	at := map[int][]int{} // what waits for the same
	calls := map[int]bool{}
	add := func(l line) {
		if l.kind != jsonrpc.Notification || !mcp.TellsOfChange(l.method) {
			return
		}
		call := false
		l.after, call = ix.LatestCrossing(session, l.after)
		l.text, l.stamps, l.frame = eras.Untag(l.text), nil, nil
		for _, i := range at[l.after] {
			other := &all.lines[i]
			if string(other.text) == string(l.text) && other.session != l.session {
				return // told to another subscription as well
			}
		}
		if l.asked = 0; l.after >= 0 {
			l.asked = a.when(l.after)
		}
		at[l.after] = append(at[l.after], len(all.lines))
		calls[l.event] = call
		all.lines = append(all.lines, l)
	}
	for _, l := range a.standing(session, false).lines {
		add(l)
	}
	for _, x := range ix.Listened {
		if ix.Session(int(x)) != session {
			continue
		}
		recorded, err := a.get(int(x))
		if err != nil {
			continue
		}
		for _, l := range recorded.lines {
			l.session = int(x) + 1
			add(l)
		}
	}
	slices.SortStableFunc(all.lines, func(x, y line) int { return x.event - y.event })
	c := &changes{all: all, caused: map[int][]*line{}}
	for i := range all.lines {
		if l := &all.lines[i]; calls[l.event] {
			c.caused[l.after] = append(c.caused[l.after], l)
		} else {
			c.passed = append(c.passed, l)
		}
	}
	slices.SortStableFunc(c.passed, func(x, y *line) int { return cmp.Compare(x.after, y.after) })
	return c
}

// when returns the recorded time of an event.
func (a *answers) when(event int) time.Duration {
	e, err := a.index.Event(event)
	if err != nil {
		return 0
	}
	return e.At
}

// between returns the changes that came with time after the one event and not
// after the other. Of those that say the same, each after a request of its own,
// the last: who was not there to hear them one by one hears it once.
func (c *changes) between(from, to int) []*line {
	first := func(event int) int {
		return sort.Search(len(c.passed), func(i int) bool { return c.passed[i].after > event })
	}
	due := c.passed[first(from):first(to)]
	if len(due) < 2 {
		return due
	}
	latest := map[string]int{}
	for _, l := range due {
		latest[string(l.text)] = l.after
	}
	return slices.DeleteFunc(slices.Clone(due), func(l *line) bool { return l.after != latest[string(l.text)] })
}
