package check

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// Text writes the report for people: a line for each rule, with cause and
// cure below it. What the specification wants is said where it is not met, or
// everywhere if verbose. Nothing that the server said reaches a terminal as a
// control character.
func (r *Report) Text(out io.Writer, verbose bool) error {
	w := bufio.NewWriter(out)
	about := []string{say.Short(r.Name, 100), r.revisions()}
	if r.Sessions != "" {
		about = append(about, "sessions "+r.Sessions)
	}
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	fmt.Fprintf(w, "%s  %s\n", say.Printable(cmp.Or(r.Endpoint, r.Server)), strings.Join(about, ", "))
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %-8s  %-21s  %s\n", f.Verdict, f.Rule, say.Printable(f.Saw))
		if f.Verdict == Broken || f.Verdict == Note || verbose {
			fmt.Fprintf(w, "            wants  %s\n", f.wants())
			fmt.Fprintf(w, "                   %s\n", f.Link)
		}
		for _, line := range [...]struct{ what, text string }{
			{"cause", f.Cause}, {"cure", f.Cure}, {"known", f.knownInWords()},
		} {
			if line.text != "" {
				fmt.Fprintf(w, "            %-5s  %s\n", line.what, say.Printable(line.text))
			}
		}
	}
	if r.Dialect != nil {
		fmt.Fprintf(w, "  dialect   %s\n", r.Dialect)
		if play := r.Dialect.command(); play != "" {
			fmt.Fprintf(w, "            play   %s%s\n", play, r.era())
		}
	}
	fmt.Fprintf(w, "%d ok, %s, %d broken\n", r.OK, say.Count(r.Notes, "note"), r.Broken)
	return w.Flush()
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
