package check

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// The messages of a good client.
const (
	saysPing  = `{"jsonrpc":"2.0","id":11,"method":"ping"}`
	saysTools = `{"jsonrpc":"2.0","id":12,"method":"tools/list"}`
)

// talk says what a good client says: initialized, ping, tools/list.
func (w *holding) talk(ctx context.Context) error {
	bodies := []string{saysPing}
	if w.tools {
		bodies = append(bodies, saysTools)
	}
	answers, err := w.client.Talk(ctx, probes.Probe{Name: "conversation", Steps: probes.Conversation(bodies...)})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for len(answers) < 2+len(bodies) { // what could not be asked any more got no answer
		answers = append(answers, probes.Answer{Err: fmt.Errorf("not asked: %w", err)})
	}
	w.initialized(answers[1])
	w.answered("ping", "11", answers[2], ofPing, "an empty result, promptly")
	if !w.tools {
		w.find("tools-list", LeftOut, ofTools, "MAY", "the tools", "the server does not say that it has tools")
	} else {
		w.answered("tools-list", "12", answers[3], ofTools, "the tools")
	}
	w.rotation(answers)
	w.talked = append(w.talked, answers[1:]...)
	return nil
}

// shut reports whether a good client gets nowhere: then what a bad one gets
// tells nothing.
func (w *holding) shut() bool {
	for _, a := range w.talked[1:] {
		if a.Err == nil && a.Status < 400 {
			return false
		}
	}
	w.find("all-others", LeftOut, ofSessions, "", "an answer to a client that does all as it should", "nothing is served after initialize, so nothing else tells")
	return true
}

// initialized looks at the answer to the notification.
func (w *holding) initialized(a probes.Answer) {
	const wants = "202 without a body"
	if media := mediaOf(a); a.Status == 202 && len(a.Body) == 0 && media != "" && media != "application/json" && media != "text/event-stream" {
		w.find("initialized", Note, ofSending, "", wants, "202 without a body, and yet with Content-Type: %s", say.Short(media, 60)).
			because("some clients look at the type of a body that is not there, and give up", "leave Content-Type out").
			known("notification-202-text-plain", "")
		return
	}
	if a.Status == 202 && len(a.Body) == 0 {
		w.find("initialized", OK, ofSending, "MUST", wants, "%s", inWords(a))
		return
	}
	if a.Err != nil {
		w.find("initialized", Broken, ofSending, "MUST", wants, "%s", inWords(a)).
			because("clients wait for the answer before they go on", "answer notifications at once")
		return
	}
	f := w.find("initialized", Broken, ofSending, "MUST", wants, "%s", inWords(a))
	switch {
	case a.Status >= 400 && w.explained(f, a):
	case a.Status/100 == 4:
		f.because("clients take it that they cannot connect", "accept notifications/initialized, with and without params, in the session").
			known("initialized-rejected-400", "https://github.com/hyperdxio/hyperdx/issues/2686")
	case a.Status == 204:
		f.because("some clients accept 202 alone", "answer 202").
			known("notification-answered-204", "https://github.com/modelcontextprotocol/rust-sdk/pull/497")
	case a.Status == 200 && isJSONRPCError(a):
		f.because("some clients take the error for the end of the handshake", "answer 202, without a body").
			known("notification-answered-200-error", "https://github.com/awslabs/mcp/issues/3295")
	case a.Status == 200 && strings.Contains(string(a.Body), `"id"`):
		f.because("some clients read the body as an answer to nothing", "answer 202, without a body").
			known("notification-answered-200-id-null", "https://github.com/awslabs/mcp/issues/3295")
	case a.Status == 200 && len(a.Body) == 0:
		f.because("some clients look for a Content-Type, and find none", "answer 202").
			known("notification-answered-200-empty", "https://github.com/helidon-io/helidon-mcp/issues/175")
	case a.Status/100 == 2:
		f.because("some clients read the body as an answer to nothing", "answer 202, without a body").
			known("notification-answered-200-null", "https://github.com/awslabs/mcp/issues/3295")
	default:
		f.because("clients take it that they cannot connect", "answer 202, without a body")
	}
}

