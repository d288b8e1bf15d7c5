package replay

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/tidwall/gjson"
)

// rounds returns a legacy exchange as the modern era has it: what a server of
// the one asks in the middle of an answer, one of the other asks at the end of
// a round, and the client makes its request again
// (2026-07-28 basic/patterns/mrtr).
func (a *answers) rounds(x int) ([]*answer, error) {
	into := translated{x, mcp.V20260728}
	a.mu.RLock()
	t, ok := a.translated[into]
	a.mu.RUnlock()
	if ok {
		return t.rounds, t.err
	}
	t.rounds, t.err = a.toRounds(x)
	a.keepTranslated(into, t)
	return t.rounds, t.err
}

// A translated is what a translation is of, and into which revision.
type translated struct {
	exchange int
	version  string
}

// A translation is what an exchange is in the other era.
type translation struct {
	rounds []*answer // of a legacy one
	legacy *answer   // of a modern one
	err    error     // there is none
}

// keepTranslated keeps a translation, with the answers and under their bound.
func (a *answers) keepTranslated(into translated, t translation) {
	size := 512
	for _, r := range append(t.rounds, t.legacy) {
		if r != nil {
			size += weight(r)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.makeRoom(size)
	a.translated[into] = t
}

// toRounds translates a legacy exchange.
func (a *answers) toRounds(x int) ([]*answer, error) {
	recorded, err := a.get(x)
	if err != nil {
		return nil, err
	}
	ex, err := a.index.Exchange(x)
	if err != nil {
		return nil, err
	}
	r := &rounding{answers: a, of: recorded, request: jsonrpc.One(ex.Message), server: a.serverInfo(recorded.session)}
	for i := range recorded.lines {
		if err := r.line(&recorded.lines[i]); err != nil {
			return nil, err
		}
	}
	r.close(nil)
	return r.done, nil
}

// A rounding is a legacy answer while it is taken apart.
type rounding struct {
	answers *answers
	of      *answer
	request jsonrpc.Message
	server  []byte // its serverInfo
	done    []*answer
	lines   []line // of the round that is being made
	inputs  []eras.Input
	replies [][]byte // to them, as recorded
	until   int      // the last event of these
	asked   int      // questions so far
}

// line takes in the next line.
func (r *rounding) line(l *line) error {
	if len(r.inputs) > 0 && l.event > r.until {
		r.ask()
	}
	switch {
	case l.raw || l.cut != "": // what primes a client to come back, which that era has not
	case l.kind == jsonrpc.Request && mcp.ClientCapability(l.method) != "":
		return r.question(l)
	case l.kind == jsonrpc.Request: // a ping
	case l.kind == jsonrpc.Response:
		if len(r.inputs) > 0 { // answered without the client's answer
			r.inputs, r.replies = nil, nil
		}
		return r.result(l)
	case l.method == mcp.Progress || l.method == mcp.LogMessage:
		own := *l
		own.frame = nil
		r.lines = append(r.lines, own)
	}
	return nil
}

// question collects what the server asks.
func (r *rounding) question(l *line) error {
	params, err := eras.ModernInput(l.method, jsonrpc.One(l.text).Params)
	if err != nil {
		return err
	}
	r.asked++
	r.inputs = append(r.inputs, eras.Input{Key: "input-" + strconv.Itoa(r.asked), Method: l.method, Params: params})
	var reply []byte
	if l.answered >= 0 {
		if e, err := r.answers.index.Event(l.answered); err == nil {
			reply = jsonrpc.One(e.Message).Result
		}
		r.until = max(r.until, l.answered)
	}
	r.replies = append(r.replies, reply)
	return nil
}

// ask ends a round with what was asked.
func (r *rounding) ask() {
	state := r.answers.seal.state(r.of.exchange, len(r.done)+1)
	r.finish(eras.InputRequired(r.inputs, state, r.server))
}

// finish ends a round that asks for input.
func (r *rounding) finish(result []byte) {
	a := r.answer(noExchange)
	a.played = r.of.exchange + 1
	a.inputs = r.inputs
	keys := make([]string, len(r.inputs))
	for i, in := range r.inputs {
		keys[i] = in.Key
	}
	if len(r.replies) > 0 && !slices.ContainsFunc(r.replies, func(reply []byte) bool { return reply == nil }) {
		a.responses = eras.Responses(keys, r.replies)
	}
	r.say(a, append([]byte(`"result":`), result...))
	r.done = append(r.done, a)
	r.lines, r.inputs, r.replies, r.until = nil, nil, nil, 0
}

// result ends the last round.
func (r *rounding) result(l *line) error {
	m := jsonrpc.One(l.text)
	if m.Error == nil {
		result, err := eras.ModernResult(r.request.Method, m.Result, r.server)
		if err != nil {
			return err
		}
		r.close(append([]byte(`"result":`), result...))
		return nil
	}
	if gjson.GetBytes(m.Error, "code").Int() == mcp.URLElicitationRequired {
		if r.inputs = eras.ElicitationsOf(m.Error); len(r.inputs) > 0 {
			r.ask()
			r.done[len(r.done)-1].anew = true
			return nil
		}
	}
	text, status, err := eras.ModernError(r.request.Method, r.request.Params, m.Error)
	if err != nil {
		return err
	}
	r.close(append([]byte(`"error":`), text...))
	r.done[len(r.done)-1].status = status
	return nil
}

// close ends the last round: with its outcome, or as the server left it.
func (r *rounding) close(outcome []byte) {
	if outcome == nil && len(r.done) > 0 && r.lines == nil && r.of.only(jsonrpc.Response) >= -1 && r.concluded() {
		return
	}
	a := r.answer(r.of.exchange)
	a.end = r.of.end
	if outcome != nil {
		r.say(a, outcome)
	}
	r.done = append(r.done, a)
	r.lines = nil
}

// concluded reports whether the exchange has its outcome in a round already.
func (r *rounding) concluded() bool {
	return slices.ContainsFunc(r.of.lines, func(l line) bool { return l.kind == jsonrpc.Response })
}

// answer makes a round's answer, but for its last line.
func (r *rounding) answer(exchange int) *answer {
	of := r.of
	return &answer{exchange: exchange, session: of.session, event: of.event, asked: of.asked, status: http.StatusOK,
		remark: "a legacy answer to " + gate.Quote(of.method) + ", as " + mcp.V20260728 + " has it",
		method: of.method, name: of.name, lines: r.lines, token: of.token, modern: true}
}

// say adds the response, and settles how the round travels.
func (r *rounding) say(a *answer, outcome []byte) {
	l := line{kind: jsonrpc.Response, answered: -1, after: -1, event: r.of.event + 1}
	if n := len(r.of.lines); n > 0 {
		last := r.of.lines[n-1]
		l.event, l.at = last.event, last.at
	}
	const id = "1"
	l.text = slices.Concat([]byte(`{"jsonrpc":"2.0","id":`+id+`,`), outcome, []byte("}"))
	l.stamp([]byte(id), nil, r.answers.index.Sessions[a.session].Label)
	a.lines = append(a.lines, l)
	a.travel(r.answers.framing)
	r.answers.style.of(a).dress(a, r.answers.framing)
}

// travel settles whether a translated answer goes out as JSON or as a stream.
func (a *answer) travel(f *framing) {
	a.frame()
	if a.stream {
		f.headers(a.header)
		if a.modern && a.header.Get("X-Accel-Buffering") == "" {
			a.header["X-Accel-Buffering"] = []string{"no"}
		}
	}
}
