package replay

import (
	"bytes"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
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

// prepare makes the answer of an exchange; event is its request's number, and
// label its session's on the tape.
func prepare(ex *cassettes.Exchange, event int, label string) *answer {
	request := jsonrpc.One(ex.Message)
	token := jsonrpc.ProgressToken(request.Params)
	a := &answer{exchange: ex.Number, session: ex.Session, event: event, asked: ex.Request.At, status: 200,
		method: strings.Clone(request.Method), name: strings.Clone(matching.NameOf(request.Method, request.Params))}
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

// number is that of the exchange which the answer is of.
func (a *answer) number() int {
	if a.played > 0 {
		return a.played - 1
	}
	return a.exchange
}
