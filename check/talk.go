package check

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// The messages of a good client.
const (
	saysPing  = `{"jsonrpc":"2.0","id":11,"method":"ping"}`
	saysTools = `{"jsonrpc":"2.0","id":12,"method":"tools/list"}`
)

// callOf is a tool call with an id.
func callOf(tool, arguments string) string {
	return `{"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"name":` + jsonText(tool) + `,"arguments":` + arguments + `}}`
}

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
	w.answered("ping", answers[2], ofPing, "an empty result, promptly")
	if !w.tools {
		w.find("tools-list", LeftOut, ofTools, "MAY", "the tools", "the server does not say that it has tools")
	} else {
		w.answered("tools-list", answers[3], ofTools, "the tools")
	}
	w.rotation(answers)
	return nil
}

// initialized looks at the answer to the notification.
func (w *holding) initialized(a probes.Answer) {
	const wants = "202 without a body"
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
	case a.Status/100 == 4:
		f.because("clients take it that they cannot connect", "accept notifications/initialized, with and without params, in the session").
			known("initialized-rejected-400", "https://github.com/hyperdxio/hyperdx/issues/2686")
	case a.Status == 204:
		f.because("some clients accept 202 alone", "answer 202").
			known("notification-answered-204", "https://github.com/modelcontextprotocol/rust-sdk/pull/497")
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

// answered looks at the answer to a request with which all is right.
func (w *holding) answered(rule string, a probes.Answer, in section, wants string) {
	media := strings.ToLower(strings.TrimSpace(strings.Split(a.Header.Get("Content-Type"), ";")[0]))
	switch _, ok := result(a); {
	case ok && (media == "application/json" || media == "text/event-stream"):
		w.find(rule, OK, in, "MUST", wants, "%s", inWords(a))
	case a.Status == 200 && media != "application/json" && media != "text/event-stream":
		w.find(rule, Broken, ofSending, "MUST", "Content-Type: application/json or text/event-stream", "200 as %q", a.Header.Get("Content-Type")).
			because("clients do not read an answer of another type", "send Content-Type: application/json")
	case a.Status == 200 && media == "application/json" && strings.HasPrefix(string(a.Body), "event:"):
		w.find(rule, Broken, ofSending, "MUST", "application/json is one JSON object", "an event stream that calls itself application/json").
			because("clients cannot parse it", "send Content-Type: text/event-stream").
			known("sse-body-labelled-json", "https://github.com/Megabit/Blazorise/issues/6621")
	case isJSONRPCError(a) && a.Status == 200:
		w.find(rule, Note, in, "MUST", wants, "%s", inWords(a)).
			because("the request was what the server asks for", "look at its log for the reason")
	case a.Status == 200:
		w.find(rule, Note, ofSending, "SHOULD", "a stream that has the response in it", "%s", inWords(a)).
			because("most clients wait for the answer until they time out", "send the response on the stream of the POST, before it ends").
			known("empty-post-sse", "https://github.com/r33drichards/mcp-js/issues/185")
	default:
		w.find(rule, Broken, ofSending, "MUST", "Content-Type: application/json or text/event-stream", "%s", inWords(a)).
			because("it is refused in a session that the server itself opened", "look at the server's log; where there are several replicas, each must know the session")
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

// call calls a tool, where that is safe.
func (w *holding) call(ctx context.Context) error {
	const wants = "the result of the call"
	var list gjson.Result
	if w.tools {
		answers, err := w.client.Talk(ctx, probes.Probe{Name: "tools", Steps: probes.Conversation(saysTools)})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			list, _ = result(answers[2])
		}
	}
	if said, cure := w.uncallable(list); said != "" {
		w.find("tools-call", LeftOut, ofCalls, "MAY", wants, "%s", said).Cure = cure
		return nil
	}
	tool, why := w.tool, "as told by --call"
	if tool == "" {
		tool, why = harmless(list), "which says that it is read-only"
	}
	if tool == "" {
		w.find("tools-call", LeftOut, ofCalls, "MAY", wants, "no tool says that it is read-only and needs no arguments").Cure = "name one:  --call NAME --arguments JSON"
		return nil
	}
	answers, err := w.client.Talk(ctx, probes.Probe{Name: "call", Steps: probes.Conversation(callOf(tool, w.arguments))})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		answers = []probes.Answer{{}, {}, {Err: err}}
	}
	w.answered("tools-call", answers[2], ofCalls, wants)
	last := w.Findings[len(w.Findings)-1]
	last.Saw += ", from " + strconv.Quote(say.Short(tool, 80)) + ", " + why
	if w.tool != "" && isJSONRPCError(answers[2]) {
		last.because(ofHisOwn())
	}
	return nil
}

// uncallable says why the call that was asked for cannot be right, by the
// server's list of tools, and what to type instead; "" where it may be, or the
// list does not tell.
func (o *options) uncallable(list gjson.Result) (said, cure string) {
	tools := list.Get("tools")
	if o.tool == "" || !tools.IsArray() {
		return "", ""
	}
	var names []string
	for _, t := range tools.Array() {
		name := t.Get("name").String()
		names = append(names, say.Short(name, 80))
		if name != o.tool {
			continue
		}
		given := gjson.Parse(o.arguments).Map()
		var lacks, such []string
		for _, r := range t.Get("inputSchema.required").Array() {
			if _, ok := given[r.String()]; !ok {
				lacks = append(lacks, say.Short(r.String(), 80))
				such = append(such, strconv.Quote(say.Short(r.String(), 80))+": ...")
			}
		}
		if len(lacks) == 0 {
			return "", ""
		}
		return fmt.Sprintf("not called: %s needs %s", say.Short(name, 80), strings.Join(lacks, ", ")),
			"add them:  --arguments '{" + strings.Join(such, ", ") + "}'"
	}
	if list.Get("nextCursor").String() != "" {
		return "", "" // it may be on a later page
	}
	if len(names) == 0 {
		return fmt.Sprintf("no tool %s: the server has none", say.Short(o.tool, 80)), "leave --call out"
	}
	return fmt.Sprintf("no tool %s: it has %s", say.Short(o.tool, 80), strings.Join(names, ", ")), "name one of these:  --call NAME"
}

// ofHisOwn is about an error for a call that somebody chose.
func ofHisOwn() (cause, cure string) {
	return "the server refuses this call, and says why", "check --call and --arguments against its inputSchema"
}

// harmless returns the first tool of a list that says it changes nothing and
// that needs no arguments.
func harmless(list gjson.Result) string {
	for _, t := range list.Get("tools").Array() {
		if t.Get("annotations.readOnlyHint").Bool() && len(t.Get("inputSchema.required").Array()) == 0 {
			return t.Get("name").String()
		}
	}
	return ""
}

// affinity asks several times in one session, each time on a connection of
// its own, as behind a load balancer.
func (w *holding) affinity(ctx context.Context) error {
	if !w.issued {
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
		w.find("session-holds", Broken, ofSessions, "MUST", wants, "%d of %d requests in one session were told that there is none", lost, asked).
			because("several replicas stand behind one address, and each knows its own sessions alone",
				"keep a session on one replica (session affinity by Mcp-Session-Id), share the sessions, or serve without them").
			known("replica-round-robin", "https://github.com/modelcontextprotocol/python-sdk/issues/1180")
	case lost == 0:
		w.find("session-holds", OK, ofSessions, "MUST", wants, "%d requests on connections of their own are all in the session", asked)
	}
	return nil
}
