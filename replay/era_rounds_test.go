package replay

import (
	"fmt"
	"strings"
	"testing"
)

// questioned is a tape of the legacy era whose tool deploy asks in the middle of
// its answer, twice at once and then once more; each text is what becomes of one
// call, each action what its client's person did.
func questioned(t testing.TB, outcomes ...string) *taper {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	for i, action := range outcomes {
		id := 10 * (i + 1)
		on := tp.post("session-1", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"deploy","arguments":{},"_meta":{"progressToken":%d}}}`, id, id))
		tp.stream(on)
		tp.frame(on, fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%d,"progress":1}}`, id))
		ask := func(id int, method, params, result string) {
			tp.frame(on, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, id, method, params))
			if result != "" {
				tp.json(tp.post("session-1", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, id, result)), "", 202, "")
			}
		}
		ask(id+1, "roots/list", `{}`, "")
		ask(id+2, "elicitation/create", `{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}`, `{"action":"`+action+`"}`)
		tp.json(tp.post("session-1", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"roots":[]}}`, id+1)), "", 202, "")
		ask(id+3, "sampling/createMessage", `{"messages":[],"maxTokens":9}`, `{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}`)
		tp.frame(on, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`, id, action))
		tp.end(on)
	}
	return tp
}

// last is the message that ends a reply, which is a stream or JSON.
func (r reply) last() reply {
	if !strings.HasPrefix(r.header.Get("Content-Type"), "text/event-stream") {
		return r
	}
	for line := range strings.SplitSeq(r.body, "\n") {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			r.body = data
		}
	}
	return r
}

// What a legacy server asks in the middle of an answer, a modern client is asked
// round by round.
func TestLegacyTapeInRounds(t *testing.T) {
	const (
		accept  = `{"input-1":{"roots":[]},"input-2":{"action":"accept"}}`
		decline = `{"input-1":{"roots":[]},"input-2":{"action":"decline"}}`
		sampled = `{"input-3":{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}}`
	)
	for _, c := range []struct {
		why       string
		outcomes  []string
		first     string // what is responded to the first round
		asked     string // what comes then: an input, or nothing where it ends here
		want      string // what ends it: the text, or the reason of a mismatch
		diverging int
	}{
		{"as recorded", []string{"accept"}, accept, "input-3", "accept", 0},
		{"the other outcome, which the tape has in a later call", []string{"accept", "decline"}, decline, "input-3", "decline", 0},
		{"the other outcome, which nobody recorded", []string{"accept"}, decline, "", "answered otherwise than recorded", 0},
		{"other roots are the client's own affair", []string{"accept"}, `{"input-1":{"roots":[{"uri":"file:///x"}]},"input-2":{"action":"accept"}}`, "input-3", "accept", 1},
		{"what is missing is asked for again", []string{"accept"}, `{"input-1":{"roots":[]}}`, "input-2", "", 0},
		{"nothing but the state", []string{"accept"}, `{}`, "input-1", "", 0},
		{"more than was asked", []string{"accept"}, strings.TrimSuffix(accept, "}") + `,"input-9":{}}`, "input-3", "accept", 0},
	} {
		cl := questioned(t, c.outcomes...).play(WithEra("both"))
		first := cl.deploy("1").last()
		if got := len(first.get("result.inputRequests").Map()); got != 2 || first.get("result.inputRequests.input-1.method").Str != "roots/list" {
			t.Fatalf("%s: the first round: %s, want the two questions that were open at once", c.why, first.body)
		}
		r := cl.deploy("2", responding(first.state(), c.first)).last()
		if c.asked != "" && !r.get("result.inputRequests."+c.asked).Exists() {
			t.Errorf("%s: %s, want %s", c.why, r.body, c.asked)
		}
		if c.asked == "input-3" {
			r = cl.deploy("3", responding(r.state(), sampled)).last()
		}
		if got := r.text() + r.get("error.data.reason").Str; got != c.want {
			t.Errorf("%s: %q, want %q: %s", c.why, got, c.want, r.body)
		}
		if n := cl.player.Journal().Count("diverged"); n != c.diverging {
			t.Errorf("%s: diverged %d, want %d", c.why, n, c.diverging)
		}
		if j := cl.player.Journal(); j.Count("translated") == 0 || (j.Count("mismatched") == 1) != (c.asked == "") {
			t.Errorf("%s: translated %d, mismatched %d", c.why, j.Count("translated"), j.Count("mismatched"))
		}
	}
}

