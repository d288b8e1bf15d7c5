package replay

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Ages are the two eras of the protocol, as the specification tells them
// apart: legacy with a handshake, modern with metadata on every request
// (2026-07-28 basic/versioning, "Terminology").
type ages struct{ legacy, modern bool }

// agesOf settles which eras a player serves: those that it was asked to, else
// those of the tape.
func agesOf(asked string, tape ages) ages {
	switch asked {
	case "legacy":
		return ages{legacy: true}
	case "modern":
		return ages{modern: true}
	case "both":
		return ages{true, true}
	}
	if !tape.modern {
		tape.legacy = true // an empty tape, too
	}
	return tape
}

// settleEras settles which eras are served, and how: over which transports, and
// with sessions or without. The error is that nothing can be.
func (p *Player) settleEras() error {
	p.taped.legacy, p.taped.modern = p.index.Eras()
	p.eras = agesOf(p.era, p.taped)
	if p.mode == "" && len(p.index.Begun) == 0 && p.translatesFor(false) {
		p.mode = "required" // a server of that era that asks and tells has sessions
	}
	if p.mode == "" {
		p.mode = p.index.Mode()
	}
	p.answers.serves(p.served())
	p.discovered = p.discover()
	p.answers.server = p.identity()
	if !p.eras.legacy {
		if err := p.bygone(); err != nil {
			return err
		}
		p.transport = "http"
	}
	return p.introducible()
}

// bygone returns which choice has no effect where the modern era alone is
// served: HTTP+SSE, sessions, and streams to come back to, went with 2026-07-28
// (its changelog).
func (p *Player) bygone() error {
	const cure = " is of the revisions with a handshake, and none of these is served: use "
	switch {
	case p.transport == "sse":
		return errors.New("replay: transport sse: HTTP+SSE" + cure + "transport http, or era both")
	case p.sessioned != "":
		return errors.New("replay: sessions " + p.sessioned + ": that" + cure + "sessions auto, or era both")
	case p.style.resumable:
		return errors.New("replay: resumable: resuming a stream" + cure + "era both, or leave resumable out")
	}
	return nil
}

// introducible returns why the server on the tape cannot be introduced to
// clients of an era that it is to be translated into.
func (p *Player) introducible() error {
	const cure = ": record it in that era, or leave the era out"
	if p.eras.modern && p.discovered == nil {
		return errors.New("replay: era " + p.era + ": the result of initialize on the tape is none that " + mcp.Discover + " could be answered from" + cure)
	}
	if p.eras.legacy && len(p.index.Begun) == 0 && p.translatesFor(false) {
		if _, err := eras.Initialize(p.discovered, mcp.Legacy()[0]); err != nil {
			return fmt.Errorf("replay: era %s: %w%s", p.era, err, cure)
		}
	}
	return nil
}

// learnHeaders learns which arguments of tools have headers of their own, from
// the lists of tools on the tape.
func (p *Player) learnHeaders() {
	if !p.eras.modern {
		return
	}
	for _, x := range p.index.Of(mcp.ToolsList) {
		for _, tool := range gjson.GetBytes(p.answers.result(int(x)), "tools").Array() {
			p.gate.Learn(jsonrpc.Bytes(tool.Raw))
		}
	}
}

// modernly reports whether a request is of the modern era, by how its client
// opens (2026-07-28 basic/versioning, "Backward Compatibility with
// Initialization-Based Versions"): whoever names a version in _meta or in the
// header that has no handshake, or calls what only that era has. A dialect may
// turn such requests away in a manner of its own where the era is not served.
func (q *visit) modernly() bool {
	p := q.p
	switch {
	case p.live || q.old || q.pipe != nil && q.pipe.conv.id != "": // HTTP+SSE is of the legacy era alone
		return false
	case !p.eras.legacy:
		return true
	case !p.eras.modern:
		return p.dialect.Modern != nil && p.dialect.Name != "spec" && p.gate.Opens(&q.Facts)
	}
	return p.gate.Opens(&q.Facts)
}

// outOfTime says of a request that is of the modern era, where that is not
// served, what would serve it.
func (q *visit) outOfTime() string {
	if q.p.live || q.p.eras.modern || !q.CarriesVersion() {
		return ""
	}
	return "; this request is of " + mcp.V20260728 + ": replay with --era both to serve it"
}

// spokenVersions lists the versions that the player speaks to modern clients,
// and those of its legacy era after them.
func (p *Player) spokenVersions() []string {
	versions := mcp.Modern()
	if p.dialect.Modern != nil {
		versions = p.dialect.Modern.Versions
	}
	if p.eras.legacy && p.dialect.Name == "spec" {
		versions = append(slices.Clone(versions), p.supported()...)
	}
	return versions
}

// translatesFor reports whether what the tape lacks in an era is made of what
// it has of the other.
func (p *Player) translatesFor(modern bool) bool {
	if modern {
		return p.eras.modern && p.taped.legacy && (p.era == "both" || p.era == "modern")
	}
	return p.eras.legacy && p.taped.modern && (p.era == "both" || p.era == "legacy")
}
