package gate

import (
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

// unslashed is a path without the slash at its end.
func unslashed(path string) string { return strings.TrimSuffix(path, "/") }

// Endpoint is the path that the mock tells of: the recorded one, with a
// slash at its end where the dialect asks for one, and without where it
// refuses that.
func (g *Gate) Endpoint() string {
	bare := unslashed(g.mock.Endpoint)
	if bare == "" {
		return g.mock.Endpoint
	}
	for _, c := range g.dialect.Checks {
		switch c.Name {
		case scenarios.CheckSlashMissing:
			return bare + "/"
		case scenarios.CheckSlashExtra:
			return bare
		}
	}
	return g.mock.Endpoint
}
