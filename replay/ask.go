package replay

import (
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// newGate makes the gate of a dialect. It is told of what has been settled by
// now, and must not be asked before all else is made.
func (p *Player) newGate(d *scenarios.Dialect) *gate.Gate {
	return gate.New(d, gate.Mock{
		Sessions: p.mode, MaxSessions: p.maxSessions, MaxBody: p.maxBody, Endpoint: p.index.Path,
		Handshakes: p.supported(), Announced: p.spokenVersions(), Discovers: p.discovers(),
		Knows: p.knows, Fresh: func() string { return p.sessions.leak() },
	}, p.lenient)
}

// admitted asks the gate whether the request may pass. Else it has been refused. A
// breach that is only noted goes to the journal.
func (q *visit) admitted(way gate.Way) bool {
	q.Way = way
	q.Opened = q.space.opened.Load()
	q.Full = way == gate.OverHTTP && q.Initialize() && q.p.mode != "stateless" && q.p.sessions.full()
	noted, refused := q.p.gate.Ask(&q.Facts)
	if refused == nil && (q.Place == gate.PlaceFree || q.Place == gate.PlaceOwn) {
		if q.claimed = q.conv.claim(q.Place == gate.PlaceOwn); !q.claimed { // the place was taken since the gate looked
			q.Place = gate.PlaceTaken
			noted, refused = q.p.gate.Ask(&q.Facts)
		}
	}
	for _, b := range noted {
		q.note("noted", b.Check, b.Detail)
	}
	if refused != nil {
		q.refuse(refused.Check, refused.Refuse, refused.Detail)
	}
	return refused == nil
}

// place returns where a GET would listen.
func (q *visit) place() gate.Place {
	switch s, _ := q.resumes(); {
	case s != nil && s.turn != nil:
		return gate.PlaceBeside
	case s != nil:
		return gate.PlaceOwn
	case q.conv.isClaimed():
		return gate.PlaceTaken
	}
	return gate.PlaceFree
}
