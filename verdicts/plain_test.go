package verdicts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// TestPlainEvidence holds that a client cannot flood or turn what is written of
// it.
func TestPlainEvidence(t *testing.T) {
	for text, want := range map[string]string{
		"tools/call":             "tools/call",
		"a\x1b[2Jb\nc\u009bd":    "a[2Jb cd",
		"\u202eevil\u2066\u200f": "evil",
		strings.Repeat("é", 81):  strings.Repeat("é", 80) + "…",
		strings.Repeat("é", 80):  strings.Repeat("é", 80),
	} {
		if got := cut(text); got != want {
			t.Errorf("%q is cut to %q", text, got)
		}
	}
	method := strings.Repeat("m", 1<<20)
	r := &reel{}
	r.space = strings.Repeat("s", 1000)
	r.post("", fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q}`, method))
	r.post("", call(1, "\u202e"+method))
	for _, what := range scenarios.Assertions() {
		e := scenarios.Expectation{Level: "must", What: what, Since: "start", Of: scenarios.Trigger{HTTP: "POST"}, Has: scenarios.Trigger{HTTP: "GET"}, Count: 1,
			Order: []string{"initialize", "tools/call"}}
		j := r.judge(broken(e))
		j.Done(r.at)
		if v := j.Verdicts(r.at)[0]; len(v.Evidence) > 500 || strings.Contains(v.Evidence, "\u202e") {
			t.Errorf("%s: %d bytes of evidence: %.600q", what, len(v.Evidence), v.Evidence)
		}
	}
}
