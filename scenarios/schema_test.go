package scenarios_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
	"github.com/mcpmock/mcpmock/scenarios"
)

// The schema that is shipped is the one that the grammar makes.
// UPDATE_SCHEMA=1 writes it anew.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	const file = "scenario.schema.json"
	if os.Getenv("UPDATE_SCHEMA") != "" {
		if err := os.WriteFile(file, scenarios.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shipped, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(shipped, scenarios.Schema()) {
		t.Errorf("%s is out of date: UPDATE_SCHEMA=1 go test ./scenarios -run TestSchemaFile", file)
	}
}

// Parser and schema agree about every file that is good, and about mistakes in
// its shape.
func TestSchema(t *testing.T) {
	t.Parallel()
	valid := validator(t)
	for name, source := range goodFiles(t) {
		if err := valid(source); err != nil {
			t.Errorf("%s is read, but the schema refuses it: %v", name, err)
		}
		if _, err := scenarios.Parse(name, source); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range badShapes() {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if _, err := scenarios.Parse("bad.yaml", []byte(tt.text)); err == nil {
				t.Error("it is read")
			}
			if err := valid([]byte(tt.text)); err == nil {
				t.Error("the schema lets it by")
			}
		})
	}
}

// badShapes are files whose mistakes the schema finds as the parser does.
func badShapes() []struct{ why, text string } {
	const fault = "faults:\n- when: {}\n  do: "
	return []struct{ why, text string }{
		{"a list", "[]"},
		{"an unknown key", "sesions: required"},
		{"an unknown word", "sessions: maybe"},
		{"a number for a name", "name: 1"},
		{"an empty name", `name: ""`},
		{"an unknown dialect", "dialect: spek"},
		{"a duration without a unit", "idle: 5"},
		{"a duration backwards", "idle: -5s"},
		{"no time at all", "idle: 0.0s"},
		{"no scale", "scale: 0"},
		{"cors of nothing", "cors: {}"},
		{"auth of nothing", "auth: {}"},
		{"a header that cannot be", `cors: {allow: ["a b"]}`},
		{"too many replicas", "replicas: {n: 101}"},
		{"replicas without a number", "replicas: {policy: cookie}"},
		{"a rate without a span", "rate: {requests: 1}"},
		{"no faults", "faults: []"},
		{"a fault without when", "faults: [{do: ignore}]"},
		{"a fault without do", "faults: [{when: {}}]"},
		{"a fault that never happens", "faults: [{when: {}, do: ignore, times: 0}]"},
		{"until the third", "faults: [{when: {}, do: ignore, until: {nth: 3}}]"},
		{"two ways to count", "faults: [{when: {nth: 1, every: 2}, do: ignore}]"},
		{"two tests of one header", "faults: [{when: {header: {a: {is: b, lacks: c}}}, do: ignore}]"},
		{"an unknown test of a header", "faults: [{when: {header: {a: missing}}, do: ignore}]"},
		{"any of nothing", "faults: [{when: {any: []}, do: ignore}]"},
		{"a count within any", "faults: [{when: {any: [{nth: 1}]}, do: ignore}]"},
		{"a chance above one", "seed: 1\nfaults: [{when: {chance: 1.5}, do: ignore}]"},
		{"a star in the middle", `faults: [{when: {method: "*/list"}, do: ignore}]`},
		{"a header test of none", "faults: [{when: {header: {a: {}}}, do: ignore}]"},
		{"a test of a header that cannot be", `faults: [{when: {header: {"a b": absent}}, do: ignore}]`},
		{"an unknown action", fault + "explode"},
		{"no action", fault + "{}"},
		{"a stream of nothing", fault + "{stream: {}}"},
		{"an end of nothing", fault + "{stream: {end: {}}}"},
		{"a comment that nothing sends", fault + "{stream: {comment: a}}"},
		{"a delay of nothing", fault + "{delay: {}}"},
		{"half a delay", fault + "{delay: {from: 1s}}"},
		{"half an error", fault + "{respond: {status: 400, code: 1}}"},
		{"data of no error", fault + "{respond: {status: 400, body: a, data: {}}}"},
		{"a header to send that cannot be", fault + `{headers: {"a b": c}}`},
		{"a word that needs a value", fault + "respond"},
		{"a flag that is false", fault + "{gzip: false}"},
		{"two answers", fault + "{ignore: true, result: {}}"},
		{"no status", fault + "{respond: {body: a}}"},
		{"two bodies", fault + "{respond: {status: 200, body: a, body64: aGk=}}"},
		{"a status of HTTP's own", fault + "{status: 100}"},
		{"another redirect", fault + "{redirect: {status: 304, to: /}}"},
		{"another challenge", fault + "{challenge: {status: 400}}"},
		{"an error without a message", fault + "{error: {code: 1}}"},
		{"a pointer without its slash", fault + "{set: {result: 1}}"},
		{"a list of no pointers", fault + "{remove: []}"},
		{"an id of a kind", fault + "{id: {as: float}}"},
		{"a size in bananas", fault + "{pad: 20MB}"},
		{"a message that is text", fault + "{send: {message: hello}}"},
		{"an end in words", fault + "{stream: {end: soon}}"},
		{"an unknown line end", fault + "{stream: {eol: nel}}"},
		{"a way to drop", fault + "{drop: gently}"},
		{"two places to drop", fault + "{drop: {bytes: 1, events: 1}}"},
		{"a place to stall", fault + "{stall: somewhere}"},
		{"pieces of no bytes", fault + "{split: 0}"},
		{"a status of no process", fault + "{exit: 256}"},
		{"a toxic without its attribute", fault + "{latency: {jitter: 1}}"},
		{"an unknown fault of WireMock", fault + "{fault: BANG}"},
		{"no level", "expect: [{settles: {}}]"},
		{"two levels", "expect: [{must: settles, should: alive}]"},
		{"no assertion", "expect: [{must: {}}]"},
		{"an unknown assertion", "expect: [{must: win}]"},
		{"an assertion that needs more", "expect: [{must: never}]"},
		{"at most without count", "expect: [{must: {at_most: {http: GET}}}]"},
		{"always without has", "expect: [{must: {always: {of: {}}}}]"},
		{"stubs of nothing", "stubs: {}"},
		{"a stub without a name", "stubs: {tools: [{answers: [{text: a}]}]}"},
		{"an answer of two kinds", "stubs: {tools: [{name: a, answers: [{text: a, result: {}}]}]}"},
		{"a schema that is no object's", "stubs: {tools: [{name: a, input: {type: array}, answers: [{text: a}]}]}"},
		{"progress without progress", "stubs: {tools: [{name: a, answers: [{text: a, progress: [{total: 1}]}]}]}"},
	}
}

