package replay

import (
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// A relay is a pipe before a live server: it passes on what the server says, a
// line of its stdout or an event of its stream of HTTP+SSE, with what the faults
// make of it. One at a time may call it.
type relay struct {
	*pipe
	turns map[string]<-chan struct{} // of subscriptions, by id: closed when what was said last of each is said
	owed  owed
}

// relays makes a relay of a pipe.
func (pp *pipe) relays() *relay {
	pp.relay = &relay{pipe: pp, turns: map[string]<-chan struct{}{}}
	return pp.relay
}

// says passes on what may be a message, in its frame where the pipe has frames:
// as the faults have it, or by pass where none edits it. An edit that takes time
// delays that answer alone, or that subscription.
func (l *relay) says(message []byte, frame *sse.Frame, pass func() bool) {
	if len(message) > 0 && (message[0] == '{' || message[0] == '[') && jsonrpc.Valid(message) == nil {
		ids := answered(message)
		l.conv.landed(len(ids))
		defer l.owed.gets(ids)
		if e := l.editOf(message); e != nil {
			e.frame = frame
			l.inTurn(e, ids[0], func() { l.sendEdited(e, message) })
			delete(l.turns, ids[0]) // it was the last
			return
		}
		if e, id := l.subscribed(message); e != nil {
			e.frame = frame
			l.inTurn(e, string(id), func() { l.sendSubscribed(e, id, message) })
			return
		}
	}
	l.aloud(false, pass)
}

// inTurn says something about the request of that id: at once, or where it takes
// time beside what comes next, after what was said about it before.
func (l *relay) inTurn(e *pipeEdit, id string, say func()) {
	before := l.turns[id]
	if before == nil && !takesTime(e.do) {
		say()
		return
	}
	done := make(chan struct{})
	l.turns[id] = done
	l.begin(func() {
		defer close(done)
		defer l.out.flush()
		if before != nil {
			select {
			case <-before:
			case <-l.ctx.Done():
				return
			}
		}
		say()
	})
}

// passes notes what a message that goes on to the server says of its session.
// On a pipe, where the answer comes another way, an initialize counts from then on.
func (q *visit) passes() {
	c := q.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	if q.Initialize() && (q.pipe != nil || q.old) {
		c.initialized, c.capabilities = true, gjson.Result{}
	}
	c.ready = c.ready || q.Has(mcp.Initialized)
}
