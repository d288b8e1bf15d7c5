package cassettes

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// labels numbers what differs from run to run, in the order of appearance.
type labels struct {
	sessions *Redactor // it replaces labels as it replaces live ids
	carriers map[*carriage]int
	spaces   map[string]map[string]string // kind and session -> old -> new
	secrets  map[string]string
}

func newLabels() *labels {
	r, _ := NewRedactor(nil) // no rules, no error
	return &labels{r, map[*carriage]int{}, map[string]map[string]string{}, map[string]string{}}
}

func (l *labels) session(label string) {
	if label != "" {
		l.sessions.SessionLabel(label)
	}
}

// number returns what stands for the old value among those of its kind.
func (l *labels) number(space, old string, text func(n string) string) string {
	m := l.spaces[space]
	if m == nil {
		m = map[string]string{}
		l.spaces[space] = m
	}
	if _, ok := m[old]; !ok {
		m[old] = text(strconv.Itoa(len(m) + 1))
	}
	return m[old]
}

// has reports whether a JSON value has its number among those of a kind.
func (l *labels) has(space string, v gjson.Result) bool {
	old := v.Raw
	if v.Type == gjson.String {
		old = `"` + v.Str
	}
	_, ok := l.spaces[space][old]
	return ok
}

// json is number for a JSON value that is a string or a number.
func (l *labels) json(space, prefix string, v gjson.Result) string {
	switch v.Type {
	case gjson.String:
		return l.number(space, `"`+v.Str, func(n string) string { return `"` + prefix + n + `"` })
	case gjson.Number:
		return l.number(space, v.Raw, func(n string) string { return n })
	}
	return v.Raw
}

// event returns the canonical form of an event.
func (l *labels) event(o ordered) *Event {
	e := *o.Event
	if l.carriers[o.carrier] == 0 {
		l.carriers[o.carrier] = len(l.carriers) + 1
	}
	e.On, e.At, e.Pos = l.carriers[o.carrier], 0, Pos{}
	space := o.session
	if o.carrier.request == nil {
		space = "carrier " + strconv.Itoa(e.On)
	}
	if e.HTTP != nil {
		e.HTTP = l.http(e.HTTP, space)
	}
	if e.Message != nil {
		e.Message = l.message(e.Message, e.From, space)
	}
	if e.Messages != nil {
		e.Messages = slices.Clone(e.Messages)
		for i, m := range e.Messages {
			e.Messages[i] = l.message(m, e.From, space)
		}
	}
	switch {
	case len(e.Raw) == 0:
	case e.SSE != nil && e.SSE.Event == "endpoint":
		e.Raw = []byte(l.redacted(l.sessions.URL(anyPort(string(e.Raw)))))
	default:
		e.Raw = []byte(l.redacted(string(e.Raw)))
	}
	if e.SSE != nil {
		e.SSE = l.sse(&e, o.Event, space)
	}
	return &e
}

func (l *labels) http(h *HTTP, space string) *HTTP {
	c := *h
	c.Path = l.redacted(l.sessions.Path(h.Path))
	c.Query = l.redacted(l.sessions.Query(h.Query))
	c.Header = http.Header{}
	for _, name := range slices.Sorted(maps.Keys(h.Header)) {
		if isVolatile(name) {
			continue
		}
		values := slices.Clone(h.Header[name])
		for i, v := range values {
			switch {
			case name == mcp.HeaderLastEventID && v != "":
				v = l.eventID(space, v)
			case name == "Origin" || name == "Location" || name == "Content-Location" || name == "Referer":
				v = anyPort(v)
			}
			values[i] = placeholders.ReplaceAllString(v, "redacted")
		}
		c.Header[name] = values
	}
	c.Header = l.sessions.Header(c.Header)
	if len(c.Header) == 0 {
		c.Header = nil
	}
	return &c
}

func (l *labels) eventID(space, id string) string {
	return l.number("event "+space, id, func(n string) string { return "event-" + n })
}

var placeholders = regexp.MustCompile(placeholder + `[0-9]+`)

// redacted numbers the placeholders in a text.
func (l *labels) redacted(s string) string {
	if !strings.Contains(s, placeholder) {
		return s
	}
	return placeholders.ReplaceAllStringFunc(s, func(old string) string {
		if l.secrets[old] == "" {
			l.secrets[old] = placeholder + strconv.Itoa(len(l.secrets)+1)
		}
		return l.secrets[old]
	})
}

