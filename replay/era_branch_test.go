package replay

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// opening is an initialize of a client with those capabilities.
func opening(version, capabilities string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":%q,"capabilities":%s,"clientInfo":{"name":"tester","version":"1"}}}`, version, capabilities)
}

// opens does the handshake of a legacy client.
func (c *client) opens(version, capabilities string) reply {
	c.t.Helper()
	r := c.post(opening(version, capabilities))
	if r.status != 200 || r.get("result.protocolVersion").Str != version {
		c.t.Fatalf("initialize: %d %s", r.status, r.body)
	}
	c.session = r.header.Get("Mcp-Session-Id")
	c.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return r
}

// deployLegacy is the call of the tool of rounds by a legacy client.
const deployLegacy = `{"jsonrpc":"2.0","id":"d","method":"tools/call","params":{"name":"deploy","arguments":{}}}`

// answersAll reads a stream and answers each question on it as told, by method: a
// result, or an error where it begins with "error". It returns the questions and
// the message that ended the stream.
func (c *client) answersAll(stream *bufio.Scanner, with map[string]string) (asked []string, last string) {
	c.t.Helper()
	for {
		m := message(stream)
		if m == "" {
			return asked, last
		}
		if last = m; gjson.Get(m, "id").Raw == "" || !gjson.Get(m, "method").Exists() {
			continue
		}
		asked = append(asked, gjson.Get(m, "method").Str)
		outcome := `"result":` + with[gjson.Get(m, "method").Str]
		if e, ok := strings.CutPrefix(with[gjson.Get(m, "method").Str], "error"); ok {
			outcome = `"error":` + e
		}
		if r := c.post(`{"jsonrpc":"2.0","id":` + gjson.Get(m, "id").Raw + `,` + outcome + `}`); r.status != 202 {
			c.t.Errorf("the answer: %d %s", r.status, r.body)
		}
	}
}

// What a modern server asks by ending a round, a legacy client is asked in the
// middle of its answer.
func TestModernTapeAsks(t *testing.T) {
	both := rounds(t)
	both.modern("tester", 4, "tools/call", of("deploy", `{}`), inputWanted("one", confirm))
	both.modern("tester", 5, "tools/call", of("deploy", `{}`, responding("one", declined)), said("kept"))
	const accept, decline, sample = `{"action":"accept","content":{"sure":true}}`, `{"action":"decline"}`, `{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}`
	all := []string{"elicitation/create", "sampling/createMessage"}
	for _, c := range []struct {
		why, version, capabilities string
		tape                       *taper
		elicited, sampled          string
		asked                      []string
		want                       string
		diverged, noted            int
	}{
		{"as recorded", "2025-11-25", allCapable, rounds(t), accept, sample, all, "deployed", 0, 0},
		{"other words", "2025-11-25", allCapable, rounds(t), `{"action":"accept","content":{"sure":false}}`, sample, all, "deployed", 1, 0},
		{"the other branch", "2025-11-25", allCapable, both, decline, sample, all[:1], "kept", 1, 0},
		{"the other branch, which nobody recorded", "2025-11-25", allCapable, rounds(t), decline, sample, all[:1], "answered otherwise than recorded", 1, 0},
		{"an error in place of an answer says nothing: the recorded answer stands", "2025-11-25", allCapable, rounds(t),
			`error{"code":-1,"message":"no"}`, sample, all, "deployed", 1, 0},
		{"without a capability it is not asked, and the recorded answer stands", "2025-11-25", `{"sampling":{}}`, rounds(t), "", sample, all[1:], "deployed", 0, 1},
		{"without any", "2025-11-25", `{}`, rounds(t), "", "", nil, "deployed", 0, 2},
		{"a revision that has no elicitation", "2025-03-26", allCapable, rounds(t), "", sample, all[1:], "deployed", 0, 1},
	} {
		cl := c.tape.play(WithEra("both"))
		cl.opens(c.version, c.capabilities)
		asked, last := cl.answersAll(cl.open("POST", deployLegacy), map[string]string{all[0]: c.elicited, all[1]: c.sampled})
		if last == "" && c.asked == nil {
			last = cl.post(deployLegacy).body
		}
		if !slices.Equal(asked, c.asked) {
			t.Errorf("%s: asked %q, want %q", c.why, asked, c.asked)
		}
		got := gjson.Get(last, "result.content.0.text").Str + gjson.Get(last, "error.data.reason").Str
		if got != c.want || gjson.Get(last, "id").Str != "d" || gjson.Get(last, "result.resultType").Exists() {
			t.Errorf("%s: %s, want %s", c.why, last, c.want)
		}
		if d, n := cl.player.Journal().Count("diverged"), len(cl.notes("noted")); d != c.diverged || n != c.noted {
			t.Errorf("%s: diverged %d, noted %q", c.why, d, cl.notes("noted"))
		}
	}
}

