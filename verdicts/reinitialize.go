package verdicts

import (
	"fmt"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// reinitialize: an initialize without a session id is sent
// (2025-11-25 basic/transports, "Session Management" 4). Of several, those
// count that are sent in the time there is; but not after the client has closed
// its new session, for then it has begun something else. Each of several clients
// that there may be has its own share of max.
type reinitialize struct {
	begun   int  // such initializes
	kept    int  // other requests in time, by whoever
	left    bool // by DELETE, which keeps nothing
	with    string
	latest  *session // that was opened
	dragged bool     // an initialize came with the id of the session that is over
}

func (r *reinitialize) hear(s *stand, a *act) {
	if a.kind == opened {
		r.latest = a.who
	}
	if a.kind != asked {
		return
	}
	limit, bounded := s.limit()
	switch {
	case a.request.Method() == mcp.Initialize && a.request.Session == faults.NoSession:
		if r.begun > 0 && (bounded && a.at > limit || r.latest != nil && r.latest.closed) {
			return
		}
		r.begun++
		if r.begun == 1 {
			s.settle(Pass, a.at, fmt.Sprintf("initialize without a session id after %s", seconds(a.at-s.from)))
			s.late(a, "sent initialize")
		}
		if s.Count > 0 && r.begun > s.Count*max(1, s.living) {
			s.settle(Fail, a.at, "")
		}
	case s.settled:
	case a.request.Method() == mcp.Initialize:
		r.dragged, r.with = true, "with the id of the session that is over"
		if a.who.pipe {
			r.with = "again on the same connection"
		}
	case !r.dragged && a.request.HTTP == http.MethodDelete:
		r.left = true
	case !r.dragged:
		r.kept++
		r.with = a.shown()
	}
}

func (r *reinitialize) outcome(_ *stand, span time.Duration, ended bool) (Result, string) {
	then := ""
	if ended {
		then = ", then ended"
	}
	switch {
	case r.dragged:
		return Fail, "sent initialize " + r.with
	case r.kept == 0 && r.left:
		return Fail, "closed the dead session" + then + ", no initialize"
	case r.kept == 0 && ended:
		return Fail, "ended without an initialize"
	case r.kept == 0:
		return Fail, fmt.Sprintf("sent nothing in %s, no initialize", seconds(span))
	case r.with == noID:
		return Fail, fmt.Sprintf("went on without a session: %s without a session id in %s%s, no initialize", say.Count(r.kept, "request"), seconds(span), then)
	}
	return Fail, fmt.Sprintf("kept the dead session: %s with %s in %s%s, no initialize", say.Count(r.kept, "request"), r.with, seconds(span), then)
}

// told says how many sessions were opened, or how late one was.
func (r *reinitialize) told(s *stand) string {
	if s.evidence == "" {
		text := fmt.Sprintf("sent initialize %s, at most %s", say.Times(r.begun), say.Times(s.Count))
		if s.living > 1 {
			text += fmt.Sprintf(" for each of %d sessions", s.living)
		}
		return text
	}
	return s.evidence
}

// noID is what is shown of a session by a request that shows none.
const noID = "no session id"

// shown is what a request showed of a session, in words.
func (a *act) shown() string {
	if len(a.asks) > 0 {
		return a.asks[0].shown
	}
	return noID
}

// late adds to a failure that what was awaited came after all, but once its
// time had run out.
func (s *stand) late(a *act, what string) {
	if limit, ok := s.limit(); s.result == Fail && ok && s.at == limit && a.at > limit && !s.tardy {
		s.tardy = true
		s.evidence += fmt.Sprintf("; it %s only after %s", what, seconds(a.at-s.from))
	}
}
