package faults

import (
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What acts on a session needs one: a client of an era without sessions would be
// judged by what nothing has told it.
func TestFaultsOnSessions(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"forecast"}}`
	const modernCall = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"forecast","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`
	alone := func(r *Request) { r.Session, r.State = NoSession, New }
	second := scenarios.Trigger{Method: "tools/call", Nth: 2}
	for _, c := range []struct {
		why      string
		do       scenarios.Action
		when     scenarios.Trigger
		requests []*Request
		fired    int
	}{
		{"a request of the legacy era has one, or could have", scenarios.Action{ExpireSession: true}, scenarios.Trigger{},
			[]*Request{posted(t, call), posted(t, call).changed(alone)}, 2},
		{"one of the modern era has none to end", scenarios.Action{ExpireSession: true}, scenarios.Trigger{}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"nor one to forget", scenarios.Action{ForgetSession: true}, scenarios.Trigger{Method: "tools/call"}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"nor has its server any", scenarios.Action{Restart: true}, scenarios.Trigger{Tool: "forecast"}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"nor does it show an id to take up", scenarios.Action{AdoptSession: true}, scenarios.Trigger{Kind: "request"}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"nor to turn into another", scenarios.Action{RotateSession: true}, scenarios.Trigger{}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"what is done with that is not done alone", scenarios.Action{ForgetSession: true, Drop: &scenarios.Drop{}}, scenarios.Trigger{}, []*Request{posted(t, modernCall).changed(alone)}, 0},
		{"what needs no session is done", scenarios.Action{Drop: &scenarios.Drop{}, Crash: time.Second}, scenarios.Trigger{}, []*Request{posted(t, modernCall).changed(alone)}, 1},
		{"it is of its era by the header", scenarios.Action{ExpireSession: true}, scenarios.Trigger{}, []*Request{posted(t, call, "Mcp-Protocol-Version", "2026-07-28").changed(alone)}, 0},
		{"in a session it is of the server's era", scenarios.Action{ExpireSession: true}, scenarios.Trigger{}, []*Request{posted(t, modernCall)}, 1},
		{"it is not counted among those that have one", scenarios.Action{ExpireSession: true}, second,
			[]*Request{posted(t, modernCall).changed(alone), posted(t, call), posted(t, modernCall).changed(alone), posted(t, call), posted(t, call)}, 1},
	} {
		s := &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "x", When: c.when, Do: c.do}}}
		var counts Counts
		fired, fits := 0, 0
		run := NewSet(s).Begin()
		for _, r := range c.requests {
			if Fits(&s.Faults[0], r) {
				fits++
			}
			run.Fire(r, Place{Session: &counts, Server: &counts}, time.Time{}, func(*scenarios.Fault) bool { fired++; return true })
		}
		if fired != c.fired || c.when.Nth == 0 && fits != c.fired {
			t.Errorf("%s: fired %d times, want %d; fits %d", c.why, fired, c.fired, fits)
		}
	}
}
