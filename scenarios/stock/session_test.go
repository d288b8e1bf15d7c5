package stock_test

import "time"

// The answer of issue 808: to a request without a session id, by mcp 1.8 to 1.29.
const missingSession = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`

const hex32 = "~[0-9a-f]{32}"

// omits is a client that leaves the session id out.
func omits(v *visitor) {
	v.begin()
	v.list("Mcp-Session-Id", "")
}

// adopts is a client that takes over the session id that a response shows.
func adopts(ask func(*visitor) answer) func(*visitor) {
	return func(v *visitor) {
		v.begin()
		shown := ask(v).header.Get("Mcp-Session-Id")
		if shown == "" || shown == v.session {
			v.t.Fatalf("the response shows %q, want an id that is not the session's", shown)
		}
		v.list("Mcp-Session-Id", shown)
	}
}

// lingers is a client that does something and then nothing.
func lingers(does func(*visitor), d time.Duration) func(*visitor) {
	return func(v *visitor) {
		does(v)
		v.passes(d)
	}
}

// repeats is a client that does something n times.
func repeats(n int, does func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		for range n {
			does(v)
		}
	}
}

func listsWithout(v *visitor) answer { return v.list("Mcp-Session-Id", "") }

func beginsAndCalls(v *visitor) {
	v.begin()
	v.call()
}

func beginsAndLists(v *visitor) {
	v.begin()
	v.list()
}

// sessionCases are the scenarios about session ids that are missing, or shown
// where they mean nothing.
func sessionCases() map[string]stockCase {
	return map[string]stockCase{
		"fastmcp-missing-session-id": {
			wire: func(v *visitor) {
				first := v.ping("X-Session-ID", "test")
				first.is(400, missingSession, "Server", "uvicorn", "Content-Type", "application/json",
					"Content-Length", "105", "Mcp-Session-Id", hex32)
				again := v.ping("X-Session-ID", "test")
				again.is(400, missingSession, "Mcp-Session-Id", hex32)
				if first.header.Get("Mcp-Session-Id") == again.header.Get("Mcp-Session-Id") {
					v.t.Error("two refusals show the same session id")
				}
				v.get().is(400, missingSession, "Mcp-Session-Id", hex32)
				v.begin()
				v.list("Mcp-Session-Id", "").is(400, missingSession)
				v.list("Mcp-Session-Id", "no-such").is(400, "Bad Request: No valid session ID provided", "Content-Type", "", "Content-Length", "41")
				v.list().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.list()
				v.call()
			},
			bad: map[string]func(*visitor){
				"always": omits,
				"never":  adopts(listsWithout),
			},
		},
		"fastmcp-missing-session-id-always": {
			wire: func(v *visitor) {
				for _, headers := range [][]string{nil, {"Mcp-Session-Id", "0123456789abcdef0123456789abcdef"}} {
					v.initialize(headers...).is(400, missingSession, "Server", "uvicorn", "Content-Type", "application/json",
						"Content-Length", "105", "Mcp-Session-Id", hex32)
					v.ping(headers...).is(400, missingSession, "Mcp-Session-Id", hex32)
				}
			},
			good: repeats(2, initializes),
			bad: map[string]func(*visitor){
				"settles": lingers(initializes, 6*time.Second),
				"at_most": repeats(7, initializes),
				"never": func(v *visitor) {
					v.ping("Mcp-Session-Id", v.initialize().header.Get("Mcp-Session-Id"))
				},
			},
		},
		"fastmcp-missing-session-id-once": {
			wire: func(v *visitor) {
				v.begin()
				a := v.call()
				a.is(400, missingSession, "Content-Type", "application/json", "Content-Length", "105", "Mcp-Session-Id", hex32)
				if a.header.Get("Mcp-Session-Id") == v.session {
					v.t.Error("the refusal shows the session's own id")
				}
				v.call().succeeds()
				v.list().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.call()
				v.list()
			},
			bad: map[string]func(*visitor){
				"settles": lingers(beginsAndCalls, 6*time.Second),
				"alive":   beginsAndCalls,
				"never":   adopts(func(v *visitor) answer { return v.call() }),
			},
		},
		"error-response-mints-session-id": {
			wire: func(v *visitor) {
				v.begin()
				a := v.list()
				a.is(400, missingSession, "Content-Type", "application/json", "Content-Length", "105", "Mcp-Session-Id", hex32)
				v.list().succeeds()
				v.list("Mcp-Session-Id", a.header.Get("Mcp-Session-Id")).is(200, "", "Content-Type", "text/event-stream")
				v.list().is(500, "Internal Server Error", "Content-Type", "text/plain; charset=utf-8", "Mcp-Session-Id", "")
			},
			good: func(v *visitor) {
				v.begin()
				v.list()
				v.call()
			},
			bad: map[string]func(*visitor){
				"never": adopts(func(v *visitor) answer { return v.list() }),
				"alive": beginsAndLists,
			},
		},
		"session-id-rotates-mid-session": {
			wire: func(v *visitor) {
				uuid := "~[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
				v.initialize().is(200, "~.*", "Mcp-Session-Id", uuid)
				seen := map[string]bool{v.session: true}
				v.initialized().is(202, "", "Mcp-Session-Id", uuid)
				for range 3 {
					a := v.list()
					a.succeeds()
					shown := a.header.Get("Mcp-Session-Id")
					if seen[shown] || !fits(uuid, shown) {
						v.t.Errorf("the response shows %q, want one that was never shown", shown)
					}
					seen[shown] = true
					v.list("Mcp-Session-Id", shown).is(404, "~.*", "Mcp-Session-Id", uuid)
				}
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){
				"never": adopts(func(v *visitor) answer { return v.list() }),
				"alive": func(v *visitor) {
					v.post(v.request("server/discover", "{}")) // it comes before the fault, and initialize is no life after it
					v.begin()
				},
			},
		},
		"client-never-sends-session-id": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				required := `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`
				v.initialized("Mcp-Session-Id", "").is(400, required, "Content-Type", "application/json")
				v.list("Mcp-Session-Id", "").is(400, required)
				v.get("Mcp-Session-Id", "").is(400, required)
				v.delete("Mcp-Session-Id", "").is(400, required)
				v.initialized().is(202, "")
				v.list().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.list()
				v.delete()
			},
			bad: map[string]func(*visitor){"always": func(v *visitor) {
				v.initialize()
				v.initialized("Mcp-Session-Id", "")
			}},
		},
		"wrong-header-name": {
			wire: func(v *visitor) {
				v.begin()
				v.list("Mcp-Session-Id", "", "X-Session-ID", v.session).is(400, `{"jsonrpc":"2.0","id":2,"error":{"code":-32600,`+
					`"message":"Bad Request: no session id: you sent X-Session-ID; the header is Mcp-Session-Id"}}`, "Content-Type", "application/json")
				v.list().succeeds()
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){"always": func(v *visitor) {
				v.begin()
				v.list("Mcp-Session-Id", "", "X-Session-ID", v.session)
			}},
		},
		"stateless-http": {
			wire: func(v *visitor) {
				v.list().succeeds()
				v.call("Mcp-Session-Id", "no-such").succeeds()
				v.initialize().is(200, "~.*", "Mcp-Session-Id", "")
				v.get().is(405, "~.*", "Allow", "POST")
				v.delete().is(405, "~.*", "Allow", "POST")
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){
				"alive": func(v *visitor) { v.get() },
				"never": func(v *visitor) {
					v.begin()
					v.list("Mcp-Session-Id", "no-such")
				},
			},
		},
	}
}
