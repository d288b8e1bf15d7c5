package cassettes

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSessionWithinText(t *testing.T) {
	const live = "258f017b-3c1e-4d5f-9a6b-7c8d9e0f1a2b"
	for _, c := range []struct{ why, text, want string }{
		{"in a sentence", `{"jsonrpc":"2.0","id":1,"result":{"text":"from session ` + live + `."}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"from session {{session-1}}."}}`},
		{"after an escape", `{"jsonrpc":"2.0","id":1,"result":{"text":"id:\n` + live + `"}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"id:\n{{session-1}}"}}`},
		{"as a whole value there are no braces", `{"jsonrpc":"2.0","id":1,"result":{"id":"` + live + `"}}`, `{"jsonrpc":"2.0","id":1,"result":{"id":"session-1"}}`},
		{"part of a longer word", `{"jsonrpc":"2.0","id":1,"result":{"text":"x` + live + `"}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"x` + live + `"}}`},
		{"a label that was always there", `{"jsonrpc":"2.0","id":1,"result":{"text":"about session-1"}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"about session-1"}}`},
	} {
		r := redactor(t)
		r.SessionLabel(live)
		if got := string(r.Message([]byte(c.text))); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.why, got, c.want)
		}
	}
}

func TestSessionGluedToMore(t *testing.T) {
	const live, other = "258f017b-3c1e-4d5f-9a6b-7c8d9e0f1a2b", "1234567890123456789"
	for _, c := range []struct{ why, text, want string }{
		{"a suffix", live + "_4", "{{session-1}}_4"},
		{"a suffix with a dash", "at " + live + "-77.", "at {{session-1}}-77."},
		{"a prefix", "sess_" + live, "sess_{{session-1}}"},
		{"both, as emphasis has them", "_" + live + "_", "_{{session-1}}_"},
		{"two of them", live + "_" + other, "{{session-1}}_{{session-2}}"},
		{"a backslash of a text that is not JSON", `C:\` + live, `C:\{{session-1}}`},
		{"an escape of JSON in a text", `id:\n` + live + ` \u0041` + live, `id:\n{{session-1}} \u0041{{session-1}}`},
		{"as a whole value", live, "session-1"},
		{"in quotes alone where it is JSON", `{"n":` + other + `,"s":"at ` + other + `","t":"a\\n` + live + `"}`, `{"n":` + other + `,"s":"at {{session-2}}","t":"a\\n{{session-1}}"}`},
	} {
		for _, rules := range [][]string{nil, {RedactSecrets}} {
			r := redactor(t, rules...)
			r.SessionLabel(live)
			r.SessionLabel(other)
			if got := r.Text(c.text); got != c.want {
				t.Errorf("%s: %q became %q, want %q", c.why, c.text, got, c.want)
			}
		}
	}
	for _, rules := range [][]string{nil, {RedactSecrets}} {
		r := redactor(t, rules...)
		r.SessionLabel(live)
		got := r.Header(http.Header{"Last-Event-Id": {live + "_4"}, "X-Request-Id": {live}, "Link": {"</mcp/" + live + ">; rel=next"}})
		want := http.Header{"Last-Event-Id": {"{{session-1}}_4"}, "X-Request-Id": {"session-1"}, "Link": {"</mcp/{{session-1}}>; rel=next"}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("with the rules %q: %s", rules, d)
		}
	}
}

func TestCredentialsEchoed(t *testing.T) {
	r := redactor(t, RedactSecrets)
	r.Header(http.Header{
		"Authorization": {"Bearer opaque0123456789abc.second0123456789"},
		"Cookie":        {"the_name_of_a_cookie=c00kie0123456789; a=b"},
		"Accept":        {"application/a-long-word-of-no-interest"},
	})
	r.HideHeader("X-Tenant", "tenant-0123456789")
	r.HideHeader("X-Small", "a short one")
	for _, c := range []struct{ in, want string }{
		{"you sent opaque0123456789abc.", "you sent redacted-N."},
		{`{"echo":{"a":"opaque0123456789abc.second0123456789"}}`, `{"echo":{"a":"redacted-N.redacted-N"}}`},
		{"c00kie0123456789_1 for tenant-0123456789", "redacted-N_1 for redacted-N"},
		{"the_name_of_a_cookie, a short one, a-long-word-of-no-interest", ""},
	} {
		if c.want == "" {
			c.want = c.in
		}
		if got := regexp.MustCompile("redacted-[0-9]+").ReplaceAllString(r.Text(c.in), "redacted-N"); got != c.want {
			t.Errorf("%q became %q, want %q", c.in, got, c.want)
		}
	}
	open := redactor(t)
	open.Header(http.Header{"Authorization": {"Bearer opaque0123456789abc"}})
	if got := open.Text("opaque0123456789abc"); got != "opaque0123456789abc" {
		t.Errorf("without rules: %q", got)
	}
}
