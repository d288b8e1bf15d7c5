package cassettes

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An ordered event knows its carrier and session.
type ordered struct {
	*Event
	carrier *carriage
	session string
}

// A carriage is one carrier of a tape that is put in order.
type carriage struct {
	first    int   // its first event
	events   []int // all of them
	session  string
	request  *HTTP // nil for a stdio process
	init     bool
	listens  bool      // a GET with an event stream, or a subscription
	serves   bool      // a subscription, that is: a POST of subscriptions/listen
	cancels  string    // the request that a POST of notifications/cancelled names
	resumes  bool      // with a Last-Event-Id
	head     int       // the last event of its opening
	open     int       // requests without an answer on it
	asks     bool      // it has a request
	home     *carriage // the initialize exchange that its GET follows
	question int       // the event it answers, or -1
	opened   bool      // its home has such a GET
}

// An order is the state of putting a tape in order.
type order struct {
	events    []*Event
	of        []*carriage // the carrier of each event
	carriers  []*carriage
	answer    map[int]*carriage      // question -> carrier with its answer
	asked     map[string][]*carriage // session, id or token -> who asked it
	roots     map[string][]*carriage
	with      map[*carriage][]int // what stands after a carrier
	heads     map[*carriage][]*carriage
	tails     map[string][]int       // the ends of a session
	listens   map[string]bool        // session and id of subscriptions
	farewells map[string][]*carriage // of a session: POSTs that cancel these
	unended   map[string][]*carriage
	out       []ordered
}

// causal returns the events in the order that Golden describes.
func causal(events []*Event) []ordered {
	o := &order{
		events: events, of: make([]*carriage, len(events)),
		answer: map[int]*carriage{}, asked: map[string][]*carriage{}, roots: map[string][]*carriage{},
		with: map[*carriage][]int{}, heads: map[*carriage][]*carriage{},
		tails: map[string][]int{}, listens: map[string]bool{}, farewells: map[string][]*carriage{}, unended: map[string][]*carriage{},
	}
	o.gather()
	for _, c := range o.carriers {
		if c.request == nil {
			c.events = o.process(c.events)
		}
	}
	o.settle()
	o.ask()
	o.anchor()
	sessions := []string{}
	for _, c := range o.carriers {
		if !slices.Contains(sessions, c.session) {
			sessions = append(sessions, c.session)
		}
	}
	for _, s := range sessions {
		for _, c := range o.roots[s] {
			o.emit(c)
		}
		slices.SortStableFunc(o.tails[s], func(i, j int) int { return o.of[i].first - o.of[j].first })
		for _, n := range o.tails[s] {
			end := ordered{&Event{On: events[n].On, From: Client, End: Closed}, o.of[n], s}
			o.out = append(o.out, end)
		}
		for _, c := range o.unended[s] {
			o.out = append(o.out, ordered{&Event{From: Client, End: Closed}, c, s})
		}
		for _, c := range o.farewells[s] {
			o.emit(c)
		}
	}
	return o.out
}

