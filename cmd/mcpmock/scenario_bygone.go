package main

import (
	"fmt"

	"github.com/mcpmock/mcpmock/scenarios"
)

// bygone are the remarks on what a scenario for the modern era alone has of the
// handshake and the sessions that went with 2026-07-28. It is no mistake: --era
// may say that older clients are served as well.
func bygone(s *scenarios.Scenario) (all []string) {
	if s.Era != "modern" {
		return nil
	}
	if s.Version != "" {
		all = append(all, "era: modern has no handshake, and version is what initialize is answered with: it changes nothing")
	}
	if s.Sessions == "required" || s.Sessions == "optional" {
		all = append(all, fmt.Sprintf("era: modern has no sessions: sessions: %s changes nothing", s.Sessions))
	}
	return all
}

// bygoneFault is the remark on a fault of such a scenario that acts on sessions.
func bygoneFault(s *scenarios.Scenario, f *scenarios.Fault) []string {
	if s.Era != "modern" || !f.Do.OnSession() {
		return nil
	}
	return []string{"it acts on a session, and era: modern has none: no request of that era meets it"}
}