// message numbers the ids and tokens of a message.
func (l *labels) message(raw json.RawMessage, from From, space string) json.RawMessage {
	m := jsonrpc.One(raw)
	mine, theirs := "client "+space, "server "+space
	if from == Server {
		mine, theirs = theirs, mine
	}
	var s splices
	id := gjson.GetBytes(raw, "id")
	switch m.Kind {
	case jsonrpc.Request:
		s.add(id, l.json(mine, "id-", id))
	case jsonrpc.Response:
		s.add(id, l.json(theirs, "id-", id))
	}
	if token := gjson.GetBytes(raw, "params._meta.progressToken"); m.Kind == jsonrpc.Request {
		s.add(token, l.json("token "+mine, "token-", token))
	}
	switch m.Method {
	case mcp.Progress:
		token := gjson.GetBytes(raw, "params.progressToken")
		s.add(token, l.json("token "+theirs, "token-", token))
	case mcp.Cancelled:
		id := gjson.GetBytes(raw, "params.requestId")
		owner := mine
		if from == Server && !l.has(mine, id) && l.has(theirs, id) {
			owner = theirs // 2026-07-28: the server ends a subscription of the client
		}
		s.add(id, l.json(owner, "id-", id))
	}
	// 2026-07-28: a state that the client gives back as it got it; it may hold a
	// time, or what keeps it from being made up.
	for _, path := range [...]string{"params.requestState", "result.requestState"} {
		if v := gjson.GetBytes(raw, path); v.Type == gjson.String && v.Str != "" && !IsRedacted(v.Str) {
			s.add(v, `"`+l.number("state", v.Str, func(n string) string { return "state-" + n })+`"`)
		}
	}
	// 2026-07-28: what a listening request brings names that request.
	for _, path := range [...]string{"params._meta", "result._meta"} {
		gjson.GetBytes(raw, path).ForEach(func(k, v gjson.Result) bool {
			if strings.HasSuffix(k.Str, "/subscriptionId") {
				owner := theirs
				if m.Kind == jsonrpc.Request {
					owner = mine
				}
				s.add(v, l.json(owner, "id-", v))
			}
			return true
		})
	}
	return json.RawMessage(l.redacted(string(l.sessions.Message(s.apply(raw)))))
}

// splices are replacements of values within a message.
type splices []splice

type splice struct {
	at, size int
	text     string
}

func (s *splices) add(v gjson.Result, text string) {
	if v.Index > 0 && v.Raw != text {
		*s = append(*s, splice{v.Index, len(v.Raw), text})
	}
}

func (s splices) apply(raw []byte) []byte {
	slices.SortFunc(s, func(a, b splice) int { return a.at - b.at })
	var out []byte
	last := 0
	for _, p := range s {
		if p.at < last {
			continue
		}
		out = append(append(out, raw[last:p.at]...), p.text...)
		last = p.at + p.size
	}
	if last == 0 {
		return raw
	}
	return append(out, raw[last:]...)
}

// sse numbers the id of a frame, and keeps the frame's text in step with what
// it says.
func (l *labels) sse(e, was *Event, space string) *SSE {
	s := *e.SSE
	if s.ID != "" {
		s.ID = l.eventID(space, s.ID)
	}
	if s.Frame == "" {
		return &s
	}
	f := sse.Parse([]byte(s.Frame))
	var data []byte // the new data, where it changed
	if is := said(e); is != nil && !bytes.Equal(is, said(was)) {
		data = is
	}
	if strings.Contains(strings.ReplaceAll(s.Frame, "\r\n", ""), "\r") { // lines that end in \r
		if data != nil || s.ID != e.SSE.ID {
			s.Frame = ""
		}
		return &s
	}
	s.Frame = reframe(s.Frame, s.ID, data)
	// A frame that the members make again needs no text.
	if data != nil {
		f.Data = data
	}
	again := sse.Frame{Comments: s.Comment, Event: s.Event, HasEvent: s.Event != "", ID: s.ID, HasID: s.HasID,
		Retry: s.Retry, HasRetry: s.Retry != "", Data: f.Data, HasData: f.HasData, CRLF: s.CRLF}
	if string(again.Append(nil)) == s.Frame {
		s.Frame = ""
	}
	return &s
}

// said returns the text of what an event says.
func said(e *Event) []byte {
	switch {
	case e.Message != nil:
		return jsonrpc.Compact(e.Message)
	case e.Messages != nil:
		b := []byte{'['}
		for i, m := range e.Messages {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, jsonrpc.Compact(m)...)
		}
		return append(b, ']')
	}
	return e.Raw
}

// reframe returns a frame with another id, and with other data unless that is
// nil.
func reframe(frame, id string, data []byte) string {
	var b strings.Builder
	said := false
	for line := range strings.Lines(frame) {
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		name, value, _ := strings.Cut(text, ":")
		switch {
		case name == "id" && strings.TrimPrefix(value, " ") != "":
			line = "id: " + id + end
		case name == "data" && data != nil && said:
			continue
		case name == "data" && data != nil:
			said = true
			line = "data: " + strings.ReplaceAll(string(data), "\n", end+"data: ") + end
		}
		b.WriteString(line)
	}
	return b.String()
}

// isVolatile reports whether a header field tells of the run, the peer's
// version or the framing, and not of the conversation.
func isVolatile(name string) bool {
	switch name {
	case "Age", "Connection", "Content-Encoding", "Content-Length", "Date", "Etag", "Expires", "Host", "Keep-Alive",
		"Last-Modified", "Server-Timing", "Traceparent", "Tracestate", "Trailer", "Transfer-Encoding",
		"User-Agent", "Via", "X-Correlation-Id", "X-Request-Id", "X-Response-Time":
		return true
	}
	return strings.HasPrefix(name, "Ratelimit") || strings.HasPrefix(name, "X-Ratelimit-")
}

// anyPort returns a URL of this machine, with localhost in place of host and
// port, and any other as it is.
func anyPort(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return s
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback()) {
		return s
	}
	scheme, rest, _ := strings.Cut(s, "//")
	_, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		path = rest[i:]
	}
	return scheme + "//localhost" + path
}
