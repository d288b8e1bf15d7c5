package probes

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// says is a request of a client of revision 2026-07-28 with an id, and with
// members of params after _meta.
func says(id, method, members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":{` + Meta + members + `}}`
}

// What a client of revision 2026-07-28 says. The tool and the resource are
// nobody's, so nothing is called and nothing read.
var (
	modernDiscover = says("31", mcp.Discover, "")
	modernTools    = says("32", mcp.ToolsList, "")
	modernCall     = says("33", mcp.ToolsCall, `"name":"mcpmock-no-such-tool","arguments":{}`)
	modernRead     = says("34", mcp.ResourcesRead, `"uri":"mcpmock://no/such"`)
	modernListen   = says("35", mcp.Listen, `"notifications":{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true}`)
)

// modernProbes ask as clients of revision 2026-07-28 do.
func modernProbes() []Probe {
	var all []Probe
	add := func(name, about string, step Step) {
		all = append(all, Probe{Name: "modern-" + name, About: about, Steps: []Step{step}, Modern: true})
	}
	version := func(v string) line { return line{"MCP-Protocol-Version", v} }
	named := func(v string) line { return line{mcp.HeaderName, v} }
	method := func(v string) line { return line{mcp.HeaderMethod, v} }
	meta := func(members ...string) string { // in place of the whole one
		return `{"jsonrpc":"2.0","id":32,"method":"tools/list","params":{"_meta":{` + strings.Join(members, ",") + `}}}`
	}

	add("discover", "server/discover as a good client sends it", Modern(modernDiscover))
	add("tools-list", "tools/list as a good client sends it", Modern(modernTools))
	add("tools-call-unknown-tool", "tools/call with a tool that does not exist", Modern(modernCall))
	add("resources-read-unknown", "resources/read of what is not there", Modern(modernRead))
	add("listen", "subscriptions/listen for all that may change", Modern(modernListen))
	add("listen-nothing", "subscriptions/listen with an empty filter", Modern(says("38", mcp.Listen, `"notifications":{}`)))
	add("listen-no-filter", "subscriptions/listen without a filter", Modern(says("39", mcp.Listen, "")))

	// _meta, and the versions in it
	add("meta-missing", "tools/list without _meta", Modern(`{"jsonrpc":"2.0","id":32,"method":"tools/list","params":{}}`, version(mcp.V20260728)))
	add("params-missing", "tools/list without params", Modern(`{"jsonrpc":"2.0","id":32,"method":"tools/list"}`, version(mcp.V20260728)))
	add("meta-no-object", "tools/list whose _meta is a text", Modern(`{"jsonrpc":"2.0","id":32,"method":"tools/list","params":{"_meta":"no"}}`, version(mcp.V20260728)))
	add("meta-version-missing", "tools/list whose _meta has no version", Modern(meta(metaClient, metaCapabilities), version(mcp.V20260728)))
	add("meta-capabilities-missing", "tools/list whose _meta has no capabilities", Modern(meta(metaVersion, metaClient)))
	add("meta-client-missing", "tools/list whose _meta does not name the client", Modern(meta(metaVersion, metaCapabilities)))
	add("version-unknown", "tools/list of a version that no server speaks", Modern(strings.ReplaceAll(modernTools, mcp.V20260728, "2099-01-01")))
	add("version-unknown-discover", "server/discover of a version that no server speaks", Modern(strings.ReplaceAll(modernDiscover, mcp.V20260728, "2099-01-01")))
	add("version-malformed", "tools/list of a version that is none", Modern(strings.ReplaceAll(modernTools, mcp.V20260728, "newest please")))
	add("log-level-unknown", "tools/list that asks for log messages of a level that does not exist",
		Modern(meta(metaVersion, metaClient, metaCapabilities, `"`+mcp.MetaLogLevel+`":"loud"`)))

	// the headers that mirror the body
	add("header-version-missing", "tools/list without MCP-Protocol-Version", Modern(modernTools, version(Without)))
	add("header-version-other", "tools/list with another MCP-Protocol-Version than in _meta", Modern(strings.ReplaceAll(modernTools, mcp.V20260728, mcp.V20251125), version(mcp.V20260728)))
	add("header-method-missing", "tools/list without Mcp-Method", Modern(modernTools, method(Without)))
	add("header-method-other", "tools/list with Mcp-Method: prompts/list", Modern(modernTools, method("prompts/list")))
	add("header-method-case", "tools/list with Mcp-Method: TOOLS/LIST", Modern(modernTools, method("TOOLS/LIST")))
	add("header-method-doubled", "tools/list with two Mcp-Method lines", Modern(modernTools, method(mcp.ToolsList), method("prompts/list")))
	add("header-name-missing", "tools/call without Mcp-Name", Modern(modernCall, named(Without)))
	add("header-name-other", "tools/call with the Mcp-Name of another tool", Modern(modernCall, named("another-tool")))
	add("header-name-encoded", "tools/call with Mcp-Name in Base64", Modern(modernCall, named(Base64("mcpmock-no-such-tool"))))
	add("header-name-encoded-other", "tools/call with the Mcp-Name of another tool in Base64", Modern(modernCall, named(Base64("another-tool"))))
	add("header-name-undecodable", "tools/call with an Mcp-Name that says it is Base64, and is not", Modern(modernCall, named("=?base64?%%%?=")))
	add("header-name-unneeded", "tools/list with Mcp-Name", Modern(modernTools, named("mcpmock-no-such-tool")))
	add("header-uri-other", "resources/read with the Mcp-Name of another resource", Modern(modernRead, named("mcpmock://another")))

	// methods that there are not, or no more
	for _, m := range []struct{ name, method, members string }{
		{"method-unknown", "mcpmock/no-such-method", ""},
		{"ping", mcp.Ping, ""},
		{"set-level", mcp.SetLevel, `"level":"info"`},
		{"subscribe", "resources/subscribe", `"uri":"mcpmock://no/such"`},
		{"tasks-list", "tasks/list", ""},
	} {
		add(m.name, m.method+", which the revision does not have", Modern(says("36", m.method, m.members)))
	}

	// what an earlier revision had
	add("initialize", "initialize with the headers and the _meta of 2026-07-28",
		Modern(says("37", mcp.Initialize, `"protocolVersion":"2026-07-28","capabilities":{},"clientInfo":{"name":"mcpmock-probe","version":"1"}`)))
	add("get", "GET for a stream", listen(version(mcp.V20260728)))
	add("delete", "DELETE", hangUp(version(mcp.V20260728)))
	add("put", "PUT", Step{Method: "PUT", Header: Modern(modernTools).Header, Body: modernTools})
	add("session-unknown", "tools/list with a session id", Modern(modernTools, unknownID))
	add("last-event-id", "tools/list with Last-Event-ID", Modern(modernTools, line{"Last-Event-ID", "no-such-event"}))
	add("batch", "a batch of two requests", Modern(`[`+modernTools+`,`+modernDiscover+`]`, version(mcp.V20260728), method(mcp.ToolsList)))
	add("response", "a response of the client", Modern(`{"jsonrpc":"2.0","id":99,"result":{}}`, version(mcp.V20260728)))
	add("notification", "a notification that the revision does not have", Modern(`{"jsonrpc":"2.0","method":"notifications/mcpmock-no-such","params":{`+Meta+`}}`))
	add("notification-bare", "notifications/cancelled without _meta and Mcp-Method", Modern(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"no-such"}}`, version(mcp.V20260728), method(Without)))

	// HTTP, and JSON
	add("accept-missing", "tools/list without Accept", Modern(modernTools, line{"Accept", Without}))
	add("accept-json", "tools/list that accepts JSON only", Modern(modernTools, line{"Accept", "application/json"}))
	add("content-type-text", "tools/list as text/plain", Modern(modernTools, line{"Content-Type", "text/plain"}))
	add("body-empty", "a POST without a body", Modern("", version(mcp.V20260728), method(mcp.ToolsList)))
	add("body-not-json", "a body that is not JSON", Modern("not json", version(mcp.V20260728), method(mcp.ToolsList)))
	add("body-not-jsonrpc", "JSON that is no JSON-RPC", Modern(`{"hello":"world"}`, version(mcp.V20260728), method(mcp.ToolsList)))
	add("id-string", "tools/list whose id is a text of digits", Modern(strings.Replace(modernTools, `"id":32`, `"id":"32"`, 1)))
	add("id-null", "tools/list whose id is null", Modern(strings.Replace(modernTools, `"id":32`, `"id":null`, 1)))
	return all
}
