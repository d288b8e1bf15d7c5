package cassettes

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// NewIndex walks over the tape once. The method and the params of each request
// are shown to visit, which may be nil; exchange numbers count up from 0, and
// the text is only good during the call. A torn end is not an error: see Torn.
func NewIndex(t *Tape, visit func(exchange int, method string, params []byte)) (*Index, error) {
	r, err := newReader(io.NewSectionReader(t.src, 0, t.size), t.Name)
	if err != nil {
		return nil, err
	}
	r.lean = new(leanEvent)
	b := indexer{
		ix:        &Index{tape: t, Accepted: -1, Deleted: -1, Sessions: []Session{{Initialize: -1}}, late: map[int32][]int32{}, answers: map[int32]int32{}, after: map[int32]int32{}},
		latest:    []int32{-1},
		visit:     visit,
		labels:    map[string]int32{},
		open:      map[int]*carrier{},
		pending:   map[string]int32{},
		questions: map[string]int32{},
	}
	var e Event
	err = r.ahead(func(value []byte, pos Pos, is state) error {
		if err := r.decode(&e, value, pos, is); err != nil {
			return err
		}
		if reason := b.add(&e); reason != "" {
			return &Error{t.Name, pos.Line, pos.Offset, reason}
		}
		return nil
	})
	switch {
	case errors.Is(err, ErrTorn):
		b.ix.Torn = err
	case err != io.EOF:
		return nil, err
	}
	return b.ix, nil
}

// An indexer is the state of one walk over a tape.
type indexer struct {
	ix        *Index
	visit     func(int, string, []byte)
	labels    map[string]int32
	open      map[int]*carrier
	pending   map[string]int32 // session and id -> exchange whose carrier ended without its answer
	questions map[string]int32 // session and id -> the server's request
	latest    []int32          // session -> the client's latest message in it
	free      []*carrier       // ended ones, to be used again
}

// A carrier is one that has not ended.
type carrier struct {
	opened    int32 // its first event
	last      int32 // its latest
	session   int32
	exchanges []int32
	ids       []string // of the exchanges that have no answer yet
	method    string
	listen    bool   // a GET
	init      bool   // its exchange is an initialize
	client    string // the clientInfo.name of that
	status    int
	stream    bool
}

// add takes in the next event and returns what is wrong with it.
func (b *indexer) add(e *Event) string {
	n := int32(len(b.ix.events))
	b.ix.events = append(b.ix.events, eventRef{e.Pos.Offset, int32(e.Pos.Size), -1})
	if n%lineMarks == 0 {
		b.ix.lines = append(b.ix.lines, lineMark{int64(e.Pos.Line), e.Pos.Offset})
	}
	c := b.open[e.On]
	if e.From == Client && e.HTTP != nil && e.HTTP.Method != "" {
		if c != nil {
			return fmt.Sprintf("carrier %d is opened a second time: give this request a number of its own", e.On)
		}
		c = b.carrier()
		c.opened, c.last, c.session = n, n, b.session(e.HTTP)
		b.open[e.On] = c
		b.request(c, n, e)
		return ""
	}
	if c == nil {
		if e.Message == nil && e.Messages == nil && e.Raw == nil && e.HTTP == nil {
			return "" // an end or a note after the end
		}
		return fmt.Sprintf("carrier %d is not open: its request is missing, or it has ended before", e.On)
	}
	b.ix.events[c.last].next = n
	c.last = n
	if e.From == Server {
		if reason := b.server(c, n, e); reason != "" {
			return reason
		}
	}
	complete := c.status != 0 && !c.stream && (e.Message != nil || e.Messages != nil)
	if e.End != "" || complete {
		b.end(c, e)
		delete(b.open, e.On)
		b.free = append(b.free, c)
	}
	return ""
}

// carrier returns an empty carrier.
func (b *indexer) carrier() *carrier {
	if len(b.free) == 0 {
		return new(carrier)
	}
	c := b.free[len(b.free)-1]
	b.free = b.free[:len(b.free)-1]
	*c = carrier{exchanges: c.exchanges[:0], ids: c.ids[:0]}
	return c
}

// session returns the number of the session that a message's headers name.
func (b *indexer) session(h *HTTP) int32 {
	label := h.Header.Get(mcp.HeaderSessionID)
	if label == "" {
		return 0
	}
	s, ok := b.labels[label]
	if !ok {
		label = strings.Clone(label)
		s = int32(len(b.ix.Sessions))
		b.labels[label] = s
		b.ix.Sessions = append(b.ix.Sessions, Session{Label: label, Initialize: -1})
		b.latest = append(b.latest, -1)
	}
	return s
}

// request takes in a client's request line with what it carried.
func (b *indexer) request(c *carrier, n int32, e *Event) {
	c.method = strings.Clone(e.HTTP.Method)
	c.listen = c.method == "GET"
	each(e, func(nth int, raw []byte) {
		m := jsonrpc.One(raw)
		if m.Method != mcp.Ping { // a client pings when it likes: nothing follows from it
			b.latest[c.session] = n
		}
		switch m.Kind {
		case jsonrpc.Request:
			x := int32(len(b.ix.exchanges))
			ref := exchangeRef{event: n, session: c.session, nth: uint16(nth)}
			if e.Messages != nil {
				ref.flags |= Batched
			}
			b.ix.exchanges = append(b.ix.exchanges, ref)
			c.exchanges = append(c.exchanges, x)
			c.ids = append(c.ids, string(m.ID))
			c.init = c.init || m.Method == mcp.Initialize
			if b.visit != nil {
				b.visit(int(x), m.Method, m.Params)
			}
			if m.Method == mcp.Initialize {
				b.initialize(c, x, m)
			}
		case jsonrpc.Notification:
			s := &b.ix.Sessions[c.session]
			if s.Notices == nil {
				s.Notices = map[string][]int{}
			}
			method := strings.Clone(m.Method)
			s.Notices[method] = append(s.Notices[method], int(n))
		case jsonrpc.Response:
			if q, ok := b.questions[name(c.session, m.ID)]; ok {
				b.ix.answers[q] = n
			}
		}
	})
}

