package replay

import (
	"fmt"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// What introduces a server in one era does so in the other, and keeps what both
// have.
func TestIntroductions(t *testing.T) {
	discovered := newTaper(t)
	discovered.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}},"instructions":"be kind","ttlMs":9,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"harbour","version":"3"}}}`)
	introduced := newTaper(t)
	introduced.json(introduced.post("", opening("2025-11-25", `{}`)), "session-1", 200, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"harbour","version":"3"},"instructions":"be kind"}}`)
	neither := newTaper(t)
	neither.modern("tester", 1, "tools/call", of("echo", `{}`), `{"resultType":"complete","content":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"harbour","version":"3"}}}`)
	for _, c := range []struct {
		why          string
		tape         *taper
		capabilities string
		instructions string
		versions     string
	}{
		{"a tape with server/discover is played as it is", discovered, `{"tools":{"listChanged":true}}`, "be kind", `["2026-07-28"]`},
		{"one with initialize says the same to modern clients", introduced, `{"tools":{"listChanged":true}}`, "be kind", `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`},
		{"one with neither shows what its server was asked for", neither, `{"tools":{}}`, "", `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`},
	} {
		cl := c.tape.play(WithEra("both"))
		r := cl.told("1", "server/discover", "")
		if got := r.get("result.capabilities").Raw; got != c.capabilities || r.get("result.instructions").Str != c.instructions || r.get("result.supportedVersions").Raw != c.versions {
			t.Errorf("%s: discover: %s", c.why, r.body)
		}
		if who := gjson.Get(r.body, `result._meta.io\.modelcontextprotocol/serverInfo.name`).Str; who != "harbour" || r.get("result.resultType").Str != "complete" {
			t.Errorf("%s: discover: %s", c.why, r.body)
		}
		for _, version := range []string{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"} {
			cl.session = ""
			r := cl.opens(version, `{}`)
			if got := r.get("result.capabilities").Raw; got != c.capabilities || r.get("result.serverInfo.name").Str != "harbour" || r.get("result.instructions").Str != c.instructions {
				t.Errorf("%s: initialize: %s", c.why, r.body)
			}
			if r.get("result.resultType").Exists() || r.get("result.supportedVersions").Exists() || r.get("result.ttlMs").Exists() {
				t.Errorf("%s: initialize has what only the other era has: %s", c.why, r.body)
			}
		}
	}
}

// Whatever a tape says of versions, a client that picks one of them is served.
func TestOfferedVersions(t *testing.T) {
	const all = `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`
	for _, c := range []struct{ why, recorded, era, dialect, want string }{
		{"where all are served the recorded list stays", all, "both", "spec", all},
		{"a server of one era alone, played as one of both", `["2026-07-28"]`, "both", "spec", `["2026-07-28"]`},
		{"in the order of the tape", `["2025-06-18","2026-07-28"]`, "both", "spec", `["2025-06-18","2026-07-28"]`},
		{"a server of both, played as one of the modern era, as its tape is", all, "auto", "spec", `["2026-07-28"]`},
		{"and where it is asked for", all, "modern", "spec", `["2026-07-28"]`},
		{"a version to come is not offered", `["2099-01-01","2026-07-28"]`, "both", "spec", `["2026-07-28"]`},
		{"a server of which nothing is served shows what is", `["2099-01-01"]`, "modern", "spec", `["2026-07-28"]`},
		{"nor is that of an empty list played", `[]`, "modern", "spec", `["2026-07-28"]`},
		{"a dialect whose server names versions of both eras", all, "modern", "go-sdk-1.8-stateless", `["2026-07-28"]`},
	} {
		tp := newTaper(t)
		tp.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":`+c.recorded+`,"capabilities":{"tools":{}},"ttlMs":9,"cacheScope":"public"}`)
		cl := tp.play(WithEra(c.era), WithScenario(&scenarios.Scenario{Dialect: c.dialect}))
		r := cl.told(`"{}"`, "server/discover", "")
		if got := r.get("result.supportedVersions").Raw; got != c.want || r.get("id").Raw != `"{}"` || r.get("result.ttlMs").Int() != 9 || r.get("result.capabilities").Raw != `{"tools":{}}` {
			t.Errorf("%s: %s, want %s", c.why, r.body, c.want)
		}
		for _, v := range r.get("result.supportedVersions").Array() {
			if v.Str != "2026-07-28" {
				cl.session = ""
				cl.opens(v.Str, `{}`)
			}
		}
	}
}

// What initialize makes of server/discover names no version that is refused,
// either.
func TestMadeUpVersions(t *testing.T) {
	for _, c := range []struct{ why, era, dialect, want string }{
		{"both eras", "both", "spec", `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`},
		{"one", "modern", "spec", `["2026-07-28"]`},
		{"a dialect whose server names those of one era, whatever else is served", "both", "typescript-v2-handler", `["2026-07-28"]`},
		{"a dialect whose server names versions of both eras, in one", "modern", "go-sdk-1.8-stateless", `["2026-07-28"]`},
	} {
		tp := newTaper(t)
		tp.begin("session-1", "tester")
		cl := tp.play(WithEra(c.era), WithScenario(&scenarios.Scenario{Dialect: c.dialect}))
		if r := cl.told("1", "server/discover", ""); r.get("result.supportedVersions").Raw != c.want {
			t.Errorf("%s: %s, want %s", c.why, r.body, c.want)
		}
	}
}