// gather sorts the events into carriers.
func (o *order) gather() {
	open := map[int]*carriage{}
	for i, e := range o.events {
		c := open[e.On]
		isRequest := e.From == Client && e.HTTP != nil && e.HTTP.Method != ""
		if c == nil || isRequest {
			c = &carriage{first: i, question: -1}
			open[e.On] = c
			o.carriers = append(o.carriers, c)
		}
		o.of[i] = c
		c.events = append(c.events, i)
		if e.From == Server {
			each(e, func(_ int, raw []byte) {
				if jsonrpc.One(raw).Kind == jsonrpc.Response {
					c.open--
				}
			})
		}
		switch {
		case isRequest:
			c.request = e.HTTP
			c.session = label(e.HTTP)
			c.resumes = e.HTTP.Header.Get(mcp.HeaderLastEventID) != ""
			each(e, func(_ int, raw []byte) {
				m := jsonrpc.One(raw)
				c.init = c.init || m.Method == mcp.Initialize
				c.serves = c.serves || m.Method == mcp.Listen
				if m.Method == mcp.Cancelled {
					c.cancels = gjson.GetBytes(m.Params, "requestId").Raw
				}
				if m.Method == mcp.Listen {
					o.listens["id "+c.session+" "+string(m.ID)] = true
				}
				if m.Kind == jsonrpc.Request {
					c.open++
					c.asks = true
				}
			})
		case c.request == nil:
		case e.From == Server && e.HTTP != nil:
			if s := e.HTTP.Header.Get(mcp.HeaderSessionID); s != "" && c.init {
				c.session = s
			}
			c.listens = (c.request.Method == "GET" || c.serves) && e.HTTP.Status == 200 &&
				strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
		case e.SSE != nil && e.SSE.Event == "endpoint" && c.session == "":
			_, query, _ := strings.Cut(string(e.Raw), "?")
			c.session = label(&HTTP{Query: query})
		}
	}
}

// label returns the label of the session that a request names.
func label(h *HTTP) string {
	if s := h.Header.Get(mcp.HeaderSessionID); s != "" {
		return s
	}
	for pair := range strings.SplitSeq(h.Query, "&") {
		if name, value, _ := strings.Cut(pair, "="); isSessionName(name) {
			return value
		}
	}
	return ""
}

// settle finds the GET that belongs to each initialize exchange.
func (o *order) settle() {
	last := map[string]*carriage{}
	for _, c := range o.carriers {
		if c.request == nil {
			continue
		}
		o.opening(c)
		home := last[c.session]
		switch {
		case c.init:
			last[c.session] = c
		case home != nil && c.request.Method == "GET" && !c.resumes && !home.opened && c.request.Path == home.request.Path:
			c.home, home.opened = home, true
			o.heads[home] = append(o.heads[home], c)
		}
	}
}

// ask finds out who asked what, and which carriers are answers.
func (o *order) ask() {
	open := map[string][]int{} // session and id -> questions of the server
	for i, e := range o.events {
		c := o.of[i]
		if c.request == nil {
			continue
		}
		if e.From == Server {
			each(e, func(_ int, raw []byte) {
				if m := jsonrpc.One(raw); m.Kind == jsonrpc.Request {
					key := "id " + c.session + " " + string(m.ID)
					open[key] = append(open[key], i)
				}
			})
			continue
		}
		answers, others, question := 0, 0, -1
		each(e, func(_ int, raw []byte) {
			m := jsonrpc.One(raw)
			if m.Kind != jsonrpc.Response {
				others++
				if m.Kind == jsonrpc.Request {
					o.asks(c, "id "+c.session+" "+string(m.ID))
				}
				if token := gjson.GetBytes(m.Params, "_meta.progressToken").Raw; token != "" {
					o.asks(c, "token "+c.session+" "+token)
				}
				return
			}
			key := "id " + c.session + " " + string(m.ID)
			if q := open[key]; len(q) > 0 {
				open[key] = q[:len(q)-1]
				answers++
				if question < 0 {
					question = q[len(q)-1]
				}
			}
		})
		if answers > 0 && others == 0 && o.answer[question] == nil && i == c.first {
			c.question = question
			o.answer[question] = c
		}
	}
}

func (o *order) asks(c *carriage, key string) { o.asked[key] = append(o.asked[key], c) }

