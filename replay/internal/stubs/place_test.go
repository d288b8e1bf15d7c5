package stubs

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A client goes from state to state by what it was answered, and each answer
// counts for itself; what it is told names the call, the session and the time.
func TestPlace(t *testing.T) {
	set, err := New([]*scenarios.Scenario{{Stubs: &scenarios.Stubs{Tools: []scenarios.StubTool{{Name: "job", Answers: []scenarios.StubAnswer{
		{State: "start", Text: "queued", Then: "running"},
		{Arguments: json.RawMessage(`{"ask":"done?"}`), State: "running", Then: "over", Sequence: []scenarios.StubAnswer{{Text: "no"}, {Text: "yes"}}},
		{State: "over", Text: "{{seq}}, {{session}}, {{now}}, {{args.ask}}"},
	}}}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	stub := set.Find("tools/call", "job")
	now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	var place Place
	var said []string
	ask := func(arguments string) {
		a, say, n := place.Choose(stub, gjson.Parse(arguments))
		if a == nil {
			number, differences := stub.Nearest(place.State(), gjson.Parse(arguments))
			said = append(said, "none", stub.Answers[number-1].Title, differences[0].Pointer)
			return
		}
		text := set.Outcome([]byte("{"), &Call{Method: "tools/call", Arguments: gjson.Parse(arguments), Number: n, Session: func() string { return "s" }, Now: now}, say)
		said = append(said, gjson.GetBytes(text, "result.content.0.text").Str)
	}
	ask(`{}`)
	ask(`{"ask":"why?"}`)
	ask(`{"ask":"done?"}`)
	ask(`{"ask":"well?"}`)
	want := []string{"queued", "none", "tool job, answer 1", "state", "no", "3, s, 2026-02-03T04:05:06Z, well?"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
}
