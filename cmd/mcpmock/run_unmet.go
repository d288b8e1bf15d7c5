package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/near"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/tidwall/gjson"
)

// Meetings are what faults could have met, and which fired.
type meetings struct {
	fired          map[string]bool // faults, by what the journal calls them
	http, stdio    bool            // somebody came so
	methods, tools []string        // that were asked for
}

// maxNames is how many methods and tools are remembered.
const maxNames = 200

// hear takes in an event of the journal.
func (y *meetings) hear(e *cassettes.Event, messages []jsonrpc.Message) {
	if e.Note != nil && e.Note.Kind == "faulted" {
		y.fired[e.Note.Rule] = true
	}
	if e.From != cassettes.Client {
		return
	}
	y.http, y.stdio = y.http || e.HTTP != nil, y.stdio || e.HTTP == nil && e.SSE == nil && len(messages) > 0
	for _, m := range messages {
		y.methods = remembered(y.methods, m.Method)
		if m.Method == mcp.ToolsCall {
			y.tools = remembered(y.tools, gjson.GetBytes(m.Params, "name").Str)
		}
	}
}

// add adds what another mock met.
func (y *meetings) add(x *meetings) {
	for name := range x.fired {
		y.fired[name] = true
	}
	y.http, y.stdio = y.http || x.http, y.stdio || x.stdio
	for _, m := range x.methods {
		y.methods = remembered(y.methods, m)
	}
	for _, t := range x.tools {
		y.tools = remembered(y.tools, t)
	}
}

func remembered(names []string, name string) []string {
	if name == "" || len(names) == maxNames || slices.Contains(names, name) {
		return names
	}
	return append(names, strings.Clone(name))
}

// could reports whether a fault could have fired: on a transport that somebody
// came over, which its scenario is about, and in an era that is served.
func (y *meetings) could(s *scenarios.Scenario, f *scenarios.Fault, eras string) bool {
	over := func(transport string) bool {
		left, _ := f.Do.Over(transport)
		return f.When.Meetable(transport) && left != nil
	}
	http := y.http && s.Transport != "stdio" && (over("http") || over("sse"))
	stdio := y.stdio && (s.Transport == "" || s.Transport == "stdio") && over("stdio")
	return (http || stdio) && (f.When.Era == "" || eras == "both" || f.When.Era == eras)
}

// unmet says which faults never fired at any of the mocks, and could have. Of one
// that is left to chance that is no failure.
func (y *meetings) unmet(playing []string, eras string, fails bool) (all []verdicts.Finding) {
	n := 0
	for _, name := range playing {
		s, err := scenarios.Load(name)
		if err != nil {
			continue // it is played, so it was there
		}
		for i := range s.Faults {
			f := &s.Faults[i]
			n++
			if y.fired[f.Called(n)] || !y.could(s, f, eras) {
				continue
			}
			text := fmt.Sprintf("%s: %s never fired, when %s", say.Printable(s.Name), say.Printable(faultName(f, i+1)), say.Printable(whenWords(&f.When)))
			if meant := y.meant(&f.When); meant != "" {
				text += fmt.Sprintf("\n  did you mean %q?", meant)
			}
			all = append(all, verdicts.Finding{Kind: "unmet", Text: text, Failed: fails && f.When.Chance == 0})
		}
	}
	return all
}

// meant is the method or tool that was asked for and is spelled nearly as a
// trigger has it; "" where none is.
func (y *meetings) meant(t *scenarios.Trigger) string {
	for _, c := range []struct {
		pattern string
		names   []string
	}{{t.Tool, y.tools}, {t.Method, y.methods}} {
		wrong := strings.TrimSuffix(c.pattern, "*")
		if meant := near.Word(wrong, c.names); wrong != "" && !strings.HasPrefix(meant, wrong) {
			return meant
		}
	}
	return ""
}
