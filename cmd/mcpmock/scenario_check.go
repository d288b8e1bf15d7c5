package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/spf13/cobra"
)

func newScenarioCheck(c *console) *cobra.Command {
	var cassette string
	cmd := &cobra.Command{
		Use:   "check NAME|FILE",
		Short: "say what a scenario holds, and what it would hit on a cassette",
		Long: `say what a scenario holds, and what it would hit on a cassette

With -c the scenario is held against a cassette, without running anything: which
exchanges each fault would hit if the client did the same again, which fault
hits nothing and why, and which expectation can never be reached. A client that
meets a fault may go on in another way than the cassette has it. Where the
scenario serves an era that the cassette lacks, its requests are taken for those
of that era as far as there are any, and a fault that then hits nothing is no
failure.

A fault that counts requests, and needs more of them than the cassette has, hits
nothing, and what it lacks is said. Where another fault hits something, after
which a client may ask again, that is no failure.

With or without a cassette a name that no revision of the protocol has, nor the
scenario's stubs, is remarked on. That is no failure: servers have methods of
their own. So is what a scenario with era: modern has of sessions and of the
handshake, which that era has not.

Exit codes: 0 all is well, 1 a fault hits nothing, 2 the file is bad.`,
		Example: `  mcpmock scenario check ./mine.yaml
  mcpmock scenario check session-404-no-reinit -c weather`,
		ValidArgsFunction: completeScenario,
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := one(cmd, args, "a scenario", "mcpmock scenario check ./mine.yaml -c weather")
			if err != nil {
				return err
			}
			return checkScenario(c, name, cassette)
		},
	}
	cmd.Flags().StringVarP(&cassette, "cassette", "c", "", "hold it against the cassette `FILE`, or a stock tape")
	_ = cmd.RegisterFlagCompletionFunc("cassette", completeTape) // the flag exists
	return cmd
}

// A scenarioReport is what scenario check --json prints. Its keys stay as
// they are; new ones may be added.
type scenarioReport struct {
	listed
	Stubbed  []string       `json:"stubbed,omitempty"` // such as: tool forecast
	Cassette string         `json:"cassette,omitempty"`
	Policies []string       `json:"policies,omitempty"`
	Remarks  []string       `json:"remarks,omitempty"` // on names of the stubs that may be mistyped, and on what the era has not
	Faults   []faultReport  `json:"faults"`
	Expect   []expectReport `json:"expect"`
}

type faultReport struct {
	Name   string   `json:"name"`
	When   string   `json:"when"`
	Do     []string `json:"do"`
	Hits   []hit    `json:"hits,omitempty"`
	Missed string   `json:"missed,omitempty"`     // why it hits nothing
	Unsure string   `json:"unforetold,omitempty"` // why it may hit something, though nothing shows it
	// Needs is how many requests that meet the rest of the trigger there must be,
	// where the cassette has too few of them; Has is how many it has.
	Needs   int      `json:"needs,omitempty"`
	Has     int      `json:"has,omitempty"`
	Remarks []string `json:"remarks,omitempty"` // on names that may be mistyped, and on what the era has not
	// Nothing are the transports, http (also HTTP+SSE) and stdio, over which the
	// fault never happens, or without these of its actions.
	Nothing map[string][]string `json:"nothing_over,omitempty"`
}

type expectReport struct {
	Level   string   `json:"level"`
	What    string   `json:"what"`
	Text    string   `json:"text"` // as a file has it
	Since   string   `json:"since"`
	Missed  string   `json:"missed,omitempty"` // why it can never be reached
	Remarks []string `json:"remarks,omitempty"`
}

func checkScenario(c *console, name, cassette string) error {
	s, err := scenarios.Load(name)
	if err != nil {
		if _, there := os.Stat(name); there == nil {
			return err // it says where, and what to write there
		}
		return noScenario(&failure{code: exitUse, err: err}, name)
	}
	if err := replay.CheckStubs(s, name); err != nil {
		return err
	}
	report := &scenarioReport{listed: listed{
		Name: s.Name, Group: s.Group, About: s.About, Good: s.Good, Transport: s.Transport, Dialect: s.Dialect, Era: s.Era, Sessions: s.Sessions, Stubs: s.Stubs != nil,
	}, Stubbed: stubbed(s.Stubs), Cassette: cassette, Policies: policies(s), Faults: []faultReport{}, Expect: []expectReport{}}
	for i := range s.Faults {
		f := &s.Faults[i]
		report.Faults = append(report.Faults, faultReport{Name: faultName(f, i+1), When: whenWords(&f.When), Do: f.Do.Keys(), Nothing: nothingOver(s, f)})
	}
	for _, e := range s.Expect {
		report.Expect = append(report.Expect, expectReport{Level: e.Level, What: e.What, Text: verdicts.Text(&e, ""), Since: e.Since})
	}
	var r *rehearsal
	missed := false
	if cassette != "" {
		tape, err := openTape(cassette, "-c %s")
		if err != nil {
			return err
		}
		defer tape.Close()
		if r, err = rehearse(s, tape); err != nil {
			return err
		}
		missed = report.against(r)
	}
	report.remark(s, namesOf(s, r))
	if c.asJSON {
		err = c.print(report)
	} else {
		err = report.write(c.out)
	}
	if err == nil && missed {
		return exit(exitCheck)
	}
	return err
}

