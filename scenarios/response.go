package scenarios

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// Variables lists what may stand in ${...} of an answer.
func Variables() []string { return variables() }

// variables returns the names that may stand in ${...}.
func variables() []string {
	return []string{"session", "fresh", "method", "version", "versions", "host", "origin", "detail", "http", "path", "event", "jsonrpc", "type", "syntax", "unslashed", "query", "parser", "validator", "missing",
		"supported", "header", "sent", "decoded", "argument", "expected", "literal", "given", "required", "id"}
}

func responseKeys() []string { return responses().names() }

// responses is the grammar of a whole answer.
func responses() table[Response] {
	return table[Response]{
		keys: []key[Response]{
			field("status", "The HTTP status.", whole(200, 599), func(r *Response) *int { return &r.Status }),
			field("headers", "Response headers. Of a list the order counts, and a name may come twice; null keeps a header off that would be added, such as Content-Type.", headerLines(), func(r *Response) *[]Header { return &r.Headers }),
			field("code", "The code of a JSON-RPC error.", whole(-1<<31, 1<<31-1), func(r *Response) *int { return &r.Code }),
			field("message", "The message of a JSON-RPC error. It may hold variables.", templated(), func(r *Response) *string { return &r.Message }),
			field("data", "The data of a JSON-RPC error: its JSON text in quotes, which may hold variables, or an object or array.", templatedJSON(), func(r *Response) *string { return &r.Data }),
			field("echo", "The error has the request's id, whatever the dialect does.", truth(), func(r *Response) *bool { return &r.Echo }),
			field("stream", "The error goes out as an SSE event.", truth(), func(r *Response) *bool { return &r.Stream }),
			field("body", "The body as it stands, in place of a JSON-RPC error. It may hold variables.", templated(), func(r *Response) *string { return &r.Body }),
			{name: "body64", about: "The bytes of the body in base64.", form: bytes64().form, read: func(n node, r *Response) error { return bytes64().read(n, "body64", &r.Body) }},
		},
		needs: []need{{"status", "add one, such as status: 400"}},
		misplaced: append(beside("write body, and content-type under headers", "json", "raw", "text", "template"),
			need{"file", "write what is in it as body, or as body64"},
			need{"framing", "a body is sent with its length; drop or truncate beside respond cut it"}),
		apart: []apart{{[]string{"body", "body64"}, "keep the one that is to be sent"}},
		pairs: []pair{
			{"code", "message", "a JSON-RPC error has both"},
			{"message", "code", "a JSON-RPC error has both; literal text goes into body"},
			{"data", "message", "only a JSON-RPC error has it"},
			{"echo", "message", "only a JSON-RPC error has it"},
		},
		check: checkResponse,
	}
}

func checkResponse(_ node, at places, r *Response) error {
	body := firstOf(at, "body", "body64")
	switch {
	case at.has("message") && body != "":
		return at[body].errorf("%s beside message: keep the one that is to be sent", body)
	case r.Stream && !at.has("message"):
		return at["stream"].errorf("stream without message: only a JSON-RPC error is sent in band")
	case body != "" && (r.Status == 204 || r.Status == 304):
		return at[body].errorf("%s with status %d: HTTP sends none with it", body, r.Status)
	case at.has("message") && (r.Status == 204 || r.Status == 304):
		return at["message"].errorf("message with status %d: HTTP sends no body with it", r.Status)
	}
	return nil
}

// response reads a whole answer; keys are those that it may have.
func (n node) response(what string, keys []string, dst *Response) error {
	t := responses()
	if slices.Contains(keys, "latch") {
		t.keys = append(t.keys, part("latch", "Answers every later request of every session.", of(responses), func(r *Response) **Response { return &r.Latch }))
	}
	return t.read(n, what, dst)
}

// templated is text with variables.
func templated() kind[string] {
	return kind[string]{form: func() form { return form{"type": []string{"string", "integer"}} }, read: func(n node, what string, dst *string) error { return n.template(what, dst) }, fits: func(n node, what, s string) error {
		if err := notEmpty(n, what, s); err != nil {
			return err
		}
		return n.variables(what, s)
	}}
}

// templatedJSON is JSON with variables in its texts.
func templatedJSON() kind[string] {
	return kind[string]{form: func() form { return form{"type": []string{"string", "integer", "object", "array"}} }, read: func(n node, what string, dst *string) error {
		return n.jsonTemplate(what, dst)
	}, fits: func(n node, what, s string) error {
		if err := n.variables(what, s); err != nil {
			return err
		}
		return n.jsonText(what, s)
	}}
}

// headerLines are response headers.
func headerLines() kind[[]Header] {
	lines := form{"type": "object", "minProperties": 1, "propertyNames": form{"pattern": tokenPattern}, "additionalProperties": form{"type": []string{"string", "integer", "null"}}}
	f := func() form { return form{"anyOf": []form{lines, {"type": "array", "items": lines, "minItems": 1}}} }
	return kind[[]Header]{form: f, read: func(n node, what string, dst *[]Header) error {
		if err := n.headers(dst); err != nil {
			return err
		}
		if len(*dst) == 0 {
			return n.errorf("%s is empty: leave the key out, or name a header", what)
		}
		return nil
	}, fits: fitHeaders}
}

// fitHeaders looks at header lines that were made in Go.
func fitHeaders(n node, _ string, all []Header) error {
	for _, h := range all {
		if err := n.header(&h); err != nil {
			return err
		}
		if err := n.variables("header "+h.Name, h.Value); err != nil {
			return err
		}
	}
	return nil
}

// header says what is wrong with a header line, but for its variables.
func (n node) header(h *Header) error {
	switch {
	case !mcp.IsFieldName(h.Name):
		return n.errorf("%q cannot be the name of a header: use letters, digits and dashes", h.Name)
	case strings.EqualFold(h.Name, "Content-Length"), strings.EqualFold(h.Name, "Transfer-Encoding"):
		return n.errorf("%s is computed from the body: leave it out", h.Name)
	case strings.ContainsFunc(h.Value, isControl):
		return n.errorf("header %s has a control character in it: a header is one line", h.Name)
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
		h := Header{Name: e.key, Absent: e.value.isNull()}
		if err := e.at.header(&h); err != nil {
			return err
		}
		if !h.Absent {
			if err := e.value.template("header "+e.key, &h.Value); err != nil {
				return err
			}
			if err := e.value.header(&h); err != nil {
				return err
			}
		}
		*dst = append(*dst, h)
	}
	return nil
}

// template reads a text that may hold variables. A number is taken as it is
// written, for it is one on the wire, too.
func (n node) template(what string, dst *string) error {
	if number, ok := n.yaml.(*ast.IntegerNode); ok {
		*dst = number.GetToken().Value
		return nil
	}
	if err := n.text(what, dst); err != nil {
		return err
	}
	return n.variables(what, *dst)
}

// variables checks that each ${name} of a text is one of those there are.
func (n node) variables(what, rest string) error {
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

// jsonTemplate reads JSON, as text, that may hold variables within its texts.
func (n node) jsonTemplate(what string, dst *string) error {
	if n.isMapping() || n.isList() {
		var b bytes.Buffer
		err := n.json(what, &b, 0)
		*dst = b.String()
		return err
	}
	if err := n.template(what, dst); err != nil {
		return err
	}
	return n.jsonText(what, *dst)
}

func (n node) jsonText(what, s string) error {
	if !json.Valid([]byte(s)) {
		return n.errorf("%s is no JSON: write its JSON text in quotes, such as '\"a text\"' or '{\"a\": 1}'", what)
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
