package replay

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mcpmock/mcpmock/scenarios"
)

// TestBatchMeetsFaults sends two calls and a ping in one batch: what is done to
// an answer is done to that of the message which met the fault, what is done to
// the response once.
func TestBatchMeetsFaults(t *testing.T) {
	const open = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`
	batch := "[" + toolCall(5, "echo") + "," + toolCall(6, "other") + `,{"jsonrpc":"2.0","id":7,"method":"ping"}]`
	done := func(id string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"result":{"content":[{"type":"text","text":"done"}]}}`
	}
	const pong = `{"jsonrpc":"2.0","id":7,"result":{}}`
	broken := func(id string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"error":{"code":-32000,"message":"broken"}}`
	}
	for _, c := range []struct {
		reason string
		faults string
		status int
		want   string // the messages of the response, in their order
		met    int
	}{
		{"the second message meets it", `{when: {tool: other}, do: {set: {/result/x: 1}}}`, 200,
			"[" + done("5") + "," + strings.TrimSuffix(done("6"), "}}") + `,"x":1}},` + pong + "]", 1},
		{"each message counts", `{when: {method: tools/call, nth: 2}, do: withhold}`, 200, "[" + done("5") + "," + pong + "]", 1},
		{"both calls meet it, each for itself", `{when: {method: tools/call}, do: {remove: [/result/content]}}`, 200,
			`[{"jsonrpc":"2.0","id":5,"result":{}},{"jsonrpc":"2.0","id":6,"result":{}},` + pong + "]", 2},
		{"the batch meets it once, and each answer is edited", `{when: {kind: batch}, do: {remove: [/result/content]}}`, 200,
			`[{"jsonrpc":"2.0","id":5,"result":{}},{"jsonrpc":"2.0","id":6,"result":{}},` + pong + "]", 1},
		{"of a notification's kind is none", `{when: {kind: notification}, do: withhold}`, 200, "[" + done("5") + "," + done("6") + "," + pong + "]", 0},
		{"one is answered by an error, the others are played", `{when: {tool: other}, do: {error: {code: -32000, message: broken}}}`, 200,
			"[" + done("5") + "," + broken("6") + "," + pong + "]", 1},
		{"and what comes after acts on the others alone", `{when: {tool: other}, do: {error: {code: -32000, message: broken}}}, {when: {kind: request, not: {method: initialize}}, do: {remove: [/error/message]}}`, 200,
			"[" + done("5") + "," + broken("6") + "," + pong + "]", 3},
		{"an edit before it is of the error", `{when: {tool: other}, do: {set: {/error/code: -1}}}, {when: {tool: other}, do: {error: {code: -32000, message: broken}}}`, 200,
			"[" + done("5") + "," + strings.Replace(broken("6"), "-32000", "-1", 1) + "," + pong + "]", 2},
		{"all are answered by it", `{when: {kind: request, not: {method: initialize}}, do: {error: {code: -32000, message: broken}}}`, 200,
			"[" + broken("5") + "," + broken("6") + "," + broken("7") + "]", 3},
		{"the status is that of the response", `{when: {tool: other}, do: {status: 503, set: {/result: 1}}}`, 503,
			"[" + done("5") + `,{"jsonrpc":"2.0","id":6,"result":1},` + pong + "]", 1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := echoing(scenarios.StubAnswer{Text: "done"})
			other := s.Stubs.Tools[0]
			other.Name = "other"
			s.Stubs.Tools = append(s.Stubs.Tools, other)
			s.Faults = scenario(t, "faults: ["+c.faults+"]").Faults
			cl := stubPlayer(t, s)
			cl.session = cl.post(open).header.Get("Mcp-Session-Id")
			if r := cl.post(batch); r.status != c.status || r.body != c.want {
				t.Errorf("got %d %s\nwant %d %s", r.status, r.body, c.status, c.want)
			}
			if c.status != 200 {
				return
			}
			synctest.Test(t, func(t *testing.T) {
				player, err := New(nil, WithScenario(s))
				if err != nil {
					t.Fatal(err)
				}
				k := talkTo(t, player)
				k.say(open)
				k.hear()
				k.say(batch)
				if m := k.hear(); strings.TrimSpace(m.Raw) != c.want {
					t.Errorf("over stdio: %s\nwant %s", m.Raw, c.want)
				}
				if n := player.Journal().Count("faulted"); n != c.met {
					t.Errorf("%d faults are met, want %d", n, c.met)
				}
			})
		})
	}
}

// What is sent beside the answer to one request of a batch names that request.
func TestBatchSendsBeside(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Text: "done"})
	s.Faults = scenario(t, `faults: [{when: {tool: echo}, do: {send: {message: {jsonrpc: "2.0", method: beside, params: {of: "{{id}}"}}}}}]`).Faults
	cl := stubPlayer(t, s)
	cl.session = cl.post(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`).header.Get("Mcp-Session-Id")
	r := cl.post(`[{"jsonrpc":"2.0","id":7,"method":"ping"},` + toolCall(5, "echo") + "]")
	beside := strings.Index(r.body, `{"jsonrpc":"2.0","method":"beside","params":{"of":5}}`)
	if answer := strings.Index(r.body, `{"jsonrpc":"2.0","id":7,"result":{}}`); beside < 0 || answer < beside {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

// A fault that asks about the path is met also where nothing is served, and no
// other is.
func TestFaultsOnOtherPaths(t *testing.T) {
	const known = "/.well-known/oauth-protected-resource"
	for _, c := range []struct {
		reason string
		faults string
		path   string
		status int
		body   string // a part of it
	}{
		{"an answer in place of 404", `{when: {path: ` + known + `}, do: {respond: {status: 200, body: "{}"}}}`, known, 200, "{}"},
		{"a pattern", `{when: {path: /.well-known/*}, do: {respond: {status: 500, body: oops}}}`, known, 500, "oops"},
		{"the 404, edited", `{when: {path: ` + known + `}, do: {status: 503}}`, known, 503, "nothing is served at this path"},
		{"of another path", `{when: {path: /other}, do: {status: 503}}`, known, 404, "nothing is served at this path"},
		{"what asks about no path is met at the endpoint alone", `{when: {http: GET}, do: {status: 503}}, {when: {path: /other}, do: {status: 500}}`, known, 404, "nothing is served at this path"},
		{"nor does it count", `{when: {http: GET, nth: 1}, do: {respond: {status: 503}}}, {when: {path: /other}, do: {status: 500}}`, known, 404, "nothing is served at this path"},
		{"not of a path is about paths", `{when: {not: {path: /mcp}}, do: {status: 503}}`, known, 503, "nothing is served at this path"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			cl := simple(t).play(WithScenario(scenario(t, "faults: ["+c.faults+"]")))
			cl.url = strings.TrimSuffix(cl.url, "/mcp") + c.path
			resp := cl.do("GET", "")
			if resp.status != c.status || !strings.Contains(resp.body, c.body) {
				t.Errorf("got %d %s, want %d and %s", resp.status, resp.body, c.status, c.body)
			}
		})
	}
}

// A batch whose requests a fault answers one by one does not reach the live
// server; one of which it answers a part does, and the server's own answers to
// that part are replaced.
func TestBatchBeforeLive(t *testing.T) {
	broken := func(id string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"error":{"code":-32000,"message":"broken"}}`
	}
	done := func(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{}}` }
	for _, c := range []struct {
		reason, second, want string
		asked                int
	}{
		{"all are answered by it", "broken", "[" + broken("5") + "," + broken("6") + "]", 0},
		{"one is", "other", "[" + broken("5") + "," + done("6") + "]", 1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			asked := 0
			url, closed := beforeLive(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, "["+done("5")+","+done("6")+"]")
			}, scenario(t, "faults: [{when: {tool: broken}, do: {error: {code: -32000, message: broken}}}]"))
			resp := sendLive(t, "POST", url, "["+toolCall(5, "broken")+","+toolCall(6, c.second)+"]")
			body, err := io.ReadAll(resp.Body)
			closed()
			if err != nil || string(body) != c.want || asked != c.asked {
				t.Errorf("got %d %s %v, want %s; the server was asked %d times, want %d", resp.StatusCode, body, err, c.want, asked, c.asked)
			}
		})
	}
}
