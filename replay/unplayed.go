package replay

import (
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// An Unplayed is a recorded exchange that nobody asked for.
type Unplayed struct {
	Exchange int    // its number on the tape, from 1
	Line     int    // of its request in the cassette
	Method   string //
	Name     string // the tool, prompt or resource; or ""
}

// Unplayed returns the exchanges that can be played and have not been, of
// which played knows by their numbers, from 1. Of many it returns the first max
// and how many there are. Those that no client of a served era asks for, since
// its era has no such request, are not among them. The error is one of reading
// the tape.
func (p *Player) Unplayed(played func(exchange int) bool, max int) (first []Unplayed, all int, err error) {
	if p.blank {
		return nil, 0, nil
	}
	for x := range p.index.Len() {
		own, crossing := p.awaited(x)
		if !own && !crossing || !p.index.PlayableAt(x) || played(x+1) {
			continue
		}
		if own && all >= max { // it need not be read
			all++
			continue
		}
		recorded, err := p.index.Exchange(x)
		if err != nil {
			return nil, 0, err
		}
		m := jsonrpc.One(recorded.Message)
		if !own && !inOtherEra(m.Method, p.index.Flags(x)&cassettes.Modern != 0) {
			continue
		}
		if all++; all <= max {
			first = append(first, Unplayed{x + 1, p.index.Line(p.index.RequestEvent(x)), m.Method, matching.NameOf(m.Method, m.Params)})
		}
	}
	return first, all, nil
}

// awaited reports whose clients are expected to ask for exchange x: those of
// its own era, or, where it is translated, only of both. Where one era was asked
// for and the tape has it, what it has of the other is expected of nobody.
func (p *Player) awaited(x int) (own, crossing bool) {
	served, otherServed, otherTaped := p.eras.legacy, p.eras.modern, p.taped.modern
	if p.index.Flags(x)&cassettes.Modern != 0 {
		served, otherServed, otherTaped = p.eras.modern, p.eras.legacy, p.taped.legacy
	}
	own = p.era == "" || served && (otherTaped || !otherServed)
	return own, !own && !otherTaped
}

// inOtherEra reports whether the era that a request was not recorded in has
// such a request, or may have: what no revision knows is of both.
func inOtherEra(method string, modern bool) bool {
	if modern {
		return mcp.IsLegacyRequest(method) || !mcp.IsModernRequest(method)
	}
	return mcp.IsModernRequest(method) || !mcp.IsLegacyRequest(method)
}
