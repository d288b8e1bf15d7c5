package cassettes

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Over stdio and HTTP+SSE everything that a server says travels on one
// carrier, the pipe. Which exchange a message belongs to is not said, so it is
// found out, that a player may send it where it belongs on any transport:
//
//   - an answer belongs to the request with its id, progress to the one with
//     its token, as a log message that names one, and what names a
//     subscription to that subscriptions/listen;
//   - what tells of a change (mcp.TellsOfChange) belongs to none;
//   - a log message belongs to the latest request still open that asked for
//     log messages, as those of the modern era do;
//   - anything else, and a log message that nobody asked for, belongs to the
//     latest request still open that may ask back (mcp.AsksBack), or to none.
//
// What belongs to none is the session's standalone stream.

// An open exchange is one whose answer may come on another carrier than its
// request.
type open struct {
	x     int32
	chain *chain
	asked asked
	name  string // session and id
	token string // session and progress token; "" for none
}

// A chain is where the events of an exchange end so far. The requests of a
// batch share one.
type chain struct{ last int32 }

// follow makes event n the next of a chain, unless it stands in one already: a
// server may answer several requests in one batch.
func (b *indexer) follow(c *chain, n int32) {
	if b.placed == n {
		return
	}
	b.placed = n
	b.ix.events[c.last].next = n
	c.last = n
}

// process begins the carrier of a stdio process: a session of its own, whose
// standalone stream begins with an event that is on no tape.
func (b *indexer) process(e *Event) *carrier {
	head := b.place(e.Pos.Offset, 0, e.Pos.Line)
	c := b.carrier()
	c.opened, c.own.last, c.session = head, head, b.newSession("")
	b.pipe(c)
	b.open[e.On] = c
	return c
}

// pipe makes a carrier the one on which all of its session's messages travel.
func (b *indexer) pipe(c *carrier) {
	c.piped = true
	s := &b.ix.Sessions[c.session]
	s.Piped = true
	s.Listens = append(s.Listens, int(c.opened))
}

// endpoint takes in the event with which an HTTP+SSE stream begins: it names
// the session (2024-11-05 basic/transports, "HTTP with SSE").
func (b *indexer) endpoint(c *carrier, url string) {
	at := &b.ix.Sessions[c.session]
	at.Listens = slices.DeleteFunc(at.Listens, func(opening int) bool { return opening == int(c.opened) })
	_, query, _ := strings.Cut(url, "?")
	label := sessionOfQuery(query)
	if label == "" { // the session goes by another name: what is posted there is its
		c.session = b.newSession("")
		b.endpoints[pathOf(url)] = c.session
	} else {
		c.session = b.label(label)
	}
	b.pipe(c)
	b.ix.Sessions[c.session].Endpoint = strings.Clone(url)
}

// sessionOfQuery returns the session that a query names, or "".
func sessionOfQuery(query string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); isSessionName(name) {
			return value
		}
	}
	return ""
}

// pathOf returns a URL without its origin.
func pathOf(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			return strings.Clone(rest[i:])
		}
	}
	return strings.Clone(url)
}

// expect takes in a request whose answer will come on the pipe.
func (b *indexer) expect(session int32, x int32, c *chain, m jsonrpc.Message, a asked) {
	o := &open{x: x, chain: c, asked: a, name: name(session, m.ID)}
	b.pending[o.name] = o
	delete(b.listens, o.name)
	if m.Method == mcp.Listen {
		b.listens[o.name] = o
	}
	if token := jsonrpc.ProgressToken(m.Params); token != nil {
		o.token = name(session, token)
		b.tokens[o.token] = o
	}
	if mcp.AsksBack(m.Method) || a.logs {
		b.asking[session] = append(b.asking[session], o)
	}
}

// said takes in one message of the server on a pipe.
func (b *indexer) said(c *carrier, n int32, m jsonrpc.Message) {
	switch m.Kind {
	case jsonrpc.Response:
		o := b.pending[name(c.session, m.ID)]
		if o == nil {
			return // to nothing that was asked
		}
		b.settle(o.x)
		b.ix.exchanges[o.x].flags &^= Left | Ended | Withdrawn
		b.follow(o.chain, n)
		b.answeredBy(o.x, o.asked, m)
		b.forget(c.session, o)
		if b.listens[o.name] == o {
			b.ix.after[n] = b.latest[c.session]
		}
		return
	case jsonrpc.Request:
		b.questions[name(c.session, m.ID)] = n
	}
	if o := b.served(c.session, m); o != nil {
		b.follow(o.chain, n)
		b.ix.after[n] = b.latest[c.session]
		return
	}
	if o := b.whose(c.session, m); o != nil {
		b.follow(o.chain, n)
		return
	}
	b.follow(&c.own, n)
	b.ix.after[n] = b.latest[c.session]
}

