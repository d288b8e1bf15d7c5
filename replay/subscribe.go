package replay

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A listener is a client that listens to a subscription. What it is told waits
// for what preceded it on the tape: the requests of any client of the space
// since it began to listen, for what changes, changes for all.
type listener struct {
	conv    *conversation
	session int // on the tape
	reached int // under the conversation's mu
}

// listeners are those of a space.
type listeners struct {
	n   atomic.Int32
	mu  sync.Mutex
	all []*listener
}

func (ls *listeners) add(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.all = append(ls.all, l)
	ls.n.Add(1)
}

func (ls *listeners) remove(l *listener) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.all = slices.DeleteFunc(ls.all, func(other *listener) bool { return other == l })
	ls.n.Add(-1)
}

// tell says that the client message of that event on the tape has come.
func (ls *listeners) tell(session, event int) {
	if ls.n.Load() == 0 {
		return
	}
	ls.mu.Lock()
	all := slices.Clone(ls.all)
	ls.mu.Unlock()
	for _, l := range all {
		l.conv.mu.Lock()
		if l.session == session && event > l.reached {
			l.reached = event
			l.conv.signal()
		}
		l.conv.mu.Unlock()
	}
}

// subscribe answers subscriptions/listen: the acknowledgement first, then the
// changes that the client asked for, until it hangs up, cancels, or the server
// ends it (2026-07-28 basic/patterns/subscriptions).
func (q *probe) subscribe(m jsonrpc.Message) {
	a, session, from, err := q.subscription(m)
	if err != nil {
		q.failed(m, err)
		return
	}
	if a.refuses() { // a server that has no such streams
		q.perform(m, a)
		return
	}
	t := q.turn(m, a).apart()
	l := &listener{conv: q.conv, session: session, reached: from}
	q.conv.answering(t)
	q.space.listeners.add(l)
	if q.pipe == nil {
		h := q.header(a)
		q.open(&stream{id: q.carrier, turn: t, on: q}, a.status, h)
		defer q.release()
		end := q.p.notify(t, l, q)
		q.space.listeners.remove(l)
		q.conv.drop(t)
		if end != cassettes.Reset {
			end = cassettes.EOF
		}
		q.saidEnd(end)
		if end == cassettes.Reset {
			q.tear()
		}
		return
	}
	pp := q.pipe
	pp.begin(func() {
		defer pp.out.flush()
		defer q.conv.drop(t)
		defer pp.space.listeners.remove(l)
		pp.p.notify(t, l, pp)
	})
}

// refuses reports whether an answer is an error and nothing else.
func (a *answer) refuses() bool {
	return len(a.lines) == 1 && a.lines[0].kind == jsonrpc.Response && gjson.GetBytes(a.lines[0].text, "error").Exists()
}

// notify performs a subscription on a stage. It returns how the connection is
// to end, where the tape says so.
func (p *Player) notify(t *turn, l *listener, on stage) cassettes.End {
	concluded := false
	for i := range t.lines {
		line := &t.lines[i]
		if line.raw && line.cut != "" {
			continue
		}
		wanted := true
		there := p.wait(t.conv, on, t.conv.change, func() bool {
			wanted = !t.cancelled
			return !wanted || line.after <= l.reached
		})
		if !there || !wanted {
			p.conclude(t, on, wanted)
			return ""
		}
		if p.pace != 0 && line.after >= 0 && !p.pause(t.conv, on, p.gap(line.at-line.asked)) {
			p.conclude(t, on, true)
			return ""
		}
		if _, there := on.say(line, &t.run); !there {
			return ""
		}
		concluded = line.kind == jsonrpc.Response
	}
	switch {
	case concluded:
		return t.a.end
	case p.flags(t.a)&(cassettes.Ended|cassettes.Answered) == cassettes.Ended:
		return t.a.end // the server hung up without a word
	}
	p.wait(t.conv, on, t.conv.change, func() bool { return t.cancelled })
	p.conclude(t, on, true)
	return ""
}

