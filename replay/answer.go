package replay

import (
	"bytes"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// An answer is what a recorded exchange says, prepared so that playing it
// splices this run's ids into ready bytes. It is shared and never changed.
type answer struct {
	exchange int
	session  int
	event    int // the request's, on the tape
	asked    time.Duration
	status   int
	header   http.Header
	shows    bool // the response carried the session id
	stream   bool // it was an event stream
	bare     bool // it was recorded without HTTP
	lines    []line
	piped    []line // the same for a pipe, where that has more: see withProgress
	end      cassettes.End
	token    string // the progress token of the recorded request; "" for none
	method   string // of that
	name     string // and what it is about

	played    int          // of a translated round without an exchange of its own: that one, from 1
	modern    bool         // it is of the era without sessions
	inputs    []eras.Input // then: what it asks for
	state     string       // then: the recorded requestState, where it has one
	hasState  bool
	responses []byte // of a translated round: what the recorded client responded
	anew      bool   // likewise: it comes again as a request of its own
	version   string // of an answer that was translated into a legacy revision: that one
	remark    string // of a translated one: what the journal says of it
}

// A line is one thing that is said: a message, or a frame without one.
type line struct {
	kind     jsonrpc.Kind
	method   string
	text     []byte  // the message, or the raw body
	stamps   []stamp // where this run's values go, in order
	raw      bool    // text is no JSON-RPC message
	token    string  // progress on a GET stream: the tape's token
	frame    *sse.Frame
	event    int // on the tape
	at       time.Duration
	answered int           // a question: the event of the client's recorded answer, or -1
	after    int           // on a standalone stream: the client's message before it, or -1
	asked    time.Duration // and when that was
	delay    time.Duration // that it comes after the line before it, or the request, at any pace
	cut      cassettes.End // the connection ended here, and the client came back for the rest
	severity severity      // of a log message
	input    *eras.Input   // a translated question: what it was
	reply    []byte        // and that, as recorded
	branches bool          // the next round comes here, as the client answered
	session  int           // of changes: the subscription that was told, from 1
}

// A stamp is a place in a line that holds a value of this run.
type stamp struct {
	at, n int
	what  stampKind
}

type stampKind uint8

const (
	stampID          stampKind = iota // the id of the client's request
	stampToken                        // its progress token
	stampSession                      // the session id
	stampQuestion                     // the id of the server's request
	stampElicitation                  // the id of an elicitation in it
)

// run is what the stamps are replaced by.
type run struct {
	id, token []byte // JSON text; token is nil where the client sent none
	session   string
	conv      *conversation // that has an alias where there is no session
	question  []byte
	least     severity // of the log messages that it wants; 0 is all
	carrier   int32    // of the request that it asks for
}

// answers prepares answers and keeps them, up to a bound of bytes.
type answers struct {
	index      *cassettes.Index
	style      style
	framing    *framing
	stubs      *stubs // are added to what is recorded; nil where there are none
	blank      bool   // nothing is recorded
	mu         sync.RWMutex
	ready      map[int]*answer
	bytes      int
	translated map[translated]translation // likewise, what exchanges are in the other era
	seal       *seal
	keys       *keyer
	retries    *retries
	served     []string                // the versions that the player serves
	server     []byte                  // who it says that it is, where a session does not
	told       map[int]*changes        // what was told of changes, by session
	listens    map[int]*standingAnswer // standalone streams, by session
	// listening is how many bytes these hold.
	listening int
}

// keepAnswers is how many bytes of prepared answers are kept; beyond it they
// are prepared anew from the tape.
const keepAnswers = 32 << 20

func newAnswers(ix *cassettes.Index, s style, f *framing) *answers {
	return &answers{index: ix, style: s, framing: f, ready: map[int]*answer{}, listens: map[int]*standingAnswer{}, translated: map[translated]translation{}}
}

// get returns the answer of exchange x.
func (a *answers) get(x int) (*answer, error) {
	a.mu.RLock()
	ans := a.ready[x]
	a.mu.RUnlock()
	if ans != nil {
		return ans, nil
	}
	ex, err := a.index.Exchange(x)
	if err != nil {
		return nil, err
	}
	session := a.index.Sessions[ex.Session]
	ans = prepare(ex, a.index.RequestEvent(x), session.Label)
	if a.index.Flags(x)&cassettes.Modern != 0 {
		a.modernize(ans, session.Label)
	}
	if a.stubs != nil {
		a.stubs.amend(ans, jsonrpc.One(ex.Message), session.Label)
	}
	if ans.bare || a.blank {
		a.framing.dress(ans)
	}
	a.style.of(ans).dress(ans, a.framing)
	if ans.token != "" && len(session.Listens) > 0 && !session.Piped {
		ans.withProgress(a.standing(ex.Session, false))
	}
	size := weight(ans)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.makeRoom(size)
	a.ready[x] = ans
	return ans, nil
}

// weight is about how many bytes an answer takes.
func weight(a *answer) int {
	size := 512
	for _, l := range a.lines {
		size += 256 + len(l.text)
	}
	return size
}

// makeRoom lets all answers go where they have come to be too many. The caller
// holds mu.
func (a *answers) makeRoom(size int) {
	if a.bytes += size; a.bytes > keepAnswers {
		clear(a.ready)
		clear(a.translated)
		a.bytes = size
	}
}

// courtesy returns the answer without content that was given to an event of
// the tape, or nil.
func (a *answers) courtesy(event int) *answer {
	if event < 0 {
		return nil
	}
	replies, err := a.index.Chain(event)
	if err != nil {
		return nil
	}
	ans := &answer{status: http.StatusAccepted}
	for _, r := range replies {
		ans.take(r.Event)
	}
	return ans
}

// prepare makes the answer of an exchange; event is its request's number, and
// label its session's on the tape.
func prepare(ex *cassettes.Exchange, event int, label string) *answer {
	request := jsonrpc.One(ex.Message)
	token := jsonrpc.ProgressToken(request.Params)
	a := &answer{exchange: ex.Number, session: ex.Session, event: event, asked: ex.Request.At, status: 200,
		method: strings.Clone(request.Method), name: strings.Clone(nameOf(request.Method, request.Params))}
	batch := ex.Request.Messages != nil
	var end *cassettes.Event
	for _, r := range ex.Replies {
		if r.HTTP != nil && r.HTTP.Method != "" && end != nil && end.From == cassettes.Server {
			a.lines = append(a.lines, line{raw: true, event: r.Index, at: end.At, answered: -1, after: -1, cut: end.End})
		}
		if r.End != "" {
			end = r.Event
		}
		a.take(r.Event)
		if r.From != cassettes.Server {
			continue
		}
		for _, l := range linesOf(r) {
			if batch && !ofBatch(&l, ex, request.ID, token) {
				continue
			}
			if !batch && l.kind == jsonrpc.Response {
				request.ID = jsonrpc.One(l.text).ID // a server may answer 5 to "5"; the one request is meant
			}
			l.stamp(request.ID, token, label)
			a.lines = append(a.lines, l)
		}
	}
	for len(a.lines) > 0 && a.lines[len(a.lines)-1].cut != "" {
		a.lines = a.lines[:len(a.lines)-1] // what the client came back for, it had got
	}
	a.token = string(token)
	if a.header == nil {
		a.frame()
	}
	return a
}

// ofBatch reports whether a line is part of the answer to one request of a
// batch: its response, its progress, and with the first request whatever
// belongs to none.
func ofBatch(l *line, ex *cassettes.Exchange, id, token []byte) bool {
	m := jsonrpc.One(l.text)
	switch {
	case l.kind == jsonrpc.Response:
		return bytes.Equal(m.ID, id)
	case l.method == mcp.Progress && l.kind == jsonrpc.Notification:
		return token != nil && bytes.Equal(jsonrpc.TokenOfProgress(m.Params), token)
	}
	for _, first := range ex.Request.Messages {
		if m := jsonrpc.One(first); m.Kind == jsonrpc.Request {
			return bytes.Equal(m.ID, id)
		}
	}
	return false
}

// withProgress adds the progress of the call that came on a standalone stream
// to what is said on a pipe: there it must not come after the result.
func (a *answer) withProgress(standing *answer) {
	if a.token == "" || len(a.lines) == 0 {
		return
	}
	until := a.lines[len(a.lines)-1].event
	first := sort.Search(len(standing.lines), func(i int) bool { return standing.lines[i].event > a.event })
	for i := first; i < len(standing.lines) && standing.lines[i].after < until; i++ {
		if l := standing.lines[i]; l.token == a.token {
			// A recorder may see the result first, which came another way.
			l.event, l.after = min(l.event, until), -1
			a.piped = append(a.piped, l)
		}
	}
	if a.piped != nil {
		a.piped = append(a.piped, a.lines...)
		slices.SortStableFunc(a.piped, func(x, y line) int { return x.event - y.event })
	}
}

// frame makes an answer that was recorded over a pipe one that HTTP can carry:
// one message goes out as JSON, anything else as an event stream.
func (a *answer) frame() {
	a.bare = true
	a.stream = len(a.lines) != 1 || a.lines[0].kind != jsonrpc.Response
	a.header = http.Header{"Content-Type": contentJSON}
	if a.stream {
		a.header = http.Header{"Content-Type": contentStream}
	}
}

// sole returns the line of the one message that an answer has in this run, or
// -1. Frames without a message, such as the one that primes a client to
// resume, do not count, nor does progress that nobody asked for.
func (a *answer) sole(r *run) int {
	sole := -1
	for i := range a.lines {
		l := &a.lines[i]
		switch {
		case l.cut != "":
			return -1
		case l.raw && l.frame != nil && len(l.frame.Data) == 0, l.skipped(r):
		case l.kind == jsonrpc.Response && sole < 0:
			sole = i
		default:
			return -1
		}
	}
	if a.end == cassettes.Reset {
		return -1
	}
	return sole
}

// take reads the status line and the end off an event.
func (a *answer) take(e *cassettes.Event) {
	if e.End != "" {
		a.end = e.End
	}
	if e.HTTP == nil || e.From != cassettes.Server || a.header != nil {
		return
	}
	a.status = e.HTTP.Status
	a.shows = e.HTTP.Header.Get(mcp.HeaderSessionID) != ""
	a.stream = strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
	a.header = http.Header{}
	for name, values := range e.HTTP.Header {
		if played(name) && !slices.ContainsFunc(values, cassettes.IsRedacted) {
			a.header[name] = values
		}
	}
}

// played reports whether a recorded response header is sent again. The rest
// belongs to the recorded connection, or is made anew.
func played(name string) bool {
	switch name {
	case "Connection", "Content-Encoding", "Content-Length", "Date", "Keep-Alive", "Transfer-Encoding",
		"Trailer", "Upgrade", "Vary", "Set-Cookie", mcp.HeaderSessionID:
		return false
	}
	return !strings.HasPrefix(name, "Access-Control-") && !strings.HasPrefix(name, "Proxy-")
}

// linesOf returns what one event says.
func linesOf(r cassettes.Reply) []line {
	base := line{event: r.Index, at: r.At, answered: r.AnsweredBy, after: r.After}
	if r.SSE != nil {
		base.frame = frameOf(r.Event)
	}
	var lines []line
	switch {
	case r.Message != nil:
		lines = append(lines, base.message(r.Message))
	case r.Messages != nil:
		for _, m := range r.Messages {
			lines = append(lines, base.message(m))
		}
	case r.SSE != nil && r.SSE.Event == "endpoint":
		// It is made anew for each client.
	case r.Raw != nil && r.SSE == nil:
		base.raw, base.text = true, r.Raw
		lines = append(lines, base)
	case r.SSE != nil:
		base.raw = true
		lines = append(lines, base)
	}
	return lines
}

func (l line) message(raw []byte) line {
	l.text = jsonrpc.Compact(raw)
	if l.frame != nil && bytes.IndexByte(l.frame.Data, '\n') >= 0 && bytes.Equal(jsonrpc.Compact(l.frame.Data), l.text) {
		l.text = l.frame.Data // it was spread over several data lines
	}
	m := jsonrpc.One(l.text)
	l.kind, l.method = m.Kind, m.Method
	return l
}

// frameOf makes the frame around an event's message.
func frameOf(e *cassettes.Event) *sse.Frame {
	if e.SSE.Frame != "" {
		f := sse.Parse([]byte(e.SSE.Frame))
		return &f
	}
	s := e.SSE
	f := &sse.Frame{Comments: s.Comment, Event: s.Event, HasEvent: s.Event != "", ID: s.ID, HasID: s.HasID,
		Retry: s.Retry, HasRetry: s.Retry != "", CRLF: s.CRLF}
	if e.Raw != nil {
		f.Data, f.HasData = e.Raw, true
	}
	return f
}

// stamp finds the places of this run's values.
func (l *line) stamp(id, token []byte, label string) {
	if l.raw {
		return
	}
	add := func(v gjson.Result, what stampKind) {
		if v.Exists() && v.Index > 0 {
			l.stamps = append(l.stamps, stamp{v.Index, len(v.Raw), what})
		}
	}
	switch l.kind {
	case jsonrpc.Response:
		if v := gjson.GetBytes(l.text, "id"); v.Raw == string(id) {
			add(v, stampID)
		}
	case jsonrpc.Request:
		add(gjson.GetBytes(l.text, "id"), stampQuestion)
	case jsonrpc.Notification:
		if l.method == mcp.Progress {
			v := gjson.GetBytes(l.text, "params.progressToken")
			if token == nil { // on a GET stream: whose it is shows when it is sent
				l.token = v.Raw
			}
			if v.Raw == string(token) || token == nil {
				add(v, stampToken)
			}
		}
		if l.method == mcp.LogMessage {
			l.severity = severityOf(stringOf(jsonrpc.One(l.text).Params, "level"))
		}
	}
	l.stampSession(label)
	slices.SortFunc(l.stamps, func(a, b stamp) int { return a.at - b.at })
}

// stampSession finds the session's label: where it is a whole string, and in
// double braces within a text.
func (l *line) stampSession(label string) {
	if label == "" {
		return
	}
	find := func(open, close string) {
		for at := 0; ; {
			i := bytes.Index(l.text[at:], []byte(open+label+close))
			if i < 0 {
				return
			}
			at += i
			l.stamps = append(l.stamps, stamp{at, len(open + label + close), stampSession})
			at += len(open + label + close)
		}
	}
	find(`"`, `"`)
	find("{{", "}}")
}

// number is that of the exchange which the answer is of.
func (a *answer) number() int {
	if a.played > 0 {
		return a.played - 1
	}
	return a.exchange
}

// append writes the line's text with this run's values in their places.
func (l *line) append(dst []byte, r *run) []byte {
	at := 0
	for _, s := range l.stamps {
		dst = append(dst, l.text[at:s.at]...)
		switch s.what {
		case stampID:
			dst = append(dst, r.id...)
		case stampToken:
			dst = append(dst, r.token...)
		case stampSession:
			session := r.session
			if session == "" && r.conv != nil {
				session = r.conv.alias()
			}
			if l.text[s.at] == '"' {
				session = `"` + session + `"`
			}
			dst = append(dst, session...)
		case stampQuestion:
			dst = append(dst, r.question...)
		case stampElicitation:
			dst = strconv.AppendInt(append(dst, `"elicitation-`...), int64(r.carrier), 10)
			dst = append(append(append(dst, '-'), r.question...), '"')
		}
		at = s.at + s.n
	}
	return append(dst, l.text[at:]...)
}

// identified reports whether a line's event has an id, with which a client can
// come back.
func (l *line) identified() bool { return l.frame != nil && l.frame.HasID }

// primes reports whether a line is the frame without data that primes a
// client to resume: revisions before 2025-11-25 do not have it.
func (l *line) primes() bool {
	return l.raw && l.frame != nil && l.frame.HasData && len(l.frame.Data) == 0
}

// skipped reports whether a line is left out of this run: progress for a
// client that asked for none, and log messages for one that asked for none so
// trifling. Of the modern era a client that did not ask gets none at all
// (2026-07-28 server/utilities/logging, "Per-request log level").
func (l *line) skipped(r *run) bool {
	if l.kind != jsonrpc.Notification {
		return false
	}
	switch l.method {
	case mcp.Progress:
		return r.token == nil
	case mcp.LogMessage:
		return l.severity < r.least
	}
	return false
}

// stringOf returns a string member of a JSON object, or "".
func stringOf(object []byte, member string) string {
	if v := gjson.Get(jsonrpc.String(object), member); v.Type == gjson.String {
		return v.Str
	}
	return ""
}
