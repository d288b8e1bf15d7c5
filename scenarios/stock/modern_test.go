package stock_test

import (
	"regexp"
	"strings"
	"time"
)

// newer are the tapes on which good clients of 2026-07-28 are tried: one of that
// era, and old ones of which the scenario, or the player, makes such a server.
func newer() []string { return []string{"modern", "weather", "everything/both"} }

// refusedOnce is a scenario that refuses the first request of 2026-07-28 with an
// error of that revision; a good client sends it again.
func refusedOnce(refusal string) stockCase {
	return stockCase{
		on: newer(),
		wire: func(v *visitor) {
			v.discovers().is(400, refusal, "Content-Type", "application/json")
			v.discovers().succeeds()
			v.listsModern().succeeds()
		},
		good: func(v *visitor) { v.discovers(); v.discovers(); v.listsModern() },
		bad: map[string]func(*visitor){
			"replays": func(v *visitor) { v.discovers(); v.listsModern() },
			"never":   func(v *visitor) { v.discovers(); v.initialize() },
		},
	}
}

// stubborn is a client that sends a call so often.
func stubborn(n int) func(*visitor) { return repeats(n, func(v *visitor) { v.callsModern() }) }

// calledTool is a call of a tool that a scenario has added.
func (v *visitor) calledTool(name, arguments string, headers ...string) answer {
	v.t.Helper()
	return v.poses(v.modern("tools/call", `"name":"`+name+`","arguments":`+arguments), headers...)
}

const stockDone = `,"result":{"resultType":"complete","content":[{"type":"text","text":"done"}]}}`

// withTool is a list of tools that ends in that one.
func withTool(tool string) string {
	return `~.*"tools":\[.*,` + regexp.QuoteMeta(tool) + `\].*`
}

