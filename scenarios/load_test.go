package scenarios_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func TestStock(t *testing.T) {
	t.Parallel()
	names := scenarios.Stock()
	if !slices.IsSorted(names) {
		t.Errorf("Stock() is not sorted: %v", names)
	}
	for _, name := range []string{
		"fastmcp-missing-session-id", "fastmcp-missing-session-id-always",
		"session-404-no-reinit", "stateless-http", "wrong-header-name",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("there is no stock scenario %s", name)
		}
	}
	for _, name := range names {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Name != name || s.About == "" {
			t.Errorf("%s: named %q, about %q", name, s.Name, s.About)
		}
		source, err := scenarios.StockSource(name)
		if err != nil || !strings.HasPrefix(string(source), "# ") {
			t.Errorf("%s: the file must begin with what the client sees: %v", name, err)
		}
	}
}

// The answer of issue 808 is the same from the dialect and from the fault,
// byte for byte.
func TestMissingSessionID(t *testing.T) {
	t.Parallel()
	const want = `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request: Missing session ID"}}`
	s, err := scenarios.Load("fastmcp-missing-session-id-always")
	if err != nil {
		t.Fatal(err)
	}
	f := s.Faults[0]
	if !reflect.DeepEqual(f.When, scenarios.Trigger{HTTP: "POST"}) || f.Times != 0 || f.Until != nil {
		t.Errorf("it must meet every POST for ever: %+v", f)
	}
	if r := f.Do.Respond; r.Status != 400 || r.Body != want || len(want) != 105 {
		t.Errorf("got %d %s (%d bytes)", r.Status, r.Body, len(r.Body))
	}
}

func TestLoadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yaml")
	if err := os.WriteFile(file, []byte("sessions: required\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := scenarios.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&scenarios.Scenario{Name: "mine", Sessions: "required"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}

	huge := filepath.Join(dir, "huge.yaml")
	if err := os.WriteFile(huge, []byte(strings.Repeat("# \n", 1<<19)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ why, name, want string }{
		{"a slip in a stock name", "stateles-http", `scenarios: no stock scenario, no dialect and no file "stateles-http": did you mean "stateless-http"?`},
		{"no such file", "nowhere.yaml", "scenarios: no file nowhere.yaml: write it first, or name a stock scenario"},
		{"no such file in a directory", "./nowhere", "scenarios: no file ./nowhere: write it first, or name a stock scenario"},
		{"the beginning of one name", "session-404", `scenarios: no stock scenario, no dialect and no file "session-404": did you mean "session-404-no-reinit"?`},
		{"words of names, in any case", "Missing Session", `scenarios: no stock scenario, no dialect and no file "Missing Session": these have that in them: fastmcp-missing-session-id, fastmcp-missing-session-id-always`},
		{"words that run together", "session404", `scenarios: no stock scenario, no dialect and no file "session404": did you mean "session-404-no-reinit"?`},
		{"the number of an issue", "1676", `scenarios: no stock scenario, no dialect and no file "1676": `},
		{"the beginning of many names", "s", `scenarios: no stock scenario, no dialect and no file "s": `},
		{"a slip in the name of a dialect", "speck", `scenarios: no stock scenario, no dialect and no file "speck": did you mean "spec"?`},
		{"no name", "", `scenarios: no stock scenario, no dialect and no file "": it is one of `},
		{"a directory", dir, "scenarios: " + dir + " is a directory: name a file in it"},
		{"a huge file", huge, huge + ":1:1: the file is larger than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := scenarios.Load(tt.name)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := scenarios.StockSource("spec"); err == nil {
		t.Error("spec is a dialect, no scenario")
	}
	if _, err := scenarios.LoadDialect("speck"); err == nil || !strings.Contains(err.Error(), `did you mean "spec"?`) {
		t.Errorf("LoadDialect: %v", err)
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	one := &scenarios.Scenario{Name: "one", About: "a", Dialect: "spec", Sessions: "required", Faults: []scenarios.Fault{{Name: "1"}}}
	two := &scenarios.Scenario{Name: "two", Dialect: "go-sdk-1.8", Faults: []scenarios.Fault{{Name: "2"}}}
	tests := []struct {
		why  string
		list []*scenarios.Scenario
		want *scenarios.Scenario
	}{
		{"nothing changes nothing", nil, &scenarios.Scenario{}},
		{"nor does nil", []*scenarios.Scenario{nil}, &scenarios.Scenario{}},
		{"one is itself", []*scenarios.Scenario{one}, one},
		{"the later dialect wins, the policy it does not name stays, faults add up", []*scenarios.Scenario{one, two}, &scenarios.Scenario{
			Name: "one, two", About: "a", Dialect: "go-sdk-1.8", Sessions: "required",
			Faults: []scenarios.Fault{{Name: "1"}, {Name: "2"}},
		}},
		{"the later policies, seed and scale win", []*scenarios.Scenario{
			{Era: "both", Idle: time.Second, Version: "echo", Seed: point(int64(1)), Scale: 2, Rate: &scenarios.Rate{Requests: 1}, Auth: &scenarios.Auth{After: 1}, Transport: "http"},
			{Era: "modern", Idle: time.Minute, Seed: point(int64(2)), Scale: 3, Rate: &scenarios.Rate{Requests: 2}, Replicas: &scenarios.Replicas{N: 2}, CORS: &scenarios.CORS{}},
		}, &scenarios.Scenario{
			Era: "modern", Idle: time.Minute, Version: "echo", Seed: point(int64(2)), Scale: 3, Rate: &scenarios.Rate{Requests: 2}, Auth: &scenarios.Auth{After: 1}, Transport: "http",
			Replicas: &scenarios.Replicas{N: 2}, CORS: &scenarios.CORS{},
		}},
		{"expectations and stubs add up", []*scenarios.Scenario{
			{Expect: []scenarios.Expectation{{What: "settles"}}, Stubs: &scenarios.Stubs{Instructions: "a", Tools: []scenarios.StubTool{{Name: "a"}}}},
			{Expect: []scenarios.Expectation{{What: "alive"}}, Stubs: &scenarios.Stubs{Version: "v", Tools: []scenarios.StubTool{{Name: "b"}}}},
		}, &scenarios.Scenario{
			Expect: []scenarios.Expectation{{What: "settles"}, {What: "alive"}},
			Stubs:  &scenarios.Stubs{Instructions: "a", Version: "v", Tools: []scenarios.StubTool{{Name: "a"}, {Name: "b"}}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, scenarios.Merge(tt.list...)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
	if merged := scenarios.Merge(one, two); &merged.Faults[0] == &one.Faults[0] || len(one.Faults) != 1 {
		t.Error("Merge must leave its arguments alone")
	}
}

func ExampleLoad() {
	s, err := scenarios.Load("session-404-no-reinit")
	if err != nil {
		fmt.Println(err)
		return
	}
	f := s.Faults[0]
	fmt.Println(s.About)
	fmt.Printf("at %s number %d, until %s\n", f.When.Method, f.When.Nth, f.Until.Method)
	// Output:
	// https://github.com/modelcontextprotocol/python-sdk/issues/1676
	// at tools/call number 2, until initialize
}

func ExampleParse() {
	_, err := scenarios.Parse("mine.yaml", []byte("name: mine\nsesions: required\n"))
	fmt.Println(err)
	// Output:
	// mine.yaml:2:1: unknown key "sesions" in the scenario: did you mean "sessions"?
}

func ExampleMerge() {
	strict := &scenarios.Scenario{Name: "strict", Sessions: "required"}
	real := &scenarios.Scenario{Name: "real", Dialect: "typescript-sdk-1.32"}
	both := scenarios.Merge(strict, real)
	fmt.Println(both.Name, both.Sessions, both.Dialect)
	// Output:
	// strict, real required typescript-sdk-1.32
}

func ExampleLoadDialect() {
	d, err := scenarios.LoadDialect("python-sdk-1.9.1")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range d.Checks {
		if c.Name == scenarios.CheckSessionMissing {
			fmt.Println(c.Refuse.Status, c.Refuse.Message)
		}
	}
	// Output:
	// 400 Bad Request: Missing session ID
}
