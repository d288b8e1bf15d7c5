package check

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// width is how many columns a line has, where its words allow it.
const width = 80

// Text writes the report for people, 80 columns wide: under a heading for each
// group of rules a line for each, with cause and cure below it. What the
// specification wants is said where it is not met, or everywhere if verbose.
// Nothing that the server said reaches a terminal as a control character.
func (r *Report) Text(out io.Writer, verbose bool) error {
	w := bufio.NewWriter(out)
	about := []string{say.Short(r.Name, 100), say.Short(r.revisions(), 60)}
	if r.Sessions != "" {
		about = append(about, "sessions "+r.Sessions)
	}
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	column(w, say.Printable(cmp.Or(r.Endpoint, r.Server))+"  ", strings.Join(about, ", "), 2)
	for _, g := range groups {
		heading := g.title
		for _, f := range r.Findings {
			if group(f.Rule) != g.title {
				continue
			}
			if heading != "" {
				fmt.Fprintln(w, heading)
				heading = ""
			}
			f.text(w, verbose)
		}
	}
	if r.Dialect != nil {
		column(w, "dialect     ", r.Dialect.String(), 12)
		if play := r.Dialect.command(); play != "" {
			column(w, "            play   ", play+r.era(), 19)
		}
	}
	fmt.Fprintf(w, "%d ok, %s, %d broken\n", r.OK, say.Count(r.Notes, "note"), r.Broken)
	return w.Flush()
}

func (f *Finding) text(w io.Writer, verbose bool) {
	column(w, fmt.Sprintf("  %-8s  %-21s  ", f.Verdict, f.Rule), f.Saw, 35)
	if f.Verdict == Broken || f.Verdict == Note || verbose {
		column(w, "            wants  ", f.wants(), 19)
		column(w, "                   ", f.Link, 19)
	}
	if f.Cause != "" {
		column(w, "            cause  ", f.Cause, 19)
	}
	if f.Cure != "" {
		column(w, "            cure   ", f.Cure, 19)
	}
	for i, k := range f.knownInWords() {
		label := "            known  "
		if i > 0 {
			label = "                   "
		}
		column(w, label, k, 19)
	}
}

// column writes a text after a label, broken at spaces where it is wider than a
// line, with the lines that follow indented. A word that is wider stays whole.
func column(w io.Writer, label, text string, indent int) {
	line := label
	for i, word := range strings.Split(say.Printable(text), " ") {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			fmt.Fprintln(w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", indent) + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// groups are the headings of a report, each with the beginnings of the names of
// its rules. The first that fits is a rule's own.
var groups = []struct {
	title string
	rules []string
}{
	{"endpoint", []string{"endpoint", "transport", "content-encoding", "rate-limit"}},
	{"initialization", []string{"initialize", "version-", "before-initialize"}},
	{"sessions", []string{"session-", "delete"}},
	{"messages", []string{"ping", "tools-", "method-unknown", "notification", "batch", "malformed", "accept", "id-string"}},
	{"streams", []string{"get", "event-stream"}},
	{"process", []string{"stdout", "exit"}},
	{"security", []string{"origin", "cors"}},
	{"2026-07-28", []string{"modern-"}},
	{"not asked", []string{"all-others"}},
}

// group is the heading under which a rule stands.
func group(rule string) string {
	for _, g := range groups {
		for _, name := range g.rules {
			if rule == name || strings.HasPrefix(rule, name) && (strings.HasSuffix(name, "-") || strings.HasPrefix(rule, name+"-") || rule == name+"d") {
				return g.title
			}
		}
	}
	return "messages"
}

// era is the flag of a mock that serves the eras that the server does; "" for
// the one that a mock of the tape serves anyhow.
func (r *Report) era() string {
	switch {
	case !slices.Contains(r.Eras, eraModern):
		return ""
	case slices.Contains(r.Eras, eraLegacy):
		return " --era both"
	}
	return " --era modern"
}

// revisions are those that were walked.
func (r *Report) revisions() string {
	if slices.Contains(r.Eras, eraModern) && slices.Contains(r.Eras, eraLegacy) {
		return r.Protocol + " and " + mcp.V20260728
	}
	return r.Protocol
}

func (f *Finding) wants() string {
	return fmt.Sprintf("%s (%s, %s, %s)", f.Wants, cmp.Or(f.Level, "no rule"), f.Section, f.Revision)
}

// command is what to type for a mock that refuses as the server does; "" where
// no dialect fits.
func (l *Likeness) command() string {
	switch l.Name {
	case "", "spec": // what every mock speaks
		return ""
	}
	return "mcpmock replay weather -s " + l.Name
}

// String says which dialect it is, and how well it fits.
func (l *Likeness) String() string {
	if len(l.All) == 0 {
		return "none is known"
	}
	best := l.All[0]
	if l.Name == "" {
		return fmt.Sprintf("none fits well; the best is %s: %d of %d probes", best.Name, best.Same, l.Of)
	}
	text := fmt.Sprintf("fits %s: %d of %d probes", best.Name, best.Same, l.Of)
	if len(l.All) > 1 {
		text += fmt.Sprintf("; next %s: %d", l.All[1].Name, l.All[1].Same)
	}
	return text
}
