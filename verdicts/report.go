package verdicts

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
)

// A Report is what a run came to: its verdicts, and what else was found. The
// same report can be written as text for people, as JSON, as JUnit XML for a
// CI, and as a page of HTML.
type Report struct {
	Name     string // what was run or judged
	Ran      bool   // Name is a command that was run, and has ended
	Facts    []Fact // how much of what, in order
	Findings []Finding
	Verdicts []Verdict
	Took     time.Duration
	Exit     int // the exit code of the command that was run
}

// A Fact is a number of things.
type Fact struct {
	Name string // such as "matched"; a noun in the plural
	N    int
}

// A Finding is something that was found besides the verdicts, such as a request
// without a recorded answer.
type Finding struct {
	Kind   string // mismatch, breach, unmet, unused, silence
	Text   string // of one line or more
	Failed bool   // the run fails for it
}

// Failed reports whether a check failed, or the command that was run did.
func (r *Report) Failed() bool { return r.Exit != 0 || len(r.failures()) > 0 }

// failures names what failed, with how many of each, such as "2 mismatches".
func (r *Report) failures() []string {
	var kinds []string
	times := map[string]int{}
	add := func(kind string) {
		if times[kind]++; times[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	for i := range r.Findings {
		if r.Findings[i].Failed {
			add(r.Findings[i].Kind)
		}
	}
	for i := range r.Verdicts {
		if r.Verdicts[i].Failed() {
			add("expectation")
		}
	}
	for i, kind := range kinds {
		switch n := times[kind]; {
		case n == 1, kind == "unused", kind == "unmet", kind == "silence":
			kinds[i] = fmt.Sprintf("%d %s", n, kind)
		case strings.HasSuffix(kind, "ch"):
			kinds[i] = fmt.Sprintf("%d %ses", n, kind)
		default:
			kinds[i] = say.Count(n, kind)
		}
	}
	return kinds
}

// Text writes the report for people: the facts in a line, then a block for
// each finding and each verdict, and what it comes to.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	if len(r.Facts) > 0 {
		var facts []string
		for _, f := range r.Facts {
			name := f.Name
			if f.N == 1 {
				name = strings.TrimSuffix(name, "s")
			}
			facts = append(facts, fmt.Sprintf("%d %s", f.N, name))
		}
		fmt.Fprintf(&b, "mcpmock  %s\n", strings.Join(facts, ", "))
	}
	apart := func() {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
	}
	for i := range r.Findings {
		apart()
		r.Findings[i].text(&b)
	}
	if len(r.Verdicts) > 0 {
		apart()
		writeVerdicts(&b, r.Verdicts)
	}
	if failed := r.failures(); len(failed) > 0 {
		apart()
		b.WriteString("mcpmock  FAILED: " + strings.Join(failed, ", "))
		if r.Ran {
			fmt.Fprintf(&b, "; %s exited %d", r.Name, r.Exit)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, say.Lines(b.String()))
	return err
}

// text writes a finding as a block.
func (f *Finding) text(b *strings.Builder) {
	mark := "!"
	if f.Failed {
		mark = "✗"
	}
	first, rest, _ := strings.Cut(strings.TrimRight(f.Text, "\n"), "\n")
	fmt.Fprintf(b, "  %s %-9s %s\n", mark, f.Kind, first)
	for line := range strings.Lines(rest) {
		fmt.Fprintf(b, "    %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// writeVerdicts writes a block for each verdict: what was expected, what the
// client did and, where it did not do it, the bug to compare with. What is told of
// several expectations of a scenario alike is told once.
func writeVerdicts(b *strings.Builder, list []Verdict) {
	for i := range list {
		v := &list[i]
		fmt.Fprintf(b, "  %s %-9s %s: %s\n", v.mark(), v.Level, v.place(), v.Expectation)
		rest := list[i+1:]
		follows := len(rest) > 0 && rest[0].place() == v.place()
		if !follows || rest[0].Evidence != v.Evidence {
			fmt.Fprintf(b, "      %s\n", v.Evidence)
		}
		if v.Result != Fail || v.About == "" || slices.ContainsFunc(rest, func(w Verdict) bool { return w.Result == Fail && w.place() == v.place() && w.About == v.About }) {
			continue
		}
		if isURL(v.About) {
			fmt.Fprintf(b, "      compare: %s\n", v.About)
		} else {
			fmt.Fprintf(b, "      about: %s\n", v.About)
		}
	}
}

// isURL reports whether what a scenario is about is a place to read.
func isURL(about string) bool {
	return strings.HasPrefix(about, "https://") || strings.HasPrefix(about, "http://")
}

// mark is the sign before a verdict.
func (v *Verdict) mark() string {
	switch {
	case v.Failed():
		return "✗"
	case v.Result == Fail:
		return "!"
	case v.Result == Pass:
		return "✓"
	}
	return "-"
}

// told is a verdict in JSON.
type told struct {
	Mock        string `json:"mock,omitempty"`
	Scenario    string `json:"scenario"`
	Expectation string `json:"expectation"`
	Level       string `json:"level"`
	Result      Result `json:"result"`
	Evidence    string `json:"evidence"`
	At          int64  `json:"at"`   // milliseconds since the tape began
	Took        int64  `json:"took"` // milliseconds until At
	About       string `json:"about,omitempty"`
}

// MarshalJSON writes At and Took in milliseconds, as tapes have it.
func (v Verdict) MarshalJSON() ([]byte, error) {
	return json.Marshal(told{v.Mock, v.Scenario, v.Expectation, v.Level, v.Result, v.Evidence, v.At.Milliseconds(), v.Took.Milliseconds(), v.About})
}

// JSON writes the report as one object on one line. Facts are its member
// counts; exit is there where a command was run.
func (r *Report) JSON(w io.Writer) error {
	type finding struct {
		Kind   string `json:"kind"`
		Text   string `json:"text"`
		Failed bool   `json:"failed"`
	}
	found := make([]finding, len(r.Findings))
	for i, f := range r.Findings {
		found[i] = finding(f)
	}
	counts := map[string]int{}
	for _, f := range r.Facts {
		counts[f.Name] = f.N
	}
	verdicts := r.Verdicts
	if verdicts == nil {
		verdicts = []Verdict{}
	}
	var code *int
	if r.Ran {
		code = &r.Exit
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Name     string         `json:"name,omitempty"`
		Failed   bool           `json:"failed"`
		Exit     *int           `json:"exit,omitempty"`
		Took     int64          `json:"took"` // milliseconds
		Counts   map[string]int `json:"counts"`
		Findings []finding      `json:"findings"`
		Verdicts []Verdict      `json:"verdicts"`
	}{r.Name, r.Failed(), code, r.Took.Milliseconds(), counts, found, verdicts})
}
