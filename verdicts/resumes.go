package verdicts

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// resumes: a GET goes on with a stream, and names the last event of it
// (2025-11-25 basic/transports, "Resumability and Redelivery"). Where the
// connection broke, any is right that the client may have got last. One GET with
// a wrong id fails it, even after a right one.
type resumes struct{ anew int } // GETs that name no event

func (r *resumes) hear(s *stand, a *act) {
	if a.kind != asked || a.request.HTTP != http.MethodGet {
		return
	}
	ids := a.request.Header[mcp.HeaderLastEventID]
	switch {
	case len(ids) == 0:
		r.anew++
	case s.With != "" && ids[0] == s.With, s.With == "" && a.resumes == rightly:
		s.settle(Pass, a.at, fmt.Sprintf("came back after %s with Last-Event-ID %q", seconds(a.at-s.from), cut(ids[0])))
		s.late(a, "came back")
	default:
		came := fmt.Sprintf("came back with Last-Event-ID %q", cut(ids[0]))
		switch last := cmp.Or(s.With, a.last); last {
		case "":
			s.settle(Fail, a.at, came+" and "+a.shown()+", where no event had an id")
		default:
			s.settle(Fail, a.at, came+fmt.Sprintf(", and the last was %q", cut(last)))
		}
	}
}

func (r *resumes) outcome(_ *stand, span time.Duration, ended bool) (Result, string) {
	how := "in " + seconds(span)
	if ended {
		how = "before it ended"
	}
	if r.anew > 0 {
		return Fail, fmt.Sprintf("opened %s %s, none with Last-Event-ID", say.Count(r.anew, "GET stream"), how)
	}
	return Fail, "did not come back " + how
}
