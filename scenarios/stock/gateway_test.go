package stock_test

import "time"

// A browser's page.
const page = "http://localhost:5173"

// browses is a page that cannot read the session id.
func browses(v *visitor) {
	v.initialize("Origin", page)
	v.session = ""
	v.initialized("Origin", page)
}

// gatewayCases are the scenarios in which what is between takes a header away.
func gatewayCases() map[string]stockCase {
	return map[string]stockCase{
		"gateway-drops-session-id": {
			wire: func(v *visitor) {
				v.initialize().is(200, "~.*", "Mcp-Session-Id", "")
				v.initialized().is(400, missingSession, "Content-Type", "application/json", "Mcp-Session-Id", hex32)
				v.list().is(400, missingSession)
			},
			good: begins,
			bad: map[string]func(*visitor){
				"settles": lingers(begins, 6*time.Second),
				"at_most": repeats(5, begins),
				"never":   adopts(listsWithout),
			},
		},
		"gateway-leaks-own-session-id": {
			wire: func(v *visitor) {
				v.initialize().is(200, "~.*", "Mcp-Session-Id", "")
				v.list().succeeds()
				v.list("Mcp-Session-Id", "gateway").is(404, `{"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"Session not found"}}`,
					"Content-Type", "application/json")
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){
				"never": func(v *visitor) {
					v.begin()
					v.list("Mcp-Session-Id", "gateway")
				},
				"alive": func(v *visitor) { v.post(v.handshake("2025-11-25"), "Mcp-Session-Id", "gateway") },
			},
		},
		"cors-hides-session-id": {
			wire: func(v *visitor) {
				v.initialize("Origin", page).is(200, "~.*", "Access-Control-Allow-Origin", page,
					"Access-Control-Expose-Headers", "", "Mcp-Session-Id", hex32)
				v.initialized("Origin", page, "Mcp-Session-Id", "").is(400, missingSession, "Access-Control-Allow-Origin", page)
			},
			good: browses,
			bad: map[string]func(*visitor){
				"settles": lingers(browses, 6*time.Second),
				"at_most": repeats(4, browses),
			},
		},
		"cors-preflight-rejects-mcp-headers": {
			wire: func(v *visitor) {
				v.does("OPTIONS", "", "Origin", page, "Access-Control-Request-Method", "POST",
					"Access-Control-Request-Headers", "content-type,mcp-protocol-version,mcp-session-id").
					is(204, "", "Access-Control-Allow-Origin", page, "Access-Control-Allow-Headers", "content-type")
				v.initialize("Origin", page).is(200, "~.*", "Access-Control-Expose-Headers", "~.*Mcp-Session-Id.*")
			},
			good: initializes,
			bad:  map[string]func(*visitor){"at_most": repeats(4, initializes)},
		},
	}
}