// anchor finds the place of all that is said on GET streams.
func (o *order) anchor() {
	lastAsk := map[string]int{} // session -> its last request that is no farewell
	for _, c := range o.carriers {
		if c.question >= 0 || c.home != nil {
			continue
		}
		if o.listens["id "+c.session+" "+c.cancels] {
			o.farewells[c.session] = append(o.farewells[c.session], c)
			continue
		}
		o.roots[c.session] = append(o.roots[c.session], c)
		if c.request != nil && c.request.Method != "DELETE" && (!c.listens || c.resumes) {
			lastAsk[c.session] = c.first
		}
	}
	for i, e := range o.events {
		c := o.of[i]
		if !c.listens || i <= c.head {
			continue
		}
		if isEnd(e) && !c.resumes && (i > lastAsk[c.session] || c.serves && e.From == Client) && (!c.serves || c.open > 0) {
			o.tails[c.session] = append(o.tails[c.session], i)
			continue
		}
		root := o.cause(i, c)
		o.with[root] = append(o.with[root], i)
	}
	for _, c := range o.carriers {
		if c.listens && !c.resumes && !slices.ContainsFunc(c.events, func(i int) bool { return o.events[i].End != "" }) {
			o.unended[c.session] = append(o.unended[c.session], c)
		}
	}
}

// acknowledges reports whether an event is the first word of a subscription.
func acknowledges(e *Event) bool {
	return e.Message != nil && jsonrpc.One(e.Message).Method == mcp.Acknowledged
}

// opening finds where what a GET stream begins with ends: its status line,
// frames without data, such as a server's priming event, and the word that a
// subscription is served.
func (o *order) opening(c *carriage) {
	for _, i := range c.events {
		e := o.events[i]
		frame := e.SSE != nil && e.Message == nil && e.Messages == nil && len(e.Raw) == 0 && e.End == ""
		if e.HTTP == nil && !frame && !acknowledges(e) {
			return
		}
		c.head = i
	}
}

// isEnd reports whether the event is an end and nothing else.
func isEnd(e *Event) bool {
	return e.End != "" && e.Message == nil && e.Messages == nil && e.Raw == nil && e.SSE == nil && e.Note == nil
}

// isComment reports whether the event is a comment and nothing else.
func isComment(e *Event) bool {
	return e.SSE != nil && len(e.SSE.Comment) > 0 && e.SSE.Event == "" && !e.SSE.HasID && e.SSE.Retry == "" &&
		e.Message == nil && e.Messages == nil && e.Raw == nil && e.End == ""
}

// cause returns the carrier that event i, on the GET stream c, follows.
func (o *order) cause(i int, c *carriage) *carriage {
	var key string
	if raw := o.events[i].Message; raw != nil {
		switch m := jsonrpc.One(raw); {
		case m.Kind == jsonrpc.Response:
			key = "id " + c.session + " " + string(m.ID)
		case m.Method == mcp.Progress:
			key = "token " + c.session + " " + gjson.GetBytes(m.Params, "progressToken").Raw
		}
	}
	for _, a := range slices.Backward(o.asked[key]) {
		if a.first < i && a != c {
			return a
		}
	}
	roots := o.roots[c.session]
	n, _ := slices.BinarySearchFunc(roots, i, func(r *carriage, i int) int { return r.first - i })
	if n > 0 {
		return roots[n-1]
	}
	return c.home
}

// emit puts a carrier in its place, with all that follows it.
func (o *order) emit(c *carriage) {
	for _, i := range c.events {
		if !c.listens || i <= c.head {
			o.say(i, c.session)
		}
	}
	for _, head := range o.heads[c] {
		o.emit(head)
	}
	said := o.with[c]
	slices.SortStableFunc(said, func(i, j int) int { return o.of[i].first - o.of[j].first }) // on several streams at once
	for _, i := range said {
		o.say(i, c.session)
	}
}

// say puts one event in its place, and the answer to it.
func (o *order) say(i int, session string) {
	if o.of[i].listens && isComment(o.events[i]) {
		return
	}
	e, c := o.events[i], o.of[i]
	if isEnd(e) && e.End == Closed && c.asks && c.open <= 0 {
		e = &Event{On: e.On, From: Server, End: EOF} // all was said; who then ends it first is chance
	}
	o.out = append(o.out, ordered{e, c, session})
	if answer := o.answer[i]; answer != nil {
		o.emit(answer)
	}
}
