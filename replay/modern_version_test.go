package replay

import (
	"fmt"
	"strings"
	"testing"
)

// Who speaks another version learns which are spoken, whatever else is amiss in
// what that version may not have, unless body and header disagree about it.
func TestVersionFirst(t *testing.T) {
	const unserved = `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28`
	for _, c := range []struct{ why, header, body, want string }{
		{"no params", "2099-01-01", `{"jsonrpc":"2.0","id":9,"method":"tools/list"}`, refused("9", -32022, unserved, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"no _meta", "2099-01-01", `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{}}`, refused("9", -32022, unserved, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"_meta is a text", "2099-01-01", listsWith(`"x"`), refused("9", -32022, unserved, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"_meta names none", "2099-01-01", listsWith(`{"io.modelcontextprotocol/clientCapabilities":{}}`), refused("9", -32022, unserved, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"_meta names another", "2099-01-01", listsWith(`{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`),
			refused("9", -32020, `Header mismatch: MCP-Protocol-Version says "2099-01-01", the body has "2026-07-28" for io.modelcontextprotocol/protocolVersion`, "")},
		{"_meta names what is no version", "2099-01-01", listsWith(`{"io.modelcontextprotocol/protocolVersion":2099}`),
			refused("9", -32602, "Invalid params: send io.modelcontextprotocol/protocolVersion as a text", "")},
		{"the version is served: then it is _meta that is missing", "2026-07-28", `{"jsonrpc":"2.0","id":9,"method":"tools/list"}`,
			refused("9", -32602, "Invalid params: send params with _meta, which has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
	} {
		for _, era := range []string{"modern", "both"} {
			cl := gated(t).play(WithEra(era))
			want := c.want
			if era == "both" {
				want = strings.NewReplacer("none of 2026-07-28", "none of 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05",
					`["2026-07-28"]`, `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`).Replace(want)
			}
			if r := cl.post(c.body, "MCP-Protocol-Version", c.header, "Mcp-Method", "tools/list"); r.status != 400 || r.body != want {
				t.Errorf("%s, era %s: %d %s\nwant %s", c.why, era, r.status, r.body, want)
			}
		}
	}
}

// Where both eras are served an initialize is of the legacy one, whatever its
// header, unless it names a modern version for itself.
func TestInitializeIsLegacy(t *testing.T) {
	plain := fmt.Sprintf(initialize, 9, "2025-11-25", "old")
	meta := func(version string) string {
		return strings.Replace(plain, `"params":{`, `"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"`+version+`"},`, 1)
	}
	for _, c := range []struct {
		why, era, header, body string
		code                   int64 // 0 is a session
	}{
		{"the header of the newer revision", "both", "2026-07-28", plain, 0},
		{"and no other server of the older ones looks at it", "legacy", "2026-07-28", plain, 0},
		{"a header that names nothing", "both", "newest please", plain, 0},
		{"_meta names the older revision", "both", "", meta("2025-11-25"), 0},
		{"_meta names one that nobody speaks", "both", "2026-07-28", meta("2099-01-01"), 0},
		{"_meta names the newer one: the era has no such method", "both", "2026-07-28",
			strings.Replace(plain, `"params":{`, `"params":{"_meta":`+goodMeta+`,`, 1), -32601},
		{"the legacy era is not served", "modern", "2026-07-28", plain, -32022},
		{"nor here, whatever _meta says", "modern", "", meta("2025-11-25"), -32022},
	} {
		tp := gated(t)
		tp.begin("session-1", "old")
		cl := tp.play(WithEra(c.era))
		headers := []string{"Mcp-Method", "initialize"}
		if c.header != "" {
			headers = append(headers, "MCP-Protocol-Version", c.header)
		}
		r := cl.post(c.body, headers...)
		switch {
		case r.get("error.code").Int() != c.code:
			t.Errorf("%s: %d %s, want code %d", c.why, r.status, r.body, c.code)
		case c.code == 0 && (r.get("result.protocolVersion").Str != "2025-11-25" || r.header.Get("Mcp-Session-Id") == ""):
			t.Errorf("%s: %v %s, want a session", c.why, r.header, r.body)
		}
		if c.header == "newest please" || c.code != 0 && c.code != -32022 || c.era == "legacy" && c.code != 0 {
			continue
		}
		k := talkTo(t, cl.player)
		k.say(c.body)
		if m := k.hear(); m.Get("error.code").Int() != c.code {
			t.Errorf("%s, over stdio: %s, want code %d", c.why, m.Raw, c.code)
		}
	}
}
