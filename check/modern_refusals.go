package check

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// refusedInitialize is about what a client of an earlier revision is told by a
// server that has no initialize.
func (m *modern) refusedInitialize(s *said) {
	var breaches []string
	if !strings.Contains(s.response().Get("error").Raw, mcp.V20260728) {
		breaches = append(breaches, saw("initialize", s))
	}
	m.hold("modern-initialize", ofEras, "SHOULD", "an error that names the versions that the server speaks", saw("initialize", s), breaches,
		"clients of earlier revisions show this error to their users, and cannot find out anything else", "answer initialize with an error -32022 that has data.supported").shown("modern-only-server-vs-old-client")
}

// meta is about requests whose _meta lacks something.
func (m *modern) meta() {
	var breaches []string
	for _, c := range []struct {
		probe, what string
		era         bool // it does not say itself that it is of this revision
	}{
		{"modern-params-missing", "without params", true},
		{"modern-meta-missing", "without _meta", true},
		{"modern-meta-version-missing", "without protocolVersion", true},
		{"modern-meta-capabilities-missing", "without clientCapabilities", false},
	} {
		s := m.named(c.probe)
		switch {
		case s.refused(mcp.InvalidParams):
		case c.era && m.dual && !m.overHTTP: // then it is of an earlier revision
		case c.era && m.dual && !served(s.answer) && s.answer.Status/100 == 4: // which has no such version header
		default:
			breaches = append(breaches, saw(c.what, s))
		}
	}
	if s := m.named("modern-meta-client-missing"); s.refused(mcp.InvalidParams) {
		breaches = append(breaches, saw("without clientInfo, which need not be there", s))
	}
	m.hold("modern-meta", ofMeta, "MUST", m.with400("error -32602 for a request without protocolVersion or clientCapabilities in _meta"),
		saw("tools/list without clientCapabilities", m.named("modern-meta-capabilities-missing")), breaches,
		"requests are taken for what their client did not say", "look at _meta before anything else of a request, and refuse with -32602")
}

// with400 is what is wanted, with the status where there is one.
func (m *modern) with400(wants string) string {
	if m.overHTTP {
		return "400 with " + wants
	}
	return wants
}

// version is about a version that no server speaks.
func (m *modern) version() {
	var breaches []string
	for _, name := range []string{"modern-version-unknown", "modern-version-unknown-discover"} {
		s := m.named(name)
		data := s.response().Get("error.data")
		supported := data.Get("supported")
		ours := false
		for _, v := range supported.Array() {
			ours = ours || v.Str == mcp.V20260728
		}
		switch what := s.method + " of 2099-01-01"; {
		case !s.refused(mcp.UnsupportedVersion):
			breaches = append(breaches, saw(what, s))
		case !supported.IsArray():
			breaches = append(breaches, saw(what, s)+" without data.supported")
		case !ours:
			breaches = append(breaches, saw(what, s)+" whose data.supported does not have "+mcp.V20260728)
		case data.Get("requested").Str != "2099-01-01":
			breaches = append(breaches, saw(what, s)+" without data.requested")
		}
	}
	m.hold("modern-version", ofVersions, "MUST", m.with400("error -32022 with the versions in data: supported, and requested"),
		saw("tools/list of 2099-01-01", m.named("modern-version-unknown")), breaches,
		"a client newer than the server cannot find out which version they share", "answer -32022 with data.supported and data.requested")
}

// methods is about methods that there are not, or no more.
func (m *modern) methods() {
	wants, of := "error -32601", ofNoMethod
	if m.overHTTP { // where the status is ruled, too
		wants, of = "404 with error -32601", ofVersionMirror
	}
	right := func(s *said) bool { return s.code() == mcp.MethodNotFound && s.status(http.StatusNotFound) }
	s := m.named("modern-method-unknown")
	var breaches []string
	if !right(s) {
		breaches = append(breaches, saw("an unknown method", s))
	}
	f := m.hold("modern-method-unknown", of, "MUST", wants, saw("an unknown method", s), breaches,
		"clients cannot tell a method that is not there from a server that is not there", "answer "+wants)
	if !s.response().Exists() {
		f.shown("modern-404-without-body")
	}

	var kept []string
	breaches = nil
	for _, name := range []string{"modern-ping", "modern-set-level", "modern-subscribe", "modern-tasks-list"} {
		switch s := m.named(name); {
		case right(s):
		case s.result().Exists():
			kept = append(kept, s.method)
		default:
			breaches = append(breaches, saw(s.method, s))
		}
	}
	const cause, cure = "clients that still ask for it cannot tell that it is gone", "answer requests of this revision by its own methods alone"
	if len(breaches) == 0 && len(kept) > 0 {
		m.hold("modern-removed", of, "", wants+" for ping, logging/setLevel, resources/subscribe and tasks/list", "", []string{"still served: " + listed(kept)}, cause, cure)
		return
	}
	m.hold("modern-removed", of, "MUST", wants+" for ping, logging/setLevel, resources/subscribe and tasks/list",
		saw(mcp.Ping, m.named("modern-ping")), breaches, cause, cure)
}

