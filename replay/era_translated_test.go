package replay

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// talkative is a tape of the modern era whose tool reports progress and logs.
func talkative(t testing.TB) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"logging":{}},"ttlMs":0,"cacheScope":"private"}`)
	on := tp.asked(modernRequest("2", "tools/call", metaOf("tester", allCapable, `"progressToken":"p"`, `"io.modelcontextprotocol/logLevel":"debug"`), of("work", `{}`)))
	tp.stream(on)
	for _, level := range []string{"debug", "warning", "emergency"} {
		tp.frame(on, fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":%q,"data":"x"}}`, level))
	}
	tp.frame(on, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}`)
	tp.frame(on, `{"jsonrpc":"2.0","id":2,"result":`+said("worked")+`}`)
	tp.end(on)
	return tp
}

// heard lists the levels of the log messages on a stream, and the token of its
// progress.
func (r reply) heard() (levels, token string) {
	for line := range strings.SplitSeq(r.body, "\n") {
		data, _ := strings.CutPrefix(line, "data: ")
		switch gjson.Get(data, "method").Str {
		case "notifications/message":
			levels += gjson.Get(data, "params.level").Str + " "
		case "notifications/progress":
			token = gjson.Get(data, "params.progressToken").Raw
		}
	}
	return strings.TrimSpace(levels), token
}

// A modern client is told as much as each of its requests asks for.
func TestLogLevelOfRequest(t *testing.T) {
	for _, c := range []struct{ why, meta, levels, token string }{
		{"it asks for nothing, and is told nothing", "", "", ""},
		{"as recorded", `"io.modelcontextprotocol/logLevel":"debug"`, "debug warning emergency", ""},
		{"a higher level", `"io.modelcontextprotocol/logLevel":"error"`, "emergency", ""},
		{"the level itself is in it", `"io.modelcontextprotocol/logLevel":"warning"`, "warning emergency", ""},
		{"progress under a number", `"progressToken":12`, "", "12"},
		{"progress under a text", `"progressToken":"mine"`, "", `"mine"`},
	} {
		cl := talkative(t).play()
		r := cl.ask(modernRequest("9", "tools/call", metaOf("tester", `{}`, strings.Fields(c.meta)...), of("work", `{}`)))
		if levels, token := r.heard(); levels != c.levels || token != c.token || r.last().text() != "worked" {
			t.Errorf("%s: %q, token %s: %s", c.why, levels, token, r.body)
		}
	}
}

// A legacy client is told all, until it sets a level.
func TestSetLevelOnModernTape(t *testing.T) {
	cl := talkative(t).play(WithEra("both"), WithRepeat())
	cl.opens("2025-11-25", `{}`)
	const set = `{"jsonrpc":"2.0","id":5,"method":"logging/setLevel","params":{"level":%q}}`
	for _, c := range []struct {
		why, level string
		code       int64
		want       string
	}{
		{"no level is set", "", 0, "debug warning emergency"},
		{"one is", "warning", 0, "warning emergency"},
		{"one that there is not changes nothing", "loud", -32602, "warning emergency"},
		{"another is", "emergency", 0, "emergency"},
	} {
		if c.level != "" {
			if r := cl.post(fmt.Sprintf(set, c.level)); r.get("error.code").Int() != c.code {
				t.Errorf("%s: %s", c.why, r.body)
			}
		}
		r := cl.post(`{"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"work","arguments":{},"_meta":{"progressToken":3}}}`)
		if levels, token := r.heard(); levels != c.want || token != "3" {
			t.Errorf("%s: %q, token %s, want %q", c.why, levels, token, c.want)
		}
	}
	second := *cl
	second.session = ""
	second.opens("2025-11-25", `{}`)
	r := second.post(`{"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"work","arguments":{}}}`)
	if levels, token := r.heard(); levels != "debug warning emergency" || token != "" {
		t.Errorf("another session: %q, token %s: want none of the first one's choices", levels, token)
	}
}

