package mcp

import "testing"

func TestIsFieldName(t *testing.T) {
	for _, c := range []struct {
		why, name string
		is        bool
	}{
		{"letters, digits and dashes", "Mcp-Session-Id2", true},
		{"all other characters of a token", "!#$%&'*+-.^_`|~", true},
		{"there is no field without a name", "", false},
		{"a space ends a name", "a b", false},
		{"so does a colon", "a:", false},
		{"a line could begin another field", "a\nb", false},
		{"a name is ASCII", "é", false},
	} {
		if got := IsFieldName(c.name); got != c.is {
			t.Errorf("%s: %q is %v", c.why, c.name, got)
		}
	}
}
