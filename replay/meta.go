package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// envelope returns the shape of the errors that the request is refused with.
func (q *probe) envelope() *scenarios.Envelope {
	if q.modern {
		return &q.p.gate.modern.Envelope
	}
	return &q.p.dialect.Envelope
}

// checkParamsIncomplete finds what the schema of every revision asks for: that it
// is there, and of the modern era, which repeats it in headers and answers with
// it, that it is of the right type.
func checkParamsIncomplete(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		params := gjson.Parse(jsonrpc.String(m.Params))
		for _, name := range mcp.NeededParams(m.Method) {
			if q.modern && name == mcp.MirroredMember(m.Method) {
				if v := q.told(m).member(name); v.Type == gjson.String {
					continue // looked for already
				} else if v.Exists() {
					return "send " + name + " as a text"
				}
			}
			if !params.Get(name).Exists() {
				return quote(m.Method) + " needs params with " + name
			}
		}
		if q.modern && m.Method == mcp.Listen {
			if flaw := eras.FilterFlaw(filterOf(m)); flaw != "" {
				return flaw
			}
		}
	}
	return ""
}

func checkMetaMissing(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if !q.told(m).meta.IsObject() {
			return "send params with _meta, which has " + mcp.MetaVersion + " and " + mcp.MetaCapabilities
		}
	}
	return ""
}

// checkMetaIncomplete finds requests that lack what every request of the modern
// era has (2026-07-28 basic, "Per-request protocol fields").
func checkMetaIncomplete(q *probe, c *scenarios.Check) string {
	for _, m := range q.requests() {
		var all, looked []string
		for _, name := range []string{mcp.MetaVersion, mcp.MetaCapabilities} {
			if q.told(m).field(name).Exists() {
				continue
			}
			if all = append(all, name); looksAt(c, name) {
				looked = append(looked, name)
			}
		}
		if len(looked) > 0 {
			q.own().found = &finding{missing: all}
			return "send _meta with " + strings.Join(looked, " and ")
		}
	}
	return ""
}

// checkMetaMalformed finds requests whose protocol fields are not what the
// schema says they are.
func checkMetaMalformed(q *probe, c *scenarios.Check) string {
	for _, m := range q.requests() {
		if v := q.told(m).meta; v.Exists() && !v.IsObject() && looksAt(c, "_meta") {
			q.own().found = &finding{missing: []string{"_meta"}, given: typeName(v)}
			return "send _meta as an object"
		}
		for _, field := range protocolFields {
			v := q.told(m).field(field.name)
			if !v.Exists() || !looksAt(c, field.name) || field.valid(v) {
				continue
			}
			q.own().found = &finding{missing: []string{field.name}, given: typeName(v)}
			return "send " + field.name + " as " + field.is
		}
	}
	return ""
}

func checkMetaVersion(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if v := q.told(m).field(mcp.MetaVersion); v.Exists() && v.Str != q.protocol {
			return "_meta names version " + quote(v.String()) + ", MCP-Protocol-Version " + quote(q.protocol)
		}
	}
	return ""
}

func checkMetaMethod(q *probe, _ *scenarios.Check) string {
	if q.r == nil {
		return ""
	}
	for _, m := range q.requests() {
		if sent := q.r.Header.Get("Mcp-Method"); sent != m.Method {
			return "the method is " + quote(m.Method) + ", Mcp-Method " + orNone(sent)
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

// metaOfParams returns the _meta of a request, in the request's own memory.
func metaOfParams(params []byte) gjson.Result { return gjson.Get(jsonrpc.String(params), "_meta") }

// memberOf returns a member whose name has dots in it.
func memberOf(object gjson.Result, name string) (member gjson.Result) {
	object.ForEach(func(key, v gjson.Result) bool {
		if key.Str == name {
			member = v
		}
		return member.Type == gjson.Null && member.Raw == ""
	})
	return member
}

func escaped(name string) string { return strings.ReplaceAll(name, ".", `\.`) }

// names returns the version that a modern request names: in the header, else in
// _meta; of a handshake, in its params.
func (q *probe) names() string {
	if q.protocol != "" && !q.initialize() {
		return q.protocol
	}
	for _, m := range q.requests() {
		if v := q.told(m).field(mcp.MetaVersion); v.Type == gjson.String {
			return v.Str
		}
		if m.Method == mcp.Initialize {
			return stringOf(m.Params, "protocolVersion")
		}
	}
	return q.protocol
}

// spoken lists the versions that the dialect speaks in the era of the request.
func (q *probe) spoken() []string {
	if q.modern {
		return q.p.gate.modern.Versions
	}
	return q.p.supported()
}
