package check

import (
	"strings"
	"testing"
)

// TestText holds how a report reads, and that nothing of what a server said
// moves a terminal.
func TestText(t *testing.T) {
	r := &Report{Server: "http://x/mcp", Transport: overHTTP, Name: "evil\x1b[2J 1", Protocol: "2025-11-25", Sessions: "none"}
	r.find("ping", OK, ofPing, "MUST", "an empty result", "200 with a \u202eresult")
	r.find("get", Broken, ofListening, "MUST", "text/event-stream, or 405", "404").because("clients give up", "answer 405").known("wrong-header-name", "")
	const dialect = "none fits well; the best is spec: 1 of 2 probes"
	r.Dialect = &Likeness{Same: 1, Of: 2, All: []Match{{"spec", 1}}}
	if fits := (&Likeness{Name: "go-sdk-1.8"}).command(); fits != "mcpmock replay weather -s go-sdk-1.8" {
		t.Errorf("a dialect that fits can be played: %q", fits)
	}
	const about = "https://modelcontextprotocol.io/specification/2025-11-25/basic/"
	for _, c := range []struct {
		why     string
		verbose bool
		want    string
	}{
		{"what is right needs one line", false, `http://x/mcp  evil[2J 1, 2025-11-25, sessions none
  ok        ping                   200 with a result
  broken    get                    404
            wants  text/event-stream, or 405 (MUST, Listening for Messages from the Server, 2025-11-25)
                   ` + about + `transports#listening-for-messages-from-the-server
            cause  clients give up
            cure   answer 405
            known  mcpmock replay weather -s wrong-header-name
  dialect   ` + dialect + `
1 ok, 0 notes, 1 broken
`},
		{"who wants to know where it stands is told of everything", true, `http://x/mcp  evil[2J 1, 2025-11-25, sessions none
  ok        ping                   200 with a result
            wants  an empty result (MUST, Behavior Requirements, 2025-11-25)
                   ` + about + `utilities/ping#behavior-requirements
  broken    get                    404
            wants  text/event-stream, or 405 (MUST, Listening for Messages from the Server, 2025-11-25)
                   ` + about + `transports#listening-for-messages-from-the-server
            cause  clients give up
            cure   answer 405
            known  mcpmock replay weather -s wrong-header-name
  dialect   ` + dialect + `
1 ok, 0 notes, 1 broken
`},
	} {
		var out strings.Builder
		if err := r.Text(&out, c.verbose); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("%s:\n%s", c.why, out.String())
		}
	}
}