// A legacy client of a modern tape is served whatever becomes of sessions.
func TestSessionsOfModernTape(t *testing.T) {
	for _, c := range []struct {
		mode      string
		id        bool // initialize gives one out
		without   int  // status of a call without id, after a handshake
		questions int  // asked of a client without id, that could answer them
	}{
		{"auto", true, 400, 0},
		{"required", true, 400, 0},
		{"optional", false, 200, 1},
		{"stateless", false, 200, 1},
	} {
		tp := newTaper(t)
		tp.modern("other", 1, "tools/call", of("deploy", `{}`), said("of another client"))
		tp.modern("tester", 2, "tools/call", of("deploy", `{}`), inputWanted("one", confirm))
		tp.modern("tester", 3, "tools/call", of("deploy", `{}`, responding("one", accepted)), said("deployed"))
		cl := tp.play(WithEra("both"), WithSessions(c.mode))
		r := cl.post(opening("2025-11-25", allCapable))
		if got := r.header.Get("Mcp-Session-Id"); (got != "") != c.id || r.status != 200 {
			t.Errorf("%s: initialize: %d, id %q", c.mode, r.status, got)
		}
		if c.id {
			if r := cl.post(deployLegacy); r.status != c.without {
				t.Errorf("%s: a call without id: %d %s", c.mode, r.status, r.body)
			}
			continue
		}
		asked, last := cl.answersAll(cl.open("POST", deployLegacy), map[string]string{"elicitation/create": `{"action":"accept","content":{"sure":true}}`})
		if len(asked) != c.questions || gjson.Get(last, "result.content.0.text").Str != "deployed" {
			t.Errorf("%s: asked %q, then %s: want what its namesake got", c.mode, asked, last)
		}
	}
}

// Legacy clients are told nothing that their revision has not.
func TestResultsByVersion(t *testing.T) {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("echo", `{}`), `{"resultType":"complete","content":[{"type":"text","text":"[1]"}],"structuredContent":{"a":1}}`)
	cl := tp.play(WithEra("both"), WithRepeat())
	for version, structured := range map[string]bool{"2025-11-25": true, "2025-06-18": true, "2025-03-26": false, "2024-11-05": false} {
		cl.session = ""
		cl.opens(version, `{}`)
		if r := cl.call("1", `{}`); r.text() != "[1]" || r.get("result.structuredContent").Exists() != structured || r.get("result.resultType").Exists() {
			t.Errorf("%s: %s", version, r.body)
		}
	}
}

// Pages of a list go from one to the next in either era, and a cursor that
// nobody recorded is refused.
func TestPagesInBothEras(t *testing.T) {
	legacy := newTaper(t)
	legacy.begin("session-1", "tester")
	legacy.json(legacy.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`), "", 200, `{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"next"}}`)
	legacy.json(legacy.post("session-1", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"next"}}`), "", 200, `{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b","inputSchema":{"type":"object"}}]}}`)
	modern := newTaper(t)
	modern.modern("tester", 1, "tools/list", "", `{"resultType":"complete","tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"next","ttlMs":0,"cacheScope":"public"}`)
	modern.modern("tester", 2, "tools/list", `"cursor":"next"`, `{"resultType":"complete","tools":[{"name":"b","inputSchema":{"type":"object"}}],"ttlMs":0,"cacheScope":"public"}`)
	for name, tp := range map[string]*taper{"legacy": legacy, "modern": modern} {
		cl := tp.play(WithEra("both"))
		first := cl.told("1", "tools/list", "")
		second := cl.told("2", "tools/list", `"cursor":"`+first.get("result.nextCursor").Str+`"`)
		if first.get("result.tools.0.name").Str != "a" || second.get("result.tools.0.name").Str != "b" || first.get("result.cacheScope").Str != second.get("result.cacheScope").Str {
			t.Errorf("%s tape, modern client: %s, %s", name, first.body, second.body)
		}
		if r := cl.told("3", "tools/list", `"cursor":"made-up"`); r.get("error.code").Int() != -32602 || r.status != 400 {
			t.Errorf("%s tape, modern client, a cursor that nobody recorded: %d %s", name, r.status, r.body)
		}
		cl.opens("2025-11-25", `{}`)
		for cursor, want := range map[string]string{"": "a", `,"params":{"cursor":"next"}`: "b"} {
			r := cl.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":4,"method":"tools/list"%s}`, cursor))
			if r.get("result.tools.0.name").Str != want || r.get("result.ttlMs").Exists() {
				t.Errorf("%s tape, legacy client: %s, want %s", name, r.body, want)
			}
		}
		if r := cl.post(`{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"cursor":"made-up"}}`); r.get("error.code").Int() != -32602 || r.status != 200 {
			t.Errorf("%s tape, legacy client, a cursor that nobody recorded: %d %s", name, r.status, r.body)
		}
	}
}
