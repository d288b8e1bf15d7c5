package verdicts

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// grace is how long after its client was told that a session is over a request
// may still come which the client had sent, or was about to send.
const grace = 100 * time.Millisecond

// locate finds the session that an HTTP request belongs to.
func (l *ledger) locate(c *carrier, r *faults.Request, h *cassettes.HTTP, at time.Duration) {
	c.who = l.loose
	if ids := r.Header[mcp.HeaderSessionID]; len(ids) > 0 && ids[0] != "" {
		c.shown = strings.Clone(ids[0])
	} else if h.Query != "" && h.Method == http.MethodPost {
		c.shown = l.named(h.Query)
	}
	if c.shown == "" {
		return
	}
	c.who = &session{} // a stranger's, until it is known
	switch s := l.sessions.all[c.shown]; {
	case s != nil && s.over && s.flying && !s.gone && at-s.overSince <= grace:
		c.who, r.Session = s, faults.Known
	case s != nil && s.over:
		r.Session = faults.Ended
	case s != nil:
		c.who = s
		if !s.pipe || s.initialized {
			r.Session = faults.Known
		}
	default:
		r.Session = faults.Unknown
		if _, leaked := l.leaked.all[c.shown]; leaked {
			r.Session = faults.Leaked
		}
	}
}

// named returns the session id in a query, as clients of HTTP+SSE have it: one
// of a session that is known, else what the usual names give.
func (l *ledger) named(query string) string {
	values, _ := url.ParseQuery(query) // what can be read of it
	for _, list := range values {
		for _, v := range list {
			if s := l.sessions.all[v]; s != nil && s.pipe {
				return v
			}
		}
	}
	for _, name := range [...]string{"sessionId", "session_id"} {
		if v := values.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// label is what the session id of a carrier is called in evidence.
func (l *ledger) label(c *carrier) string {
	switch s := l.sessions.all[c.shown]; {
	case c.shown == "":
		return c.who.called()
	case s != nil:
		return s.called()
	}
	if _, leaked := l.leaked.all[c.shown]; leaked {
		return "an id that no initialize has given"
	}
	return "an unknown session id"
}

// tellApart says of a request without a session what cannot be told of its
// client. Which ids it has had can be where there was one handshake, and it stands
// without a session; requests of a revision without handshakes may be anybody's.
func (l *ledger) tellApart(a *act, q *question) {
	a.crowd = l.crowd()
	a.blurred = q.method != mcp.Initialize && (l.loose.shaking != 1 || l.loose.begun != 1 || faults.Meets(&scenarios.Trigger{Era: "modern"}, a.request))
}

// crowd reports whether it cannot be told how far the client of a request without
// a session has come: several handshakes stand without one, or all have opened
// one, and whoever has one should show it.
func (l *ledger) crowd() bool {
	return l.loose.shaking > 1 || l.loose.shaking == 0 && l.begun > 0
}

// living is how many clients there may be: sessions that are not over, and
// handshakes without one.
func (l *ledger) living() int {
	open := map[*session]bool{} // one may have several ids
	for _, s := range l.sessions.all {
		if !s.over {
			open[s] = true
		}
	}
	return len(open) + l.pipes + l.loose.shaking
}

// over ends a session whose client is told so on a carrier. What is known of it
// is kept for a while: it may live after all.
func (l *ledger) over(s *session, c *carrier, at time.Duration) {
	if s.over {
		return
	}
	s.over, s.overSince, s.flying = true, at, false
	for _, q := range s.open {
		s.flying = s.flying || !slices.Contains(c.asks, q)
	}
	l.fading = append(l.fading, s)
	if len(l.fading) > maxFading {
		if oldest := l.fading[0]; oldest.over {
			oldest.close()
		}
		l.fading = append(l.fading[:0], l.fading[1:]...)
	}
}
