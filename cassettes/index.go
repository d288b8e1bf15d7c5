package cassettes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An Index knows the exchanges and sessions of a tape by number and where
// their events lie, not what they say: it takes some 60 bytes an exchange. It
// is not changed after NewIndex and safe for concurrent use.
type Index struct {
	Sessions []Session // number 0 stands for "no session"
	Torn     error     // a *TornError where the tape ends inside a value
	Accepted int       // the first POST without a request that was answered by 202, as an event, or -1
	Deleted  int       // the first DELETE that was answered by 2xx, likewise

	tape      *Tape
	events    []eventRef
	exchanges []exchangeRef
	late      map[int32][]int32 // exchange -> events of it on other carriers
	answers   map[int32]int32   // question -> the client's answer to it
	after     map[int32]int32   // event on a GET stream -> the client's message before it in its session
	lines     []lineMark
}

// A Session is what the tape has of one MCP session.
type Session struct {
	Label      string // as it stands on the tape; "" for session 0
	Client     string // clientInfo.name of its initialize
	Version    string // the negotiated protocol version
	Initialize int    // the number of that exchange, or -1
	Listens    []int  // the opening events of its standalone GET streams
	NoListen   bool   // a GET was answered by 405
	Notices    map[string][]int
}

type eventRef struct {
	offset int64
	size   int32
	next   int32 // the carrier's next event, or -1
}

type exchangeRef struct {
	event   int32 // the request
	session int32
	nth     uint16 // which message of a batch
	flags   Flag
}

// Flag is what became of an exchange.
type Flag uint8

// The flags of an exchange.
const (
	Answered Flag = 1 << iota // it has its answer
	Refused                   // the answer is the server's refusal to look at the request
	Ended                     // the server ended the stream without an answer
	Left                      // the client went away without an answer
	Batched                   // it came in a batch
)

// lineMark remembers the line of every so many events, for messages.
type lineMark struct{ line, offset int64 }

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

// lineMarks is how many events lie between two marks of lines.
const lineMarks = 256

// Len returns the number of exchanges.
func (ix *Index) Len() int { return len(ix.exchanges) }

// Session returns the number of the session of exchange x.
func (ix *Index) Session(x int) int { return int(ix.exchanges[x].session) }

// Flags returns what became of exchange x.
func (ix *Index) Flags(x int) Flag { return ix.exchanges[x].flags }

// RequestEvent returns the number of the event that asked exchange x.
func (ix *Index) RequestEvent(x int) int { return int(ix.exchanges[x].event) }

// An Exchange is one request and everything said because of it, read off the
// tape.
type Exchange struct {
	Number  int // from 0
	Session int
	Request *Event
	Message json.RawMessage // the request itself, which may be one of a batch
	Replies []Reply         // in the order of the tape; the status line is the first
}

// A Reply is one event said because of a request.
type Reply struct {
	*Event
	Index int // its number on the tape, from 0
	// AnsweredBy is the number of the event in which the client answered,
	// where the reply is a question of the server; else -1.
	AnsweredBy int
	// After is the number of the client's latest message in the same session
	// before the reply, where the reply came on a GET stream; else -1.
	After int
}

// Exchange reads exchange x off the tape.
func (ix *Index) Exchange(x int) (*Exchange, error) {
	ref := ix.exchanges[x]
	request, err := ix.event(int(ref.event))
	if err != nil {
		return nil, err
	}
	ex := &Exchange{Number: x, Session: int(ref.session), Request: request, Message: request.Message}
	if request.Messages != nil {
		ex.Message = request.Messages[ref.nth]
	}
	ex.Replies, err = ix.Carrier(int(ref.event))
	for _, n := range ix.late[int32(x)] {
		e, err := ix.event(int(n))
		if err != nil {
			return nil, err
		}
		ex.Replies = append(ex.Replies, Reply{e, int(n), -1, -1})
	}
	return ex, err
}

// Carrier reads what the server said on the carrier that event n belongs to,
// from n on.
func (ix *Index) Carrier(n int) ([]Reply, error) {
	var replies []Reply
	for n := ix.events[n].next; n >= 0; n = ix.events[n].next {
		e, err := ix.event(int(n))
		if err != nil {
			return nil, err
		}
		replies = append(replies, Reply{e, int(n), lookup(ix.answers, n), lookup(ix.after, n)})
	}
	return replies, nil
}

func lookup(m map[int32]int32, n int32) int {
	if v, ok := m[n]; ok {
		return int(v)
	}
	return -1
}

// AnsweredBy returns the number of the event in which the client answered the
// server's question of event n, or -1.
func (ix *Index) AnsweredBy(n int) int { return lookup(ix.answers, int32(n)) }

// Event reads event n of the tape, counted from 0. Its Pos has no Line; see Line.
func (ix *Index) Event(n int) (*Event, error) { return ix.event(n) }

func (ix *Index) event(n int) (*Event, error) {
	ref := ix.events[n]
	e, err := ix.tape.At(Pos{Offset: ref.offset, Size: int(ref.size)})
	if bad, ok := errors.AsType[*Error](err); ok {
		bad.Line = ix.Line(n)
	}
	return e, err
}

// Line returns the line of event n, for messages: counted from the nearest
// mark before it, so that no line need be kept for every event.
func (ix *Index) Line(n int) int {
	mark := ix.lines[n/lineMarks]
	return int(mark.line) + countLines(ix.tape.src, mark.offset, ix.events[n].offset)
}
