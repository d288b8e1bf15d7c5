package scenarios

import (
	"slices"
	"strings"
)

// variables returns the names that may stand in ${...}.
func variables() []string {
	return []string{"session", "fresh", "method", "version", "versions", "host", "origin", "detail"}
}

func responseKeys() []string {
	return []string{"status", "headers", "code", "message", "stream", "body"}
}

// response reads a whole answer; keys are those that it may have.
func (n node) response(what string, keys []string, dst *Response) error {
	seen := map[string]node{}
	err := n.mapping(what, keys, func(e entry) error {
		seen[e.key] = e.at
		switch e.key {
		case "status":
			return e.value.number("status", &dst.Status, 200, 599)
		case "headers":
			return e.value.headers(&dst.Headers)
		case "code":
			return e.value.number("code", &dst.Code, -1<<31, 1<<31-1)
		case "message":
			return e.value.template("message", &dst.Message)
		case "stream":
			return e.value.truth("stream", &dst.Stream)
		case "body":
			return e.value.template("body", &dst.Body)
		default: // latch
			dst.Latch = &Response{}
			return e.value.response("latch", responseKeys(), dst.Latch)
		}
	})
	if err != nil {
		return err
	}
	_, status := seen["status"]
	at, code := seen["code"]
	to, message := seen["message"]
	stream, body := seen["stream"], seen["body"]
	switch {
	case !status:
		return n.errorf("%s has no status: add one, such as status: 400", what)
	case code && !message:
		return at.errorf("code without message: a JSON-RPC error has both")
	case message && !code:
		return to.errorf("message without code: a JSON-RPC error has both; literal text goes into body")
	case message && dst.Body != "":
		return body.errorf("body beside message: keep the one that is to be sent")
	case dst.Stream && !message:
		return stream.errorf("stream without message: only a JSON-RPC error is sent in band")
	case dst.Body != "" && (dst.Status == 204 || dst.Status == 304):
		return body.errorf("body with status %d: HTTP sends none with it", dst.Status)
	}
	return nil
}

// headers reads header lines: a mapping, or a list of mappings where the
// order counts or a name comes twice.
func (n node) headers(dst *[]Header) error {
	if n.isList() {
		return n.each("headers", func(v node) error { return v.headerLines(dst) })
	}
	return n.headerLines(dst)
}

func (n node) headerLines(dst *[]Header) error {
	if !n.isMapping() {
		return n.errorf("headers must be name: value, not %s", n.kind())
	}
	lines, err := n.entries()
	if err != nil {
		return err
	}
	for _, e := range lines {
		h := Header{Name: e.key}
		switch {
		case !isToken(e.key):
			return e.at.errorf("%q cannot be the name of a header: use letters, digits and dashes", e.key)
		case strings.EqualFold(e.key, "Content-Length"), strings.EqualFold(e.key, "Transfer-Encoding"):
			return e.at.errorf("%s is computed from the body: leave it out", e.key)
		case e.value.isNull():
			h.Absent = true
		default:
			if err := e.value.template("header "+e.key, &h.Value); err != nil {
				return err
			}
			if strings.ContainsFunc(h.Value, isControl) {
				return e.value.errorf("header %s has a control character in it: a header is one line", e.key)
			}
		}
		*dst = append(*dst, h)
	}
	return nil
}

// template reads a text that may hold variables. A number is taken as it is
// written, for it is one on the wire, too.
func (n node) template(what string, dst *string) error {
	if _, number := n.scalar().(int); number {
		*dst = n.yaml.GetToken().Value
		return nil
	}
	if err := n.text(what, dst); err != nil {
		return err
	}
	rest := *dst
	for {
		_, after, found := strings.Cut(rest, "${")
		if !found {
			return nil
		}
		name, after, closed := strings.Cut(after, "}")
		if !closed {
			return n.errorf("%s has a ${ without its }: close it", what)
		}
		if !slices.Contains(variables(), name) {
			return n.errorf("unknown variable ${%s} in %s: %s", name, what, instead(name, variables()))
		}
		rest = after
	}
}

// isToken reports whether s may be the name of a header (RFC 9110, 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
