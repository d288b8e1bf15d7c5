package stock_test

// What is shown of the stock scenarios, each of them by a stockCase:
//
//	"initialized-rejected-400": {
//		wire: func(v *visitor) {                     // the bytes, as a raw client gets them
//			v.initialize()
//			v.initialized().is(400, "", "Content-Type", "")
//		},
//		good: func(v *visitor) { v.begin(); v.call() },  // every expectation passes
//		bad: map[string]func(*visitor){
//			"alive": func(v *visitor) { v.begin() },     // the one that begins so fails
//		},
//	},
//
// A visitor is a raw client of a mock of its own, with the headers that a good
// client has, but for those given by name and value; an empty value takes one
// off. Every request ends within a bounded time. The mock's clock stands still
// but for passes; where a reply takes time, or never comes, opens sends the
// request in the background and heard waits for what the mock does meanwhile.
// pipe makes the visitor one over stdio. The verdicts are asked for when the
// function returns; good clients are tried on each stock tape, or on the tapes of
// the case, the first of which is that of the rest. A tape is a stock one, or the
// hand-written one of testdata; with an era after a slash, such as weather/both,
// it is played in that.
//
// A file of cases has one function that returns them; stockCases adds it up.

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// A stockCase is what is shown of one stock scenario.
type stockCase struct {
	wire func(*visitor)
	good func(*visitor)
	bad  map[string]func(*visitor) // by how the expectation that fails begins, without its level
	on   []string                  // tapes; none are the stock tapes, weather first
}

// tapes are those on which good clients are tried.
func (c stockCase) tapes() []string {
	if len(c.on) == 0 {
		return cassettes.StockNames()
	}
	return c.on
}

// tape is that of wire and bad.
func (c stockCase) tape() string {
	if len(c.on) == 0 {
		return "weather"
	}
	return c.on[0]
}

// stockCases are those of all stock scenarios, by name.
func stockCases() map[string]stockCase {
	all := map[string]stockCase{}
	for _, cases := range []map[string]stockCase{
		sessionCases(), lostCases(), gatewayCases(), initializationCases(), notificationCases(), deleteCases(), versionCases(),
		streamCases(), resumptionCases(), rpcCases(), cancellationCases(), stdioCases(),
		statusCases(), negotiationCases(), endpointCases(),
		eraCases(), modernCases(), listenCases(), inputCases(),
	} {
		maps.Copy(all, cases)
	}
	return all
}

func TestStockWire(t *testing.T) {
	for name, c := range stockCases() {
		t.Run(name, func(t *testing.T) {
			if c.wire == nil {
				t.Fatal("no case for the wire")
			}
			c.wire(visit(t, name, c.tape()))
		})
	}
}

func TestStockVerdicts(t *testing.T) {
	for name, c := range stockCases() {
		for _, tape := range c.tapes() {
			t.Run(name+"/good/"+tape, func(t *testing.T) {
				v := visit(t, name, tape)
				c.good(v)
				for _, got := range v.verdicts() {
					if got.Result != verdicts.Pass {
						t.Errorf("a good client: %s %s: %s (%s)", got.Level, got.Expectation, got.Result, got.Evidence)
					}
				}
			})
		}
		for fails, bad := range c.bad {
			t.Run(name+"/bad/"+fails, func(t *testing.T) {
				v := visit(t, name, c.tape())
				bad(v)
				of := 0
				for _, got := range v.verdicts() {
					if strings.HasPrefix(got.Expectation, fails) {
						of++
						if got.Result != verdicts.Fail {
							t.Errorf("a bad client: %s %s: %s (%s)", got.Level, got.Expectation, got.Result, got.Evidence)
						}
					}
				}
				if of != 1 {
					t.Errorf("%d expectations begin with %q: each bad client is for one", of, fails)
				}
			})
		}
	}
}

// No stock scenario is without its cases, no expectation without a client that
// fails it, and no case without its scenario.
func TestStockCases(t *testing.T) {
	cases := stockCases()
	for _, name := range scenarios.Stock() {
		c, ok := cases[name]
		delete(cases, name)
		if !ok || c.wire == nil || c.good == nil {
			t.Errorf("%s: it needs a case for the wire and a good client", name)
			continue
		}
		v := visit(t, name, c.tape())
		for _, got := range v.verdicts() {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(c.bad)), func(fails string) bool { return strings.HasPrefix(got.Expectation, fails) }) {
				t.Errorf("%s: no bad client fails %s", name, got.Expectation)
			}
		}
	}
	for name := range cases {
		t.Errorf("%s: there is no such stock scenario", name)
	}
}

// Each file says what a reader of the list needs, and most can be taken in at a
// glance.
func TestStockFiles(t *testing.T) {
	short := 0
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Error(err)
			continue
		}
		source, err := scenarios.StockSource(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(source, []byte("\n")) < 15 {
			short++
		}
		switch {
		case s.Name != name:
			t.Errorf("%s: it calls itself %s", name, s.Name)
		case len(scenarios.StockWords(name)) < 60:
			t.Errorf("%s: begin with a comment that says what happens on the wire", name)
		case s.Group == "", s.About == "", s.Good == "":
			t.Errorf("%s: group, about and good must be there: %q, %q, %q", name, s.Group, s.About, s.Good)
		case len(s.Expect) == 0:
			t.Errorf("%s: it expects nothing of a client", name)
		}
		for i, e := range s.Expect {
			if e.Within > 30*time.Second || e.Per > 30*time.Second {
				t.Errorf("%s: expectation %d makes an author wait for more than half a minute", name, i+1)
			}
		}
	}
	if all := len(scenarios.Stock()); short <= all/2 {
		t.Errorf("%d of %d files are under 15 lines, and most should be", short, all)
	}
}
