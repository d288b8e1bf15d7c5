package gate

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

func checkMetaMissing(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		if !q.Told(m).meta.IsObject() {
			return "send params with _meta, which has " + mcp.MetaVersion + " and " + mcp.MetaCapabilities
		}
	}
	return ""
}

// checkMetaIncomplete finds requests that lack what every request of the modern
// era has (2026-07-28 basic, "Per-request protocol fields").
func checkMetaIncomplete(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		var all, looked []string
		for _, name := range []string{mcp.MetaVersion, mcp.MetaCapabilities} {
			if q.Told(m).Field(name).Exists() {
				continue
			}
			if all = append(all, name); looksAt(c, name) {
				looked = append(looked, name)
			}
		}
		if len(looked) > 0 {
			q.Own().found = &finding{missing: all}
			return "send _meta with " + strings.Join(looked, " and ")
		}
	}
	return ""
}

// checkMetaMalformed finds requests whose protocol fields are not what the
// schema says they are.
func checkMetaMalformed(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		if v := q.Told(m).meta; v.Exists() && !v.IsObject() && looksAt(c, "_meta") {
			q.Own().found = &finding{missing: []string{"_meta"}, given: jsonrpc.TypeName(v)}
			return "send _meta as an object"
		}
		for _, field := range protocolFields {
			v := q.Told(m).Field(field.name)
			if !v.Exists() || !looksAt(c, field.name) || field.valid(v) {
				continue
			}
			q.Own().found = &finding{missing: []string{field.name}, given: jsonrpc.TypeName(v)}
			return "send " + field.name + " as " + field.is
		}
	}
	return ""
}

func checkMetaVersion(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		if v := q.Told(m).Field(mcp.MetaVersion); v.Exists() && v.Str != q.Protocol {
			return "_meta names version " + Quote(v.String()) + ", MCP-Protocol-Version " + Quote(q.Protocol)
		}
	}
	return ""
}

func checkMetaMethod(q visitor, _ *scenarios.Check) string {
	if q.HTTP == nil {
		return ""
	}
	for _, m := range q.Requests() {
		if sent := q.HTTP.Header.Get("Mcp-Method"); sent != m.Method {
			return "the method is " + Quote(m.Method) + ", Mcp-Method " + orNone(sent)
		}
	}
	return ""
}

// A protocolField is a member of _meta that the protocol itself has.
type protocolField struct {
	name, is string
	valid    func(gjson.Result) bool
}

// protocolFields are these, in the order of the specification.
var protocolFields = [...]protocolField{
	{mcp.MetaVersion, "a text", func(v gjson.Result) bool { return v.Type == gjson.String }},
	{mcp.MetaCapabilities, "an object", gjson.Result.IsObject},
	{mcp.MetaClientInfo, "an object with name and version", func(v gjson.Result) bool {
		return v.IsObject() && v.Get("name").Type == gjson.String && v.Get("version").Type == gjson.String
	}},
	{mcp.MetaLogLevel, "one of " + strings.Join(mcp.LogLevels(), ", "), func(v gjson.Result) bool {
		return v.Type == gjson.String && slices.Contains(mcp.LogLevels(), v.Str)
	}},
}

// looksAt reports whether a check is about a member of _meta.
func looksAt(c *scenarios.Check, name string) bool {
	return len(c.Member) == 0 || slices.Contains(c.Member, strings.TrimPrefix(name, metaPrefix))
}

// metaPrefix is what the protocol's own members of _meta begin with.
const metaPrefix = "io.modelcontextprotocol/"
