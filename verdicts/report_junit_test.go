package verdicts

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// junitSchema is what the schema of Jenkins' xunit plugin, junit-10.xsd, lets
// each element have, of what may be on a report: its attributes, of which those
// with an exclamation mark are needed, and its children.
var junitSchema = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}},
	"testsuite":  {[]string{"name!", "tests!", "failures!", "errors!", "time", "skipped", "timestamp", "hostname", "id", "package", "file"}, []string{"testcase", "properties", "system-out", "system-err"}},
	"testcase":   {[]string{"name!", "time", "classname", "group"}, []string{"skipped", "error", "failure", "system-out", "system-err"}},
	"failure":    {[]string{"type", "message"}, nil},
	"skipped":    {[]string{"type", "message"}, nil},
	"system-out": {nil, nil},
}

// A report of whatever there may be is what the schema of those who read it asks
// for.
func TestReportKeepsToTheSchema(t *testing.T) {
	seconds := regexp.MustCompile(`^[0-9]+\.[0-9]{3}$`)
	ran := hostile()
	ran.Ran, ran.Exit = true, 7
	for why, r := range map[string]*Report{"all there may be": hostile(), "a command that failed": ran, "nothing": {}} {
		text := written(t, r.JUnit)
		if strings.ContainsRune(text, '\u202e') {
			t.Errorf("%s: it turns the direction of writing", why)
		}
		var within []string
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", why, err, text)
			}
			switch e := token.(type) {
			case xml.EndElement:
				within = within[:len(within)-1]
			case xml.StartElement:
				rule, known := junitSchema[e.Name.Local]
				if !known {
					t.Errorf("%s: there is no element %s", why, e.Name.Local)
				}
				if n := len(within); n > 0 && !slices.Contains(junitSchema[within[n-1]].children, e.Name.Local) || n == 0 && e.Name.Local != "testsuites" {
					t.Errorf("%s: %s stands in %q", why, e.Name.Local, within)
				}
				within = append(within, e.Name.Local)
				has := map[string]bool{}
				for _, a := range e.Attr {
					has[a.Name.Local] = true
					if !slices.Contains(rule.attributes, a.Name.Local) && !slices.Contains(rule.attributes, a.Name.Local+"!") {
						t.Errorf("%s: %s has no attribute %s", why, e.Name.Local, a.Name.Local)
					}
					if a.Name.Local == "time" && !seconds.MatchString(a.Value) {
						t.Errorf("%s: %s took %q", why, e.Name.Local, a.Value)
					}
				}
				for _, name := range rule.attributes {
					if bare, needed := strings.CutSuffix(name, "!"); needed && !has[bare] {
						t.Errorf("%s: %s lacks %s", why, e.Name.Local, bare)
					}
				}
			}
		}
	}
}
