package cassettes

import (
	"encoding/json"
	"testing"
)

func TestHideVariable(t *testing.T) {
	for _, c := range []struct{ why, name, value, in, want string }{
		{"as a whole value", "API_KEY", "hunter2hunter", `{"jsonrpc":"2.0","id":1,"result":{"key":"hunter2hunter"}}`, `{"jsonrpc":"2.0","id":1,"result":{"key":"redacted-1"}}`},
		{"within a text", "PGPASSWORD", "hunter2hunter", `{"jsonrpc":"2.0","id":1,"result":{"text":"as xhunter2hunter."}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"as xredacted-1."}}`},
		{"in a line that is no JSON", "DB_PASS", "p@ss w\"rd", `connecting with p@ss w"rd`, `connecting with redacted-1`},
		{"as JSON spells it", "DB_PASS", "p<ss w\"rd", `{"jsonrpc":"2.0","id":1,"result":["p<ss w\"rd","p\u003css w\"rd"]}`, `{"jsonrpc":"2.0","id":1,"result":["redacted-1","redacted-1"]}`},
		{"a number that looks the same", "TOKEN", "12345678", `{"jsonrpc":"2.0","id":12345678,"result":"12345678"}`, `{"jsonrpc":"2.0","id":12345678,"result":"redacted-1"}`},
		{"nothing but escapes", "TOKEN", `\\\\\\\\`, `{"jsonrpc":"2.0","id":1,"result":"\\\\\\\\\\\\\\\\"}`, `{"jsonrpc":"2.0","id":1,"result":"redacted-1"}`},
		{"a short one may be any word", "TOKEN", "hunter2", `the hunter2 way`, `the hunter2 way`},
		{"a name that is none of a secret", "NODE_ENV", "production", `in production`, `in production`},
		{"the current directory", "PWD", "/home/me/project", `in /home/me/project`, `in /home/me/project`},
	} {
		r := redactor(t, RedactSecrets)
		r.HideVariable(c.name, c.value)
		got := r.Text(c.in)
		if c.in[0] == '{' {
			got = string(r.Message([]byte(c.in)))
			if !json.Valid([]byte(got)) {
				t.Errorf("%s: no JSON", c.why)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s became %s, want %s", c.why, c.in, got, c.want)
		}
	}
}
