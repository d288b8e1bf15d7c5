package mcpmock_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
					fmt.Fprintf(&notes, "%d. %s\n", len(told), d.words())
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
			fmt.Fprintf(&notes, "* %s (%s): %s\n", strings.Join(d.clients, ", "), strings.Join(d.steps, "; "), d.words())
		}
	}
	return table.String() + "\n" + notes.String()
}

// words tells of a difference.
func (d difference) words() string {
	return fmt.Sprintf("`%s` is %s live and %s of the tape: %s", d.member, quoted(d.live), quoted(d.played), d.why)
}

// quoted is JSON in a page, or a word for it.
func quoted(text string) string {
	if text == "nothing" || text == something {
		return text
	}
	return "`" + text + "`"
}
