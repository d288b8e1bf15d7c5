package replay

import (
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

func checkSlashMissing(q *probe, _ *scenarios.Check) string {
	if q.atEndpoint() && !strings.HasSuffix(q.r.URL.Path, "/") {
		return "the endpoint is " + q.r.URL.Path + "/"
	}
	return ""
}

func checkSlashExtra(q *probe, _ *scenarios.Check) string {
	if q.atEndpoint() && strings.HasSuffix(q.r.URL.Path, "/") {
		return "the endpoint is " + unslashed(q.r.URL.Path)
	}
	return ""
}

// atEndpoint reports whether the request came to the endpoint that the player
// tells of, in whatever space, with a slash at its end or without. The root
// has none to spare.
func (q *probe) atEndpoint() bool {
	endpoint := unslashed(q.p.index.path)
	return endpoint != "" && strings.HasSuffix(unslashed(q.r.URL.Path), endpoint)
}

func unslashed(path string) string { return strings.TrimSuffix(path, "/") }

// endpoint is the path that the player tells of: the recorded one, with a
// slash at its end where the dialect asks for one, and without where it
// refuses that.
func (p *Player) endpoint() string {
	bare := unslashed(p.index.path)
	if bare == "" {
		return p.index.path
	}
	for _, c := range p.dialect.Checks {
		switch c.Name {
		case scenarios.CheckSlashMissing:
			return bare + "/"
		case scenarios.CheckSlashExtra:
			return bare
		}
	}
	return p.index.path
}
