package stock_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// cancelling is a client that does not want the answer to a request.
func cancelling(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d,"reason":"timeout"}}`, id)
}

// odd is a scenario in which every answer is odd, the one to initialize first;
// content is its type.
func odd(content, body string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			if content == contentEvents {
				body = "event: message\ndata: " + body + "\n\n"
			}
			v.initialize().is(200, "~"+body, "Content-Type", content)
		},
		good: inTurn(begins, lists),
		bad:  map[string]func(*visitor){"settles": timesOut(initializes)},
	}
}

// quoted is a request whose id is a string.
func quoted(request string) string {
	head, rest, _ := strings.Cut(request, `"id":`)
	id, rest, _ := strings.Cut(rest, ",")
	return head + `"id":"` + id + `",` + rest
}

// namesItself opens a session with an id that is a string.
func namesItself(v *visitor) {
	a := v.post(quoted(v.handshake("2025-11-25")))
	v.session, v.version = a.header.Get("Mcp-Session-Id"), "2025-11-25"
}

// page asks for the page of tools under a cursor.
func (v *visitor) page(cursor string) answer {
	v.t.Helper()
	return v.post(v.request("tools/list", fmt.Sprintf(`{"cursor":%q}`, cursor)))
}

// circling is a scenario whose list never ends, under one cursor.
func circling(cursor string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			v.begin()
			first := v.list()
			first.succeeds()
			for range 3 {
				again := v.page(cursor)
				again.succeeds()
				next := again.get("result.nextCursor")
				if !next.Exists() || next.Str != cursor || again.get("result.tools").Raw != first.get("result.tools").Raw {
					v.t.Errorf("under the cursor: %s", again.body)
				}
			}
			if next := first.get("result.nextCursor"); !next.Exists() || next.Str != cursor {
				v.t.Errorf("the cursor is %s, want %q", next.Raw, cursor)
			}
		},
		good: func(v *visitor) { v.begin(); v.list(); v.page(cursor); v.call() },
		bad: map[string]func(*visitor){"at_most": func(v *visitor) {
			v.begin()
			v.list()
			for range 8 {
				v.page(cursor)
			}
		}},
	}
}

const syntheticError = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`

