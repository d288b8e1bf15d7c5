package main

import (
	"fmt"
	"slices"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// asRecorded is the era of a mock where none is asked for.
const asRecorded = "auto"

// warnUnserved warns of scenarios that are made for clients of an era which a
// player does not serve, in a line for each: nothing else would say why nothing
// breaks.
func (p *playing) warnUnserved(c *console, player *replay.Player) {
	for _, name := range p.scenarios {
		s, err := scenarios.Load(name)
		if err != nil { // the player has it
			continue
		}
		if why := unserved(s, player.Eras(), p.era); why != "" {
			c.talk("mcpmock: warning: %s %s", say.Printable(s.Name), why)
		}
	}
}

// unserved says why what a scenario breaks is not met by the clients of the eras
// that are served; "" where it is, or where it is about requests that a server of
// such an era should not get.
func unserved(s *scenarios.Scenario, served, asked string) string {
	lacks := func(era string) bool { return era != "" && served != "both" && served != era }
	if asked != asRecorded && s.Era != "" && served != s.Era {
		return fmt.Sprintf("is made for era %s, and --era %s goes before that: it may break nothing", s.Era, asked)
	}
	i := slices.IndexFunc(s.Faults, func(f scenarios.Fault) bool { return lacks(f.When.Era) })
	if i < 0 || s.Era != "" {
		return ""
	}
	f := &s.Faults[i]
	return fmt.Sprintf("has a fault for requests of the %s era, %s, and that era is not served: --era both serves it", f.When.Era, faultName(f, i+1))
}
