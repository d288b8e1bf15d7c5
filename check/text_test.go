package check

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestText holds how a report reads, and that nothing of what a server said
// moves a terminal.
func TestText(t *testing.T) {
	r := &Report{Server: "http://x/mcp", Transport: overHTTP, Name: "evil\x1b[2J 1", Protocol: "2025-11-25", Sessions: "none"}
	r.find("get", Broken, ofListening, "MUST", "text/event-stream, or 405", "404").
		because("clients give up", "answer 405").known("wrong-header-name", "").known("get-404-fatal", "")
	r.find("ping", OK, ofPing, "MUST", "an empty result", "200 with a \u202eresult, and with more words than there is room for in a line")
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
		{"what is right needs one line, and stands with its like", false, `http://x/mcp  evil[2J 1, 2025-11-25, sessions none
messages
  ok        ping                   200 with a result, and with more words than
                                   there is room for in a line
streams
  broken    get                    404
            wants  text/event-stream, or 405 (MUST, Listening for Messages from
                   the Server, 2025-11-25)
                   ` + about + `transports#listening-for-messages-from-the-server
            cause  clients give up
            cure   answer 405
            known  mcpmock replay weather -s wrong-header-name
                   mcpmock replay weather -s get-404-fatal
dialect     ` + dialect + `
1 ok, 0 notes, 1 broken
`},
		{"who wants to know where it stands is told of everything", true, `http://x/mcp  evil[2J 1, 2025-11-25, sessions none
messages
  ok        ping                   200 with a result, and with more words than
                                   there is room for in a line
            wants  an empty result (MUST, Behavior Requirements, 2025-11-25)
                   ` + about + `utilities/ping#behavior-requirements
streams
  broken    get                    404
            wants  text/event-stream, or 405 (MUST, Listening for Messages from
                   the Server, 2025-11-25)
                   ` + about + `transports#listening-for-messages-from-the-server
            cause  clients give up
            cure   answer 405
            known  mcpmock replay weather -s wrong-header-name
                   mcpmock replay weather -s get-404-fatal
dialect     ` + dialect + `
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

// TestColumn holds that a text keeps to the width of a line wherever its words
// do, and that what is typed is not changed by a space.
func TestColumn(t *testing.T) {
	for _, c := range []struct{ why, text, want string }{
		{"two spaces before a command stay", "name one:  --call NAME", "known  name one:  --call NAME\n"},
		{"a word that is wider stays whole", strings.Repeat("x", 90), "known  " + strings.Repeat("x", 90) + "\n"},
		{"a line is full at 80", strings.Repeat("x", 70) + " ab c", "known  " + strings.Repeat("x", 70) + " ab\n  c\n"},
		{"letters count, not bytes", strings.Repeat("ä", 70) + " ab", "known  " + strings.Repeat("ä", 70) + " ab\n"},
	} {
		var out strings.Builder
		column(&out, "known  ", c.text, 2)
		if out.String() != c.want {
			t.Errorf("%s:\n%s", c.why, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if utf8.RuneCountInString(line) > width+1 && strings.Contains(c.text, " ") {
				t.Errorf("%s: %d columns", c.why, utf8.RuneCountInString(line)-1)
			}
		}
	}
}

// TestGroups holds under which heading rules stand whose names begin alike.
func TestGroups(t *testing.T) {
	for rule, want := range map[string]string{
		"initialize": "initialization", "initialized": "initialization", "initialize-anew": "initialization", "version-absent": "initialization",
		"modern-probe": "2026-07-28", "modern-tools-list": "2026-07-28",
		"endpoint": "endpoint", "endpoint-event": "endpoint",
		"session-id": "sessions", "delete": "sessions",
		"tools-call": "messages", "get": "streams", "event-stream": "streams", "origin": "security", "all-others": "not asked",
	} {
		if got := group(rule); got != want {
			t.Errorf("%s stands under %s, not %s", rule, got, want)
		}
	}
}