// served returns the subscription that a notification belongs to, or nil. One
// that the server cancels has ended
// (2026-07-28 basic/patterns/cancellation, "Behavior Requirements").
func (b *indexer) served(session int32, m jsonrpc.Message) *open {
	if len(b.listens) == 0 || m.Kind != jsonrpc.Notification {
		return nil
	}
	if m.Method != mcp.Cancelled {
		o := b.listens[name(session, subscription(m.Params))]
		b.ix.modern = b.ix.modern || o != nil
		return o
	}
	o := b.listens[name(session, []byte(gjson.GetBytes(m.Params, "requestId").Raw))]
	if o != nil && b.ix.exchanges[o.x].flags&Answered == 0 {
		b.ix.exchanges[o.x].flags |= Ended | Withdrawn
	}
	return o
}

// whose returns the exchange that a question or notification belongs to, or
// nil.
func (b *indexer) whose(session int32, m jsonrpc.Message) *open {
	switch {
	case m.Method == mcp.Progress:
		return b.tokens[name(session, jsonrpc.TokenOfProgress(m.Params))]
	case mcp.TellsOfChange(m.Method):
		return nil
	}
	asking := b.asking[session]
	if m.Method == mcp.LogMessage {
		if token := jsonrpc.ProgressToken(m.Params); token != nil && b.tokens[name(session, token)] != nil {
			return b.tokens[name(session, token)]
		}
		for _, o := range slices.Backward(asking) {
			if o.asked.logs {
				return o
			}
		}
	}
	if len(asking) > 0 {
		return asking[len(asking)-1]
	}
	return nil
}

// forget takes away an exchange that has its answer, or will have none.
func (b *indexer) forget(session int32, o *open) {
	delete(b.pending, o.name)
	if b.tokens[o.token] == o {
		delete(b.tokens, o.token)
	}
	if asking := b.asking[session]; len(asking) > 0 {
		b.asking[session] = slices.DeleteFunc(asking, func(other *open) bool { return other == o })
	}
}

// cancel takes in a client's cancellation: it waits for the answer no more.
func (b *indexer) cancel(session int32, id string) {
	if o := b.pending[name(session, []byte(id))]; o != nil {
		b.ix.exchanges[o.x].flags |= Left
	}
}

// shut takes in the end of a pipe. What a client has asked before it left, or
// before it ended the process, is its loss; else the server broke off.
func (b *indexer) shut(c *carrier, e *Event) {
	s := &b.ix.Sessions[c.session]
	if e.End == Exit {
		s.Exited, s.Code = true, e.Code
	}
	flag := Ended
	if e.From == Client || e.End == Exit && wasAsked(e.Code) {
		flag = Left
	}
	for _, o := range b.pending {
		if b.ix.exchanges[o.x].session == c.session {
			if e.From != Mcpmock && b.ix.exchanges[o.x].flags&Withdrawn == 0 {
				b.ix.exchanges[o.x].flags |= flag
			}
			b.forget(c.session, o)
		}
	}
}

// wasAsked reports whether an exit code is that of a process that was asked
// to end: by the end of its input, or by a signal (128 and its number).
func wasAsked(code int) bool {
	switch code {
	case 0, 128 + 1, 128 + 2, 128 + 9, 128 + 13, 128 + 15:
		return true
	}
	return false
}

// unwrap makes a line of a process that is a message but for what surrounds
// it (a byte order mark, blanks, \r\n) the message that a reader takes it for.
func (e *Event) unwrap() {
	if e.Raw == nil || e.From != Client && e.From != Server {
		return
	}
	line := bytes.TrimSpace(bytes.TrimPrefix(e.Raw, []byte("\ufeff")))
	if len(line) < 2 || line[0] != '{' && line[0] != '[' {
		return
	}
	batch, err := jsonrpc.Parse(line)
	if err != nil {
		return
	}
	e.Raw = nil
	if !batch.Array {
		e.Message = line
		return
	}
	e.Messages = make([]json.RawMessage, len(batch.Messages))
	for i, m := range batch.Messages {
		e.Messages[i] = m.Raw
	}
}
