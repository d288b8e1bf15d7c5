package replay

import (
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/gjson"
)

// Wanting is what requests on the tape were turned away for that their client
// could not do: by the key of the request, the capabilities that the server
// named. Such a refusal is made anew for whoever lacks them, and never played
// to a client that has them (2026-07-28 basic, "Per-request protocol fields").
type wanting map[matching.Key]gjson.Result

// maxWanting is how many of the refusals on a tape are looked at.
const maxWanting = 1000

// learnWanting reads off the tape what its server could not do without.
func (p *Player) learnWanting() {
	looked := 0
	for x := range p.index.Len() {
		if p.index.Flags(x)&(cassettes.Modern|cassettes.Refused) != cassettes.Modern|cassettes.Refused {
			continue
		}
		if looked++; looked > maxWanting {
			return
		}
		a, err := p.answers.get(x)
		if err != nil {
			continue
		}
		for _, l := range a.lines {
			e := gjson.GetBytes(l.text, "error")
			if needs := e.Get("data.requiredCapabilities"); e.Get("code").Int() == mcp.MissingCapability && needs.IsObject() {
				if p.wanting == nil {
					p.wanting = wanting{}
				}
				p.wanting[p.index.KeyOf(x)] = needs
			}
		}
	}
}

// lacks returns the capabilities that the recorded server turned such a request
// away for, where the client of this one lacks some of them; else nil.
func (q *visit) lacks(m jsonrpc.Message) []byte {
	if q.p.wanting == nil {
		return nil
	}
	needs, ok := q.p.wanting[q.p.keys.Of(m.Method, m.Params, true)]
	if !ok || has(gjson.Parse(q.Capabilities), needs) {
		return nil
	}
	return []byte(needs.Raw)
}

// has reports whether an object has all the members of another, and these what
// the members there have.
func has(object, needs gjson.Result) bool {
	all := true
	needs.ForEach(func(name, v gjson.Result) bool {
		there := jsonrpc.Member(object, name.Str)
		all = there.Exists() && (!v.IsObject() || has(there, v))
		return all
	})
	return all
}