// initialize takes in a client's initialize: its session's, until the answer
// names another, and unless that has one that was not refused.
func (b *indexer) initialize(c *carrier, x int32, m jsonrpc.Message) {
	c.client = strings.Clone(gjson.GetBytes(m.Params, "clientInfo.name").Str)
	b.begin(c.session, x, c.client)
}

func (b *indexer) begin(session, x int32, client string) {
	s := &b.ix.Sessions[session]
	if s.Initialize < 0 || b.ix.exchanges[s.Initialize].flags&Refused != 0 {
		s.Initialize, s.Client = int(x), client
	}
}

// server takes in what a server said on a carrier.
func (b *indexer) server(c *carrier, n int32, e *Event) string {
	if e.HTTP != nil {
		if c.status != 0 {
			return fmt.Sprintf("carrier %d has two answers: give one of them the number of its own request", e.On)
		}
		c.status = e.HTTP.Status
		c.stream = strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
		b.answered(c, e.HTTP)
	}
	if c.listen {
		b.ix.after[n] = b.latest[c.session]
	}
	each(e, func(_ int, raw []byte) {
		if !c.stream && !c.listen && len(c.exchanges) == 1 && c.status < 400 && !c.init {
			b.settle(c, 0, Answered) // the common case needs no look inside
			return
		}
		b.message(c, n, jsonrpc.One(raw))
	})
	return ""
}

// answered takes in a status line.
func (b *indexer) answered(c *carrier, h *HTTP) {
	if s := b.session(h); s != 0 && c.init {
		old := &b.ix.Sessions[c.session]
		for _, x := range c.exchanges {
			b.ix.exchanges[x].session = s
			if old.Initialize == int(x) && c.session != s {
				old.Initialize, old.Client = -1, ""
			}
			b.begin(s, x, c.client)
		}
		c.session = s
		b.latest[s] = max(b.latest[s], b.ix.exchanges[c.exchanges[0]].event)
	}
	if c.listen {
		s := &b.ix.Sessions[c.session]
		switch {
		case c.stream && c.status == 200:
			s.Listens = append(s.Listens, int(c.opened))
		case c.status == 405:
			s.NoListen = true
		}
	}
	switch {
	case b.ix.Accepted < 0 && c.status == 202 && c.method == "POST" && len(c.exchanges) == 0:
		b.ix.Accepted = int(c.opened)
	case b.ix.Deleted < 0 && c.status/100 == 2 && c.method == "DELETE":
		b.ix.Deleted = int(c.opened)
	}
	if c.status >= 400 {
		for _, x := range c.exchanges {
			b.ix.exchanges[x].flags |= Refused
		}
	}
}

// message takes in one message of a server.
func (b *indexer) message(c *carrier, n int32, m jsonrpc.Message) {
	switch m.Kind {
	case jsonrpc.Request:
		b.questions[name(c.session, m.ID)] = n
	case jsonrpc.Response:
		for i, id := range c.ids {
			if id == string(m.ID) {
				x := c.exchanges[i]
				b.settle(c, i, Answered)
				if c.status >= 400 && !refusal(m) {
					b.ix.exchanges[x].flags &^= Refused // the server looked at it, and says so with a status
				}
				if c.init && b.ix.Sessions[c.session].Version == "" {
					b.ix.Sessions[c.session].Version = strings.Clone(gjson.GetBytes(m.Result, "protocolVersion").Str)
				}
				return
			}
		}
		key := name(c.session, m.ID)
		if x, ok := b.pending[key]; ok { // the answer came on another carrier
			delete(b.pending, key)
			b.ix.exchanges[x].flags = b.ix.exchanges[x].flags&^(Ended|Left) | Answered
			b.ix.late[x] = append(b.ix.late[x], n)
		} else if len(c.ids) == 1 && !c.listen {
			b.settle(c, 0, Answered) // an answer with another id is still what was answered
		}
	}
}

// settle notes that the i-th unanswered exchange of the carrier is answered.
func (b *indexer) settle(c *carrier, i int, f Flag) {
	if i >= len(c.ids) {
		return
	}
	b.ix.exchanges[c.exchanges[i]].flags |= f
	c.ids[i] = ""
}

// end takes in the end of a carrier.
func (b *indexer) end(c *carrier, e *Event) {
	for i, id := range c.ids {
		if id == "" {
			continue
		}
		x := c.exchanges[i]
		if e.From == Client {
			b.ix.exchanges[x].flags |= Left
		} else if c.status != 0 {
			b.ix.exchanges[x].flags |= Ended
		}
		b.pending[name(b.ix.exchanges[x].session, []byte(id))] = x
	}
}

// refusal reports whether an error answer means that the request was not
// looked at: the codes with which servers turn away requests for their
// session, their version or their form.
func refusal(m jsonrpc.Message) bool {
	if m.Error == nil {
		return false
	}
	switch gjson.GetBytes(m.Error, "code").Int() {
	case -32700, -32600, -32000, -32001, -32020, -32021, -32022:
		return true
	}
	return false
}

// each calls f with every message of the event.
func each(e *Event, f func(nth int, raw []byte)) {
	if e.Message != nil {
		f(0, e.Message)
	}
	for i, m := range e.Messages {
		f(i, m)
	}
}

// name is a key for an id within a session.
func name(session int32, id []byte) string { return fmt.Sprintf("%d %s", session, id) }