// nothingOver lists, by transport, what of a fault means nothing there. Where the
// scenario names its transport, whoever read it has seen to that.
func nothingOver(s *scenarios.Scenario, f *scenarios.Fault) map[string][]string {
	if s.Transport != "" {
		return nil
	}
	var all map[string][]string
	for _, transport := range []string{"http", "stdio"} {
		_, nothing := f.Do.Over(transport)
		if transport == "stdio" && !f.When.Meetable("stdio") || transport == "http" && !f.When.Meetable("http") && !f.When.Meetable("sse") {
			nothing = f.Do.Keys()
		}
		if nothing != nil {
			if all == nil {
				all = map[string][]string{}
			}
			all[transport] = nothing
		}
	}
	return all
}

// stubbed lists what answers are written for.
func stubbed(s *scenarios.Stubs) (all []string) {
	if s == nil {
		return nil
	}
	for _, t := range s.Tools {
		all = append(all, "tool "+t.Name)
	}
	for _, p := range s.Prompts {
		all = append(all, "prompt "+p.Name)
	}
	for _, r := range s.Resources {
		all = append(all, "resource "+r.URI)
	}
	for _, m := range s.Methods {
		all = append(all, "method "+m.Method)
	}
	return all
}

// policies lists what holds all the time.
func policies(s *scenarios.Scenario) []string {
	all := []string{}
	for _, p := range []struct {
		name string
		set  bool
	}{
		{"idle", s.Idle > 0}, {"version", s.Version != ""}, {"replicas", s.Replicas != nil}, {"rate", s.Rate != nil},
		{"cors", s.CORS != nil}, {"auth", s.Auth != nil},
	} {
		if p.set {
			all = append(all, p.name)
		}
	}
	return all
}

// against adds what a tape shows, and reports whether a fault hits nothing.
func (report *scenarioReport) against(r *rehearsal) (missed bool) {
	any := len(report.Policies) > 0
	hits := map[string]bool{}
	for i := range report.Faults {
		f := &report.Faults[i]
		f.Hits = r.hits[i]
		if n := needed(&r.scenario.Faults[i].When); n > r.counted(i) && r.counted(i) > 0 {
			f.Needs, f.Has = n, r.counted(i)
		}
		another := r.metByAnotherClient(i)
		switch {
		case len(f.Hits) > 0:
		case r.apart:
			f.Unsure = r.unforetold(i)
		case r.parted[i]:
			f.Unsure = "a fault takes the session that it needs from the client: it hits one that goes on in a new session, which is not on the cassette"
		case another != "":
			f.Unsure = another
		case r.written(i):
			f.Unsure = "what it asks for is written as a stub, which no client on the cassette asks for"
		default:
			f.Missed = r.why(i)
			missed = true
			continue
		}
		any = true
		hits[r.scenario.Faults[i].Name] = true
	}
	for i := range report.Expect {
		e := &report.Expect[i]
		switch {
		case e.Since == "fault" && !any:
			e.Missed = "it begins at a fault, and none hits anything"
		case e.Since != "fault" && e.Since != "refusal" && e.Since != "start" && !hits[e.Since]:
			e.Missed = fmt.Sprintf("it begins at the fault %q, which hits nothing", e.Since)
		case e.What == scenarios.AssertResumes && r.tape.Header.Transport == "stdio":
			e.Missed = "over stdio, which the cassette was recorded over, no stream is resumed"
		}
	}
	return missed
}

// remark adds what is odd about names, and about the era. A fault that hits nothing says that already
// of those in its trigger.
func (report *scenarioReport) remark(s *scenarios.Scenario, n *names) {
	report.Remarks = append(bygone(s), n.stubbed(s.Stubs)...)
	for i := range report.Faults {
		f := &report.Faults[i]
		if f.Remarks = n.of(s.Faults[i].Until); f.Missed == "" {
			f.Remarks = n.of(&s.Faults[i].When, s.Faults[i].Until)
		}
		f.Remarks = append(f.Remarks, bygoneFault(s, &s.Faults[i])...)
	}
	for i := range report.Expect {
		report.Expect[i].Remarks = n.expected(&s.Expect[i])
	}
}

