package stock_test

import (
	"net/http"
	"time"
)

// statusCases are the scenarios about HTTP statuses, of answers and of the GET
// stream.
func statusCases() map[string]stockCase {
	getOften := func(v *visitor) {
		v.begin()
		for range 8 {
			v.get()
		}
	}
	quiet := func(what string, status int, body string, headers ...string) stockCase {
		return stockCase{
			wire: func(v *visitor) {
				v.begin()
				v.get().is(status, body, headers...)
				v.get().is(status, body, headers...)
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.get()
				v.call()
			},
			bad: map[string]func(*visitor){
				"at_most": getOften,
				what: func(v *visitor) {
					v.begin()
					v.get()
				},
			},
		}
	}
	loops := func(status int, body string, headers ...string) stockCase {
		c := quiet("", status, body, headers...)
		delete(c.bad, "")
		return c
	}
	stale := func(status int, body string, span time.Duration, headers ...string) stockCase {
		drop := func(v *visitor) {
			v.begin()
			p := v.opens(http.MethodGet, "")
			p.head()
			v.rests(2) // for the comment and for the end
			v.passes(500 * time.Millisecond)
			p.answer()
		}
		return stockCase{
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodGet, "")
				l.head()
				v.rests(2)
				v.passes(199 * time.Millisecond)
				v.rests(2)
				v.passes(time.Millisecond)
				l.wants("five times a second", l.chunk(), ": keepalive\n\n")
				v.rests(2)
				v.passes(299 * time.Millisecond)
				l.wants("and again", l.chunk(), ": keepalive\n\n")
				v.passes(time.Millisecond)
				l.wants("after half a second", l.end(), "<rst>")
				v.get().is(status, body, headers...)
				v.get().is(status, body, headers...)
				v.call().succeeds()
				v.passes(span)
				p := v.opens(http.MethodGet, "")
				if p.head().StatusCode != http.StatusOK {
					v.t.Error("the stream does not open when the time is up")
				}
				p.leaves()
			},
			good: func(v *visitor) {
				drop(v)
				v.get()
				v.call()
				v.passes(span)
				p := v.opens(http.MethodGet, "")
				p.head()
				p.leaves()
			},
			bad: map[string]func(*visitor){
				"at_most": func(v *visitor) {
					drop(v)
					for range 8 {
						v.get()
					}
				},
				"alive": func(v *visitor) { drop(v) },
			},
		}
	}
	const bigPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
	page := "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot GET /mcp</pre>\n</body>\n</html>\n"
	failsOnce := func(wire func(v *visitor)) stockCase {
		return stockCase{
			wire: wire,
			good: func(v *visitor) {
				v.begin()
				v.call()
				v.list()
			},
			bad: map[string]func(*visitor){
				"settles": hangs(func(v *visitor) {
					v.begin()
					v.call()
				}, 3*time.Second),
				"alive": func(v *visitor) {
					v.begin()
					v.call()
				},
			},
		}
	}
	return map[string]stockCase{
		"rpc-error-as-http-500": failsOnce(func(v *visitor) {
			v.begin()
			v.call().is(500, `{"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"upstream tool call failed"}}`, "Content-Type", "application/json")
			v.call().succeeds()
		}),
		"http-error-swallowed-hang": failsOnce(func(v *visitor) {
			v.begin()
			v.call().is(502, bigPage, "Content-Type", "text/html")
			v.call().succeeds()
		}),
		"oversize-413": failsOnce(func(v *visitor) {
			v.begin()
			v.call().is(413, "Request body too large", "Content-Type", "text/plain; charset=utf-8")
			v.call().succeeds()
		}),
		"get-404-fatal": quiet("alive", 404, page, "Content-Type", "text/html; charset=utf-8"),
		"get-400-fatal": quiet("alive", 400, "No sessionId", "Content-Type", "text/plain"),
		"get-406-fatal": quiet("alive", 406, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable"},"id":null}`, "Content-Type", "application/json"),

		"get-200-not-sse-loop":         loops(200, "OK", "Content-Type", "text/plain"),
		"get-200-json-error-loop":      loops(200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"Method not found"}}`, "Content-Type", "application/json"),
		"get-sse-immediate-close-loop": quiet("alive", 200, "", "Content-Type", "text/event-stream"),
		"get-405-retried-into-429": {
			wire: func(v *visitor) {
				v.begin()
				for range 5 {
					v.get().is(405, "", "Allow", "POST, DELETE")
				}
				v.get().is(429, "Too Many Requests", "Retry-After", "30", "Content-Type", "text/plain")
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				v.get()
				v.call()
			},
			bad: map[string]func(*visitor){"at_most": getOften},
		},
		"get-holds-without-bytes": {
			wire: func(v *visitor) {
				v.begin()
				p := v.opens(http.MethodGet, "")
				v.heard("faulted", 1)
				v.call().succeeds()
				if a := p.leaves(); a.status != 0 {
					v.t.Errorf("there is a status line: %d", a.status)
				}
			},
			good: func(v *visitor) {
				v.begin()
				v.opens(http.MethodGet, "")
				v.heard("faulted", 1)
				v.call()
			},
			bad: map[string]func(*visitor){"alive": func(v *visitor) {
				v.begin()
				v.opens(http.MethodGet, "")
				v.heard("faulted", 1)
				v.passes(6 * time.Second)
			}},
		},
		"get-409-stale-stream": stale(409, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Conflict: Only one SSE stream is allowed per session"},"id":null}`,
			11*time.Second, "Content-Type", "application/json"),
		"get-400-session-already-exists": stale(400, "Session registration failed: session already exists\n", 6*time.Second, "Content-Type", "text/plain; charset=utf-8"),
		"rate-limit-429": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(429, "Too Many Requests", "Retry-After", "2", "Content-Type", "text/plain")
				v.call().is(429, "Too Many Requests", "Retry-After", "2")
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				call := v.calling()
				for range 3 {
					v.post(call)
					v.passes(2100 * time.Millisecond)
				}
			},
			bad: map[string]func(*visitor){
				"at_most": func(v *visitor) {
					v.begin()
					for range 4 {
						v.call()
					}
				},
				"replays": func(v *visitor) {
					v.begin()
					v.call()
				},
			},
		},
		"rate-limit-per-session": {
			wire: func(v *visitor) {
				v.begin() // one of the two without a session
				for range 9 {
					v.ping().succeeds()
				}
				v.ping().is(429, "Too Many Requests", "Retry-After", "1")
				v.passes(time.Second)
				v.ping().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				for range 11 {
					v.ping()
				}
				v.passes(time.Second)
				v.ping()
			},
			bad: map[string]func(*visitor){"at_most": func(v *visitor) {
				v.begin()
				for range 40 {
					v.ping()
				}
			}},
		},
		"host-421": {
			wire: func(v *visitor) {
				v.initialize().is(421, "Invalid Host header", "Content-Type", "")
				v.get().is(421, "Invalid Host header", "Content-Type", "")
			},
			good: func(v *visitor) {
				v.initialize()
				v.initialize()
			},
			bad: map[string]func(*visitor){
				"settles": hangs(func(v *visitor) { v.initialize() }, 3*time.Second),
				"at_most": func(v *visitor) {
					for range 7 {
						v.initialize()
					}
				},
			},
		},
	}
}

// hangs is a client that does something and then nothing for so long, though
// it is still there.
func hangs(does func(*visitor), d time.Duration) func(*visitor) {
	return func(v *visitor) {
		does(v)
		v.passes(d)
	}
}