// The state of one request is not one of another, here either.
func TestLegacyTapeState(t *testing.T) {
	tp := questioned(t, "accept")
	tp.call("session-1", 90, `{}`, "echoed")
	cl := tp.play(WithEra("modern"))
	first := cl.deploy("1").last()
	r := cl.told("2", "tools/call", of("echo", `{}`, responding(first.state(), `{}`)))
	if r.status != 400 || r.get("error.code").Int() != -32602 {
		t.Errorf("got %d %s, want 400 and -32602", r.status, r.body)
	}
}

// Progress comes with the round in which it was recorded, under this run's token,
// to a client that asked for it.
func TestLegacyTapeProgress(t *testing.T) {
	for _, c := range []struct{ why, token string }{
		{"a number", `7`},
		{"a text", `"seven"`},
		{"none was asked for", ""},
	} {
		cl := questioned(t, "accept").play(WithEra("both"))
		var more []string
		if c.token != "" {
			more = []string{`"progressToken":` + c.token}
		}
		r := cl.ask(modernRequest("1", "tools/call", metaOf("tester", allCapable, more...), of("deploy", `{}`)))
		if got := strings.Contains(r.body, `"progressToken":`+c.token+`,`); got != (c.token != "") || r.last().state() == "" {
			t.Errorf("%s: %s", c.why, r.body)
		}
	}
}

// Where a legacy server wants a URL visited by an error, the modern era asks,
// and the retry is the call that the recorded client made afterwards.
func TestURLElicitationRequired(t *testing.T) {
	const required = `{"jsonrpc":"2.0","id":%d,"error":{"code":-32042,"message":"visit","data":{"elicitations":[{"mode":"url","message":"Sign in","url":"https://example.com/x","elicitationId":"e1"}]}}}`
	const call = `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"deploy","arguments":{}}}`
	record := func(again bool) *taper {
		tp := newTaper(t)
		tp.begin("session-1", "tester")
		tp.json(tp.post("session-1", fmt.Sprintf(call, 2)), "", 200, fmt.Sprintf(required, 2))
		if again {
			tp.json(tp.post("session-1", fmt.Sprintf(call, 3)), "", 200, `{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"deployed"}]}}`)
		}
		return tp
	}
	const capable = `{"elicitation":{"url":{}}}`
	for _, c := range []struct {
		why, action string
		again       bool
		want        string
	}{
		{"the person went there", "accept", true, "deployed"},
		{"and did not: the recorded client would not have called again", "decline", true, "answered otherwise than recorded"},
		{"the recorded client never called again", "accept", false, "answered otherwise than recorded"},
	} {
		cl := record(c.again).play(WithEra("both"))
		send := func(id string, more ...string) reply {
			return cl.ask(modernRequest(id, "tools/call", metaOf("tester", capable), of("deploy", `{}`, more...)))
		}
		first := send("1")
		var key string
		for name := range first.get("result.inputRequests").Map() {
			key = name
		}
		if input := first.get("result.inputRequests." + key); input.Get("params.url").Str != "https://example.com/x" || input.Get("params.elicitationId").Exists() {
			t.Fatalf("%s: the first round: %s", c.why, first.body)
		}
		r := send("2", responding(first.state(), `{"`+key+`":{"action":"`+c.action+`"}}`))
		if got := r.text() + r.get("error.data.reason").Str; got != c.want {
			t.Errorf("%s: %q, want %q: %s", c.why, got, c.want, r.body)
		}
		if missing := send("3", responding(first.state(), `{}`)); missing.state() == "" {
			t.Errorf("%s: without the response: %s, want to be asked again", c.why, missing.body)
		}
	}
	cl := record(true).play(WithEra("both"))
	if r := cl.deploy("1"); r.get("error.code").Int() != -32021 || r.get("error.data.requiredCapabilities.elicitation.url").Raw == "" {
		t.Errorf("a client that shows no URLs: %s, want -32021", r.body)
	}
}
