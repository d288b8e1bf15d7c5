package stock_test

import (
	"net/http"
	"time"
)

// probesThen is a client that probes with server/discover, and then does more.
func probesThen(more ...func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		v.discovers()
		for _, f := range more {
			f(v)
		}
	}
}

// takesForModern is a client that goes on in the newer revision, whatever it got.
func takesForModern(v *visitor) {
	v.listsModern()
	v.passes(11 * time.Second)
}

// probedOddly is a scenario in which a legacy server answers server/discover
// oddly, and a client of both eras is to fall back.
func probedOddly(wire func(*visitor)) stockCase {
	return stockCase{
		on: []string{"weather", "everything", "modern"}, // of which an old server is made
		wire: func(v *visitor) {
			wire(v)
			v.begin()
			v.call().succeeds()
		},
		good: probesThen(begins),
		bad:  map[string]func(*visitor){"sends": probesThen(takesForModern)},
	}
}

// barred is one in which it is refused as if for a lack of credentials.
func barred(wire func(*visitor)) stockCase {
	c := probedOddly(wire)
	c.bad["settles"] = hangs(probesThen(), 11*time.Second)
	c.bad["at_most"] = func(v *visitor) {
		for range 6 {
			v.discovers()
		}
	}
	return c
}

// eraCases are the scenarios in which a client finds out which era a server is
// of, and the server is an old one.
func eraCases() map[string]stockCase {
	return map[string]stockCase{
		"discover-400-server-error": {
			wire: func(v *visitor) {
				a := v.discovers()
				a.is(400, missingSession, "Content-Type", "application/json", "Server", "uvicorn", "Mcp-Session-Id", "~[0-9a-f-]{32,36}")
				v.initialize("Mcp-Session-Id", a.header.Get("Mcp-Session-Id")).is(404, "~.*")
				v.begin()
				v.call().succeeds()
			},
			good: probesThen(begins),
			bad: map[string]func(*visitor){
				"sends": probesThen(takesForModern),
				"never": func(v *visitor) {
					a := v.discovers()
					v.initialize("Mcp-Session-Id", a.header.Get("Mcp-Session-Id"))
				},
			},
		},
		"discover-400-unsupported-text": {
			wire: func(v *visitor) {
				const known = "Bad Request: Unsupported protocol version (supported versions: 2025-06-18,2025-03-26,2024-11-05)\n"
				v.discovers().is(400, known, "Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff")
				v.initialize("MCP-Protocol-Version", "2026-07-28").is(400, known)
				v.initialize().succeeds()
			},
			good: probesThen(begins),
			bad: map[string]func(*visitor){"sends": probesThen(func(v *visitor) {
				v.initialize("MCP-Protocol-Version", "2026-07-28")
			})},
		},
		"discover-400-no-json-rpc": probedOddly(func(v *visitor) {
			v.discovers().is(400, `{"error":{"code":"invalid_payload","message":"Failed to deserialize request body: Unknown ToolsetMCPMethodName value. (Parameter 'value')\nActual value was server/discover. `+
				`[Request ID: 5f9c2a7e]","param":"$","type":"invalid_request_error","details":[],"additionalInfo":{"request_id":"5f9c2a7e"}}}`, "Content-Type", "application/json; charset=utf-8")
		}),
		"discover-404-text": probedOddly(func(v *visitor) {
			v.discovers().is(404, "404 page not found\n", "Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff")
		}),
		"discover-error-id-null": probedOddly(func(v *visitor) {
			v.discovers().is(200, `{"error":{"code":-32600,"message":"Missing ID field"},"id":null}`, "Content-Type", "application/json")
		}),
		"discover-empty-2xx": probedOddly(func(v *visitor) {
			v.discovers().is(200, "", "Content-Type", "application/json", "Content-Length", "0")
			v.discovers().is(204, "")
			for range 2 {
				v.discovers().is(200, "ok", "Content-Type", "text/plain; charset=utf-8")
			}
		}),
		"discover-non-32601-error": probedOddly(func(v *visitor) {
			v.discovers().is(200, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid request parameters","data":""}}`, "Content-Type", "application/json")
			v.discovers().is(200, `{"jsonrpc":"2.0","id":2,"error":{"code":0,"message":"method \"server/discover\" is invalid during session initialization"}}`)
			v.discovers().is(200, `{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"Bad Request: Server not initialized"}}`)
		}),
		"discover-401": barred(func(v *visitor) {
			v.discovers("Authorization", "Bearer good").is(401, `{"error":"invalid_token","error_description":"Authentication required"}`,
				"Content-Type", "application/json", "WWW-Authenticate", `Bearer error="invalid_token"`)
		}),
		"discover-403": barred(func(v *visitor) {
			v.discovers().is(403, "Forbidden\n", "Content-Type", "text/plain; charset=utf-8", "WWW-Authenticate", "")
		}),
		"discover-legacy-only-list": {
			wire: func(v *visitor) {
				v.discovers().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","supportedVersions":["2025-11-25","2025-06-18","2025-03-26","2024-11-05"],`+
					`"capabilities":{"tools":{"listChanged":true}},"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"older","version":"1.8.0"}}}}`,
					"Content-Type", "application/json")
				v.listsModern().is(400, "~.*")
				v.begin()
				v.call().succeeds()
			},
			good: probesThen(begins),
			bad: map[string]func(*visitor){
				"sends": hangs(probesThen(), 11*time.Second),
				"never": probesThen(takesForModern),
			},
		},
		"discover-5xx": {
			wire: func(v *visitor) {
				v.discovers().is(503, "<html><body><h1>503 Service Unavailable</h1></body></html>\n", "Content-Type", "text/html", "Retry-After", "1")
				v.discovers().is(400, "~.*")
			},
			good: probesThen(func(v *visitor) {
				v.passes(time.Second)
				v.discovers()
			}),
			bad: map[string]func(*visitor){
				"settles": hangs(probesThen(), 11*time.Second),
				"at_most": probesThen(func(v *visitor) {
					for range 6 {
						v.discovers()
					}
				}),
				"never": probesThen(begins),
			},
		},
		"discover-timeout": {
			wire: func(v *visitor) {
				unanswered(v, v.posed(v.modern("server/discover", "")), 1)
				v.begin()
				v.call().succeeds()
			},
			good: func(v *visitor) {
				p := v.posed(v.modern("server/discover", ""))
				v.heard("faulted", 1)
				v.passes(5 * time.Second)
				p.leaves()
			},
			bad: map[string]func(*visitor){"cancels": func(v *visitor) {
				v.posed(v.modern("server/discover", ""))
				v.heard("faulted", 1)
				v.passes(21 * time.Second)
				v.list()
			}},
		},
		"modern-only-server-vs-old-client": {
			wire: func(v *visitor) {
				v.initialize().is(400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version: 2025-11-25","data":{"supported":["2026-07-28"],"requested":"2025-11-25"}}}`,
					"Content-Type", "application/json")
				v.discovers().succeeds() // whoever speaks its revision is served, without a session
				v.callsModern().succeeds()
			},
			good: func(v *visitor) { v.initialize() },
			bad: map[string]func(*visitor){
				"settles": hangs(initializes, 11*time.Second),
				"at_most": repeats(6, initializes),
				"never":   func(v *visitor) { v.initialize(); v.does(http.MethodGet, "") },
			},
		},
		"initialize-carries-2026-header": {
			wire: func(v *visitor) {
				v.initialize("MCP-Protocol-Version", "2026-07-28").is(400,
					`{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Bad Request: Unsupported protocol version: 2026-07-28. Supported versions: 2025-11-25, 2025-06-18, 2025-03-26"}}`,
					"Content-Type", "application/json")
				v.begin()
				v.call().succeeds()
			},
			good: begins,
			bad: map[string]func(*visitor){"never": func(v *visitor) {
				v.initialize("MCP-Protocol-Version", "2026-07-28")
				v.begin()
			}},
		},
	}
}
