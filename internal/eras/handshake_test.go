package eras

import (
	"errors"
	"strings"
	"testing"
)

func TestCapabilities(t *testing.T) {
	for _, c := range []struct {
		why     string
		legacy  string
		modern  string
		version string
	}{
		{"what both eras have stays as it is spelled", `{"tools":{"listChanged":true},"logging":{},"x":1.50}`, `{"tools":{"listChanged":true},"logging":{},"x":1.50}`, "2025-11-25"},
		{"a server defines capabilities of its own", `{"experimental":{"a/b":{}},"extensions":{"io.modelcontextprotocol/ui":{}}}`, `{"experimental":{"a/b":{}},"extensions":{"io.modelcontextprotocol/ui":{}}}`, "2025-06-18"},
		{"what is no object declares nothing", `[]`, `{}`, "2025-11-25"},
	} {
		if got := string(ModernCapabilities([]byte(c.legacy))); got != c.modern {
			t.Errorf("%s: %s became %s, want %s", c.why, c.legacy, got, c.modern)
		}
		want := c.legacy
		if want == "[]" {
			want = "{}"
		}
		if got := string(LegacyCapabilities([]byte(c.modern), c.version)); got != want {
			t.Errorf("%s: %s became %s, want %s", c.why, c.modern, got, want)
		}
	}
	if got := string(ModernCapabilities([]byte(`{"tasks":{"list":{}},"tools":{}}`))); got != `{"tools":{}}` {
		t.Errorf("the tasks of 2025-11-25 are no capability any more: %s", got)
	}
	for _, c := range []struct{ why, modern, version, want string }{
		{"the tasks extension answers calls in a way that legacy clients do not know", `{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}}`, "2025-11-25", `{"tools":{}}`},
		{"another extension beside it stays", `{"extensions":{"a.b/c":{"d":1e3},"io.modelcontextprotocol/tasks":{}}}`, "2025-11-25", `{"extensions":{"a.b/c":{"d":1e3}}}`},
		{"no extensions at all were said, and are", `{"extensions":{}}`, "2025-11-25", `{"extensions":{}}`},
		{"2024-11-05 has completion, but no capability for it", `{"completions":{},"prompts":{}}`, "2024-11-05", `{"prompts":{}}`},
		{"2025-03-26 has the capability", `{"completions":{}}`, "2025-03-26", `{"completions":{}}`},
	} {
		if got := string(LegacyCapabilities([]byte(c.modern), c.version)); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestDiscover(t *testing.T) {
	for _, c := range []struct{ why, initialize, want string }{
		{"all that a server says of itself is kept",
			`{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"weather","version":"1.0","title":"W\u00e9"},"instructions":"ask"}`,
			`{"capabilities":{"tools":{}},"instructions":"ask","resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"weather","version":"1.0","title":"W\u00e9"}}}`},
		{"capabilities are demanded, and serverInfo is not",
			`{"protocolVersion":"2025-11-25"}`,
			`{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"}`},
		{"what else is in _meta stays there",
			`{"_meta":{"a/b":1},"capabilities":{},"serverInfo":{"name":"s","version":"1"}}`,
			`{"_meta":{"a/b":1,"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},"capabilities":{},"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"private"}`},
		{"a name that stands twice is the last one's",
			`{"serverInfo":{"name":"a"},"capabilities":{"tools":{}},"capabilities":{},"serverInfo":{"name":"b"}}`,
			`{"capabilities":{},"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"b"}}}`},
	} {
		got, err := Discover([]byte(c.initialize), []string{"2026-07-28"})
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want\n%s", c.why, got, err, c.want)
		}
	}
	if _, err := Discover([]byte(`null`), []string{"2026-07-28"}); !errors.Is(err, ErrUntranslatable) {
		t.Errorf("a result that is no object: %v", err)
	}
	if _, err := Discover([]byte(`{}`), nil); !errors.Is(err, ErrUntranslatable) {
		t.Errorf("no version: %v", err)
	}
}

func TestInitialize(t *testing.T) {
	for _, c := range []struct{ why, discover, version, want string }{
		{"the identity comes out of _meta, and the modern members go",
			`{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}},"instructions":"a","ttlMs":5,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}`,
			"2025-06-18",
			`{"capabilities":{"tools":{}},"instructions":"a","protocolVersion":"2025-06-18","serverInfo":{"name":"s","version":"1"}}`},
		{"a legacy server must say who it is, and a modern one need not",
			`{"resultType":"complete","capabilities":{},"_meta":{"a/b":{}}}`, "2025-11-25",
			`{"capabilities":{},"_meta":{"a/b":{}},"protocolVersion":"2025-11-25","serverInfo":{"name":"recorded server","version":"0"}}`},
	} {
		got, err := Initialize([]byte(c.discover), c.version)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want\n%s", c.why, got, err, c.want)
		}
	}
	for _, c := range []struct{ why, discover, version, want string }{
		{"a version without a handshake", `{}`, "2026-07-28", "ask for 2025-11-25 or earlier"},
		{"no result", `[]`, "2025-11-25", "record the server at 2025-11-25 or earlier"},
	} {
		if _, err := Initialize([]byte(c.discover), c.version); !errors.Is(err, ErrUntranslatable) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v, want a cure: %s", c.why, err, c.want)
		}
	}
}
