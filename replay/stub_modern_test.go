package replay

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A stub's answer to a modern client says who the server is, as server/discover
// and all else do.
func TestModernStubs(t *testing.T) {
	const server = `result._meta.io\.modelcontextprotocol/serverInfo.name`
	discovered := newTaper(t)
	discovered.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":9,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"harbour","version":"3"}}}`)
	told := newTaper(t)
	told.modern("tester", 1, "tools/call", of("old", `{}`), `{"resultType":"complete","content":[],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"till","version":"4"}}}`)
	silent := newTaper(t)
	silent.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":9,"cacheScope":"public"}`)
	legacy := newTaper(t)
	legacy.begin("session-1", "tester")
	for _, c := range []struct {
		why  string
		tape *taper // nil is none
		want string
	}{
		{"the stubs' own", nil, "weather"},
		{"that of a recorded server/discover", discovered, "harbour"},
		{"that which results named, where nobody asked", told, "till"},
		{"a server that does not say so", silent, ""},
		{"that of a recorded initialize, of which the stubs' is a part", legacy, "weather"},
	} {
		var cl *client
		if c.tape == nil {
			cl = stubPlayer(t, byHand(), WithEra("both"))
		} else {
			cl = c.tape.play(WithScenario(byHand()), WithEra("both"))
		}
		r := cl.told("1", "tools/call", of("echo", `{"m":"a"}`))
		if r.get(server).Str != c.want || r.text() != "a" || r.get("result.resultType").Str != "complete" {
			t.Errorf("%s: %s, want %q", c.why, r.body, c.want)
		}
		if r := cl.told("2", "server/discover", ""); r.get(server).Str != c.want {
			t.Errorf("%s: server/discover says %s, want %q", c.why, r.body, c.want)
		}
	}
}

// What a server cannot do it is not asked for, and the refusal names no recorded
// server where there is none.
func TestModernListsOfStubs(t *testing.T) {
	for _, c := range []struct {
		why  string
		tape bool
		want string
	}{
		{"stubs alone", false, "Method not found: the server of these stubs has no resources"},
		{"stubs before a tape", true, "Method not found: the recorded server has no resources"},
	} {
		s := &scenarios.Scenario{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "echo", Answers: []scenarios.StubAnswer{{Text: "a"}}}}}}
		var cl *client
		if c.tape {
			tp := newTaper(t)
			tp.modern("tester", 1, "tools/call", of("old", `{}`), said("old"))
			cl = tp.play(WithScenario(s), WithEra("both"))
		} else {
			cl = stubPlayer(t, s, WithEra("both"))
		}
		r := cl.told("1", "resources/list", "")
		if r.status != 404 || r.get("error.code").Int() != -32601 || gjson.Get(r.body, "error.message").Str != c.want || strings.Contains(r.body, "result") {
			t.Errorf("%s: %d %s", c.why, r.status, r.body)
		}
	}
}
