package cassettes

import (
	"net/url"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Text returns a text that is no JSON-RPC with the secrets in it replaced: a
// body of HTML, a path, a header value. JSON is redacted as a message is.
func (r *Redactor) Text(s string) string {
	if label, ok := r.sessionIn(s); ok {
		return label
	}
	if t := strings.TrimLeft(s, " \t\r\n"); t != "" && (t[0] == '{' || t[0] == '[') && jsonrpc.Valid(jsonrpc.Bytes(s)) == nil {
		return string(r.Message(jsonrpc.Bytes(s)))
	}
	if !r.secrets && len(r.names) == 0 {
		return r.withinText(s)
	}
	return r.withinText(r.spans(s))
}

// Raw is Text for the bytes of a body of the given content type. Bytes that
// are no text stay as they are.
func (r *Redactor) Raw(contentType string, body []byte) []byte {
	s := jsonrpc.String(body)
	redacted := s
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		redacted = r.Query(s)
	} else {
		redacted = r.Text(s)
	}
	if redacted == s {
		return body
	}
	return []byte(redacted)
}

// spans replaces the secrets that a search finds.
func (r *Redactor) spans(s string) string {
	var b strings.Builder
	last := 0
	found := search{r: r, s: jsonrpc.Bytes(s)}
	for at, ok := found.next(); ok; at, ok = found.next() {
		b.WriteString(s[last:at.from])
		b.WriteString(at.instead(r.replacement(jsonrpc.Bytes(s[at.from:at.to]))))
		last = at.to
	}
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// URL replaces secrets and session ids in a URL, absolute or relative: the
// data of an endpoint event, or a Location.
func (r *Redactor) URL(s string) string {
	base, query, ok := strings.Cut(s, "?")
	if !ok {
		return r.Text(s)
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	s = r.Text(base) + "?" + r.Query(query)
	if hasFragment {
		s += "#" + fragment
	}
	return s
}

// Path replaces session ids and secrets that are segments of a path.
func (r *Redactor) Path(s string) string {
	if r.lengths.Load() != 0 {
		segments := strings.Split(s, "/")
		for i, segment := range segments {
			if label, ok := r.sessionIn(segment); ok {
				segments[i] = label
			}
		}
		s = strings.Join(segments, "/")
	}
	return r.Text(s)
}

// Query returns a query, or a form, with its secret values replaced. Any value
// named sessionId or session_id is taken for a live session id.
func (r *Redactor) Query(query string) string {
	if query == "" {
		return ""
	}
	pairs := strings.Split(query, "&")
	changed := false
	for i, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			continue
		}
		if v := r.queryValue(name, value); v != value {
			pairs[i], changed = name+"="+v, true
		}
	}
	if !changed {
		return query
	}
	return strings.Join(pairs, "&")
}

func (r *Redactor) queryValue(name, value string) string {
	plain, err := url.QueryUnescape(value)
	if err != nil {
		plain = value
	}
	if n, ok := numbered(plain, placeholder); ok {
		r.seen(n)
		return value
	}
	if spelled, err := url.QueryUnescape(name); err == nil {
		name = spelled
	}
	if isSessionName(name) {
		return r.SessionLabel(plain)
	}
	if label, ok := r.sessionIn(plain); ok {
		return label
	}
	if r.active() && (r.secrets && secretParam([]byte(name)) || r.isKnown(plain)) {
		return r.replacement([]byte(plain))
	}
	if redacted := r.Text(plain); redacted != plain {
		return url.QueryEscape(redacted)
	}
	return value
}

// queryValues calls each with the values of a query.
func queryValues(query string, each func(string)) {
	for pair := range strings.SplitSeq(query, "&") {
		_, value, _ := strings.Cut(pair, "=")
		each(value)
	}
}

func isSessionName(name string) bool { return normal(name) == "sessionid" }
