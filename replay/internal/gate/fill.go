package gate

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Fill replaces the variables of a scenario's texts: for one request, in what is
// said of a breach. Shown is the session id that the answer may show; of the
// others that cost something only those have a value that resp holds.
func (g *Gate) Fill(f *Facts, resp *scenarios.Response, detail, shown string) *strings.Replacer {
	q := visitor{g, f}
	fresh := ""
	if uses(resp, "${fresh}") {
		fresh = q.mock.Fresh()
	}
	host, origin, path, event := "", "", "", ""
	if q.HTTP != nil {
		host, origin, path, event = q.HTTP.Host, q.HTTP.Header.Get("Origin"), q.HTTP.URL.EscapedPath(), q.HTTP.Header.Get(mcp.HeaderLastEventID)
	}
	method, version := q.Method(), ""
	if uses(resp, "${method}", "${jsonrpc}") && method == "" {
		text := jsonrpc.String(q.Body)
		method, version = gjson.Get(text, "method").Str, gjson.Get(text, "jsonrpc").Str
	}
	kind, wrong := "", ""
	if uses(resp, "${type}", "${syntax}") {
		kind, wrong = jsonType(q.Body), syntax(q.Body)
	}
	bare, query := "", ""
	if q.HTTP != nil {
		bare = unslashed(path)
		if q.HTTP.URL.RawQuery != "" {
			query = "?" + q.HTTP.URL.RawQuery
		}
	}
	named := q.Protocol
	if q.Modern || q.Initialize() && len(q.header()[mcp.HeaderProtocolVersion]) == 0 {
		named = q.versionNamed()
	}
	var found *finding
	var required []byte
	if q.Alone != nil {
		found, required = q.found, q.Required
	}
	if found == nil {
		found = &finding{missing: membersOf(required)}
	}
	id := "null"
	if asked := q.RequestID(); asked != nil {
		id = string(asked)
	}
	supported := ""
	if uses(resp, "${supported}") {
		supported = string(listJSON(q.mock.Announced))
	}
	parser, validator := q.quoted(resp, detail)
	return strings.NewReplacer(
		"${session}", shown,
		"${fresh}", fresh,
		"${method}", printable(method),
		"${jsonrpc}", printable(version),
		"${type}", kind,
		"${syntax}", wrong,
		"${http}", q.Verb,
		"${path}", printable(path),
		"${event}", printable(event),
		"${version}", printable(named),
		"${versions}", strings.Join(q.mock.Handshakes, ", "),
		"${host}", printable(host),
		"${origin}", printable(origin),
		"${unslashed}", printable(bare),
		"${query}", printable(query),
		"${parser}", parser,
		"${validator}", validator,
		"${missing}", strings.Join(found.missing, ", "),
		"${supported}", supported,
		"${header}", found.header,
		"${sent}", found.sent,
		"${decoded}", found.decoded,
		"${argument}", found.argument,
		"${expected}", found.expected,
		"${literal}", found.literal,
		"${given}", found.given,
		"${required}", string(required),
		"${id}", id,
		"${detail}", detail,
	)
}

// uses reports whether a response holds one of the variables. What costs is
// only found out where it is wanted; and an id is only made then, for a seed
// makes ids in their order.
func uses(resp *scenarios.Response, variables ...string) bool {
	return slices.ContainsFunc(variables, func(v string) bool {
		return strings.Contains(resp.Message, v) || strings.Contains(resp.Body, v) || strings.Contains(resp.Data, v) ||
			slices.ContainsFunc(resp.Headers, func(h scenarios.Header) bool { return strings.Contains(h.Value, v) })
	})
}

// fillJSON replaces the variables in JSON text, where they stand within
// strings. A string that is nothing but a variable whose value is JSON becomes
// that value.
func fillJSON(text string, fill func(string) string) []byte {
	var out []byte
	for {
		before, rest, found := strings.Cut(text, "${")
		out = append(out, before...)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return out
		}
		value := fill("${" + name + "}")
		if whole := strings.HasSuffix(before, `"`) && strings.HasPrefix(after, `"`); whole && isValue(name) {
			out = append(out[:len(out)-1], valueJSON(name, value)...)
			text = after[1:]
			continue
		}
		quoted := jsonrpc.Text(value)
		out = append(out, quoted[1:len(quoted)-1]...)
		text = after
	}
}

// isValue reports whether a variable may stand for JSON that is no text.
func isValue(variable string) bool {
	switch variable {
	case "supported", "missing", "literal", "required":
		return true
	}
	return false
}

// valueJSON is the JSON that such a variable stands for: null where it has
// none.
func valueJSON(variable, value string) []byte {
	switch {
	case variable == "missing" && value == "":
		return []byte("[]")
	case variable == "missing":
		return listJSON(strings.Split(value, ", "))
	case !json.Valid([]byte(value)):
		return []byte("null")
	}
	return []byte(value)
}

// membersOf lists the members of a JSON object.
func membersOf(object []byte) (names []string) {
	gjson.ParseBytes(object).ForEach(func(name, _ gjson.Result) bool {
		names = append(names, name.Str)
		return true
	})
	return names
}

// listJSON spells texts as a JSON list.
func listJSON(texts []string) []byte {
	out := []byte{'['}
	for i, t := range texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, jsonrpc.Text(t)...)
	}
	return append(out, ']')
}
