package main

import (
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
)

// welcome is what people see when the mock is ready.
func (p *playing) welcome(s *replay.Server) []string {
	lines := append(p.says(s.Player), "  url     "+s.URL)
	if s.SSE != "" && s.SSE != s.URL {
		lines = append(lines, "  sse     "+s.SSE+"  (HTTP+SSE, for older clients)")
	}
	return append(lines,
		"  space   "+s.Space("NAME")+"  (a mock of its own for each NAME)",
		"  stop    ctrl-c")
}

// says is what is played, in a line.
func (p *playing) says(player *replay.Player) []string {
	broken := ""
	if len(p.scenarios) > 0 {
		broken = ", played as " + strings.Join(p.scenarios, ", ")
	}
	sessions := ", sessions " + player.Sessions()
	switch player.Eras() {
	case "modern":
		sessions = ", " + mcp.V20260728
	case "both":
		sessions += ", and " + mcp.V20260728
	}
	if p.stdio {
		sessions = ", over stdio"
	}
	if p.file == "" {
		return []string{"serving the stubs of " + strings.Join(p.scenarios, ", ") + sessions}
	}
	return []string{fmt.Sprintf("replaying %s  %s%s%s", p.file, say.Count(player.Exchanges(), "exchange"), sessions, broken)}
}

// answered is what kind of answer there may be.
func (p *playing) answered() string {
	if p.file == "" {
		return ""
	}
	return "recorded "
}

// playedKinds are what becomes of requests, as notes call it.
var playedKinds = [...]string{"matched", "stubbed", "synthesized", "translated", "refused", "mismatched", "noted", "diverged", "faulted"}

// summary says what happened.
func (c *console) summary(p *replay.Player) {
	j := p.Journal()
	if c.asJSON {
		counts := map[string]int{}
		for _, kind := range playedKinds {
			counts[kind] = j.Count(kind)
		}
		c.event("played", "counts", counts)
		return
	}
	parts := []string{}
	for _, kind := range playedKinds {
		if n := j.Count(kind); n > 0 || kind == "matched" || kind == "refused" || kind == "mismatched" || kind == "synthesized" {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	c.talk("played  %s", strings.Join(parts, ", "))
}

// missed says that a request had no answer.
func (c *console) missed(m *replay.Mismatch) {
	if c.asJSON {
		c.event("mismatch", "text", m.Error())
		return
	}
	c.talk("mismatch: %v", m)
}
