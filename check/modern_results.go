package check

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// discover is about the one method that every server has.
func (m *modern) discover() {
	const wants = "a result with supportedVersions and capabilities"
	s := m.named("modern-discover")
	r := s.result()
	m.Eras = append(m.Eras, eraModern)
	m.capabilities = r.Get("capabilities")
	if info := metaOf(r, mcp.MetaServerInfo); m.Name == "" {
		m.Name = strings.TrimSpace(info.Get("name").String() + " " + info.Get("version").String())
	}
	var breaches, versions []string
	for _, v := range r.Get("supportedVersions").Array() {
		versions = append(versions, say.Short(v.String(), 20))
	}
	switch {
	case !r.IsObject():
		breaches = append(breaches, s.words)
	case len(versions) == 0:
		breaches = append(breaches, "a result without supportedVersions")
	case !slices.Contains(versions, mcp.V20260728):
		breaches = append(breaches, "supportedVersions has "+listed(versions)+", and not "+mcp.V20260728+", which it speaks")
	}
	if r.IsObject() && !m.capabilities.IsObject() {
		breaches = append(breaches, "a result without capabilities")
	}
	m.hold("modern-discover", ofDiscovery, "MUST", wants, s.words+"; it speaks "+listed(versions), breaches,
		"clients ask it first, and take a server that does not answer for one of an earlier revision", "answer server/discover with all of it")
}