// unmet is the first condition of fault i that nothing on the tape meets, or nil.
func (r *rehearsal) unmet(i int) *part {
	for k := range r.parts[i] {
		if p := &r.parts[i][k]; !p.met {
			return p
		}
	}
	return nil
}

// written reports whether fault i is about a method or a tool that is on no tape
// because it is written as a stub.
func (r *rehearsal) written(i int) bool {
	p := r.unmet(i)
	return p != nil && slices.Contains(stubbed(r.scenario.Stubs), p.key+" "+p.value)
}

// why says why fault i hits nothing.
func (r *rehearsal) why(i int) string {
	t := &r.scenario.Faults[i].When
	if p := r.unmet(i); p != nil {
		return p.unmet() + r.instead(p)
	}
	switch {
	case r.most[i] == 0 && r.alone[i]:
		return "it acts on a session, and what meets its conditions is of an era that has none"
	case r.most[i] == 0:
		return "its conditions are met, but never all by the same request"
	case needed(t) > r.counted(i):
		return r.tooFew(i) + ": " + r.tooFewCure(i)
	case t.AfterTime > 0:
		return tooEarly(t)
	case t.Chance > 0:
		return fmt.Sprintf("chance let all by that met the rest: %s %s at most", say.Count(r.most[i], "request"), r.within())
	}
	return "a fault before it answers all that it would hit"
}

func (report *scenarioReport) write(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := func(key, value string) {
		if value != "" {
			fmt.Fprintf(table, "  %s\t%s\n", key, value)
		}
	}
	fmt.Fprintf(table, "%s\n", say.Printable(report.Name))
	head("group", report.Group)
	head("about", say.Printable(report.About))
	head("good", say.Printable(report.Good))
	head("transport", report.Transport)
	head("dialect", report.Dialect)
	head("era", report.Era)
	head("sessions", report.Sessions)
	head("policies", strings.Join(report.Policies, ", "))
	head("stubs", say.Printable(strings.Join(report.Stubbed, ", ")))
	head("cassette", say.Printable(report.Cassette))
	if err := table.Flush(); err != nil {
		return err
	}
	writeRemarks(w, report.Remarks)
	for _, f := range report.Faults {
		fmt.Fprintf(w, "  fault  %s: when %s: %s\n", say.Printable(f.Name), say.Printable(f.When), strings.Join(f.Do, ", "))
		f.write(w)
	}
	for _, e := range report.Expect {
		fmt.Fprintf(w, "  %s  %s\n", e.Level, say.Printable(e.Text))
		if e.Missed != "" {
			fmt.Fprintf(w, "    is never reached: %s\n", say.Printable(e.Missed))
		}
		writeRemarks(w, e.Remarks)
	}
	return nil
}

func writeRemarks(w io.Writer, all []string) {
	for _, remark := range all {
		fmt.Fprintf(w, "    remark: %s\n", say.Printable(remark))
	}
}

// maxHits is how many hits of a fault people are shown.
const maxHits = 10

func (f *faultReport) write(w io.Writer) {
	for _, over := range []struct{ transport, name string }{{"http", "HTTP"}, {"stdio", "stdio"}} {
		switch nothing := f.Nothing[over.transport]; {
		case len(nothing) == len(f.Do):
			fmt.Fprintf(w, "    never happens over %s\n", over.name)
		case nothing != nil:
			fmt.Fprintf(w, "    over %s happens without %s\n", over.name, strings.Join(nothing, ", "))
		}
	}
	if f.Missed != "" {
		fmt.Fprintf(w, "    hits nothing: %s\n", say.Printable(f.Missed))
	}
	if f.Unsure != "" {
		fmt.Fprintf(w, "    not foretold: %s\n", say.Printable(f.Unsure))
	}
	writeRemarks(w, f.Remarks)
	for i, h := range f.Hits {
		if i == maxHits {
			fmt.Fprintf(w, "    and %d more\n", len(f.Hits)-i)
			return
		}
		place := fmt.Sprintf("line %d", h.Line)
		if h.Exchange > 0 {
			place = fmt.Sprintf("exchange %d, line %d", h.Exchange, h.Line)
		}
		of := "in its session"
		if h.Era == "modern" {
			of = "with its client"
		}
		fmt.Fprintf(w, "    hits %s: %s, number %d %s\n", place, h.words(), h.Nth, of)
	}
}
