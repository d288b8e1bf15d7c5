package stock_test

import "time"

// The answer of mcp 1.26 and later to a session that it does not know.
const sessionNotFound = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}`

// clings is a client that shows the id of a session that is over.
func clings(v *visitor) {
	beginsAndCalls(v)
	v.list()
}

// renews is a client that opens a new session.
func renews(v *visitor) {
	beginsAndCalls(v)
	beginsAndCalls(v)
}

// lostCases are the scenarios in which a session is gone.
func lostCases() map[string]stockCase {
	return map[string]stockCase{
		"session-404-no-reinit": {
			wire: func(v *visitor) {
				v.begin()
				v.call().succeeds()
				v.call().is(404, sessionNotFound, "Server", "uvicorn", "Content-Type", "application/json", "Mcp-Session-Id", "")
				v.list().is(404, sessionNotFound)
				v.begin()
				v.call().succeeds()
				v.call().succeeds()
			},
			good: func(v *visitor) {
				beginsAndCalls(v)
				v.call()
				beginsAndCalls(v)
			},
			bad: map[string]func(*visitor){
				"reinitialize: {within: 5s}": func(v *visitor) {
					beginsAndCalls(v)
					v.call()
					v.call()
				},
				"reinitialize: {within: 5s, max: 1}": func(v *visitor) {
					beginsAndCalls(v)
					v.call()
					v.begin()
					v.begin()
				},
				"replays": func(v *visitor) {
					beginsAndCalls(v)
					v.call()
					v.begin()
				},
			},
		},
		"unknown-session-400-text": {
			wire: func(v *visitor) {
				const unknown = "Bad Request: No valid session ID provided"
				v.begin()
				v.call().is(400, unknown, "Content-Type", "", "Content-Length", "41", "Mcp-Session-Id", "")
				v.list().is(400, unknown)
				v.get().is(400, unknown, "Content-Type", "")
				v.post(v.handshake("2025-06-18"), "Mcp-Session-Id", v.session).is(400, unknown)
				v.begin()
				v.call().succeeds()
			},
			good: renews,
			bad: map[string]func(*visitor){
				"settles":      lingers(beginsAndCalls, 6*time.Second),
				"reinitialize": clings,
			},
		},
		"unknown-session-400-json": {
			wire: func(v *visitor) {
				const unknown = `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`
				v.begin()
				v.call().is(400, unknown, "Content-Type", "application/json; charset=utf-8")
				v.list().is(400, unknown)
				v.get().is(400, "Invalid or missing session ID", "Content-Type", "text/html; charset=utf-8")
				v.delete().is(400, "Invalid or missing session ID", "Content-Type", "text/html; charset=utf-8")
				v.post(v.handshake("2025-06-18"), "Mcp-Session-Id", v.session).is(400, unknown)
				v.begin()
				v.call().succeeds()
			},
			good: renews,
			bad: map[string]func(*visitor){
				"settles":      lingers(beginsAndCalls, 6*time.Second),
				"reinitialize": clings,
				"never":        drags,
			},
		},
		"unknown-session-401": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(401, "", "Www-Authenticate", `Bearer error="invalid_token"`, "Content-Type", "")
				v.list().is(401, "", "Www-Authenticate", `Bearer error="invalid_token"`)
				v.begin()
				v.call().succeeds()
			},
			good: renews,
			bad: map[string]func(*visitor){
				"settles":      lingers(beginsAndCalls, 6*time.Second),
				"reinitialize": clings,
			},
		},
		"transient-404-kills-connection": {
			wire: func(v *visitor) {
				v.begin()
				old := v.session
				v.call().is(404, "404 page not found\n", "Content-Type", "text/plain; charset=utf-8")
				v.initialize().is(404, "404 page not found\n", "Content-Type", "text/plain; charset=utf-8")
				v.call("Mcp-Session-Id", old).succeeds()
				v.begin()
				v.call().succeeds()
			},
			good: func(v *visitor) {
				beginsAndCalls(v)
				v.initialize()
				v.passes(time.Second)
				beginsAndCalls(v)
			},
			bad: map[string]func(*visitor){
				"reinitialize": clings,
				"alive": func(v *visitor) {
					beginsAndCalls(v)
					v.initialize()
				},
			},
		},
		"stale-id-on-initialize-rejected": {
			wire: func(v *visitor) {
				const unknown = `{"error":{"code":-32000,"message":"Not Found: Unknown Mcp-Session-Id header"}}`
				v.begin()
				v.call().is(404, unknown, "Content-Type", "application/json")
				v.post(v.handshake("2025-11-25"), "Mcp-Session-Id", v.session).is(404, unknown, "Content-Type", "application/json")
				v.begin()
				v.call().succeeds()
			},
			good: renews,
			bad: map[string]func(*visitor){
				"reinitialize": drags,
				"never": func(v *visitor) {
					drags(v)
					v.begin()
				},
			},
		},
		"replica-round-robin": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				v.initialized().is(404, sessionNotFound, "Server", "uvicorn", "Content-Type", "application/json", "Content-Length", "91", "Mcp-Session-Id", "")
				v.initialized().is(202, "")
				for range 2 {
					v.list().is(404, sessionNotFound)
					v.list().succeeds()
				}
			},
			good: repeats(2, begins),
			bad: map[string]func(*visitor){
				"reinitialize": beginsAndLists,
				"at_most":      repeats(6, initializes),
			},
		},
		"replica-cookie": {
			wire: func(v *visitor) {
				opened := v.initialize()
				opened.is(200, "~.*", "Set-Cookie", "MCPMOCK_ROUTE=replica-1; Path=/; HttpOnly")
				v.initialized("Cookie", "MCPMOCK_ROUTE=replica-1").is(202, "")
				v.list("Cookie", "MCPMOCK_ROUTE=replica-1").succeeds()
				v.list().is(404, sessionNotFound, "Set-Cookie", "MCPMOCK_ROUTE=replica-2; Path=/; HttpOnly")
				v.list("Cookie", "MCPMOCK_ROUTE=replica-1").succeeds()
			},
			good: func(v *visitor) {
				v.initialize()
				v.initialized("Cookie", "MCPMOCK_ROUTE=replica-1")
				v.list("Cookie", "MCPMOCK_ROUTE=replica-1")
			},
			bad: map[string]func(*visitor){"always": beginsAndLists},
		},
		"half-alive-multiplexed-session": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(200, `{"jsonrpc":"2.0","id":2,"error":{"code":-32600,"message":"Session not found"}}`, "Content-Type", "application/json")
				v.list().succeeds()
				v.call().is(200, `{"jsonrpc":"2.0","id":4,"error":{"code":-32600,"message":"Session not found"}}`)
				v.begin()
				v.call().succeeds()
			},
			good: renews,
			bad: map[string]func(*visitor){
				"at_most":      func(v *visitor) { v.begin(); repeats(8, func(v *visitor) { v.call() })(v) },
				"reinitialize": clings,
			},
		},
		"zombie-session-after-delete": {
			wire: func(v *visitor) {
				v.begin()
				v.delete().is(200, "")
				unanswered(v, v.opens("POST", v.listing()), 1)
				v.begin()
				unanswered(v, v.opens("POST", v.calling()), 3)
				v.begin()
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				p := v.opens("POST", v.calling())
				v.heard("faulted", 2)
				v.passes(3 * time.Second)
				p.leaves()
				beginsAndCalls(v)
			},
			bad: map[string]func(*visitor){
				"settles": func(v *visitor) {
					v.begin()
					v.opens("POST", v.calling())
					v.heard("faulted", 2)
					v.passes(11 * time.Second)
				},
				"reinitialize": func(v *visitor) {
					v.begin()
					p := v.opens("POST", v.calling())
					v.heard("faulted", 2)
					p.leaves()
				},
			},
		},
		"session-idle-expiry": {
			wire: func(v *visitor) {
				v.begin()
				v.passes(1900 * time.Millisecond)
				v.call().succeeds()
				v.passes(2100 * time.Millisecond)
				v.call().is(404, sessionNotFound, "Content-Type", "application/json", "Mcp-Session-Id", "")
				v.begin()
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.passes(3 * time.Second)
				v.call()
				beginsAndCalls(v)
			},
			bad: map[string]func(*visitor){
				"reinitialize": func(v *visitor) {
					v.begin()
					v.passes(3 * time.Second)
					v.call()
					v.call()
				},
				"alive": func(v *visitor) {
					v.begin()
					v.passes(3 * time.Second)
					v.call()
				},
			},
		},
	}
}

// drags is a client that initializes anew with the id of the session that is
// over.
func drags(v *visitor) {
	beginsAndCalls(v)
	v.post(v.handshake("2025-11-25"), "Mcp-Session-Id", v.session)
}

// unanswered wants that nothing came, not even a status line, though so many
// faults have fired.
func unanswered(v *visitor, p *pending, faults int) {
	v.t.Helper()
	v.heard("faulted", faults)
	v.passes(time.Hour)
	if a := p.leaves(); a.err == nil || a.status != 0 {
		v.t.Errorf("got %d %q, want nothing", a.status, a.body)
	}
}