// conclude ends a subscription gracefully where it is the mock that ends it
// ("Graceful Closure").
func (p *Player) conclude(t *turn, on stage, wanted bool) {
	select {
	case <-p.closing:
	default:
		return
	}
	if !wanted || t.cancelled {
		return
	}
	text := slices.Concat([]byte(`{"jsonrpc":"2.0","id":`), t.run.id, []byte(`,"result":{"resultType":"complete","_meta":{"`+mcp.MetaSubscriptionID+`":`), t.run.id, []byte("}}}"))
	on.say(&line{kind: jsonrpc.Response, text: text, answered: -1, after: -1}, &run{})
}

// subscription finds what a subscription is told: that of the recorded one with
// the same filter, else all that the tape has of changes which pass it. from is
// what has come before.
func (q *probe) subscription(m jsonrpc.Message) (a *answer, session, from int, err error) {
	p := q.p
	if x, _ := p.match(q.conv, m, true); x >= 0 {
		if a, err = p.answers.get(x); err != nil {
			return nil, 0, 0, err
		}
		q.matched(m, a)
		return a, a.session, a.event, nil
	}
	filter := eras.Honoured(jsonrpc.Bytes(gjson.GetBytes(m.Params, "notifications").Raw), jsonrpc.Bytes(gjson.GetBytes(p.discovered, "capabilities").Raw))
	q.conv.mu.Lock()
	session = q.conv.recorded
	q.conv.mu.Unlock()
	changes := p.answers.changes(session, p.index)
	if p.index.tape.modern {
		q.note("synthesized", "", "this subscription was not recorded")
	} else {
		q.note("translated", "", mcp.Listen+", from what the server said on its own")
	}
	a = &answer{exchange: noExchange, session: session, event: -1, status: http.StatusOK, stream: true, modern: true,
		header: http.Header{"Content-Type": {"text/event-stream"}, "X-Accel-Buffering": {"no"}}}
	p.framing.headers(a.header)
	ack := slices.Concat([]byte(`{"jsonrpc":"2.0","method":"`+mcp.Acknowledged+`","params":{"notifications":`), filter, []byte("}}"))
	a.lines = []line{{kind: jsonrpc.Notification, method: mcp.Acknowledged, text: eras.Tag(ack, m.ID), answered: -1, after: -1}}
	for _, l := range changes.lines {
		if l.kind == jsonrpc.Notification && eras.Wants(filter, l.method, jsonrpc.One(l.text).Params) {
			l.text, l.frame = eras.Tag(l.text, m.ID), nil
			a.lines = append(a.lines, l)
		}
	}
	return a, session, -1, nil
}

// changes returns what a recorded server told of changes by itself, in the
// words of neither era: on its standalone stream, or to subscriptions. Each
// waits for the latest request before it that clients of both eras send.
func (a *answers) changes(session int, ix *index) *answer {
	a.mu.RLock()
	told := a.told[session]
	a.mu.RUnlock()
	if told != nil {
		return told
	}
	told = &answer{exchange: noExchange, session: session, event: -1, status: http.StatusOK, stream: true, header: http.Header{"Content-Type": {"text/event-stream"}}}
	a.framing.headers(told.header)
	add := func(l line) {
		if l.kind != jsonrpc.Notification || !mcp.TellsOfChange(l.method) {
			return
		}
		l.text = eras.Untag(l.text)
		l.stamps, l.frame, l.after = nil, nil, ix.latestCrossing(session, l.after)
		for _, other := range told.lines {
			if other.after == l.after && string(other.text) == string(l.text) && other.event != l.event && l.session != other.session {
				return // told to another subscription as well
			}
		}
		told.lines = append(told.lines, l)
	}
	for _, l := range a.standing(session, false).lines {
		add(l)
	}
	if s := ix.methods[mcp.Listen]; s != nil {
		for _, x := range s.exchanges {
			recorded, err := a.get(int(x))
			if err != nil || recorded.session != session {
				continue
			}
			for _, l := range recorded.lines {
				l.session = int(x) + 1
				add(l)
			}
		}
	}
	slices.SortStableFunc(told.lines, func(x, y line) int { return x.event - y.event })
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.told) >= maxChanges {
		clear(a.told)
	}
	if a.told == nil {
		a.told = map[int]*answer{}
	}
	a.told[session] = told
	return told
}

// maxChanges is of how many sessions the changes are kept.
const maxChanges = 256
