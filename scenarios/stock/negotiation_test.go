package stock_test

import (
	"net/http"
	"time"
)

// negotiationCases are the scenarios about media types.
func negotiationCases() map[string]stockCase {
	refused := func(wire func(*visitor)) stockCase {
		return stockCase{
			wire: wire,
			good: func(v *visitor) {
				v.initialize()
				v.delete()
			},
			bad: map[string]func(*visitor){"settles": hangs(func(v *visitor) { v.initialize() }, 3*time.Second)},
		}
	}
	labelled := func(label string) stockCase {
		return stockCase{
			wire: func(v *visitor) {
				v.begin()
				v.call().is(200, `~event: message\ndata: {"jsonrpc":"2.0","id":2,"result":.*}\n\n`, "Content-Type", label)
				v.initialized().is(202, "")
			},
			good: func(v *visitor) { v.begin() },
			bad:  map[string]func(*visitor){"sends": func(v *visitor) { v.initialize() }},
		}
	}
	return map[string]stockCase{
		"accept-strict-406": {
			wire: func(v *visitor) {
				body := `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept both application/json and text/event-stream"},"id":null}`
				v.initialize("Accept", "*/*").is(406, body, "Content-Type", "application/json")
				v.initialize("Accept", "application/json").is(406, body)
				v.begin()
				v.get("Accept", "application/json").is(406, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Not Acceptable: Client must accept text/event-stream"},"id":null}`)
			},
			good: func(v *visitor) { v.begin() },
			bad: map[string]func(*visitor){
				"always: {of: {http: POST}":       func(v *visitor) { v.initialize("Accept", "text/event-stream") },
				"always: {of: {any: [{http: POST": func(v *visitor) { v.initialize("Accept", "application/json") },
			},
		},
		"accept-order-sensitive": {
			wire: func(v *visitor) {
				v.initialize().is(406, `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Not Acceptable: Client must accept text/event-stream"}}`,
					"Content-Type", "application/json")
				v.initialize("Accept", "text/event-stream, application/json").succeeds()
			},
			good: func(v *visitor) {
				v.initialize()
				v.initialize("Accept", "text/event-stream, application/json")
			},
			bad: map[string]func(*visitor){
				"settles": hangs(func(v *visitor) { v.initialize() }, 3*time.Second),
				"sends":   hangs(func(v *visitor) { v.initialize() }, 6*time.Second),
			},
		},
		"request-charset-rejected": {
			wire: func(v *visitor) {
				v.initialize("Content-Type", "application/json; charset=utf-8").is(400, "Invalid content type: must be 'application/json'\n",
					"Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff")
				v.initialize().succeeds()
			},
			good: func(v *visitor) {
				v.initialize("Content-Type", "application/json; charset=utf-8")
				v.initialize()
			},
			bad: map[string]func(*visitor){"sends": func(v *visitor) { v.initialize("Content-Type", "application/json; charset=utf-8") }},
		},
		"response-charset-rejected": labelled("text/event-stream; charset=utf-8"),
		"response-type-upper-case":  labelled("Text/Event-Stream"),
		"sse-body-labelled-json": refused(func(v *visitor) {
			v.initialize().is(200, `~event: message\ndata: {"jsonrpc":"2.0","id":1,"result":.*}\n\n`, "Content-Type", "application/json")
		}),
		"plain-text-labelled-sse": refused(func(v *visitor) {
			v.initialize().is(200, "Jwt issuer is not configured", "Content-Type", "text/event-stream")
		}),
		"initialize-200-text": refused(func(v *visitor) {
			v.initialize().is(200, "this is not json", "Content-Type", "text/plain")
		}),
		"initialize-200-html": refused(func(v *visitor) {
			v.initialize().is(200, "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form method=\"post\"></form></body></html>\n", "Content-Type", "text/html; charset=utf-8")
		}),
		"initialize-200-no-content-type": refused(func(v *visitor) {
			v.initialize().is(200, `~.*{"jsonrpc":"2.0","id":1,"result":.*}.*`, "Content-Type", "")
		}),
	}
}

// endpointCases are the scenarios about URLs and credentials.
func endpointCases() map[string]stockCase {
	elsewhere := func(v *visitor, path string) { // as a client that follows
		v.url = v.url[:len(v.url)-len("/mcp")] + path
	}
	denied := func(body string, headers ...string) stockCase {
		return stockCase{
			wire: func(v *visitor) {
				v.initialize().is(401, body, headers...)
				v.initialize("Authorization", "Bearer fresh").is(401, body, headers...)
			},
			good: func(v *visitor) {
				v.initialize()
				v.initialize("Authorization", "Bearer fresh")
			},
			bad: map[string]func(*visitor){
				"settles": hangs(func(v *visitor) { v.initialize() }, 6*time.Second),
				"at_most": func(v *visitor) {
					for range 7 {
						v.initialize()
					}
				},
			},
		}
	}
	return map[string]stockCase{
		"redirect-307-trailing-slash": {
			wire: func(v *visitor) {
				v.opens(http.MethodPost, v.handshake("2025-11-25")) // net/http follows
				v.heard("faulted", 1)
				a := v.straight(http.MethodPost, v.handshake("2025-11-25"))
				a.is(307, "", "Location", v.url+"/")
				elsewhere(v, "/mcp/")
				v.initialize().succeeds()
			},
			good: func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25"))
				elsewhere(v, "/mcp/")
				v.initialize()
			},
			bad: map[string]func(*visitor){"sends": func(v *visitor) { v.straight(http.MethodPost, v.handshake("2025-11-25")) }},
		},
		"redirect-scheme-downgrade": {
			wire: func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25")).is(307, "", "Location", v.url+"/")
			},
			good: func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25"), "Authorization", "Bearer t")
				elsewhere(v, "/mcp/")
				v.initialize()
			},
			bad: map[string]func(*visitor){"never": func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25"), "Authorization", "Bearer t")
				elsewhere(v, "/mcp/")
				v.initialize("Authorization", "Bearer t")
			}},
		},
		"redirect-301-post-to-get": {
			wire: func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25")).is(301, "", "Location", v.url+"/")
				elsewhere(v, "/mcp/")
				v.get().is(400, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Mcp-Session-Id header is required"},"id":null}`, "Content-Type", "application/json")
				v.initialize().succeeds()
			},
			good: func(v *visitor) {
				v.straight(http.MethodPost, v.handshake("2025-11-25"))
				elsewhere(v, "/mcp/")
				v.initialize()
			},
			bad: map[string]func(*visitor){
				"at_most": func(v *visitor) {
					for range 7 {
						v.straight(http.MethodPost, v.handshake("2025-11-25"))
					}
				},
				"sends": func(v *visitor) { v.straight(http.MethodPost, v.handshake("2025-11-25")) },
			},
		},
		"sse-endpoint-wrong-prefix": {
			wire: func(v *visitor) {
				v.url = v.sse
				p := v.opens(http.MethodGet, "")
				p.head()
				v.url = v.sse[:len(v.sse)-len("/sse")] + "/messages/?session_id=6f2b0c9a4a1e4b0f9d0e8a7c5b3d1f20"
				v.post(v.handshake("2025-11-25")).is(404, "~.*")
				if got, want := p.leaves().body, "event: endpoint\r\ndata: /messages/?session_id=6f2b0c9a4a1e4b0f9d0e8a7c5b3d1f20\r\n\r\n"; got != want {
					v.t.Errorf("got %q, want %q", got, want)
				}
			},
			good: func(v *visitor) {
				v.url = v.sse
				p := v.opens(http.MethodGet, "")
				p.head()
				v.url = v.sse[:len(v.sse)-len("/sse")] + "/messages/?session_id=6f2b0c9a4a1e4b0f9d0e8a7c5b3d1f20"
				v.post(v.handshake("2025-11-25"))
				p.leaves()
			},
			bad: map[string]func(*visitor){"at_most": func(v *visitor) {
				v.url = v.sse
				v.opens(http.MethodGet, "").head()
				v.url = v.sse[:len(v.sse)-len("/sse")] + "/messages/"
				for range 7 {
					v.post(v.handshake("2025-11-25"))
				}
			}},
		},
		"post-on-sse-url-answers-endpoint-event": {
			wire: func(v *visitor) {
				l := v.dials()
				l.sends(http.MethodPost, v.handshake("2025-11-25"))
				if status, header := l.head(); status != 200 || header.Get("Content-Type") != "text/event-stream" {
					v.t.Errorf("%d %v", status, header)
				}
				l.wants("the endpoint", l.chunk(), "event: endpoint\ndata: /mcp/messages/ZDM2ZGQ1NzEtMGY2Yi00\n\n")
				_ = l.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				l.wants("the stream goes on", l.end(), "<open>")
			},
			good: func(v *visitor) {
				p := v.opens(http.MethodPost, v.handshake("2025-11-25"))
				p.head()
				v.passes(time.Second)
				p.leaves()
			},
			bad: map[string]func(*visitor){"settles": func(v *visitor) {
				v.opens(http.MethodPost, v.handshake("2025-11-25")).head()
				v.passes(6 * time.Second)
			}},
		},
		"401-without-www-authenticate": denied("Unauthorized", "WWW-Authenticate", ""),
		"401-after-auth-loop": denied(`{"error":"invalid_token","error_description":"Authentication required"}`,
			"WWW-Authenticate", `Bearer error="invalid_token"`, "Content-Type", "application/json"),
		"expired-token-as-200": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(200, `{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"Authentication failed: the access token has expired"}],"isError":true}}`)
			},
			good: func(v *visitor) {
				v.begin()
				v.call()
				v.list()
			},
			bad: map[string]func(*visitor){"at_most": func(v *visitor) {
				v.begin()
				for range 5 {
					v.call()
				}
			}},
		},
		"expired-token-400": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(400, `{"error":"invalid_token","error_description":"The access token has expired"}`, "Content-Type", "application/json")
			},
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
				"at_most": func(v *visitor) {
					v.begin()
					for range 7 {
						v.call()
					}
				},
			},
		},
	}
}
