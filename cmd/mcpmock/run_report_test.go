package main

import (
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
)

// What is said in the same words is said once, however often it came.
func TestMismatchesAreCounted(t *testing.T) {
	t.Parallel()
	heard := newScore()
	for on, text := range []string{"no a\n  nearest: b", "no c", "no a\n  nearest: b", "no d", "no a\n  nearest: b", "no c", "no a\n  nearest: e"} {
		heard.hear(&cassettes.Event{On: on + 1, Note: &cassettes.Note{Kind: "mismatched", Text: text}})
	}
	want := []string{"sum: no a, 3 times\n  nearest: b", "sum: no c, twice", "sum: no d", "sum: no a\n  nearest: e"}
	if len(heard.mismatches) != len(want) {
		t.Fatalf("%d mismatches are told, want %d: %+v", len(heard.mismatches), len(want), heard.mismatches)
	}
	for i := range want {
		if f := heard.mismatches[i].finding("sum: "); f.Text != want[i] || !f.Failed || f.Kind != "mismatch" {
			t.Errorf("%+v, want a failed mismatch %q", f, want[i])
		}
	}
}