// logLevel is about a level of log messages that does not exist.
func (m *modern) logLevel() {
	s := m.named("modern-log-level-unknown")
	var breaches []string
	if s.code() != mcp.InvalidParams && m.capabilities.Get("logging").Exists() {
		breaches = append(breaches, saw("logLevel loud", s))
	}
	m.hold("modern-log-level", ofLogLevels, "SHOULD", "error -32602 for a level that does not exist", saw("logLevel loud", s), breaches,
		"a client that misspells the level waits for messages that never come", "refuse levels but those of syslog")
}

// resource is about a resource that does not exist.
func (m *modern) resource() {
	if !m.capabilities.Get("resources").Exists() {
		return
	}
	s := m.named("modern-resources-read-unknown")
	var breaches []string
	switch contents := s.result().Get("contents"); {
	case contents.IsArray() && len(contents.Array()) == 0:
		breaches = append(breaches, "resources/read of what is not there: a result without contents")
	case s.result().Exists():
		m.find("modern-no-resource", LeftOut, ofNoResource, "MUST", "error -32602", "the server has something to read at mcpmock://no/such")
		return
	case isMock(s.response().Get("error")):
		m.find("modern-no-resource", LeftOut, ofNoResource, "MUST", "error -32602", mockSays)
		return
	case s.code() != mcp.InvalidParams:
		breaches = append(breaches, saw("resources/read of what is not there", s))
	}
	m.hold("modern-no-resource", ofNoResource, "MUST", "error -32602 for a resource that does not exist", saw("resources/read of what is not there", s), breaches,
		"clients cannot tell a resource that is gone from one that is empty, or from a failure", "answer -32602; -32002 was that of earlier revisions")
}

// call calls a tool, where that is safe, with the headers that the arguments
// want.
func (m *modern) call(ctx context.Context) error {
	const wants = "the result of the call"
	if !m.capabilities.Get("tools").Exists() {
		return nil
	}
	list := m.named("modern-tools-list").result()
	if said, cure := m.uncallable(list); said != "" {
		m.find("modern-tools-call", LeftOut, ofModernCalls, "MAY", wants, "%s", said).Cure = cure
		return nil
	}
	tool, why := m.tool, "as told by --call"
	if tool == "" {
		tool, why = harmless(list), "which says that it is read-only"
	}
	if tool == "" {
		m.find("modern-tools-call", LeftOut, ofModernCalls, "MAY", wants, "no tool says that it is read-only and needs no arguments").Cure = "name one:  --call NAME --arguments JSON"
		return nil
	}
	var definition gjson.Result
	for _, t := range list.Get("tools").Array() {
		if t.Get("name").Str == tool {
			definition = t
		}
	}
	s, err := m.ask(ctx, request("13", mcp.ToolsCall, `"name":`+jsonText(tool)+`,"arguments":`+m.arguments), mirrored(definition, gjson.Parse(m.arguments))...)
	if err != nil {
		return err
	}
	saw := fmt.Sprintf("%s, from %q, %s", s.words, say.Short(tool, 80), why)
	if s.result().Get("resultType").Str == mcp.InputRequired {
		saw = strings.Replace(saw, "with a result", "with a question to the client", 1)
	}
	var breaches []string
	cause, cure := "the request was what the server asks for", "look at its log for the reason"
	if !s.result().Exists() {
		breaches = []string{saw}
		if m.tool != "" {
			cause, cure = ofHisOwn()
		}
	}
	m.hold("modern-tools-call", ofModernCalls, "", wants, saw, breaches, cause, cure)
	return nil
}

// jsonText is a text as JSON has it.
func jsonText(s string) string {
	text, _ := json.Marshal(s) // a string can be encoded
	return string(text)
}
