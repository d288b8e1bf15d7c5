package verdicts

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

// hostile is a report whose every text would break out of its place.
func hostile() *Report {
	const nasty = `</script><script>alert(1)</script> & "quoted" ]]> ` + "\x00\x1b[31m\xff\u202e"
	return &Report{
		Name:     nasty,
		Facts:    []Fact{{"sessions", 2}, {nasty, 7}},
		Findings: []Finding{{Kind: "mismatch", Text: nasty + "\n  nearest: " + nasty, Failed: true}, {Kind: "unused", Text: nasty}},
		Verdicts: []Verdict{
			{nasty, nasty, "must", Fail, nasty, 1500 * time.Millisecond, "javascript:alert(1)", 250 * time.Millisecond, ""},
			{nasty + "2", nasty, "should", Fail, nasty, 0, "https://bugs.example/?a=1&b=<2>", 0, ""},
			{"other", "settles", "must", Pass, "ended after 1.0 s", 0, "", 0, ""},
			{"other", "alive", "advice", NotReached, "no fault fired", 0, "", 0, ""},
		},
		Took: 2 * time.Second,
		Ran:  true,
	}
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportAsText(t *testing.T) {
	r := &Report{
		Facts:    []Fact{{"sessions", 3}, {"requests", 21}, {"matched", 17}},
		Findings: []Finding{{Kind: "mismatch", Text: "no recorded answer to tools/call\n  nearest recorded: exchange 3\n", Failed: true}, {Kind: "unused", Text: "exchange 4: tools/list"}},
		Verdicts: []Verdict{
			{"session-404", "reinitialize: {within: 5s}", "must", Fail, "kept the dead session", 0, "https://bugs.example/1", 0, ""},
			{"session-404", "reinitialize: {max: 1}", "should", Fail, "kept the dead session", 0, "https://bugs.example/1", 0, ""},
			{"session-404", "replays", "advice", Fail, "did not send it again", 0, "https://bugs.example/1", 0, ""},
			{"session-404", "alive", "must", Pass, "tools/list was answered", 0, "https://bugs.example/1", 0, ""},
			{"session-404", "cancels", "should", NotReached, "no fault fired", 0, "https://bugs.example/1", 0, ""},
		},
	}
	const want = `mcpmock  3 sessions, 21 requests, 17 matched

  ✗ mismatch  no recorded answer to tools/call
      nearest recorded: exchange 3

  ! unused    exchange 4: tools/list

  ✗ must      session-404: reinitialize: {within: 5s}
  ! should    session-404: reinitialize: {max: 1}
      kept the dead session
  ! advice    session-404: replays
      did not send it again
      compare: https://bugs.example/1
  ✓ must      session-404: alive
      tools/list was answered
  - should    session-404: cancels
      no fault fired

mcpmock  FAILED: 1 mismatch, 1 expectation
`
	if got := written(t, r.Text); got != want {
		t.Errorf("got\n%s\nnot\n%s", got, want)
	}
	if !r.Failed() {
		t.Error("it failed")
	}
	r.Findings, r.Verdicts = r.Findings[1:], r.Verdicts[1:]
	if r.Failed() {
		t.Error("neither an unused exchange nor an advice fails")
	}
}

// TestReportOfACommand holds that a command which failed is a failure in every
// form, though no check failed, and nothing is said of requests.
func TestReportOfACommand(t *testing.T) {
	r := &Report{Name: "npm test", Ran: true, Exit: 7, Took: time.Second}
	if text := written(t, r.JSON); !strings.Contains(text, `"failed":true,"exit":7`) {
		t.Error(text)
	}
	text := written(t, r.JUnit)
	for _, want := range []string{`failures="1"`, `<testcase classname="mcpmock" name="command: npm test" time="1.000">`, `<failure message="exited 7"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if page := written(t, r.HTML); !strings.Contains(page, `class="bad">failed</b>`) || !strings.Contains(page, "exited 7") {
		t.Error(page)
	}
	if text := written(t, r.Text); text != "" {
		t.Errorf("no check failed: %q", text)
	}
	judged := &Report{Name: "j.cassette"}
	if text := written(t, judged.JSON); !strings.Contains(text, `"name":"j.cassette"`) || strings.Contains(text, `"exit"`) {
		t.Errorf("a tape has a name, and no exit code: %s", text)
	}
}

// TestReportNamesTheMock holds that of several mocks each verdict says which
// it is about, in every form, and that its time is a duration.
func TestReportNamesTheMock(t *testing.T) {
	r := &Report{Verdicts: []Verdict{{Scenario: "s", Expectation: "alive", Level: "must", Result: Fail, Evidence: "e",
		At: time.Minute, Took: 1500 * time.Millisecond, Mock: "billing", About: "a sentence of its own"}}}
	for form, want := range map[string]string{
		written(t, r.Text):   "✗ must      billing: s: alive\n      e\n      about: a sentence of its own\n",
		written(t, r.JSON):   `{"mock":"billing","scenario":"s"`,
		written(t, r.JUnit):  `<testcase classname="billing.s" name="must: alive" time="1.500">`,
		written(t, r.HTML):   "<h2>billing: s</h2>",
		r.Verdicts[0].Line(): "must billing: s: alive: e",
	} {
		if !strings.Contains(form, want) {
			t.Errorf("no %s in\n%s", want, form)
		}
	}
}

// TestReportKeepsTheTerminal holds that what a client calls its tools does not
// colour, clear or otherwise command the terminal of whoever reads it.
func TestReportKeepsTheTerminal(t *testing.T) {
	if text := written(t, hostile().Text); strings.ContainsAny(text, "\x00\x1b\r") {
		t.Errorf("%q", text)
	}
}

func TestReportAsJSON(t *testing.T) {
	var got struct {
		Failed   bool
		Took     int
		Counts   map[string]int
		Findings []struct{ Kind string }
		Verdicts []struct {
			Result string
			At     int
		}
	}
	text := written(t, hostile().JSON)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if strings.Count(text, "\n") != 1 || !got.Failed || got.Took != 2000 || got.Counts["sessions"] != 2 || len(got.Findings) != 2 ||
		got.Verdicts[0].At != 1500 || got.Verdicts[3].Result != "not reached" {
		t.Errorf("%s", text)
	}
	if text := written(t, (&Report{}).JSON); !strings.Contains(text, `"findings":[],"verdicts":[]`) {
		t.Errorf("an empty report has null in it: %s", text)
	}
}

func TestReportAsJUnit(t *testing.T) {
	text := written(t, hostile().JUnit)
	var got suites
	if err := xml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.Tests != 7 || got.Failures != 2 || len(got.Suites) != 4 {
		t.Errorf("%d tests, %d failures, %d suites", got.Tests, got.Failures, len(got.Suites))
	}
	skipped := 0
	for _, s := range got.Suites {
		if s.Tests != len(s.Cases) {
			t.Errorf("%s says %d cases and has %d", s.Name, s.Tests, len(s.Cases))
		}
		skipped += s.Skipped
	}
	if skipped != 1 {
		t.Errorf("%d skipped", skipped)
	}
	if c := got.Suites[2].Cases[0]; c.Failure != nil || !strings.Contains(c.Out, "should") {
		t.Errorf("a should that failed: %+v", c)
	}
	if strings.Contains(text, "<script>") {
		t.Error("it breaks out of its place")
	}
	var empty suites
	if err := xml.Unmarshal([]byte(written(t, (&Report{}).JUnit)), &empty); err != nil || empty.Tests != 1 {
		t.Errorf("an empty report: %v, %d tests", err, empty.Tests)
	}
}

func TestReportAsPage(t *testing.T) {
	page := written(t, hostile().HTML)
	if strings.Contains(page, "<script") || strings.Contains(page, `href="javascript:`) {
		t.Errorf("a text breaks out of its place:\n%s", page)
	}
	for _, want := range []string{`href="https://bugs.example/?a=1&amp;b=%3c2%3e"`, "ended after 1.0 s", `class="bad">fail</b> must`, `class="mild">fail</b> should`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	if strings.ContainsRune(page, '\u202e') {
		t.Error("it turns the direction of writing")
	}
	if strings.Contains(page, "http://") || strings.Contains(page, "src=") || !strings.Contains(page, "default-src 'none'") {
		t.Error("it needs something else")
	}
}
