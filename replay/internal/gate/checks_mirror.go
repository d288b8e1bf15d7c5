package gate

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A mirrored is a header that says what a request has in its body, so that what
// lies between client and server need not read that (2026-07-28
// basic/transports/streamable-http, "Request Metadata").
type mirrored struct {
	of       jsonrpc.Kind // of message it is about
	kind     string       // one of scenarios.Mirrors
	name     string       // as the specification, or the tool, spells it
	key      string       // the same as net/http has it
	argument string       // what of the body it mirrors
	value    gjson.Result
	lines    []string // of the header that was sent
}

// A finding is what a check of the modern era found, for the variables of a
// refusal.
type finding struct {
	header, sent, decoded       string
	argument, expected, literal string
	given                       string // the type of what is malformed
	missing                     []string
}

// reflection lists the headers that what is sent may have, in the order in which
// the specification names them. That of the version is one even where the body
// names none.
func (q visitor) reflection() []mirrored {
	if q.HTTP == nil {
		return nil
	}
	if own := q.Own(); own.mirrors != nil {
		return own.mirrors
	}
	if !q.Post() {
		return nil
	}
	q.mirrors = q.room[:0]
	for _, m := range q.Batch.Messages {
		if m.Kind == jsonrpc.Response {
			continue
		}
		q.mirrors = append(q.mirrors,
			mirrored{m.Kind, "version", "MCP-Protocol-Version", mcp.HeaderProtocolVersion, mcp.MetaVersion, q.Told(m).Field(mcp.MetaVersion), nil},
			mirrored{m.Kind, "method", mcp.HeaderMethod, mcp.HeaderMethod, "method", textValue(m.Method), nil})
		if member := mcp.MirroredMember(m.Method); member != "" {
			q.mirrors = append(q.mirrors, mirrored{m.Kind, "name", mcp.HeaderName, mcp.HeaderName, member, q.Told(m).member(member), nil})
		}
		if m.Method != mcp.ToolsCall || len(q.params) == 0 {
			continue
		}
		for _, h := range q.params[gjson.Get(jsonrpc.String(m.Params), "name").Str] {
			q.mirrors = append(q.mirrors, mirrored{m.Kind, "param", h.Name, h.Header, strings.Join(h.Path, "."), h.In(m.Params), nil})
		}
	}
	for i := range q.mirrors {
		q.mirrors[i].lines = q.HTTP.Header[q.mirrors[i].key]
	}
	return q.mirrors
}

// textValue is a text as if it stood in JSON.
func textValue(s string) gjson.Result {
	return gjson.Result{Type: gjson.String, Str: s}
}

// reflects walks over the headers that a check is about, and returns what find
// says of the first that it finds fault with. What headers a notification has
// the specification leaves open, so a check looks at them if it says so.
func (q visitor) reflects(c *scenarios.Check, find func(h *mirrored, lines []string) string) string {
	all := q.reflection()
	for i := range all {
		h := &all[i]
		if len(c.Header) > 0 && !slices.Contains(c.Header, h.kind) || h.of != jsonrpc.Request && !slices.Contains(c.Kind, "notification") {
			continue
		}
		detail := find(h, h.lines)
		if detail == "" {
			continue
		}
		q.Own().found = &finding{header: h.name, sent: sentAs(c, h.lines), argument: h.argument, expected: h.value.String(), literal: h.literal()}
		q.found.decoded = q.found.sent
		if text, ok := h.decode(c, q.found.sent); ok {
			q.found.decoded = text
		}
		return detail
	}
	return ""
}

// literal is the value of the body as JSON has it.
func (h *mirrored) literal() string {
	if h.value.Raw == "" && h.value.Type == gjson.String {
		return jsonrpc.String(jsonrpc.Text(h.value.Str))
	}
	return h.value.Raw
}

// sentAs is what a header was sent with: of several lines all, as HTTP joins
// them, unless the check takes the first.
func sentAs(c *scenarios.Check, lines []string) string {
	if len(lines) > 1 && c.Match != "" {
		return lines[0]
	}
	return strings.Join(lines, ", ")
}

// decode returns what a header says, and false where it can say nothing. Only
// names and arguments are ever encoded.
func (h *mirrored) decode(c *scenarios.Check, sent string) (text string, ok bool) {
	switch {
	case c.Match == "exact":
		return sent, true
	case h.kind == "version" || h.kind == "method":
		return sent, mirror.Plain(sent)
	}
	return mirror.Read(sent)
}

func checkHeaderMissing(q visitor, c *scenarios.Check) string {
	return q.reflects(c, func(h *mirrored, lines []string) string {
		if len(lines) > 0 && !(c.Every && lines[0] == "") || h.kind != "version" && !mirror.Sayable(h.value) {
			return ""
		}
		if h.kind == "version" {
			return "send " + h.name + " with the version that _meta names"
		}
		return "send " + h.name + " with what the body has for " + h.argument + ", " + Quote(h.value.String())
	})
}

func checkHeaderDoubled(q visitor, c *scenarios.Check) string {
	return q.reflects(c, func(h *mirrored, lines []string) string {
		if len(lines) < 2 {
			return ""
		}
		return "send " + h.name + " once; got " + Quote(strings.Join(lines, ", "))
	})
}

func checkHeaderMalformed(q visitor, c *scenarios.Check) string {
	return q.reflects(c, func(h *mirrored, lines []string) string {
		if len(lines) == 0 {
			return ""
		}
		if _, ok := h.decode(c, sentAs(c, lines)); ok {
			return ""
		}
		return h.name + " " + Quote(sentAs(c, lines)) + " is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?="
	})
}

func checkHeaderDiffers(q visitor, c *scenarios.Check) string {
	return q.reflects(c, func(h *mirrored, lines []string) string {
		if len(lines) == 0 || !h.value.Exists() || h.kind == "param" && h.value.Type == gjson.Null {
			return "" // that is for other checks
		}
		sent := sentAs(c, lines)
		if text, ok := h.decode(c, sent); ok && mirror.Says(text, h.value) {
			return ""
		}
		return h.name + " says " + Quote(sent) + ", the body has " + Quote(h.value.String()) + " for " + h.argument
	})
}

func checkHeaderUnexpected(q visitor, c *scenarios.Check) string {
	return q.reflects(c, func(h *mirrored, lines []string) string {
		if h.kind != "param" || len(lines) == 0 || h.value.Exists() && h.value.Type != gjson.Null {
			return ""
		}
		return "leave " + h.name + " out: the call has no argument " + h.argument
	})
}