// A mismatch in the middle of an answer is one: it counts, and fails a test.
func TestModernTapeMismatch(t *testing.T) {
	var mu sync.Mutex
	var missed []string
	cl := rounds(t).play(WithEra("legacy"), WithOnMismatch(func(m *Mismatch) {
		mu.Lock()
		defer mu.Unlock()
		missed = append(missed, m.Error())
	}))
	cl.opens("2025-11-25", allCapable)
	cl.answersAll(cl.open("POST", deployLegacy), map[string]string{"elicitation/create": `{"action":"cancel"}`})
	mu.Lock()
	defer mu.Unlock()
	if len(missed) != 1 || cl.player.Journal().Count("mismatched") != 1 || len(cl.player.Journal().Mismatches()) != 1 {
		t.Errorf("told %q, counted %d", missed, cl.player.Journal().Count("mismatched"))
	}
}

// The id of an elicitation differs from all others of the server.
func TestElicitationID(t *testing.T) {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("deploy", `{}`), inputWanted("one", `{"a":{"method":"elicitation/create","params":{"mode":"url","message":"m","url":"https://example.com/"}},"b":{"method":"elicitation/create","params":{"mode":"url","message":"{{elicitation}}","url":"https://example.com/"}}}`))
	tp.modern("tester", 2, "tools/call", of("deploy", `{}`, responding("one", `{"a":{"action":"accept"},"b":{"action":"accept"}}`)), said("deployed"))
	first := tp.play(WithEra("both"), WithRepeat())
	second := *first
	var ids []string
	for _, cl := range []*client{first, &second} {
		cl.opens("2025-11-25", `{"elicitation":{"url":{}}}`)
		for range 2 {
			stream := cl.open("POST", deployLegacy)
			for m := message(stream); m != ""; m = message(stream) {
				if id := gjson.Get(m, "params.elicitationId").Str; id != "" {
					ids = append(ids, id)
					cl.post(`{"jsonrpc":"2.0","id":` + gjson.Get(m, "id").Raw + `,"result":{"action":"accept"}}`)
				}
			}
		}
	}
	slices.Sort(ids)
	if len(ids) != 8 || len(slices.Compact(ids)) != 8 {
		t.Errorf("got %q, want 8 that differ", ids)
	}
}

// Who never answers holds nobody up, and nothing is left of the question when
// the request, the session or the player ends.
func TestModernTapeWithoutAnswer(t *testing.T) {
	const ping = `{"jsonrpc":"2.0","id":"p","method":"ping"}`
	now := time.Unix(1_000_000, 0)
	for _, c := range []struct {
		why  string
		ends func(cl *client, advance func(time.Duration))
	}{
		{"the client cancels", func(cl *client, _ func(time.Duration)) {
			cl.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"d"}}`)
		}},
		{"the session is deleted", func(cl *client, _ func(time.Duration)) { cl.do("DELETE", "") }},
		{"the session expires", func(cl *client, advance func(time.Duration)) {
			advance(time.Hour)
			if r := cl.post(ping); r.status != 404 {
				cl.t.Errorf("after an hour: %d %s", r.status, r.body)
			}
		}},
		{"the player closes", func(cl *client, _ func(time.Duration)) { cl.player.hush() }},
	} {
		var mu sync.Mutex
		at := now
		cl := rounds(t).play(WithEra("both"), WithIdleTimeout(time.Minute), WithClock(clockFunc(func() time.Time { mu.Lock(); defer mu.Unlock(); return at })))
		cl.opens("2025-11-25", allCapable)
		stream := cl.open("POST", deployLegacy)
		question := message(stream)
		if gjson.Get(question, "method").Str != "elicitation/create" {
			t.Fatalf("%s: %s, want the question", c.why, question)
		}
		if r := cl.post(ping); r.status != 200 {
			t.Errorf("%s: meanwhile: %d %s", c.why, r.status, r.body)
		}
		c.ends(cl, func(d time.Duration) { mu.Lock(); at = at.Add(d); mu.Unlock() })
		if m := message(stream); m != "" {
			t.Errorf("%s: %s, want the end of the stream", c.why, m)
		}
		if cl.player.Journal().Count("mismatched") != 0 {
			t.Errorf("%s: a mismatch", c.why)
		}
	}
}
