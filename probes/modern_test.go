package probes

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestModern holds that a good client's headers say what its body says, and
// that a probe may have it otherwise.
func TestModern(t *testing.T) {
	const usual = "Content-Type=application/json|Accept=application/json, text/event-stream|"
	for _, c := range []struct {
		why, body string
		lines     []line
		want      string
	}{
		{"a list has no name", modernTools, nil, usual + "MCP-Protocol-Version=2026-07-28|Mcp-Method=tools/list"},
		{"a call names the tool", modernCall, nil, usual + "MCP-Protocol-Version=2026-07-28|Mcp-Method=tools/call|Mcp-Name=mcpmock-no-such-tool"},
		{"a reading names the resource", modernRead, nil, usual + "MCP-Protocol-Version=2026-07-28|Mcp-Method=resources/read|Mcp-Name=mcpmock://no/such"},
		{"what is not there cannot be mirrored", "not json", nil, strings.TrimSuffix(usual, "|")},
		{"a line takes the place of a usual one", modernTools, []line{{"Mcp-Method", "a"}, {"Mcp-Method", "b"}, {"Accept", Without}},
			"Content-Type=application/json|MCP-Protocol-Version=2026-07-28|Mcp-Method=a|Mcp-Method=b"},
	} {
		s := Modern(c.body, c.lines...)
		var got []string
		for _, l := range s.Header {
			got = append(got, l[0]+"="+l[1])
		}
		if strings.Join(got, "|") != c.want || s.Body != c.body || s.Method != "POST" {
			t.Errorf("%s: %s %s", c.why, s.Method, got)
		}
	}
}

// TestEncoded has the values of the specification's own table.
func TestEncoded(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"plain ASCII stays", "us-west1", "us-west1"},
		{"nothing stays", "", ""},
		{"other letters", "Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
		{"space around it", " padded ", "=?base64?IHBhZGRlZCA=?="},
		{"a line break", "line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
		{"what looks encoded", "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
	} {
		if got := Encoded(c.text); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

// TestModernProbes holds that each of them is what its name says, and asks for
// nothing that a server has.
func TestModernProbes(t *testing.T) {
	seen := 0
	for _, p := range All() {
		if p.Modern != strings.HasPrefix(p.Name, "modern-") {
			t.Errorf("%s: modern %v", p.Name, p.Modern)
		}
		if !p.Modern {
			continue
		}
		seen++
		if p.Heavy || p.Harmful || len(p.Steps) != 1 {
			t.Errorf("%s: one light request is enough, for there are no sessions", p.Name)
		}
		body := p.Steps[0].Body
		if strings.HasPrefix(body, `{"jsonrpc"`) && !gjson.Valid(body) {
			t.Errorf("%s: %s", p.Name, body)
		}
		if name := gjson.Get(body, "params.name").Str + gjson.Get(body, "params.uri").Str; name != "" && !strings.Contains(name, "no-such") && !strings.Contains(name, "no/such") {
			t.Errorf("%s asks for %s, which may be there", p.Name, name)
		}
	}
	if seen < 40 {
		t.Errorf("only %d", seen)
	}
}
