package check

import (
	"context"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// sessionID looks at the id that initialize was answered with.
func (w *holding) sessionID(id string) {
	const wants = "visible ASCII, globally unique and not to be guessed; a server may have no sessions"
	odd := strings.ContainsFunc(id, func(r rune) bool { return r < 0x21 || r > 0x7e })
	switch {
	case id == "":
		w.find("session-id", OK, ofSessions, "MAY", wants, "initialize opens no session")
	case odd:
		w.find("session-id", Broken, ofSessions, "MUST", wants, "%q", say.Short(id, 80)).
			because("the id does not survive as a header", "make ids of letters and digits, such as a UUID")
	case len(id) < 16:
		w.find("session-id", Note, ofSessions, "SHOULD", wants, "%s: %q", say.Count(len(id), "character"), id).
			because("a short id can be guessed, and whoever guesses it is in the session", "make ids of at least 128 random bits, such as a UUID")
	default:
		w.find("session-id", OK, ofSessions, "SHOULD", wants, "%d characters", len(id))
	}
}

// rotation looks whether the session id stays the same.
func (w *holding) rotation(answers []probes.Answer) {
	first := answers[0].Header.Get(mcp.HeaderSessionID)
	for _, a := range answers[1:] {
		if id := a.Header.Get(mcp.HeaderSessionID); id != "" && id != first {
			w.find("session-rotates", Note, ofSessions, "MAY", "the id is that of the answer to initialize", "a later answer shows another Mcp-Session-Id").
				because("some clients take up the new id, and some give up", "send the header with the answer to initialize alone").
				known("session-id-rotates-mid-session", "https://github.com/Cocoanetics/SwiftMCP/pull/108")
			return
		}
	}
}

// affinity asks several times in one session, each time on a connection of
// its own, as behind a load balancer.
func (w *holding) affinity(ctx context.Context) error {
	if !w.issued || w.slow() {
		return nil
	}
	answers, err := w.client.Talk(ctx, probes.Probe{Name: "affinity", Steps: probes.Conversation(saysPing, saysPing, saysPing, saysPing, saysPing, saysPing)})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return nil // the conversation has its own rules
	}
	lost := 0
	for _, a := range answers[2:] {
		if a.Status == 404 || a.Status == 400 {
			lost++
		}
	}
	const wants = "a session that lives until it is ended"
	switch asked := len(answers) - 2; {
	case lost > 0 && lost < asked:
		w.scattered = true
		f := w.find("session-holds", Broken, ofSessions, "MUST", wants, "%d of %d requests in one session were told that there is none", lost, asked).
			because("several replicas stand behind one address, and each knows its own sessions alone",
				"keep a session on one replica (session affinity by Mcp-Session-Id), share the sessions, or serve without them")
		if answers[0].Header.Get("Set-Cookie") != "" {
			f.Cause += "; the cookie that is set may be the way back to the right one, but clients of MCP keep none"
			f.known("replica-cookie", "")
		}
		f.known("replica-round-robin", "https://github.com/modelcontextprotocol/python-sdk/issues/1180")
	case lost == 0:
		w.find("session-holds", OK, ofSessions, "MUST", wants, "%d requests on connections of their own are all in the session", asked)
	}
	return nil
}

// apart reports whether each session is known to some replicas alone: then what
// is refused may be refused by another one.
func (w *holding) apart() bool {
	if w.scattered {
		w.find("all-others", LeftOut, ofSessions, "", "sessions that hold", "what one replica serves another refuses, so nothing else tells")
	}
	return w.scattered
}
