package check

import (
	"context"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
)

// shared reports whether the server serves more than one client. One that does
// not is closed for good by the end of its only session, so then all that can
// be asked is asked in that one, and it is left as it is.
func (w *holding) shared(ctx context.Context, first probes.Answer) (bool, error) {
	const wants = "a client that initializes gets a session of its own"
	mine := [][2]string{{mcp.HeaderSessionID, probes.Literal(first.Header.Get(mcp.HeaderSessionID))}, {"MCP-Protocol-Version", probes.Literal(w.Protocol)}}
	if !w.issued {
		mine = mine[1:]
	}
	initialize, _ := probes.Named("initialize")
	began := time.Now()
	second, err := w.client.Ask(ctx, initialize)
	if err != nil {
		return false, err
	}
	if w.pace = time.Since(began); w.slow() {
		w.waits("the server takes %s for an answer, so no more is asked than tells most", w.pace.Round(100*time.Millisecond))
	}
	if _, ok := result(second); ok {
		w.find("initialize-anew", OK, ofInitialize, "", wants, "a second initialize, without an id: %s", inWords(second))
		for _, a := range []probes.Answer{first, second} {
			if err := w.hangUp(ctx, a.Header.Get(mcp.HeaderSessionID)); err != nil {
				return false, err
			}
		}
		w.client, err = w.towards(w.endpoint, probes.WithTidy(), probes.WithPauses(longestPause))
		return true, err
	}
	if second.Status == 404 && !isJSONRPCError(second) || second.Status >= 429 {
		w.find("initialize-anew", Note, ofInitialize, "", wants, "a second initialize, without an id: %s", inWords(second)).
			because("the first was served: the server, or the way to it, comes and goes", "ask again; if it stays so, look at the server's log, and at that of what stands before it").
			known("transient-404-kills-connection", "")
		w.find("all-others", LeftOut, ofSessions, "", "a server that stays", "what is served once and then not tells nothing")
		return false, w.hangUp(ctx, first.Header.Get(mcp.HeaderSessionID))
	}
	w.find("initialize-anew", Note, ofInitialize, "", wants, "a second initialize, without an id: %s", inWords(second)).
		because("the server has one transport for all, so one client keeps all others out until it is restarted", "make a transport for each session")
	lines := append([][2]string{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}}, mine...)
	var answers []probes.Answer
	for _, body := range []string{`{"jsonrpc":"2.0","method":"notifications/initialized"}`, saysPing, saysTools} {
		a, err := w.client.Ask(ctx, probes.Probe{Name: "only", Steps: []probes.Step{{Method: "POST", Header: lines, Body: body}}})
		if err != nil {
			return false, err
		}
		answers = append(answers, a)
	}
	w.initialized(answers[0])
	w.answered("ping", "11", answers[1], ofPing, "an empty result, promptly")
	if w.tools {
		w.answered("tools-list", "12", answers[2], ofTools, "the tools")
	}
	w.find("all-others", LeftOut, ofSessions, "", "a session for each question", "the server has one session alone, and DELETE would end it for good")
	return false, nil
}

// slow reports whether the server takes so long that it is asked no
// conversation twice.
func (w *holding) slow() bool { return w.pace > 2*time.Second }

// hangUp ends a session, if there is one.
func (w *holding) hangUp(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := w.client.Ask(ctx, probes.Probe{Name: "end", Steps: []probes.Step{{Method: "DELETE", Header: [][2]string{{mcp.HeaderSessionID, probes.Literal(id)}}}}})
	return err
}
