package check

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// modernRules holds a server to the rules of revision 2026-07-28 over
// Streamable HTTP.
func (w *holding) modernRules(ctx context.Context) error {
	m := &modern{Report: w.Report, options: &w.options, dual: w.Protocol != mcp.V20260728, overHTTP: true, probed: map[string]*said{}}
	m.say = func(ctx context.Context, body string, lines ...[2]string) *said {
		a, err := w.client.Ask(ctx, probes.Probe{Name: "modern", Steps: []probes.Step{probes.Modern(body, lines...)}})
		if err != nil {
			a.Err = err // that of ctx, for whoever asked to see
		}
		return answered(body, a)
	}
	answers, err := w.ask(ctx, ModernProbes())
	if err != nil || answers == nil {
		return err
	}
	w.modernAnswers = answers
	for _, p := range ModernProbes() {
		s := answered(p.Steps[0].Body, answers[p.Name])
		m.probed[p.Name] = s
		m.all = append(m.all, s)
	}
	if err := m.walk(ctx, w.refused); err != nil {
		return err
	}
	m.earlier()
	m.bodies()
	m.streams()
	return w.originRules("modern-origin", ofGuard, "server/discover", true, w.asker(ctx, func(lines ...[2]string) probes.Step {
		return probes.Modern(request("41", mcp.Discover, ""), lines...)
	}))
}

// headers is about the headers that mirror the body.
func (m *modern) headers() {
	if !m.overHTTP {
		return
	}
	differs := func(s *said) bool { return s.refused(mcp.HeaderMismatch) }
	const wants = "400 with error -32020"
	const cause = "what stands before the server decides by the headers, and the server by the body: each can be told another thing"

	missing, other := m.named("modern-header-version-missing"), m.named("modern-header-version-other")
	var breaches []string
	if !differs(other) {
		breaches = append(breaches, saw("another version in MCP-Protocol-Version than in _meta", other))
	}
	if !m.dual && !differs(missing) {
		breaches = append(breaches, saw("without MCP-Protocol-Version", missing))
	}
	fine := saw("another version in MCP-Protocol-Version than in _meta", other) + "; without it: " + missing.words
	if m.dual && missing.modern() && len(breaches) == 0 {
		m.hold("modern-header-version", ofVersionMirror, "", wants+", or service by revision 2025-03-26", "", []string{"without MCP-Protocol-Version it is served by revision 2026-07-28"},
			"clients that rely on it fail with other servers", "refuse it, or take it for a request of 2025-03-26")
	} else {
		m.hold("modern-header-version", ofVersionMirror, "MUST", wants+" where MCP-Protocol-Version is missing, or is not that of _meta", fine, breaches,
			cause, "compare the header with "+mcp.MetaVersion)
	}

	breaches = nil
	for _, c := range []struct{ probe, what string }{
		{"modern-header-method-missing", "without Mcp-Method"},
		{"modern-header-method-other", "tools/list with Mcp-Method: prompts/list"},
		{"modern-header-method-case", "tools/list with Mcp-Method: TOOLS/LIST"},
	} {
		if s := m.named(c.probe); !differs(s) {
			breaches = append(breaches, saw(c.what, s))
		}
	}
	m.hold("modern-header-method", ofMirrors, "MUST", wants+" where Mcp-Method is missing, or is not the method", saw("without Mcp-Method", m.named("modern-header-method-missing")), breaches,
		cause, "compare the header with the method, letter by letter")
	if s := m.named("modern-header-method-doubled"); !differs(s) && len(breaches) == 0 {
		m.hold("modern-doubled", ofMirrors, "", wants+" for two lines that do not agree", "", []string{saw("Mcp-Method twice, tools/list and prompts/list", s)},
			"what stands before the server may look at the other line", "refuse a request in which such a header is doubled")
	}

	if !m.capabilities.Get("tools").Exists() {
		return // then tools/call is no method at all
	}
	breaches = nil
	for _, c := range []struct{ probe, what string }{
		{"modern-header-name-missing", "tools/call without Mcp-Name"},
		{"modern-header-name-other", "tools/call with the Mcp-Name of another tool"},
	} {
		if s := m.named(c.probe); !differs(s) {
			breaches = append(breaches, saw(c.what, s))
		}
	}
	if s := m.named("modern-header-uri-other"); m.capabilities.Get("resources").Exists() && !differs(s) {
		breaches = append(breaches, saw("resources/read with the Mcp-Name of another resource", s))
	}
	m.hold("modern-header-name", ofMirrors, "MUST", wants+" where Mcp-Name is missing, or is not the name or URI", saw("tools/call without Mcp-Name", m.named("modern-header-name-missing")), breaches,
		cause, "compare the header with params.name or params.uri")

	breaches = nil
	encoded := m.named("modern-header-name-encoded")
	if encoded.code() == mcp.HeaderMismatch || !encoded.response().Exists() {
		breaches = append(breaches, saw("Mcp-Name in Base64", encoded))
	}
	if len(breaches) == 0 {
		for _, c := range []struct{ probe, what string }{
			{"modern-header-name-encoded-other", "the name of another tool in Base64"},
			{"modern-header-name-undecodable", "=?base64?%%%?="},
		} {
			if s := m.named(c.probe); !differs(s) {
				breaches = append(breaches, saw(c.what, s))
			}
		}
	}
	m.hold("modern-name-encoded", ofEncoding, "MUST", "Mcp-Name in Base64, between =?base64? and ?=, is decoded before it is compared", saw("Mcp-Name in Base64", encoded), breaches,
		"tools, prompts and resources whose names are not ASCII cannot be used", "decode a value between =?base64? and ?=, and compare it then")
}

