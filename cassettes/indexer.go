package cassettes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	b := newIndexer(t, visit)
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
	b.settleEras()
	return b.ix, nil
}

// An indexer is the state of one walk over a tape.
type indexer struct {
	ix        *Index
	visit     func(int, string, []byte)
	stdio     bool
	labels    map[string]int32
	open      map[int]*carrier
	ended     map[int]bool       // processes that are over
	pending   map[string]*open   // session and id -> what may be answered on another carrier
	tokens    map[string]*open   // session and progress token -> likewise
	asking    map[int32][]*open  // session -> what may ask back, in order
	ids       map[string]*origin // session and event id -> the stream that can be resumed by it
	whole     [][]string         // the ids of streams that ended whole, oldest first
	endpoints map[string]int32   // the path and query that an HTTP+SSE session posts to, where they name no session
	questions map[string]int32   // session and id -> the server's request
	listens   map[string]*open   // session and id -> a subscriptions/listen whose notifications come on a pipe
	latest    []int32            // session -> the client's latest message in it
	voices    map[string]int32   // a modern client over HTTP -> its latest message
	doubtful  []int32            // exchanges whose error may mean that they were of the wrong era
	objected  bool               // a modern request was answered by an error
	placed    int32              // the latest event that stands in a chain
	free      []*carrier         // ended ones, to be used again
}

func newIndexer(t *Tape, visit func(int, string, []byte)) *indexer {
	return &indexer{
		ix:        &Index{tape: t, Accepted: -1, Deleted: -1, Sessions: []Session{{Initialize: -1}}, answers: map[int32]int32{}, after: map[int32]int32{}},
		latest:    []int32{-1},
		visit:     visit,
		stdio:     t.Header.Transport == "stdio",
		labels:    map[string]int32{},
		open:      map[int]*carrier{},
		ended:     map[int]bool{},
		pending:   map[string]*open{},
		tokens:    map[string]*open{},
		asking:    map[int32][]*open{},
		ids:       map[string]*origin{},
		endpoints: map[string]int32{},
		questions: map[string]int32{},
		listens:   map[string]*open{},
		voices:    map[string]int32{},
	}
}

// A carrier is one that has not ended.
type carrier struct {
	opened    int32 // its first event
	own       chain // of its events
	session   int32
	exchanges []int32
	ids       []string // of the exchanges that have no answer yet
	method    string
	listen    bool   // a GET that is a standalone stream
	piped     bool   // all messages of its session travel on it
	silent    bool   // a POST whose answer comes on its session's pipe
	init      bool   // its exchange is an initialize
	asked     asked  // what its request shows of its era
	serves    bool   // a POST whose stream is that of a subscription
	client    string // the clientInfo.name of that
	status    int
	stream    bool
	frames    []byte  // the ids of its frames, each with a 0 behind it
	resumes   *origin // what it asks to go on with
	origin    *origin // what it goes on with
	chain     *chain  // where its events go, once its exchange has left it
}

// add takes in the next event and returns what is wrong with it.
func (b *indexer) add(e *Event) string {
	if b.stdio {
		e.unwrap()
	}
	c := b.open[e.On]
	if e.From == Client && e.HTTP != nil && e.HTTP.Method != "" {
		if c != nil {
			return fmt.Sprintf("carrier %d is opened a second time: give this request a number of its own", e.On)
		}
		n := b.place(e.Pos.Offset, e.Pos.Size, e.Pos.Line)
		c = b.carrier()
		c.opened, c.own.last = n, n
		c.method = strings.Clone(e.HTTP.Method)
		if c.method == "POST" {
			c.asked = b.askedOf(e)
		}
		if !c.asked.modern {
			c.session = b.session(e.HTTP)
		}
		c.listen = c.method == "GET"
		c.silent = c.method == "POST" && b.ix.Sessions[c.session].Piped
		b.open[e.On] = c
		if c.listen {
			b.resume(c, e.HTTP)
		}
		b.request(c, n, e)
		return ""
	}
	says := e.Message != nil || e.Messages != nil || e.Raw != nil || e.HTTP != nil
	if c == nil && b.stdio && !b.ended[e.On] {
		c = b.process(e)
	}
	n := b.place(e.Pos.Offset, e.Pos.Size, e.Pos.Line)
	if c == nil {
		if !says {
			return "" // an end or a note after the end
		}
		return fmt.Sprintf("carrier %d is not open: its request is missing, or it has ended before: put the events in their order again, or cut this one out", e.On)
	}
	switch {
	case e.From == Server:
		if reason := b.server(c, n, e); reason != "" {
			return reason
		}
	case c.piped && e.From == Client:
		b.request(c, n, e)
	case !c.piped && !c.silent:
		b.link(c, n)
	}
	complete := c.status != 0 && !c.stream && (e.Message != nil || e.Messages != nil)
	if e.End != "" || complete && !c.piped {
		b.end(c, e)
		delete(b.open, e.On)
		b.free = append(b.free, c)
		b.ended[e.On] = b.stdio
	}
	return ""
}

