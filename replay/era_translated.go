package replay

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/tidwall/gjson"
)

// legacyFromModern answers a legacy request from an exchange of the modern era,
// or in place of what that era has not. Where it says true without an answer it
// has answered itself, and where it says false used is as with match.
func (q *visit) legacyFromModern(m jsonrpc.Message) (a *answer, used int, answered bool) {
	if result, ok := q.follow(m); ok {
		q.note("translated", "", gate.Quote(m.Method)+", which "+mcp.V20260728+" has not")
		q.answer(m, result)
		return nil, 0, true
	}
	if !mcp.Crosses(m.Method) && !q.p.index.Has(m.Method) {
		return nil, 0, false
	}
	x, used := q.p.match(q.conv, m, true)
	if x < 0 {
		return nil, used, false
	}
	a, err := q.p.answers.legacy(x, q.spoke())
	if err != nil {
		q.untranslatable(m, err)
		return nil, 0, true
	}
	q.matched(m, a)
	q.noteTranslated(a)
	return a, 0, true
}

// spoke returns the legacy revision that a request is answered in: the
// negotiated one, else the header's, else the one to assume.
func (q *visit) spoke() string {
	for _, v := range [...]string{q.Version, q.Protocol, mcp.AssumedVersion} {
		if mcp.IsLegacy(v) {
			return v
		}
	}
	return mcp.Legacy()[0]
}

// translated makes the n-th round of a legacy exchange the answer.
func (q *visit) translated(m jsonrpc.Message, x, n int) (*answer, bool) {
	rounds, err := q.p.answers.rounds(x)
	if err != nil {
		q.untranslatable(m, err)
		return nil, false
	}
	a := rounds[min(n, len(rounds)-1)]
	if q.overtaxes(a) {
		return nil, false
	}
	q.matched(m, a)
	q.noteTranslated(a)
	return a, true
}

// untranslatable answers where the other era has no words for what the tape
// has.
func (q *visit) untranslatable(m jsonrpc.Message, err error) {
	q.note("refused", "translation", err.Error())
	body := response(m.ID, synthesized{code: mcp.InternalError, message: "mcpmock: " + err.Error()})
	q.reply(http.StatusOK, http.Header{"Content-Type": contentJSON}, body)
}

// follow takes in what a legacy client subscribes to, and how much it wants to
// be told.
func (q *visit) follow(m jsonrpc.Message) (synthesized, bool) {
	c := q.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	switch m.Method {
	case mcp.SetLevel:
		if !gjson.GetBytes(q.p.discovered, "capabilities.logging").Exists() {
			return synthesized{}, false
		}
		level := stringOf(m.Params, "level")
		if !slices.Contains(mcp.LogLevels(), level) {
			return synthesized{status: http.StatusOK, code: mcp.InvalidParams, message: "Invalid params: unknown log level"}, true
		}
		c.level = severityOf(level)
	case "resources/subscribe":
		if !gjson.GetBytes(q.p.discovered, "capabilities.resources").Exists() {
			return synthesized{}, false
		}
		uri := gjson.GetBytes(m.Params, "uri")
		switch {
		case uri.Type != gjson.String:
			return nameless, true
		case !c.subscribe(uri.Str):
			return synthesized{status: http.StatusOK, code: mcp.InternalError, message: "mcpmock: too many subscriptions: unsubscribe from some"}, true
		}
	case "resources/unsubscribe":
		uri := gjson.GetBytes(m.Params, "uri")
		if uri.Type != gjson.String {
			return nameless, true
		}
		delete(c.follows, uri.Str)
	default:
		return synthesized{}, false
	}
	return synthesized{status: http.StatusOK, result: "{}"}, true
}

// nameless is what a subscription to nothing is refused with.
var nameless = synthesized{status: http.StatusOK, code: mcp.InvalidParams, message: "Invalid params: uri must be a string"}

// maxFollows is how many resources a client may subscribe to, of those that the
// tape has news of.
const maxFollows = 1000

// subscribe notes that the client follows a resource, if the tape has an update
// of it: of others it would never hear. It says false where there are too many.
// The caller holds mu.
func (c *conversation) subscribe(uri string) bool {
	switch {
	case c.follows[uri] || c.standing == nil || !c.standing.updates(uri):
		return true
	case len(c.follows) >= maxFollows:
		return false
	case c.follows == nil:
		c.follows = map[string]bool{}
	}
	c.follows[strings.Clone(uri)] = true // uri is part of a request's body
	c.signal()
	c.arrive()
	return true
}

// updates reports whether an answer tells of an update of that resource.
func (a *answer) updates(uri string) bool {
	return slices.ContainsFunc(a.lines, func(l line) bool {
		return l.method == mcp.ResourcesUpdated && stringOf(jsonrpc.One(l.text).Params, "uri") == uri
	})
}

// played is what to call the server that a player stands for.
func (p *Player) played() string {
	if p.blank {
		return "the server of these stubs"
	}
	return "the recorded server"
}