// rpcCases are the scenarios about ids, envelopes and cursors.
func rpcCases() map[string]stockCase {
	ofInitialize := strings.TrimSuffix(greeted("1"), `\}`) // without its last brace
	return map[string]stockCase{
		"id-string-becomes-number": {
			wire: func(v *visitor) {
				v.post(quoted(v.handshake("2025-11-25"))).is(200, "~event: message\ndata: "+greeted("1")+"\n\n")
				v.begin() // a number stays one
				v.call().is(200, event(oslo(3)))
			},
			good: func(v *visitor) { namesItself(v); v.initialized() },
			bad:  map[string]func(*visitor){"settles": timesOut(namesItself)},
		},
		"id-number-becomes-string": odd(contentEvents, greeted(`"1"`)),
		"id-constant-zero": {
			wire: func(v *visitor) {
				v.initialize().is(200, "~event: message\ndata: "+greeted("0")+"\n\n")
				v.initialized()
				v.call().is(200, event(oslo(0)))
			},
			good: inTurn(begins, lists, calls),
			bad: map[string]func(*visitor){
				"settles: {within: 5s}":  idles(initializes),
				"settles: {within: 10s}": idles(begins, lists),
			},
		},
		"error-id-null": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"Internal error"}}`, "Content-Type", "application/json")
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"settles": timesOut(begins, calls)},
		},
		"error-id-synthetic-hang": {
			wire: func(v *visitor) {
				v.initialize().is(400, syntheticError, "Content-Type", "application/json", "Server", "uvicorn", "Mcp-Session-Id", "~[-0-9a-f]{32,36}")
				v.begin()
				v.call().succeeds()
			},
			good: inTurn(initializes, begins),
			bad:  map[string]func(*visitor){"settles": timesOut(initializes)},
		},
		"duplicate-inflight-ids-crosswire": {
			wire: func(v *visitor) {
				v.begin()
				v.list()
				first := v.calling()
				v.post(first).is(200, event(oslo(3)))
				second := strings.Replace(first, `"get_forecast"`, `"nothing"`, 1)
				l := v.dials()
				l.sends(http.MethodPost, first)
				l.head()
				v.rests(1)
				v.passes(250 * time.Millisecond)
				l.wants("while it waits", l.chunk(), ": ping\n\n")
				a := v.post(second)
				if a.get("id").Raw != "3" || !strings.Contains(a.get("result.content.0.text").Str, "Oslo") {
					v.t.Errorf("the second gets %s, want the result of the first", a.body)
				}
				l.wants("the first gets the error of the second", l.chunk(), `~event: message\ndata: \{"jsonrpc":"2\.0","id":3,"error":.*\n\n`)
			},
			good: inTurn(begins, calls, lists, calls),
			bad: map[string]func(*visitor){"unique_ids": func(v *visitor) {
				v.begin()
				v.list()
				v.ids--
				v.list()
			}},
		},
		"array-wrapped-and-error-null": odd("application/json", `\[`+ofInitialize+`,"error":null\}\]`),
		"array-wrapped":                odd("application/json", `\[`+greeted("1")+`\]`),
		"error-null-beside-result":     odd("application/json", ofInitialize+`,"error":null\}`),
		"result-and-error": answered(event(strings.TrimSuffix(oslo(2), "}") +
			`,"error":{"code":-32603,"message":"Internal error"}}`)),
		"cursor-never-advances": circling("same"),
		"cursor-empty-forever":  circling(""),
		"cursor-empty-is-valid": {
			wire: func(v *visitor) {
				v.begin()
				first := v.list()
				if next := first.get("result.nextCursor"); !next.Exists() || next.Str != "" {
					v.t.Errorf("the cursor is %q, want an empty text", next.Raw)
				}
				second := v.page("")
				second.succeeds()
				if second.get("result.nextCursor").Exists() || second.get("result.tools").Raw != first.get("result.tools").Raw {
					v.t.Errorf("the second page: %s", second.body)
				}
			},
			good: func(v *visitor) { v.begin(); v.list(); v.page("") },
			bad:  map[string]func(*visitor){"sends": idles(begins, lists)},
		},
	}
}

// cancellationCases are the scenarios about cancellation and progress.
func cancellationCases() map[string]stockCase {
	const sorry = `{"jsonrpc":"2.0","id":2,"error":{"code":0,"message":"Request cancelled"}}`
	cancelled := func(v *visitor) {
		p := v.opens(http.MethodPost, v.calling())
		p.head()
		v.cancel(v.ids)
		p.answer()
	}
	return map[string]stockCase{
		"response-after-cancel": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				if status, header := l.head(); status != 200 || header.Get("Content-Type") != contentEvents {
					v.t.Errorf("got %d %v, want the head of an event stream", status, header)
				}
				v.cancel(2).is(202, "")
				l.wants("the answer", l.chunk(), event(sorry))
				l.wants("the end", l.chunk(), "<end>")
				v.call().succeeds()
			},
			good: inTurn(begins, cancelled, lists),
			bad: map[string]func(*visitor){
				"never": inTurn(begins, cancelled, begins),
				"alive": idles(begins, cancelled),
			},
		},
		"cancel-never-ends-stream": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				l.head()
				for range 2 {
					v.rests(1)
					v.passes(250 * time.Millisecond)
					l.wants("four times a second", l.chunk(), ": keepalive\n\n")
					v.cancel(2).is(202, "")
				}
			},
			good: inTurn(begins, givesUp, lists),
			bad: map[string]func(*visitor){
				"cancels": func(v *visitor) { v.begin(); v.silentCall().leaves() },
				"sends":   func(v *visitor) { v.begin(); v.silentCall(); v.cancel(v.ids); v.passes(11 * time.Second) },
			},
		},
		"progress-unknown-token": {
			wire: func(v *visitor) {
				v.begin()
				v.call().is(200, event(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"tool-call-2","progress":1,"total":2}}`)+event(oslo(2)))
			},
			good: inTurn(begins, calls, lists),
			bad: map[string]func(*visitor){
				"settles": idles(begins, calls),
				"alive":   idles(begins, calls),
			},
		},
		"progress-after-response": {
			wire: func(v *visitor) {
				v.begin()
				call := v.calling()
				v.post(call).is(200, event(oslo(2)))
				v.ids++
				with := strings.Replace(strings.Replace(call, `"id":2`, `"id":3`, 1), `"params":{`, `"params":{"_meta":{"progressToken":"t"},`, 1)
				v.post(with).is(200, "~event: message\ndata: [^\n]*\"id\":3[^\n]*\n\n"+
					event(`\{"jsonrpc":"2.0","method":"notifications/progress","params":\{"progressToken":"t","progress":2,"total":2\}\}`))
			},
			good: inTurn(begins, calls, lists),
			bad: map[string]func(*visitor){
				"settles": idles(begins, calls),
				"alive":   idles(begins, calls),
			},
		},
		"client-timeout-without-cancel": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				v.heard("faulted", 1)
				v.call().succeeds()
				_ = l.conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				l.wants("all that comes", l.end(), "<open>")
			},
			good: inTurn(begins, givesUp, lists),
			bad:  map[string]func(*visitor){"cancels": func(v *visitor) { v.begin(); v.silentCall().leaves(); v.list() }},
		},
	}
}