// Over stdio the eras meet as over HTTP, line by line.
func TestErasOverStdio(t *testing.T) {
	play := func(tp *taper, era string) *talk {
		p, err := New(tp.tape(), WithEra(era))
		if err != nil {
			t.Fatal(err)
		}
		return talkTo(t, p)
	}
	t.Run("a legacy client of a modern tape", func(t *testing.T) {
		k := play(rounds(t), "legacy")
		k.say(opening("2025-11-25", allCapable))
		k.hear()
		k.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, deployLegacy)
		for _, want := range []struct{ method, result string }{
			{"elicitation/create", `{"action":"accept","content":{"sure":true}}`},
			{"sampling/createMessage", `{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}`},
		} {
			m := k.hear()
			if m.Get("method").Str != want.method {
				t.Fatalf("%s, want %s", m.Raw, want.method)
			}
			k.alive() // the rest of the conversation goes on meanwhile
			k.say(`{"jsonrpc":"2.0","id":` + m.Get("id").Raw + `,"result":` + want.result + `}`)
		}
		if m := k.hear(); m.Get("id").Str != "d" || m.Get("result.content.0.text").Str != "deployed" {
			t.Errorf("the result: %s", m.Raw)
		}
	})
	t.Run("who goes away in the middle", func(t *testing.T) {
		k := play(rounds(t), "both")
		k.say(opening("2025-11-25", allCapable))
		k.hear()
		k.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, deployLegacy)
		k.hear()
		k.in.Close()
		<-k.done
		if k.code != 0 || k.err != nil {
			t.Errorf("it ended with %d, %v", k.code, k.err)
		}
	})
	t.Run("a modern client of a legacy tape", func(t *testing.T) {
		k := play(questioned(t, "accept"), "both")
		send := func(id string, more ...string) gjson.Result {
			k.say(modernRequest(id, "tools/call", metaOf("tester", allCapable), of("deploy", `{}`, more...)))
			return k.hear()
		}
		first := send("1")
		second := send("2", responding(first.Get("result.requestState").Str, `{"input-1":{"roots":[]},"input-2":{"action":"accept"}}`))
		last := send("3", responding(second.Get("result.requestState").Str, `{"input-3":{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}}`))
		if last.Get("result.content.0.text").Str != "accept" {
			t.Errorf("%s, after %s and %s", last.Raw, first.Raw, second.Raw)
		}
	})
	t.Run("one that has not the era is told so", func(t *testing.T) {
		k := play(rounds(t), "modern")
		k.say(opening("2025-11-25", `{}`))
		if m := k.hear(); m.Get("error.code").Int() != -32022 || m.Get("error.data.supported").Raw != `["2026-07-28"]` {
			t.Errorf("initialize: %s", m.Raw)
		}
		k.say(modernRequest("1", "tools/call", metaOf("tester", allCapable), of("deploy", `{}`)))
		if m := k.hear(); m.Get("result.resultType").Str != "input_required" {
			t.Errorf("a call: %s", m.Raw)
		}
	})
}

// What the other era has no words for is refused in words, and not played as
// something else.
func TestUntranslatable(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	tp.json(tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow","arguments":{},"task":{"ttl":1}}}`), "", 200,
		`{"jsonrpc":"2.0","id":2,"result":{"task":{"taskId":"t","status":"working","createdAt":"2025-11-25T00:00:00Z","lastUpdatedAt":"2025-11-25T00:00:00Z","ttl":1}}}`)
	cl := tp.play(WithEra("both"))
	r := cl.told("1", "tools/call", of("slow", `{}`, `"task":{"ttl":1}`))
	if r.get("error.code").Int() != -32603 || !strings.Contains(r.get("error.message").Str, "task") {
		t.Errorf("got %s, want why not", r.body)
	}
	if notes := cl.notes("refused"); len(notes) != 1 || !strings.HasPrefix(notes[0], "translation") {
		t.Errorf("notes %q", notes)
	}
}
