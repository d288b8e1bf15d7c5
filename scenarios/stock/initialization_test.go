package stock_test

import (
	"strings"
	"time"
)

// early is a client that calls before it has sent notifications/initialized.
func early(v *visitor) {
	v.initialize()
	v.list()
}

// cancelsInitialize is a client that cancels an initialize which is under way,
// as soon as ready says that it is.
func cancelsInitialize(ready func(*visitor)) func(*visitor) {
	return func(v *visitor) {
		v.opens("POST", v.handshake("2025-11-25"))
		ready(v)
		v.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	}
}

// initializationCases are the scenarios about the handshake.
func initializationCases() map[string]stockCase {
	return map[string]stockCase{
		"request-before-initialized": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				a := v.list()
				a.is(200, "event: message\r\ndata: "+`{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Invalid request parameters","data":""}}`+"\r\n\r\n",
					"Content-Type", "text/event-stream", "Cache-Control", "no-cache, no-transform", "X-Accel-Buffering", "no")
				v.initialized().is(202, "")
				v.list().succeeds()
			},
			good: beginsAndLists,
			bad:  map[string]func(*visitor){"order": early},
		},
		"poison-request-kills-server": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(500, "Internal Server Error", "Server", "uvicorn", "Content-Type", "text/plain; charset=utf-8", "Mcp-Session-Id", "")
				v.list().is(500, "Internal Server Error")
				v.initialize().is(500, "Internal Server Error")
				for _, poison := range []string{`{"method":"initialize","jsonrpc":"2.0","id":1}`, ""} {
					v := visit(v.t, "poison-request-kills-server", "weather")
					v.initialize().succeeds()
					if poison == "" {
						v.list().is(200, "", "Content-Type", "text/event-stream")
					} else {
						v.post(poison, "Mcp-Session-Id", "").is(200, "", "Content-Type", "text/event-stream")
					}
					v.initialized().is(500, "Internal Server Error", "Content-Type", "text/plain; charset=utf-8")
				}
			},
			good: func(v *visitor) {
				beginsAndCalls(v)
				v.initialize()
			},
			bad: map[string]func(*visitor){
				"settles": lingers(beginsAndCalls, 6*time.Second),
				"at_most": func(v *visitor) {
					beginsAndCalls(v)
					repeats(11, initializes)(v)
				},
			},
		},
		"strict-initialized-order-kills-session": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				if a := v.post(v.request("logging/setLevel", `{"level":"info"}`)); a.err == nil {
					v.t.Errorf("got %d %q, want a connection that breaks off", a.status, a.body)
				}
				v.initialized().is(404, "~.*")
				v.begin()
				v.list().succeeds()

				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				p.reads()
				p.says(v.request("logging/setLevel", `{"level":"info"}`))
				if line := p.reads(); line != "" {
					v.t.Errorf("the process says %q, want its end", line)
				}
			},
			good: beginsAndCalls,
			bad:  map[string]func(*visitor){"never": early},
		},
		"notification-before-initialize-result": {
			wire: func(v *visitor) {
				const note = `{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}`
				v.initialize().is(200, `~event: message\ndata: \{"jsonrpc":"2.0","method":"notifications/resources/list_changed"\}\n\n`+
					`event: message\ndata: \{"jsonrpc":"2.0","id":1,"result":\{.*\}\}\n\n`, "Content-Type", "text/event-stream")
				v.initialized().is(202, "")

				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				if line := p.reads(); line != note+"\n" {
					v.t.Errorf("the first line is %q", line)
				}
				if line := p.reads(); !strings.Contains(line, `"result"`) {
					v.t.Errorf("the second line is %q", line)
				}
			},
			good: begins,
			bad:  map[string]func(*visitor){"sends": initializes},
		},
		"notification-on-startup": {
			wire: func(v *visitor) {
				p := v.pipe()
				if line := p.reads(); line != `{"jsonrpc":"2.0","method":"server.initialized","params":{"serverInfo":{"name":"claude-flow","version":"2.7.42",`+
					`"capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true}}}}}`+"\n" {
					v.t.Errorf("the first line is %q", line)
				}
				p.says(v.handshake("2024-11-05"))
				if line := p.reads(); !strings.HasPrefix(line, "{") || !strings.Contains(line, `"result"`) {
					v.t.Errorf("the second line is %q", line)
				}
				if code := p.ends(); code != 0 {
					v.t.Errorf("the process ends with %d", code)
				}
			},
			good: func(v *visitor) {
				p := v.pipe()
				p.reads()
				p.says(v.handshake("2025-11-25"))
				p.reads()
				p.ends()
			},
			bad: map[string]func(*visitor){"alive": func(v *visitor) {
				p := v.pipe()
				p.reads()
				p.ends()
			}},
		},
		"initialize-hangs-server-slow": {
			wire: func(v *visitor) {
				p := v.opens("POST", v.handshake("2025-11-25"))
				v.rests(1)
				v.passes(2999 * time.Millisecond)
				v.rests(1) // still
				v.passes(time.Millisecond)
				p.answer().succeeds()
			},
			good: func(v *visitor) {
				p := v.opens("POST", v.handshake("2025-11-25"))
				v.rests(1)
				v.passes(3 * time.Second)
				v.session = p.answer().header.Get("Mcp-Session-Id")
				v.initialized()
			},
			bad: map[string]func(*visitor){
				"never": cancelsInitialize(func(v *visitor) { v.rests(1) }),
				"settles": func(v *visitor) {
					p := v.opens("POST", v.handshake("2025-11-25"))
					v.rests(1)
					v.passes(3 * time.Second)
					p.answer()
					v.passes(8 * time.Second)
				},
			},
		},
		"initialize-never-answered": {
			wire: func(v *visitor) { unanswered(v, v.opens("POST", v.handshake("2025-11-25")), 1) },
			good: func(v *visitor) {
				p := v.opens("POST", v.handshake("2025-11-25"))
				v.heard("faulted", 1)
				v.passes(5 * time.Second)
				p.leaves()
			},
			bad: map[string]func(*visitor){
				"never": cancelsInitialize(func(v *visitor) { v.heard("faulted", 1) }),
				"settles": func(v *visitor) {
					v.opens("POST", v.handshake("2025-11-25"))
					v.heard("faulted", 1)
					v.passes(11 * time.Second)
				},
			},
		},
	}
}