// Every key has a description, for an editor shows it.
func TestSchemaDescribes(t *testing.T) {
	t.Parallel()
	var root any
	if err := json.Unmarshal(scenarios.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	keys := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, v := range v {
				walk(path, v)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for name, p := range properties {
				keys++
				if p, _ := p.(map[string]any); p["description"] == nil || p["description"] == "" {
					t.Errorf("%s/%s has no description", path, name)
				}
			}
			for name, v := range v {
				walk(path+"/"+name, v)
			}
		}
	}
	walk("", root)
	if keys < 150 {
		t.Errorf("the schema has %d keys, which cannot be all", keys)
	}
}

// goodFiles are the stock scenarios, and those of testdata, which have every
// key between them.
func goodFiles(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		if all[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range scenarios.Stock() {
		if all[name+".yaml"], err = scenarios.StockSource(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// validator checks YAML against the schema.
func validator(t *testing.T) func(source []byte) error {
	t.Helper()
	var schema jsonschema.Schema
	if err := json.Unmarshal(scenarios.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(source []byte) error {
		var v any
		if err := yaml.Unmarshal(source, &v); err != nil {
			return err
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &v); err != nil {
			return err
		}
		return resolved.Validate(v)
	}
}

// Every key of the grammar stands in a file of testdata, so that nothing
// escapes the tests that read them.
func TestEverything(t *testing.T) {
	t.Parallel()
	var all []byte
	for _, source := range goodFiles(t) {
		all = append(all, source...)
	}
	for _, key := range schemaKeys(t) {
		if !regexp.MustCompile(`(^|[ \n{,])` + key + `[:,}\n]`).Match(all) {
			t.Errorf("no file of testdata has %s", key)
		}
	}
}

// schemaKeys lists every key of the grammar.
func schemaKeys(t testing.TB) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal(scenarios.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	var keys []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, v := range v {
				walk(v)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for name := range properties {
				keys = append(keys, name)
			}
			for _, v := range v {
				walk(v)
			}
		}
	}
	walk(root)
	slices.Sort(keys)
	return slices.Compact(keys)
}
