package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// another reports whether the dialect treats the request apart from all others,
// for the version that it names.
func (q *probe) another() bool {
	if q.p.dialect.Otherwise == nil || q.r == nil {
		return false
	}
	sent := q.r.Header[mcp.HeaderProtocolVersion]
	return len(sent) > 0 && !slices.Contains(q.p.supported(), q.protocol)
}

// envelope returns the shape of the errors that the request is refused with.
func (q *probe) envelope() *scenarios.Envelope {
	if q.otherwise {
		return &q.p.dialect.Otherwise.Envelope
	}
	return &q.p.dialect.Envelope
}

// checkParamsIncomplete finds what the schema of every revision asks for.
func checkParamsIncomplete(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		params := gjson.ParseBytes(m.Params)
		for _, name := range mcp.NeededParams(m.Method) {
			if !params.Get(name).Exists() {
				return quote(m.Method) + " needs params with " + name
			}
		}
	}
	return ""
}

// The members of _meta that every request of 2026-07-28 has
// (2026-07-28 basic, "Per-request protocol fields").
const (
	metaVersion      = "io.modelcontextprotocol/protocolVersion"
	metaCapabilities = "io.modelcontextprotocol/clientCapabilities"
)

func checkMetaMissing(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if !meta(m).IsObject() {
			return "send params with _meta, which has " + metaVersion + " and " + metaCapabilities
		}
	}
	return ""
}

func checkMetaIncomplete(q *probe, _ *scenarios.Check) string {
	if missing := q.missing(); len(missing) > 0 {
		return "send _meta with " + strings.Join(missing, " and ")
	}
	return ""
}

// missing lists the members that the _meta of a request lacks.
func (q *probe) missing() (names []string) {
	for _, m := range q.requests() {
		for _, name := range []string{metaVersion, metaCapabilities} {
			if !memberOf(meta(m), name).Exists() {
				names = append(names, name)
			}
		}
	}
	return names
}

func checkMetaVersion(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if v := memberOf(meta(m), metaVersion); v.Exists() && v.Str != q.protocol {
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

func meta(m jsonrpc.Message) gjson.Result { return gjson.GetBytes(m.Params, "_meta") }

// memberOf returns a member whose name has dots in it.
func memberOf(object gjson.Result, name string) gjson.Result {
	return object.Get(strings.ReplaceAll(name, ".", `\.`))
}

// spoken lists the versions that the dialect speaks to such a request.
func (q *probe) spoken() []string {
	if q.otherwise {
		return q.p.dialect.Otherwise.Versions
	}
	return q.p.supported()
}
