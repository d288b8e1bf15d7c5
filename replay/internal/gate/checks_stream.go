package gate

import (
	"net/http"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkLastEventID(q visitor, _ *scenarios.Check) string {
	if q.Verb == http.MethodPost && q.header().Get(mcp.HeaderLastEventID) != "" {
		return "a stream is resumed with GET"
	}
	return ""
}

func checkStreamOpen(q visitor, _ *scenarios.Check) string {
	if q.Place == PlaceTaken {
		return "this session has a GET stream already"
	}
	return ""
}

func checkEventUnknown(q visitor, _ *scenarios.Check) string {
	if q.Verb != http.MethodGet || len(q.header()[mcp.HeaderLastEventID]) == 0 || q.Place == PlaceOwn || q.Place == PlaceBeside {
		return ""
	}
	return "no stream of this session has an event " + Quote(q.header()[mcp.HeaderLastEventID][0]) + " to go on from; send GET without Last-Event-ID to open a new one"
}
