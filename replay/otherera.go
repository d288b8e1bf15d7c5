package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// legacyFromModern answers a legacy request from an exchange of the modern era,
// or in place of what that era has not. Where it says true without an answer it
// has answered itself, and where it says false used is as with match.
func (q *probe) legacyFromModern(m jsonrpc.Message) (a *answer, used int, answered bool) {
	if result, ok := q.follow(m); ok {
		q.note("translated", "", quote(m.Method)+", which "+mcp.V20260728+" has not")
		q.answer(m, result)
		return nil, 0, true
	}
	if !mcp.Crosses(m.Method) && !q.p.index.hasMethod(m.Method) {
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
func (q *probe) spoke() string {
	for _, v := range [...]string{q.version, q.protocol, mcp.AssumedVersion} {
		if mcp.IsLegacy(v) {
			return v
		}
	}
	return mcp.Legacy()[0]
}

// translated makes the n-th round of a legacy exchange the answer.
func (q *probe) translated(m jsonrpc.Message, x, n int) (*answer, bool) {
	rounds, err := q.p.answers.rounds(x)
	if err != nil {
		q.untranslatable(m, err)
		return nil, false
	}
	a := rounds[min(n, len(rounds)-1)]
	q.matched(m, a)
	q.noteTranslated(a)
	return a, true
}

// untranslatable answers where the other era has no words for what the tape
// has.
func (q *probe) untranslatable(m jsonrpc.Message, err error) {
	q.note("refused", "translation", err.Error())
	body := response(m.ID, synthesized{code: mcp.InternalError, message: "mcpmock: " + err.Error()})
	q.reply(http.StatusOK, http.Header{"Content-Type": contentJSON}, body)
}

// follow takes in what a legacy client subscribes to, and how much it wants to
// be told.
func (q *probe) follow(m jsonrpc.Message) (synthesized, bool) {
	c := q.conv
	c.mu.Lock()
	defer c.mu.Unlock()
	switch uri := stringOf(m.Params, "uri"); m.Method {
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
		if c.follows == nil {
			c.follows = map[string]bool{}
		}
		c.follows[uri] = true
		c.signal()
		c.arrive()
	case "resources/unsubscribe":
		delete(c.follows, uri)
	default:
		return synthesized{}, false
	}
	return synthesized{status: http.StatusOK, result: "{}"}, true
}

// synthesizeModern answers what modern clients ask and nobody recorded.
func (q *probe) synthesizeModern(m jsonrpc.Message) (synthesized, bool) {
	member := mcp.ListMember(m.Method)
	recorded := q.p.index.methods[m.Method+" "] != nil
	capability := mcp.ServerCapability(m.Method)
	can := gjson.GetBytes(q.p.discovered, "capabilities."+capability).Exists()
	switch {
	case m.Method == mcp.Discover && q.p.discovered != nil:
		q.note("translated", "", mcp.Discover+", from what initialize says")
		return synthesized{status: http.StatusOK, result: string(q.p.discovered)}, true
	case member != "" && gjson.GetBytes(m.Params, "cursor").Exists():
		return synthesized{status: http.StatusOK, code: mcp.InvalidParams, message: "Invalid params: this cursor was not recorded"}, true
	case member != "" && !recorded && can:
		result := `{"resultType":"complete","` + member + `":[],"ttlMs":0,"cacheScope":"private"`
		if server := gjson.GetBytes(q.p.discovered, "_meta."+escaped(mcp.MetaServerInfo)); server.Exists() {
			result += `,"_meta":{"` + mcp.MetaServerInfo + `":` + server.Raw + "}"
		}
		return synthesized{status: http.StatusOK, result: result + "}"}, true
	case member != "" && !recorded:
		return synthesized{status: http.StatusNotFound, code: mcp.MethodNotFound, message: "Method not found: the recorded server has no " + capability}, true
	}
	return synthesized{}, false
}
