package replay

import (
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

func unslashed(path string) string { return strings.TrimSuffix(path, "/") }

// endpoint is the path that the player tells of: the recorded one, with a
// slash at its end where the dialect asks for one, and without where it
// refuses that.
func (p *Player) endpoint() string {
	bare := unslashed(p.index.Path)
	if bare == "" {
		return p.index.Path
	}
	for _, c := range p.dialect.Checks {
		switch c.Name {
		case scenarios.CheckSlashMissing:
			return bare + "/"
		case scenarios.CheckSlashExtra:
			return bare
		}
	}
	return p.index.Path
}
