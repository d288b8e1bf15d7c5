package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// served lists the versions that the player serves: those without a handshake,
// and those with one after them.
func (p *Player) served() (versions []string) {
	if p.eras.modern {
		versions = slices.DeleteFunc(slices.Clone(p.spokenVersions()), mcp.IsLegacy)
	}
	if p.eras.legacy {
		versions = append(versions, p.supported()...)
	}
	return versions
}

// offered lists the versions that server/discover names where that was not
// recorded: of those that the dialect's server speaks in place of others what is
// served.
func (p *Player) offered() []string {
	served := p.served()
	offered := slices.DeleteFunc(slices.Clone(p.spokenVersions()), func(v string) bool { return !slices.Contains(served, v) })
	if len(offered) == 0 {
		return served
	}
	return offered
}

// serves says which versions are served, and is called before any answer is
// played.
func (a *answers) serves(versions []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.served = versions
	clear(a.ready) // what was read to learn about the tape
	a.bytes = 0
}

// offers leaves of the versions that a recorded server/discover names those
// that this player serves, or names these where it serves none of them: a client
// picks one of the list and must not be refused for it (2026-07-28
// server/discover, "DiscoverResult"). Where all are served the recorded bytes stay.
func (a *answers) offers(l *line, label string) {
	recorded := gjson.GetBytes(l.text, "result.supportedVersions")
	if !recorded.IsArray() || recorded.Index == 0 || len(a.served) == 0 {
		return
	}
	var kept []string
	all := recorded.Array()
	for _, v := range all {
		if slices.Contains(a.served, v.Str) {
			kept = append(kept, v.Raw)
		}
	}
	switch {
	case len(all) > 0 && len(kept) == len(all):
		return
	case len(kept) == 0:
		for _, v := range a.served {
			kept = append(kept, string(jsonrpc.Text(v)))
		}
	}
	id := jsonrpc.One(l.text).ID
	l.text, l.stamps = slices.Concat(l.text[:recorded.Index], []byte("["+strings.Join(kept, ",")+"]"), l.text[recorded.Index+len(recorded.Raw):]), nil
	l.stamp(id, nil, label)
}
