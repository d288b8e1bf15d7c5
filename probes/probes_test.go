package probes

import (
	"regexp"
	"strings"
	"testing"
)

func TestAll(t *testing.T) {
	all := All()
	if len(all) < 40 {
		t.Errorf("only %d probes", len(all))
	}
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	harm := false
	for _, p := range all {
		if !kebab.MatchString(p.Name) || seen[p.Name] {
			t.Errorf("%q is not in kebab-case, or is there twice", p.Name)
		}
		seen[p.Name] = true
		if p.About == "" || len(p.Steps) == 0 {
			t.Errorf("%s asks nothing, or does not say what", p.Name)
		}
		if harm && !p.Harmful {
			t.Errorf("%s comes after one that not every server survives", p.Name)
		}
		harm = harm || p.Harmful
		for _, s := range p.Steps {
			for _, l := range s.Header {
				if strings.ContainsAny(l[0]+l[1], "\x00\r\n") {
					t.Errorf("%s: header %q", p.Name, l)
				}
			}
		}
		if got, ok := Named(p.Name); !ok || got.About != p.About {
			t.Errorf("%s is not found by its name", p.Name)
		}
	}
	if _, ok := Named("no-such-probe"); ok {
		t.Error("a probe that does not exist is found")
	}
}

// TestHeaders holds how the usual headers are replaced and kept off.
func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		why   string
		lines []line
		want  string
	}{
		{"nothing else said, both are sent", nil, "Content-Type=application/json Accept=application/json, text/event-stream"},
		{"a line takes the place of the one of its name, in any case", []line{{"accept", "*/*"}}, "Content-Type=application/json accept=*/*"},
		{"a line can be kept off", []line{{"Accept", Without}}, "Content-Type=application/json"},
		{"others come after", []line{unknownID}, "Content-Type=application/json Accept=application/json, text/event-stream Mcp-Session-Id=" + unknownID[1]},
	} {
		var got []string
		for _, l := range post("", c.lines...).Header {
			got = append(got, l[0]+"="+l[1])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s", c.why, got)
		}
	}
}