// earlier is about what earlier revisions had.
func (m *modern) earlier() {
	minted := ""
	for _, s := range m.all {
		if s.method != "" && s.answer.Header.Get(mcp.HeaderSessionID) != "" && (s.modern() || !m.dual) {
			minted = s.method
			break
		}
	}
	s := m.named("modern-session-unknown")
	var breaches []string
	if !s.modern() {
		breaches = append(breaches, saw("tools/list with an Mcp-Session-Id", s))
	}
	if minted != "" {
		breaches = append(breaches, "the answer to "+minted+" has an Mcp-Session-Id")
	}
	hasTools := m.capabilities.Get("tools").Exists()
	if hasTools || minted != "" {
		m.hold("modern-session-id", ofEarlier, "SHOULD", "session ids are ignored, and none is given", saw("tools/list with an Mcp-Session-Id", s), breaches,
			"clients take it that there is a session, and lose it", "look at no Mcp-Session-Id, and send none")
	}
	if s := m.named("modern-last-event-id"); hasTools {
		breaches = nil
		if !s.modern() {
			breaches = append(breaches, saw("tools/list with Last-Event-ID", s))
		}
		m.hold("modern-last-event-id", ofEarlier, "SHOULD", "Last-Event-ID is ignored", saw("tools/list with Last-Event-ID", s), breaches,
			"a client that comes back after a broken stream, as in earlier revisions, is refused", "look at no Last-Event-ID")
	}
	if m.dual {
		return // then GET and DELETE are those of the other revision
	}
	for _, c := range []struct{ rule, what string }{{"modern-get", "GET"}, {"modern-delete", "DELETE"}} {
		breaches = nil
		s := m.named(c.rule)
		if s.answer.Status != http.StatusMethodNotAllowed {
			breaches = append(breaches, saw(c.what, s))
		}
		m.hold(c.rule, ofEarlier, "SHOULD", "405", saw(c.what, s), breaches, "clients of earlier revisions take it for a stream, or for a session that ended", "answer 405 to all but POST")
	}
}

// bodies is about bodies that are no request.
func (m *modern) bodies() {
	var breaches []string
	for _, c := range []struct{ probe, what string }{
		{"modern-notification", "a notification that nobody knows"}, {"modern-notification-bare", "notifications/cancelled without Mcp-Method"},
	} {
		s := m.named(c.probe)
		if a := s.answer; a.Status/100 != 4 && (a.Status != http.StatusAccepted || len(a.Body) > 0) {
			breaches = append(breaches, saw(c.what, s))
		}
	}
	m.hold("modern-notification", ofPosting, "MUST", "202 without a body, or an HTTP error", saw("a notification that nobody knows", m.named("modern-notification")), breaches,
		"some clients read the body as an answer to nothing, and some wait for one", "answer 202, without a body")

	for _, c := range []struct{ probe, what, cause, cure string }{
		{"modern-response", "a response of the client", "the server asked nothing, for answers come as inputResponses of a request: the client waits in vain", "answer 400, with error -32600"},
		{"modern-batch", "two requests in one", "clients that rely on it fail with other servers", "answer 400, with error -32600"},
		{"modern-body-not-json", "a body that is not JSON", "a client cannot tell that its message was broken", "answer 400, with error -32700"},
	} {
		s := m.named(c.probe)
		breaches = nil
		if s.answer.Status/100 != 4 {
			breaches = append(breaches, saw(c.what, s))
		}
		rule := strings.Replace(c.probe, "body-not-json", "malformed", 1)
		m.hold(rule, ofPosting, "", "an HTTP error, such as 400: a body is one request or notification", saw(c.what, s), breaches, c.cause, c.cure)
	}
}

// streams is about event streams.
func (m *modern) streams() {
	var buffered, endless []string
	seen := 0
	for _, s := range m.all {
		if !s.stream() {
			continue
		}
		seen++
		if !strings.EqualFold(s.answer.Header.Get("X-Accel-Buffering"), "no") && !slices.Contains(buffered, s.method) {
			buffered = append(buffered, s.method)
		}
		if s.answer.Open && s.response().Exists() && !slices.Contains(endless, s.method) {
			endless = append(endless, s.method)
		}
	}
	if seen == 0 {
		return
	}
	if len(buffered) > 0 {
		buffered = []string{"without it: the answers to " + listed(buffered)}
	}
	m.hold("modern-buffering", ofReceiving, "SHOULD", "X-Accel-Buffering: no with every event stream", "with all of "+say.Count(seen, "stream"), buffered,
		"a proxy may hold events back until its buffer is full, so that progress and changes come late or never", "send X-Accel-Buffering: no").shown("listen-buffered-by-proxy")
	if len(endless) > 0 {
		endless = []string{"it stays open after the answer to " + listed(endless)}
	}
	m.hold("modern-stream-end", ofReceiving, "SHOULD", "the response ends its stream", "after each response", endless,
		"connections pile up, at the client and on the way", "close the stream after the response")
}
