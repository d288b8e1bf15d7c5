package cassettes

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// What is redacted in a body is redacted in the header that mirrors it.
func TestRedactMirrored(t *testing.T) {
	b64 := func(s string) string { return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=" }
	const key = "sk-abc123def456ghi7"
	for _, c := range []struct {
		why, params string
		sent, want  http.Header // want of what changes
	}{
		{"what is no secret stays", `{"name":"pay","arguments":{"to":"bob","n":7,"really":true}}`,
			http.Header{"Mcp-Name": {"pay"}, "Mcp-Param-To": {"bob"}, "Mcp-Param-N": {"7"}, "Mcp-Param-Really": {"true"}}, nil},
		{"base64 that is no secret stays as it was spelled", `{"name":"pay","arguments":{"to":"Zoë"}}`,
			http.Header{"Mcp-Param-To": {b64("Zoë")}}, nil},
		{"what a pointer names", `{"name":"pay","arguments":{"pin":"1234"}}`,
			http.Header{"Mcp-Param-Number": {"1234"}}, http.Header{"Mcp-Param-Number": {"redacted-1"}}},
		{"the same in base64", `{"name":"pay","arguments":{"pin":"Zoë"}}`,
			http.Header{"Mcp-Param-Number": {b64("Zoë")}}, http.Header{"Mcp-Param-Number": {"redacted-1"}}},
		{"a number in another spelling", `{"name":"pay","arguments":{"pin":1234}}`,
			http.Header{"Mcp-Param-Number": {"1234.0"}}, http.Header{"Mcp-Param-Number": {"redacted-2"}}},
		{"what stands within what a pointer names", `{"name":"pay","arguments":{"card":{"holder":"bob","number":"5","gold":true}}}`,
			http.Header{"Mcp-Param-Holder": {"bob"}, "Mcp-Param-Number": {b64("5")}}, http.Header{"Mcp-Param-Holder": {"redacted-"}, "Mcp-Param-Number": {"redacted-"}}},
		{"an argument named as secrets are, mirrored by another name", `{"name":"pay","arguments":{"password":"hunter2"}}`,
			http.Header{"Mcp-Param-Entry": {"hunter2"}}, http.Header{"Mcp-Param-Entry": {"redacted-1"}}},
		{"a key by its shape", `{"name":"pay","arguments":{"note":"` + key + `"}}`,
			http.Header{"Mcp-Param-Note": {key}}, http.Header{"Mcp-Param-Note": {"redacted-1"}}},
		{"a key within a text, in base64", `{"name":"pay","arguments":{"note":"é ` + key + `"}}`,
			http.Header{"Mcp-Param-Note": {b64("é " + key)}}, http.Header{"Mcp-Param-Note": {b64("é redacted-1")}}},
		{"a key in a URI", `{"uri":"db://host/?token=abcdef"}`,
			http.Header{"Mcp-Name": {"db://host/?token=abcdef"}}, http.Header{"Mcp-Name": {"db://host/?token=redacted-1"}}},
		{"a key in a URI, in base64", `{"uri":"db://hôst/?token=abcdef"}`,
			http.Header{"Mcp-Name": {b64("db://hôst/?token=abcdef")}}, http.Header{"Mcp-Name": {b64("db://hôst/?token=redacted-1")}}},
		{"a header that mirrors nothing", `{"name":"pay","arguments":{"to":"bob"}}`,
			http.Header{"Mcp-Param-To": {"alice"}, "Mcp-Param-Note": {b64(key)}}, http.Header{"Mcp-Param-Note": {"redacted-1"}}},
		{"a header named as secrets are", `{"name":"pay","arguments":{"to":"bob"}}`,
			http.Header{"Mcp-Param-Token": {"bob"}}, http.Header{"Mcp-Param-Token": {"redacted-1"}}},
	} {
		r := redactor(t, RedactSecrets, "/params/arguments/pin", "/params/arguments/card")
		message := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":` + c.params + `}`)
		kept := r.Message(message)
		before := c.sent.Clone()
		got := r.RequestHeader(c.sent, message, kept)
		for name, sent := range c.sent {
			want := sent[0]
			if w := c.want[name]; w != nil {
				want = w[0]
			}
			if got := got.Get(name); got != want && !(strings.HasSuffix(want, "-") && strings.HasPrefix(got, want)) {
				t.Errorf("%s: %s is %q, want %q beside %s", c.why, name, got, want, kept)
			}
		}
		if !cmp.Equal(before, c.sent) {
			t.Errorf("%s: the live header was changed", c.why)
		}
		if twice := r.RequestHeader(got, kept, r.Message(kept)); !cmp.Equal(got, twice) {
			t.Errorf("%s: redacted twice it is %v, once %v", c.why, twice, got)
		}
	}
}

// A state is redacted as a whole or not at all, so that a client gives back
// what stands in the result.
func TestRedactRequestState(t *testing.T) {
	for _, c := range []struct{ why, in, want string }{
		{"an opaque state", "s1.AAAABBBBCCCC", "s1.AAAABBBBCCCC"},
		{"a web token", jwt, "redacted-1"},
		{"a key in the middle", "a=1&key=sk-abc123def456ghi7&b=2", "redacted-1"},
	} {
		r := redactor(t, RedactSecrets)
		result := r.Message([]byte(`{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"` + c.in + `"}}`))
		retry := r.Message([]byte(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"requestState":"` + c.in + `"}}`))
		if is, back := gjson.GetBytes(result, "result.requestState").Str, gjson.GetBytes(retry, "params.requestState").Str; is != c.want || back != c.want {
			t.Errorf("%s is %q in the result, %q in the retry, want %q", c.why, is, back, c.want)
		}
		live, kept := gjson.GetBytes([]byte(`{"requestState":"`+c.in+`","a":1}`), "@this").Raw, `{"requestState":"`+c.want+`","a":1}`
		if a, b := r.Without(nil, []byte(live)), r.Without(nil, []byte(kept)); string(a) != string(b) {
			t.Errorf("%s: a live request is compared as %s, its recording as %s", c.why, a, b)
		}
	}
}

func FuzzRequestHeader(f *testing.F) {
	f.Add("1234", `{"pin":"1234"}`)
	f.Add("=?base64?MTIzNA==?=", `{"pin":"1234"}`)
	f.Fuzz(func(t *testing.T, value, arguments string) {
		message := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":` + arguments + `}}`)
		if jsonrpc.Valid(message) != nil {
			t.Skip()
		}
		r := redactor(t, RedactSecrets, "/params/arguments/pin")
		kept := r.Message(message)
		got := r.RequestHeader(http.Header{"Mcp-Param-A": {value}}, message, kept)
		if len(got["Mcp-Param-A"]) != 1 {
			t.Errorf("the header became %v", got)
		}
		pin := gjson.GetBytes(message, "params.arguments.pin")
		if pin.Type == gjson.String && pin.Str == value && len(value) > 9 && !strings.Contains(string(kept), value) && strings.Contains(got.Get("Mcp-Param-A"), value) {
			t.Errorf("%q survives in the header beside %s", value, kept)
		}
	})
}
