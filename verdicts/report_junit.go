package verdicts

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
)

// A suite and its cases are what CI systems read: the JUnit XML that
// Jenkins and others agree on, as the schema of its xunit plugin has it
// (junit-10.xsd).
type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr,omitempty"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []*suite `xml:"testsuite"`
}

type suite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Time    string   `xml:"time,attr"`
	Failure *failing `xml:"failure,omitempty"`
	Skipped *skipped `xml:"skipped,omitempty"`
	Out     string   `xml:"system-out,omitempty"`
}

type failing struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type skipped struct {
	Message string `xml:"message,attr"`
}

// JUnit writes the report as JUnit XML: a suite for each scenario with a case
// for each expectation, and a suite for the command that was run, a case that
// failed if that did, and for what else was found. The classname has the mock
// first where there are several, and the time of a case is how long it took. What was not
// reached is skipped; a should that failed is a case that passed, with its
// evidence as output.
func (r *Report) JUnit(w io.Writer) error {
	all := &suites{Name: r.Name, Time: inSeconds(r.Took)}
	if r.Ran { // so a file has a case, whatever was found
		c := junitCase{Class: "mcpmock", Name: "command: " + r.Name, Time: all.Time}
		if r.Exit != 0 {
			said := fmt.Sprintf("exited %d", r.Exit)
			c.Failure = &failing{said, "exit", r.Name + " " + said}
		}
		all.add("mcpmock", c)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		first, _, _ := strings.Cut(f.Text, "\n")
		c := junitCase{Class: "mcpmock", Name: f.Kind + ": " + first, Time: "0.000"}
		if f.Failed {
			c.Failure = &failing{first, f.Kind, f.Text}
		} else {
			c.Out = f.Text
		}
		all.add("mcpmock", c)
	}
	for i := range r.Verdicts {
		all.add(r.Verdicts[i].place(), r.Verdicts[i].junit())
	}
	if len(all.Suites) == 0 { // a file without a case is taken for a mistake
		all.add("mcpmock", junitCase{Class: "mcpmock", Name: "nothing was found", Time: "0.000"})
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+say.Lines(string(text))+"\n")
	return err
}

func (v *Verdict) junit() junitCase {
	class := v.Scenario
	if v.Mock != "" {
		class = v.Mock + "." + class // a dot is what CIs take classnames apart at
	}
	c := junitCase{Class: class, Name: v.Level + ": " + v.Expectation, Time: inSeconds(v.Took)}
	switch {
	case v.Failed():
		c.Failure = &failing{v.Evidence, v.Level, v.String()}
	case v.Result == Pass, v.Result == Fail:
		c.Out = v.Evidence
		if v.Result == Fail {
			c.Out = v.String()
		}
	default:
		c.Skipped = &skipped{string(v.Result) + ": " + v.Evidence}
	}
	return c
}

// add puts a case into the suite of that name.
func (all *suites) add(name string, c junitCase) {
	var s *suite
	for _, known := range all.Suites {
		if known.Name == name {
			s = known
		}
	}
	if s == nil {
		s = &suite{Name: name, Time: all.Time}
		all.Suites = append(all.Suites, s)
	}
	s.Cases = append(s.Cases, c)
	s.Tests++
	all.Tests++
	if c.Failure != nil {
		s.Failures++
		all.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