// modernCases are the scenarios about requests of 2026-07-28: what they are
// refused with, what they mirror in headers, and what results say.
func modernCases() map[string]stockCase {
	return map[string]stockCase{
		"version-unsupported-retry": refusedOnce(`{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2026-07-28"],"requested":"2026-07-28"}}}`),
		"version-unsupported-legacy-list": {
			wire: func(v *visitor) {
				for range 2 {
					v.discovers().is(400, `~\{"jsonrpc":"2.0","id":\d,"error":\{"code":-32022,"message":"protocol version \\"2026-07-28\\" is not supported by this server","data":\{"supported":\["2025-11-25",.*\],"requested":"2026-07-28"\}\}\}`,
						"Content-Type", "application/json")
				}
				v.begin()
				v.call().succeeds()
			},
			good: probesThen(begins),
			bad: map[string]func(*visitor){
				"sends":   hangs(probesThen(), 11*time.Second),
				"at_most": repeats(5, func(v *visitor) { v.discovers() }),
			},
		},
		"version-unsupported-disjoint": {
			on: newer(),
			wire: func(v *visitor) {
				v.listsModern().is(400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"supported":["2099-01-01"],"requested":"2026-07-28"}}}`, "Content-Type", "application/json")
				v.callsModern().is(400, "~.*2099-01-01.*")
			},
			good: probesThen(),
			bad: map[string]func(*visitor){
				"settles": hangs(probesThen(), 11*time.Second),
				"never":   probesThen(initializes),
				"at_most": stubborn(5),
			},
		},
		"mcp-method-mismatch": refusedOnce(`{"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch: Mcp-Method header value does not match body value 'server/discover'"}}`),
		"mcp-param-mismatch": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch: required Mcp-Param-Region header is missing"}}`, "Content-Type", "application/json")
				v.callsModern().succeeds()
			},
			good: func(v *visitor) { v.callsModern(); v.listsModern(); v.callsModern() },
			bad: map[string]func(*visitor){
				"sends":   stubborn(2),
				"replays": func(v *visitor) { v.callsModern(); v.listsModern() },
				"never":   func(v *visitor) { v.callsModern(); v.initialize() },
			},
		},
		"mcp-param-mirrored": {
			on: newer(),
			wire: func(v *visitor) {
				v.listsModern().is(200, withTool(`{"name":"stock_mirrored","description":"Call it with region us-west1.",`+
					`"inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}},"required":["region"]}}`))
				v.calledTool("stock_mirrored", `{"region":"us-west1"}`).is(200, `{"jsonrpc":"2.0","id":2`+stockDone)
			},
			good: func(v *visitor) {
				v.listsModern()
				v.calledTool("stock_mirrored", `{"region":"us-west1"}`, "Mcp-Param-Region", "us-west1")
				v.calledTool("stock_mirrored", `{"region":"us-west1"}`, "Mcp-Param-Region", "=?base64?dXMtd2VzdDE=?=")
			},
			bad: map[string]func(*visitor){"always": func(v *visitor) {
				v.listsModern()
				v.calledTool("stock_mirrored", `{"region":"us-west1"}`, "Mcp-Param-Region", "us-east1")
			}},
		},
		"x-mcp-header-invalid": {
			on: newer(),
			wire: func(v *visitor) {
				v.listsModern().is(200, withTool(`{"name":"stock_invalid","description":"It has an invalid x-mcp-header.",`+
					`"inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Bad Name"}}}}`))
				v.calledTool("stock_invalid", `{}`).is(200, `{"jsonrpc":"2.0","id":2`+stockDone)
			},
			good: func(v *visitor) { v.listsModern(); v.callsModern() },
			bad: map[string]func(*visitor){
				"never": func(v *visitor) { v.listsModern(); v.calledTool("stock_invalid", `{"region":"r"}`) },
				"sends": func(v *visitor) { v.listsModern() },
			},
		},
		"mcp-name-encoded": {
			on: newer(),
			wire: func(v *visitor) {
				v.listsModern().is(200, withTool(`{"name":"stock_vejr_på_øen","description":"Call it, without arguments.","inputSchema":{"type":"object"}}`))
				v.calledTool("stock_vejr_på_øen", `{}`, "Mcp-Name", "=?base64?c3RvY2tfdmVqcl9ww6Vfw7hlbg==?=").is(200, `{"jsonrpc":"2.0","id":2`+stockDone)
			},
			good: func(v *visitor) {
				v.listsModern()
				v.calledTool("stock_vejr_på_øen", `{}`, "Mcp-Name", "=?base64?c3RvY2tfdmVqcl9ww6Vfw7hlbg==?=")
			},
			bad: map[string]func(*visitor){"always": func(v *visitor) {
				v.listsModern()
				v.calledTool("stock_vejr_på_øen", `{}`)
			}},
		},
		"missing-client-capability": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"Missing required client capability: elicitation","data":{"requiredCapabilities":{"elicitation":{}}}}}`,
					"Content-Type", "application/json")
				v.poses(declaring(v.callingModern(""), `{"elicitation":{}}`)).succeeds()
			},
			good: stubborn(1),
			bad: map[string]func(*visitor){
				"settles": hangs(stubborn(1), 11*time.Second),
				"at_most": stubborn(6),
				"never":   func(v *visitor) { v.callsModern(); v.initialize() },
			},
		},
		"modern-404-without-body": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(404, "404 page not found\n", "Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff")
				v.callsModern().succeeds()
			},
			good: stubborn(2),
			bad: map[string]func(*visitor){
				"alive": stubborn(1),
				"never: {method: initialize}": func(v *visitor) {
					v.callsModern()
					v.initialize()
				},
				"never: {http: GET}": func(v *visitor) {
					v.callsModern()
					v.get()
				},
			},
		},
		"notification-2026-rejected": {
			on: newer(),
			wire: func(v *visitor) {
				v.poses(cancelling(9)).is(400, `{"jsonrpc":"2.0","error":{"code":-32602,"message":"invalid params: missing required _meta"}}`, "Content-Type", "application/json")
				v.callsModern().succeeds()
			},
			good: func(v *visitor) { v.poses(cancelling(9)); v.callsModern() },
			bad: map[string]func(*visitor){
				"alive": func(v *visitor) { v.poses(cancelling(9)) },
				"never": func(v *visitor) { v.poses(cancelling(9)); v.initialize() },
			},
		},
		"modern-ignores-get-delete-last-event-id": {
			on: newer(),
			wire: func(v *visitor) {
				v.get().is(405, "", "Allow", "POST")
				v.delete("Mcp-Session-Id", "any").is(405, "", "Allow", "POST")
				v.callsModern("Mcp-Session-Id", "any", "Last-Event-ID", "7").is(200, "~.*", "Mcp-Session-Id", "")
			},
			good: func(v *visitor) { v.listsModern(); v.get(); v.callsModern() },
			bad: map[string]func(*visitor){
				"at_most": inTurn(func(v *visitor) { v.listsModern() }, repeats(4, func(v *visitor) { v.get() })),
				"never: {header: {Mcp-Session-Id": func(v *visitor) {
					v.listsModern("Mcp-Session-Id", "any")
				},
				"never: {header: {Last-Event-ID": func(v *visitor) { v.get("Last-Event-ID", "7") },
			},
		},
		"result-type-unknown": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `~.*"resultType":"partial".*`)
				v.callsModern().is(200, `~.*"resultType":"complete".*`)
			},
			good: func(v *visitor) { v.callsModern(); v.listsModern() },
			bad: map[string]func(*visitor){
				"settles": hangs(stubborn(1), 11*time.Second),
				"alive":   stubborn(1),
			},
		},
		"result-type-missing": {
			on: newer(),
			wire: func(v *visitor) {
				for _, a := range []answer{v.discovers(), v.listsModern(), v.callsModern()} {
					if a.succeeds(); a.get("result.resultType").Exists() {
						v.t.Errorf("got %q, want no resultType", a.body)
					}
				}
			},
			good: func(v *visitor) { v.discovers(); v.callsModern() },
			bad: map[string]func(*visitor){
				"sends": probesThen(begins),
				"never": probesThen(begins),
			},
		},
		"ttl-negative": {
			on: newer(),
			wire: func(v *visitor) {
				if a := v.listsModern(); a.get("result.ttlMs").Raw != "-1" || !a.get("result.tools").IsArray() {
					v.t.Errorf("got %q", a.body)
				}
			},
			good: func(v *visitor) { v.listsModern(); v.callsModern() },
			bad: map[string]func(*visitor){
				"at_most": repeats(7, func(v *visitor) { v.listsModern() }),
				"alive":   func(v *visitor) { v.listsModern() },
			},
		},
		"modern-timeout-cancels": {
			on: newer(),
			wire: func(v *visitor) {
				unanswered(v, v.posed(v.callingModern("")), 1)
				v.callsModern().succeeds()
				p := visit(v.t, "modern-timeout-cancels", "modern").pipe()
				p.says(p.v.callingModern(""))
				p.says(cancelling(p.v.ids))
				p.says(p.v.modern("tools/list", ""))
				p.wants(`~\{"jsonrpc":"2.0","id":2,"result":.*\n`)
			},
			good: func(v *visitor) {
				v.unansweredCall().leaves()
				v.callsModern()
			},
			bad: map[string]func(*visitor){
				"cancels": func(v *visitor) {
					v.unansweredCall()
					v.poses(cancelling(v.ids)) // which over HTTP says nothing
					v.callsModern()
					v.passes(6 * time.Second)
				},
				"alive": func(v *visitor) { v.unansweredCall().leaves() },
			},
		},
	}
}

// unansweredCall is a call that has waited for five seconds.
func (v *visitor) unansweredCall() *pending {
	v.t.Helper()
	p := v.posed(v.callingModern(""))
	v.heard("faulted", 1)
	v.passes(5 * time.Second)
	return p
}

// declaring is a request of a client with other capabilities.
func declaring(request, capabilities string) string {
	return strings.Replace(request, `clientCapabilities":{}`, `clientCapabilities":`+capabilities, 1)
}