// place adds an event to the list and returns its number.
func (b *indexer) place(offset int64, size, line int) int32 {
	n := int32(len(b.ix.events))
	b.ix.events = append(b.ix.events, eventRef{offset, int32(size), -1})
	if n%lineMarks == 0 {
		b.ix.lines = append(b.ix.lines, lineMark{int64(line), offset})
	}
	return n
}

// link makes event n the next of its carrier, or of the exchange that the
// carrier is about.
func (b *indexer) link(c *carrier, n int32) {
	switch {
	case c.origin != nil && c.origin.exchange != nil:
		b.follow(c.origin.exchange.chain, n)
	case c.chain != nil:
		b.follow(c.chain, n)
	default:
		b.follow(&c.own, n)
	}
}

// carrier returns an empty carrier.
func (b *indexer) carrier() *carrier {
	if len(b.free) == 0 {
		return new(carrier)
	}
	c := b.free[len(b.free)-1]
	b.free = b.free[:len(b.free)-1]
	*c = carrier{exchanges: c.exchanges[:0], ids: c.ids[:0], frames: c.frames[:0]}
	return c
}

// session returns the number of the session that a message's headers or query
// name.
func (b *indexer) session(h *HTTP) int32 {
	label := h.Header.Get(mcp.HeaderSessionID)
	if label == "" && h.Query != "" {
		label = sessionOfQuery(h.Query)
	}
	switch {
	case label != "":
		return b.label(label)
	case len(b.endpoints) > 0 && h.Query != "":
		return b.endpoints[h.Path+"?"+h.Query]
	case len(b.endpoints) > 0:
		return b.endpoints[h.Path]
	}
	return 0
}

// known returns the number of the session that a message's headers or query
// name, where the tape has had it before.
func (b *indexer) known(h *HTTP) (int32, bool) {
	label := h.Header.Get(mcp.HeaderSessionID)
	if label == "" && h.Query != "" {
		label = sessionOfQuery(h.Query)
	}
	if label != "" {
		s, ok := b.labels[label]
		return s, ok
	}
	s := b.session(h)
	return s, s != 0
}

// label returns the number of the session with that label.
func (b *indexer) label(label string) int32 {
	s, ok := b.labels[label]
	if !ok {
		label = strings.Clone(label)
		s = b.newSession(label)
		b.labels[label] = s
	}
	return s
}

func (b *indexer) newSession(label string) int32 {
	b.ix.Sessions = append(b.ix.Sessions, Session{Label: label, Initialize: -1})
	b.latest = append(b.latest, -1)
	return int32(len(b.ix.Sessions) - 1)
}

// request takes in what a client said.
func (b *indexer) request(c *carrier, n int32, e *Event) {
	piped := b.ix.Sessions[c.session].Piped
	var batch *chain
	each(e, func(nth int, raw []byte) {
		m := jsonrpc.One(raw)
		if m.Method != mcp.Ping { // a client pings when it likes: nothing follows from it
			b.latest[c.session] = n
			if c.asked.client != "" {
				b.voices[c.asked.client] = n
			}
		}
		switch m.Kind {
		case jsonrpc.Request:
			x := int32(len(b.ix.exchanges))
			ref := exchangeRef{event: n, session: c.session, nth: uint16(nth)}
			if e.Messages != nil {
				ref.flags |= Batched
			}
			a := c.asked
			if c.piped {
				a = ask(nil, "", m)
			}
			if a.modern {
				ref.flags |= Modern
			}
			b.ix.exchanges = append(b.ix.exchanges, ref)
			if piped {
				if batch == nil {
					batch = &chain{n}
				}
				b.expect(c.session, x, batch, m, a)
			}
			c.serves = c.serves || !piped && m.Method == mcp.Listen
			if !piped || c.silent {
				c.exchanges = append(c.exchanges, x)
				c.ids = append(c.ids, string(m.ID))
				c.init = c.init || m.Method == mcp.Initialize
			}
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
			if m.Method == mcp.Cancelled && piped {
				b.cancel(c.session, gjson.GetBytes(m.Params, "requestId").Raw)
			}
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

// each calls f with every message of the event.
func each(e *Event, f func(nth int, raw []byte)) {
	if e.Message != nil {
		f(0, e.Message)
	}
	for i, m := range e.Messages {
		f(i, m)
	}
}

// name is a key for an id within a session, the same however the id is spelled.
func name(session int32, id []byte) string {
	if bytes.IndexByte(id, '\\') >= 0 {
		id = strconv.AppendQuote(nil, gjson.ParseBytes(id).Str)
	}
	return fmt.Sprintf("%d %s", session, id)
}
