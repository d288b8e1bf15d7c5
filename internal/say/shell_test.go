package say

import "testing"

func TestWord(t *testing.T) {
	for _, c := range []struct{ why, system, text, want string }{
		{"a plain word", "linux", "weather.cassette", "weather.cassette"},
		{"nothing", "linux", "", "''"},
		{"a space", "linux", "my tape", "'my tape'"},
		{"a quote", "linux", "it's", `'it'\''s'`},
		{"a backslash is an escape", "linux", `a\b`, `'a\b'`},
		{"a backslash is a path", "windows", `C:\tapes\a.cassette`, `C:\tapes\a.cassette`},
		{"cmd has double quotes", "windows", `C:\my tapes\a.cassette`, `"C:\my tapes\a.cassette"`},
	} {
		if got := wordOn(c.system, c.text); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
	if got := File("-o.cassette"); got != "./-o.cassette" {
		t.Errorf("a file that begins with a dash is %s", got)
	}
	if got := Command([]string{"node", ""}); got != "node ''" && got != `node ""` {
		t.Errorf("an argument that is empty is lost: %s", got)
	}
}
