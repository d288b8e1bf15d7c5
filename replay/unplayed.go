package replay

import (
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
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
// and how many there are. The error is one of reading the tape.
func (p *Player) Unplayed(played func(exchange int) bool, max int) (first []Unplayed, all int, err error) {
	if p.blank {
		return nil, 0, nil
	}
	for x := range p.index.Len() {
		if !p.index.playableAt(x) || played(x+1) {
			continue
		}
		if all++; all > max {
			continue
		}
		recorded, err := p.index.Exchange(x)
		if err != nil {
			return nil, 0, err
		}
		m := jsonrpc.One(recorded.Message)
		first = append(first, Unplayed{x + 1, p.index.Line(p.index.RequestEvent(x)), m.Method, nameOf(m.Method, m.Params)})
	}
	return first, all, nil
}
