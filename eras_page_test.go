package mcpmock_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// TestErasPage holds that the table in docs/eras.md says what TestErasMeet
// proves. UPDATE_ERAS=1 writes it.
func TestErasPage(t *testing.T) {
	const path, begins, ends = "docs/eras.md", "<!-- walk -->\n", "<!-- /walk -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begins)
	is, after, ended := strings.Cut(rest, ends)
	if !found || !ended {
		t.Fatalf("%s: no place for the table: it stands between %s and %s", path, begins, ends)
	}
	want := "\n" + erasTable(t) + "\n"
	if os.Getenv("UPDATE_ERAS") != "" {
		if err := os.WriteFile(path, []byte(before+begins+want+ends+after), 0o644); err != nil {
			t.Fatal(err)
		}
		is = want
	}
	if diff := cmp.Diff(want, is); diff != "" {
		t.Errorf("%s: run this test with UPDATE_ERAS=1 (-want +got)\n%s", path, diff)
	}
}

// erasTable tells of each step, in the order of the walks, how a client of
// either era sees it on a tape of the other; and what clients of older revisions
// see otherwise besides.
func erasTable(t *testing.T) string {
	t.Helper()
	both := eras()
	var order []string
	does := [2]map[string]bool{}
	for i, e := range both {
		does[i] = map[string]bool{}
		for _, step := range walkedLive(t, e) {
			does[i][step.Did] = true
			if !slices.Contains(order, step.Did) {
				order = append(order, step.Did)
			}
		}
	}
	var table, notes strings.Builder
	fmt.Fprintf(&table, "| | a client of %s, of the %s tape | a client of %s, of the %s tape |\n| --- | --- | --- |\n",
		both[0].version, both[1].name, both[1].version, both[0].name)
	var told []string // the differences that have a number, by their members
	for _, did := range order {
		row := "| " + did
		for i, client := range both {
			cell := "as live"
			if !does[i][did] {
				cell = "does not do it"
			}
			for _, d := range differences() {
				if !slices.Contains(d.clients, client.version) || !slices.Contains(d.steps, did) {
					continue
				}
				if !slices.Contains(told, d.member) {
					told = append(told, d.member)
					notes.WriteString(item(fmt.Sprintf("%d. ", len(told)), sentence(d.words())))
				}
				cell += fmt.Sprintf(" but for (%d)", slices.Index(told, d.member)+1)
			}
			row += " | " + cell
		}
		table.WriteString(row + " |\n")
	}
	fmt.Fprintf(&notes, "\nWhat clients of older revisions see otherwise besides:\n\n")
	for _, d := range differences() {
		if !slices.Contains(d.clients, both[0].version) {
			notes.WriteString(item("* ", strings.Join(d.clients, ", ")+" ("+strings.Join(d.steps, "; ")+"): "+d.words()))
		}
	}
	return table.String() + "\n" + notes.String()
}

// words tells of a difference: what the client meets live, what from the tape,
// and why.
func (d difference) words() string {
	live, played := "", ""
	switch d.member {
	case "heard": // lists of notifications
		live, played = "the client hears "+methods(d.live), methods(d.played)
	case "asked":
		live, played = "the client is asked "+d.live, d.played
	case "code":
		live, played = "the error is "+d.live, d.played
	default: // a member of the answer
		live, played = member(d.member, d.live), "none"
		if !missing(d.played) {
			played = member(d.member, d.played)
		}
		live = "the answer has " + live
	}
	return live + " live, and " + played + " from the tape: " + d.why
}

// methods are those of a list of notifications, as words of a page.
func methods(heard string) string {
	var names []string
	for _, m := range gjson.Get(heard, "#.method").Array() {
		names = append(names, "`"+m.Str+"`")
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// member is a member of an answer in a page, with its value where a difference
// spells it.
func member(name, value string) string {
	if value == something {
		return "`" + name + "`"
	}
	return "`" + name + ": " + value + "`"
}

// missing reports whether a value is what a member has that is not there.
func missing(value string) bool { return value == "nothing" || value == `""` }

// sentence begins with a capital.
func sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] }

// item is an item of a list, in lines as long as those of the page around it.
func item(mark, text string) string {
	const width = 124
	var page strings.Builder
	line := mark
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line += word
		case len(line)+1+len(word) > width:
			page.WriteString(line + "\n")
			line = strings.Repeat(" ", len(mark)) + word
		default:
			line += " " + word
		}
	}
	return page.String() + line + "\n"
}
