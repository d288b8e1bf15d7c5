package cassettes

import "testing"

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
