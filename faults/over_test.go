package faults

import (
	"reflect"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A fault that would do nothing over a transport is not met there, and one that
// would do a part of it does that.
func TestFireOverTransports(t *testing.T) {
	code := 3
	for _, c := range []struct {
		why, over string
		do        scenarios.Action
		want      *scenarios.Action
	}{
		{"a process ends over stdio", "stdio", scenarios.Action{Exit: &code}, &scenarios.Action{Exit: &code}},
		{"and not over HTTP", "http", scenarios.Action{Exit: &code}, nil},
		{"a status is HTTP's", "http", scenarios.Action{Status: 503}, &scenarios.Action{Status: 503}},
		{"and not that of stdio", "stdio", scenarios.Action{Status: 503}, nil},
		{"what is left of it happens", "stdio", scenarios.Action{Status: 503, Wrap: true}, &scenarios.Action{Wrap: true}},
		{"who does not ask gets all", "", scenarios.Action{Status: 503, Exit: &code}, &scenarios.Action{Status: 503, Exit: &code}},
		{"what does nothing at all is for whoever wrote it in Go", "http", scenarios.Action{}, &scenarios.Action{}},
	} {
		run := NewSet(&scenarios.Scenario{Faults: []scenarios.Fault{{Name: "it", When: scenarios.Trigger{Nth: 1}, Do: c.do}}}).Begin()
		var counts Counts
		var got *scenarios.Action
		run.Fire(&Request{HTTP: "POST", Over: c.over}, Place{Session: &counts, Server: &counts}, time.Unix(0, 0), func(f *scenarios.Fault) bool {
			got = &f.Do
			if f.Name != "it" {
				t.Errorf("%s: it is called %q", c.why, f.Name)
			}
			return true
		})
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.why, got, c.want)
		}
		if counted := counts.met != nil; counted != (c.want != nil) {
			t.Errorf("%s: counted: %v", c.why, counted)
		}
	}
}