// lists asks for everything that the server says it has, the lists' second
// pages included, so that there is something to look at.
func (m *modern) lists(ctx context.Context) error {
	for i, l := range []struct{ capability, method string }{
		{"tools", mcp.ToolsList}, {"prompts", "prompts/list"}, {"resources", "resources/list"}, {"resources", "resources/templates/list"},
	} {
		if !m.capabilities.Get(l.capability).Exists() {
			continue
		}
		s, err := m.ask(ctx, request(fmt.Sprint(50+2*i), l.method, ""))
		if err != nil {
			return err
		}
		if next := s.result().Get("nextCursor"); next.Type == gjson.String {
			if _, err := m.ask(ctx, request(fmt.Sprint(51+2*i), l.method, `"cursor":`+next.Raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tools is about tools/list and the order of the tools.
func (m *modern) tools(ctx context.Context) error {
	if !m.capabilities.Get("tools").Exists() {
		m.find("modern-tools-list", LeftOut, ofModernTools, "MUST", "the tools", "the server does not say that it has tools")
		return nil
	}
	first := m.named("modern-tools-list")
	var breaches []string
	if !first.result().Get("tools").IsArray() {
		breaches = append(breaches, first.words)
	} else if media := first.answer.Header.Get("Content-Type"); m.overHTTP && !first.stream() && !strings.HasPrefix(strings.ToLower(media), "application/json") {
		breaches = append(breaches, fmt.Sprintf("200 as %q", media))
	}
	m.hold("modern-tools-list", ofModernTools, "MUST", "the tools", first.words, breaches,
		"the server says that it has tools, and clients ask for them", "answer tools/list; look at the server's log for the reason")
	if len(breaches) > 0 {
		return nil
	}
	order := namesOf(first)
	for range 2 {
		again, err := m.ask(ctx, request("32", mcp.ToolsList, ""))
		if err != nil {
			return err
		}
		if other := namesOf(again); !slices.Equal(order, other) {
			breaches = []string{"first " + listed(order) + "; then " + listed(other)}
		}
	}
	m.hold("modern-tools-order", ofToolOrder, "SHOULD", "the same order each time", "asked 3 times: "+say.Count(len(order), "tool"), breaches,
		"clients cannot cache the list, and what a model was given before is paid for anew", "list the tools in an order of your own, such as by name")
	return nil
}

func namesOf(s *said) []string {
	var names []string
	for _, t := range s.result().Get("tools").Array() {
		names = append(names, t.Get("name").String())
	}
	return names
}

// ids is about the id of a response.
func (m *modern) ids(ctx context.Context) error {
	var breaches []string
	asked := []string{`"mcpmock-a"`, `"32"`, `0`, `-7`, `9007199254740991`}
	for _, id := range asked {
		s, err := m.ask(ctx, request(id, mcp.Discover, ""))
		if err != nil {
			return err
		}
		switch got := s.response().Get("id"); {
		case !s.response().Exists():
			breaches = append(breaches, "id "+id+": "+s.words)
		case got.Raw != id:
			breaches = append(breaches, "id "+id+" came back as "+say.Short(got.Raw, 40))
		}
	}
	m.hold("modern-id", ofRequests, "MUST", "the id of the request, of its JSON type", "asked with "+strings.Join(asked, ", "), breaches,
		"clients wait for the answer to a request that they believe was never answered", "give the id back as it came")
	return nil
}

// results is about what every result has.
func (m *modern) results() {
	var untyped, unnamed, uncached []string
	scopes := map[string]string{}
	seen := 0
	add := func(to *[]string, what string) {
		if !slices.Contains(*to, what) {
			*to = append(*to, what)
		}
	}
	for _, s := range m.all {
		r := s.result()
		if !r.IsObject() {
			continue
		}
		seen++
		kind := r.Get("resultType")
		if kind.Type != gjson.String {
			add(&untyped, s.method)
		}
		info := metaOf(r, mcp.MetaServerInfo)
		if info.Get("name").Type != gjson.String || info.Get("version").Type != gjson.String {
			add(&unnamed, s.method)
		}
		if !mcp.IsCacheable(s.method) || kind.Str == mcp.InputRequired {
			continue
		}
		switch ttl := r.Get("ttlMs"); {
		case !ttl.Exists():
			add(&uncached, s.method+" without ttlMs")
		case ttl.Type != gjson.Number || ttl.Num < 0 || ttl.Num != math.Trunc(ttl.Num):
			add(&uncached, s.method+" with ttlMs "+say.Short(ttl.Raw, 20))
		}
		scope := r.Get("cacheScope")
		switch before, again := scopes[s.method]; {
		case !scope.Exists():
			add(&uncached, s.method+" without cacheScope")
		case scope.Str != "public" && scope.Str != "private":
			add(&uncached, s.method+" with cacheScope "+say.Short(scope.Raw, 20))
		case again && before != scope.Str:
			add(&uncached, s.method+" with cacheScope "+before+" and "+scope.Str)
		default:
			scopes[s.method] = scope.Str
		}
	}
	all := say.Count(seen, "result")
	m.hold("modern-result-type", ofResultType, "MUST", "resultType in every result", "in all of "+all, without(untyped, "resultType"),
		"clients cannot tell an answer from a question", `add "resultType":"complete"`).shown("result-type-missing")
	f := m.hold("modern-caching", ofCaching, "MUST", `ttlMs, an integer from 0 on, and cacheScope "public" or "private", the same for all pages`, "in all that may be cached", uncached,
		"clients that validate results refuse them", `add "ttlMs":0 and "cacheScope":"private" where nothing may be cached`)
	if strings.Contains(f.Saw, "with ttlMs -") {
		f.shown("ttl-negative")
	}
	m.hold("modern-server-info", ofMeta, "SHOULD", "serverInfo in the _meta of every result", "in all of "+all, without(unnamed, "serverInfo"),
		"there is no handshake, so nothing else says which server answered", "add "+mcp.MetaServerInfo+" to _meta, with name and version")
}

// without are the results of methods that lack a member.
func without(methods []string, member string) []string {
	if len(methods) == 0 {
		return nil
	}
	return []string{"without " + member + ": " + listed(methods)}
}

// codes is about the codes of all errors.
func (m *modern) codes() {
	var forbidden, legacy []string
	count := 0
	for _, s := range m.all {
		e := s.response().Get("error")
		if !e.Exists() {
			continue
		}
		count++
		what := fmt.Sprintf("%d for %s", e.Get("code").Int(), s.method)
		if s.method == "" {
			what = fmt.Sprintf("%d for what is no request", e.Get("code").Int())
		}
		switch code := e.Get("code").Int(); {
		case code == mcp.ResourceNotFound, code == mcp.URLElicitationRequired, code >= -32099 && code <= -32023,
			e.Get("code").Type != gjson.Number, strings.ContainsAny(e.Get("code").Raw, ".eE"), e.Get("message").Type != gjson.String:
			if !slices.Contains(forbidden, what) {
				forbidden = append(forbidden, what)
			}
		case code >= -32019 && code <= -32000:
			if !slices.Contains(legacy, what) {
				legacy = append(legacy, what)
			}
		}
	}
	const wants = "codes of JSON-RPC, -32020 to -32022 as the specification has them, or codes outside of -32768 to -32000"
	fine := say.Count(count, "error")
	if len(forbidden) > 0 {
		m.hold("modern-error-codes", ofErrorCodes, "MUST", wants, fine, []string{listed(forbidden)},
			"clients of this revision take such a code for something else, or for nothing they know", "answer -32602 for what does not exist; take codes of your own outside of the reserved range")
		return
	}
	var breaches []string
	if len(legacy) > 0 {
		breaches = []string{listed(legacy)}
	}
	m.hold("modern-error-codes", ofErrorCodes, "SHOULD", wants, fine, breaches,
		"these codes mean something else in every implementation, so clients cannot tell what is wrong", "answer -32600 to -32603, or a code outside of the reserved range")
}

// quiet is about what comes beside the answers: log messages that nobody
// asked for, requests of the server, and changes on a stream that is not
// theirs.
func (m *modern) quiet() {
	var logged, asking, stray []string
	for _, s := range m.all {
		for _, n := range s.messages {
			method := n.Get("method").Str
			what := say.Short(method, 60) + " with the answer to " + s.method
			switch {
			case method == mcp.LogMessage && (!s.level || s.method == mcp.Listen):
				logged = append(logged, what)
			case method != "" && n.Get("id").Exists():
				asking = append(asking, what)
			case mcp.TellsOfChange(method) && s.method != mcp.Listen && m.overHTTP:
				stray = append(stray, what)
			}
		}
	}
	in := ofReceiving
	if !m.overHTTP {
		in = ofPipes
	}
	if len(logged) > 0 {
		logged = []string{listed(logged)}
	}
	m.hold("modern-logging", ofLogging, "MUST", "no log messages but those that a request asks for", "none came unasked", logged,
		"clients that did not ask show them to nobody, or fail", "send notifications/message only where the request's _meta has "+mcp.MetaLogLevel)
	if breaches := slices.Concat(asking, stray); len(breaches) > 0 {
		asking = []string{listed(breaches)}
	}
	m.hold("modern-stream", in, "MUST", "the response, and before it notifications about this request alone; no requests", "nothing else came", asking,
		"clients of this revision answer no requests, so the server waits for ever", "ask by a result with resultType input_required; tell of changes on the stream of subscriptions/listen")
}
