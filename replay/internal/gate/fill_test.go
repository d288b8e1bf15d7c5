package gate

import (
	"strings"
	"testing"
)

// Variables in an error's data are escaped as JSON asks, and nothing else of
// it changes.
func TestFillJSON(t *testing.T) {
	fill := strings.NewReplacer("${version}", `a "b" \`, "${method}", "<m>").Replace
	for _, c := range []struct{ text, want string }{
		{`{"requested":"${version}"}`, `{"requested":"a \"b\" \\"}`},
		{`"${method} of ${version}"`, `"<m> of a \"b\" \\"`},
		{`{"a":1.50,"b":"$"}`, `{"a":1.50,"b":"$"}`},
	} {
		if got := string(fillJSON(c.text, fill)); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
