package replay

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkLastEventID(q *visit, _ *scenarios.Check) string {
	if q.verb == http.MethodPost && q.r.Header.Get(mcp.HeaderLastEventID) != "" {
		return "a stream is resumed with GET"
	}
	return ""
}

// checkStreamOpen takes the place of the only GET stream, so that of two that
// come at once one is refused.
func checkStreamOpen(q *visit, _ *scenarios.Check) string {
	if q.verb != http.MethodGet {
		return ""
	}
	s, _ := q.resumes()
	if s != nil && s.turn != nil {
		return "" // it goes on with an answer
	}
	if q.claimed = q.conv.claim(s != nil); q.claimed {
		return ""
	}
	return "this session has a GET stream already"
}

func checkEventUnknown(q *visit, _ *scenarios.Check) string {
	if q.verb != http.MethodGet || len(q.r.Header[mcp.HeaderLastEventID]) == 0 {
		return ""
	}
	if s, _ := q.resumes(); s != nil {
		return ""
	}
	return "no stream of this session has an event " + quote(q.r.Header[mcp.HeaderLastEventID][0]) + " to go on from; send GET without Last-Event-ID to open a new one"
}
