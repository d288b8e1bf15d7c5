package verdicts

import (
	"fmt"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// settles: the client goes on. A GET does not count, where the fault met
// something else: a listener that leaves or comes back says nothing of a call
// that hangs; nor does an answer to a question of the server.
type settles struct{}

func (settles) hear(s *stand, a *act) {
	switch {
	case s.settled && s.result == Pass:
	case a.kind == did && (a.request.Client == faults.Disconnects || a.request.Client == faults.Closes):
		if a.request.HTTP == http.MethodGet && !a.on.pipe && s.of != nil && s.of.http != http.MethodGet {
			return
		}
		s.settle(Pass, a.at, "closed the connection after "+seconds(a.at-s.from)+s.elsewhere(a))
		s.late(a, "closed the connection")
	case a.kind == asked && goesOn(s, a):
		what := "sent " + a.asked()
		s.settle(Pass, a.at, what+" after "+seconds(a.at-s.from)+s.elsewhere(a))
		s.late(a, what)
	}
}

// elsewhere says of what a client did that it may have been another client than
// the one to which it happened, or nothing where that is certain enough.
func (s *stand) elsewhere(a *act) string {
	shown, crowd := a.who.called(), false
	q := a.of
	if len(a.asks) > 0 {
		q = a.asks[0]
	}
	if q != nil {
		shown, crowd = q.shown, q.crowd
	}
	switch {
	case s.of == nil:
		return ""
	case a.who == s.of.by && !crowd, shown == s.of.shown && shown != noID:
		return ""
	case shown == noID:
		return " without a session id, so that it may be another client"
	}
	return " with " + shown + ", so that it may be another client"
}

func goesOn(s *stand, a *act) bool {
	r := a.request
	switch {
	case r.HTTP == http.MethodGet:
		return s.of != nil && s.of.http == http.MethodGet
	case len(r.Batch.Messages) == 1:
		return r.Batch.Messages[0].Kind != jsonrpc.Response
	}
	return true
}

func (settles) outcome(s *stand, span time.Duration, ended bool) (Result, string) {
	if ended {
		return Pass, "ended after " + seconds(span)
	}
	return Fail, fmt.Sprintf("did nothing for %s after %s", seconds(span), s.beginning())
}

// alive: a request is sent and answered with success.
type alive struct {
	sent   int
	failed int
}

func (v *alive) hear(s *stand, a *act) {
	switch {
	case s.settled && s.result == Pass:
	case a.kind == asked && a.request.Method() != "" && a.kindOf() == jsonrpc.Request:
		v.sent++
	case a.kind == answered && a.of.id != "" && a.of.number > s.asked && a.of != s.of:
		if !a.ok {
			v.failed++
			return
		}
		s.settle(Pass, a.at, fmt.Sprintf("%s was answered after %s%s", a.of.called(), seconds(a.at-s.from), s.elsewhere(a)))
		s.late(a, "got an answer to "+a.of.called())
	}
}

func (v *alive) outcome(_ *stand, span time.Duration, ended bool) (Result, string) {
	how := "in " + seconds(span)
	if ended {
		how = "before it ended"
	}
	if v.sent == 0 {
		return Fail, "sent no request " + how
	}
	return Fail, fmt.Sprintf("sent %s %s, and none was answered with success", say.Count(v.sent, "request"), how)
}

// cancels: the request that the fault met is cancelled: by
// notifications/cancelled (2025-11-25 basic/utilities/cancellation); in a
// revision without handshakes, over HTTP, by closing the response and by nothing
// else (2026-07-28 basic/patterns/cancellation, "Transport-Specific
// Cancellation").
type cancels struct{ others, words int }

func (c *cancels) hear(s *stand, a *act) {
	if s.settled && s.result == Pass {
		return
	}
	closes := s.of != nil && s.of.modern && !s.of.by.pipe
	if closes && a.kind == did && a.request.Client == faults.Disconnects && a.of == s.of && !s.of.had {
		s.settle(Pass, a.at, "closed the response to "+s.of.called()+" after "+seconds(a.at-s.from))
		s.late(a, "closed it")
	}
	if a.kind != asked {
		return
	}
	for _, m := range a.request.Batch.Messages {
		switch {
		case m.Method != mcp.Cancelled:
		case s.of == nil || requestID(m.Params) != s.of.id:
			c.others++
		case closes:
			c.words++
		default:
			s.settle(Pass, a.at, "cancelled "+s.of.called()+" after "+seconds(a.at-s.from))
			s.late(a, "cancelled it")
		}
	}
}

func (c *cancels) outcome(s *stand, span time.Duration, ended bool) (Result, string) {
	closes := s.of != nil && s.of.modern && !s.of.by.pipe
	switch {
	case c.words > 0:
		return Fail, "sent notifications/cancelled, and left the response open: closing it is what cancels"
	case c.others > 0:
		return Fail, "cancelled another request than the one that " + s.beginning() + " met"
	case ended && closes:
		return Fail, "ended without closing the response"
	case ended:
		return Fail, "ended without notifications/cancelled"
	case closes:
		return Fail, "did not close the response in " + seconds(span)
	}
	return Fail, "sent no notifications/cancelled in " + seconds(span)
}
