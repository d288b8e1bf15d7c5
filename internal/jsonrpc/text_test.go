package jsonrpc

import "testing"

func TestText(t *testing.T) {
	for _, c := range []struct {
		why   string
		value any
		want  string
	}{
		{"a URI keeps its ampersands", "x://a?b=1&c=<d>", `"x://a?b=1&c=<d>"`},
		{"what JSON wants escaped is", "a\"\n", `"a\"\n"`},
		{"a value is one line", map[string]int{"a": 1}, `{"a":1}`},
	} {
		if got := string(Text(c.value)); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}
