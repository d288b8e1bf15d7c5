package replay

import (
	"errors"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A subscription is told all changes on the tape that pass its filter, whoever
// was told of them then: each when what preceded it is played, under the rules
// of changes. The recorded one with that very filter, if there is one, has more
// to give: how the server acknowledged it, what else it said there, and how it
// ended. It is drawn by nothing but its filter, for a client must not hear what
// it has not asked for (2026-07-28 basic/patterns/subscriptions, "Opening a
// Stream").
type subscription struct {
	answer *answer // what is said besides the changes
	filter []byte  // what is honoured of the client's
	own    *answer // the recorded one, or nil
	from   int     // the event on the tape at which it begins
	hangUp int     // the event after which the server hangs up; noHangUp is none
}

const noHangUp = -2

// subscribe answers subscriptions/listen: the acknowledgement first, then the
// changes that the client asked for, until it hangs up, cancels, or the server
// ends it.
func (q *visit) subscribe(m jsonrpc.Message) {
	var s *subscription
	c, ls := q.conv, &q.space.listeners
	l, err := ls.open(func() (l *listener, err error) {
		if s, err = q.subscription(m); err != nil || s.answer.refuses() {
			return nil, err
		}
		l = &listener{session: s.answer.session, reached: s.from, woken: make(chan struct{}, 1)}
		return l, c.subscribed(m.ID, l)
	})
	switch {
	case errors.Is(err, errManyListen):
		q.note("refused", "subscriptions", err.Error())
		body := response(m.ID, synthesized{code: mcp.InternalError, message: "Service Unavailable: " + err.Error()})
		q.reply(http.StatusServiceUnavailable, http.Header{"Content-Type": contentJSON}, body)
		return
	case err != nil:
		q.failed(m, err)
		return
	}
	q.noteSubscription(m, s)
	if l == nil { // a server that has no such streams
		q.perform(m, s.answer)
		return
	}
	t := q.turn(m, s.answer).apart()
	leave := func() {
		ls.remove(l)
		c.unsubscribed(t.run.id, l)
	}
	if pp := q.pipe; pp != nil {
		begun := pp.begin(func() {
			defer pp.out.flush()
			defer leave()
			pp.p.notify(t, s, l, pp)
		})
		if !begun {
			leave()
		}
		return
	}
	defer leave()
	q.open(&stream{id: q.carrier, turn: t, on: q}, s.answer.status, q.header(s.answer))
	defer q.release()
	end := q.p.notify(t, s, l, q)
	if end != cassettes.Reset {
		end = cassettes.EOF
	}
	q.saidEnd(end)
	if end == cassettes.Reset {
		q.tear()
	}
}

// refuses reports whether an answer is an error and nothing else.
func (a *answer) refuses() bool {
	return len(a.lines) == 1 && a.lines[0].kind == jsonrpc.Response && gjson.GetBytes(a.lines[0].text, "error").Exists()
}

// noteSubscription notes where a subscription comes from.
func (q *visit) noteSubscription(m jsonrpc.Message, s *subscription) {
	switch {
	case s.own != nil:
		q.matched(m, s.own)
	case q.p.taped.modern:
		q.note("synthesized", "", "this subscription was not recorded")
	default:
		q.note("translated", "", mcp.Listen+", from what the server said on its own")
	}
}

// subscription finds what there is of a subscription.
func (q *visit) subscription(m jsonrpc.Message) (*subscription, error) {
	p := q.p
	if x, _ := p.match(q.conv, m, true); x >= 0 {
		a, err := p.answers.get(x)
		if err != nil {
			return nil, err
		}
		return p.recordedSubscription(a, m)
	}
	capabilities := gjson.GetBytes(p.discovered, "capabilities").Raw
	if p.discovered == nil { // nobody asked: what the tape has will do
		capabilities = `{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true}}`
	}
	s := &subscription{filter: eras.Honoured(filterOf(m), []byte(capabilities)), from: -1, hangUp: noHangUp}
	q.conv.mu.Lock()
	session := q.conv.recorded
	q.conv.mu.Unlock()
	s.answer = &answer{exchange: noExchange, session: session, event: -1, status: http.StatusOK, stream: true, modern: true,
		header: http.Header{"Content-Type": {"text/event-stream"}, "X-Accel-Buffering": {"no"}}}
	p.framing.headers(s.answer.header)
	ack := slices.Concat([]byte(`{"jsonrpc":"2.0","method":"`+mcp.Acknowledged+`","params":{"notifications":`), s.filter, []byte("}}"))
	s.answer.lines = []line{{kind: jsonrpc.Notification, method: mcp.Acknowledged, text: eras.Tag(ack, m.ID), answered: -1, after: -1}}
	for _, l := range p.answers.changes(session, p.index).lines { // what came before anything was asked
		if l.after < 0 && s.wants(&l) {
			l.text = eras.Tag(l.text, m.ID)
			s.answer.lines = append(s.answer.lines, l)
		}
	}
	return s, nil
}

// recordedSubscription makes one of a recorded one: what that said but for the
// changes, which are told like all others. Changes of before it, which came late
// there, come at once.
func (p *Player) recordedSubscription(a *answer, m jsonrpc.Message) (*subscription, error) {
	s := &subscription{answer: a, own: a, from: a.event, hangUp: noHangUp, filter: filterOf(m)}
	if a.refuses() {
		return s, nil
	}
	own := *a
	s.answer, own.lines = &own, nil
	acknowledged := slices.IndexFunc(a.lines, func(l line) bool { return l.method == mcp.Acknowledged })
	if acknowledged >= 0 {
		s.filter = jsonrpc.Bytes(gjson.GetBytes(a.lines[acknowledged].text, "params.notifications").Raw)
	}
	for i, l := range a.lines {
		switch {
		case l.raw && l.cut != "":
			continue
		case i <= acknowledged:
			l.after = -1
		case s.wants(&l):
			if cause, _ := p.index.LatestCrossing(a.session, l.after); cause > a.event {
				continue
			}
			l.after = -1
		case l.method == mcp.Cancelled:
			l.stampCancelled()
		}
		if l.after >= 0 {
			l.asked = p.answers.when(l.after)
		}
		own.lines = append(own.lines, l)
	}
	if p.flags(a)&(cassettes.Ended|cassettes.Answered) == cassettes.Ended {
		ex, err := p.index.Exchange(a.exchange)
		if err != nil {
			return nil, err
		}
		s.hangUp = -1
		for _, r := range ex.Replies {
			s.hangUp = max(s.hangUp, r.After)
		}
	}
	return s, nil
}

// stampCancelled finds the id of the request in the server's cancellation of a
// subscription.
func (l *line) stampCancelled() {
	if v := gjson.GetBytes(l.text, "params.requestId"); v.Index > 0 {
		l.stamps = append(slices.Clone(l.stamps), stamp{v.Index, len(v.Raw), stampID})
		slices.SortFunc(l.stamps, func(a, b stamp) int { return a.at - b.at })
	}
}

// filterOf returns the filter that a client asks for.
func filterOf(m jsonrpc.Message) []byte {
	return jsonrpc.Bytes(gjson.GetBytes(m.Params, "notifications").Raw)
}

// wants reports whether a line is a change that passes the filter.
func (s *subscription) wants(l *line) bool {
	return !l.raw && l.kind == jsonrpc.Notification && eras.Wants(s.filter, l.method, jsonrpc.One(l.text).Params)
}

// change returns a change as the subscription is told it: as the recorded one
// was, where that has it.
func (s *subscription) change(l *line, id []byte) *line {
	if s.own != nil {
		for i := range s.own.lines {
			if own := &s.own.lines[i]; own.event == l.event && own.kind == l.kind {
				told := *own
				told.after, told.asked = l.after, l.asked
				return &told
			}
		}
	}
	told := *l
	told.text = eras.Tag(told.text, id)
	return &told
}
