package replay

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

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

// escaped is a member's name as a path of gjson has it.
func escaped(name string) string { return strings.ReplaceAll(name, ".", `\.`) }
