package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Every part of a trigger is called as a file calls it, so that what check prints
// can be found in the file.
func TestKeysAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	schema := string(scenarios.Schema())
	of := reflect.TypeFor[scenarios.Trigger]()
	for i := range of.NumField() {
		if key := keyOf(of.Field(i).Name); !strings.Contains(schema, `"`+key+`": {`) {
			t.Errorf("Trigger.%s is called %q, which no file has", of.Field(i).Name, key)
		}
	}
}

func TestWordsOfScenarios(t *testing.T) {
	t.Parallel()
	s, err := scenarios.Parse("a.yaml", []byte(`
seed: 1
faults:
  - {when: {}, do: ignore}
  - {when: {method: tools/*, header: {Accept: absent, Host: present}, arguments: {a: 1}, idle: 2s, chance: 0.5, every: 2}, do: {id: {as: "null"}, bom: true, close_idle: 1s, send: {message: {}}}}
  - {when: {after: 3s, same_id: true}, do: {status: 500, headers: {a: b}}}
  - {when: {kind: request, any: [{method: a}, {method: b, session: known}], not: {any: [{tool: c}, {tool: d}]}, nth: 2}, do: ignore}
  - {when: {any: [{method: a}], not: {method: b, not: {tool: c}}}, do: ignore}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		when string
		do   []string
	}{
		{"every request", []string{"ignore"}},
		{"header Accept: absent, Host: present, method tools/*, arguments {\"a\":1}, idle 2s, chance 0.5, every 2", []string{"id", "send", "close_idle", "bom"}},
		{"same_id, after 3s", []string{"status", "headers"}},
		{"kind request, either method a or (method b, session known), not (either tool c or tool d), nth 2", []string{"ignore"}},
		{"method a, not (method b, not tool c)", []string{"ignore"}},
	} {
		f := &s.Faults[i]
		if got := whenWords(&f.When); got != want.when {
			t.Errorf("fault %d: when %q, want %q", i, got, want.when)
		}
		if got := f.Do.Keys(); !slices.Equal(got, want.do) {
			t.Errorf("fault %d: do %q, want %q", i, got, want.do)
		}
	}
}