const wantsTypes = "Content-Type: application/json or text/event-stream"

// mistyped is about an answer to a request that is not of the type it says, or
// of none that is read, and reports whether it is one.
func (w *holding) mistyped(rule string, a probes.Answer) bool {
	switch media := mediaOf(a); {
	case a.Status != 200:
		return false
	case media == "application/json" && strings.HasPrefix(strings.TrimSpace(string(a.Body)), "event:"):
		w.find(rule, Broken, ofSending, "MUST", "application/json is one JSON object", "an event stream that calls itself application/json").
			because("clients cannot parse it", "send Content-Type: text/event-stream").
			known("sse-body-labelled-json", "https://github.com/Megabit/Blazorise/issues/6621")
	case media != "application/json" && media != "text/event-stream":
		f := w.find(rule, Broken, ofSending, "MUST", wantsTypes, "200 as %s", quoted(a.Header.Get("Content-Type"))).
			because("clients do not read an answer of another type", "send Content-Type: application/json, or text/event-stream where it is one")
		if rule == "initialize" {
			f.known("initialize-200-no-content-type", "")
		}
	default:
		return false
	}
	return true
}

// answered looks at the answer to a request with which all is right, and that
// has that id.
func (w *holding) answered(rule, id string, a probes.Answer, in section, wants string) {
	r, ok := result(a)
	odd := flawOf(id, probes.Messages(a))
	if odd == nil && ok && rule == "tools-list" {
		odd = flawOfList(r)
	}
	switch {
	case w.mistyped(rule, a):
	case a.Status == 200 && odd != nil:
		w.flawed(rule, ofResponses, odd)
	case ok:
		w.find(rule, OK, in, "MUST", wants, "%s", inWords(a))
	case a.Status == 200 && probes.Long(a):
		w.find(rule, LeftOut, in, "", wants, "%s", inWords(a))
	case a.Status == 200 && a.Err != nil:
		f := w.find(rule, Note, in, "", "a whole answer", "%s", inWords(a)).
			because("the answer is lost, and few clients ask again", "look at the server's log, and at the limits of what stands before it")
		if errors.Is(a.Err, syscall.ECONNRESET) {
			f.known("post-stream-reset-mid-call", "")
		} else {
			f.known("post-stream-cut-mid-call", "")
		}
	case a.Status == 200 && isJSONRPCError(a):
		f := w.find(rule, Note, in, "MUST", wants, "%s", inWords(a)).
			because("the request was what the server asks for", "look at its log for the reason")
		if bytesSay(a, "session") {
			f.because("a gateway may have lost the session of one of the servers behind it, and 404 alone tells clients to initialize anew", "answer 404 where the session is lost").
				known("half-alive-multiplexed-session", "")
		}
	case a.Status == 200 && unfinished(a):
		w.find(rule, Note, ofSending, "", "events that end in a blank line", "200 with a stream that ended before the blank line of its last event").
			because("clients drop such an event, as the rules of event streams have it, and with it the response", "end each event in a blank line").
			known("sse-no-final-blank-line", "")
	case a.Status == 200:
		w.find(rule, Note, ofSending, "SHOULD", "a stream that has the response in it", "%s", inWords(a)).
			because("most clients wait for the answer until they time out", "send the response on the stream of the POST, before it ends").
			known("empty-post-sse", "https://github.com/r33drichards/mcp-js/issues/185")
	default:
		f := w.find(rule, Broken, ofSending, "MUST", wantsTypes, "%s", inWords(a))
		if !w.explained(f, a) {
			f.because("it is refused in a session that the server itself opened", "look at the server's log; where there are several replicas, each must know the session")
		}
	}
}
