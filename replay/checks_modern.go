package replay

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// checkKindUnexpected finds every message: the check says of which kinds.
func checkKindUnexpected(q *probe, _ *scenarios.Check) string {
	if !q.post() {
		return ""
	}
	for _, m := range q.batch.Messages {
		if m.Kind == jsonrpc.Response {
			return "what this server asks is in its results, and the answers go into the request that is sent again"
		}
	}
	return "this server takes no " + strings.Join(kindsOf(q.batch.Messages), " and no ")
}

// kindsOf lists the kinds of messages, each once.
func kindsOf(messages []jsonrpc.Message) (kinds []string) {
	for _, m := range messages {
		if kind := kindName(m.Kind); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// kindName is the word that a dialect has for a kind of message.
func kindName(k jsonrpc.Kind) string {
	switch k {
	case jsonrpc.Request:
		return "request"
	case jsonrpc.Notification:
		return "notification"
	case jsonrpc.Response:
		return "response"
	}
	return ""
}

// hasKind reports whether the body has a message of one of these kinds.
func (q *probe) hasKind(kinds []string) bool {
	return q.post() && slices.ContainsFunc(q.batch.Messages, func(m jsonrpc.Message) bool { return slices.Contains(kinds, kindName(m.Kind)) })
}

// shakes reports whether a message is the handshake of the legacy era: an
// initialize, whatever its header says, that names no modern version for
// itself (2026-07-28 basic/versioning, "Backward Compatibility with
// Initialization-Based Versions").
func (q *probe) shakes() bool {
	return q.initialize() && slices.ContainsFunc(q.batch.Messages, q.shakesWith)
}

// shakesWith reports whether that message is the one. What names a modern
// version is a request of a method that the modern era has not.
func (q *probe) shakesWith(m jsonrpc.Message) bool {
	return m.Method == mcp.Initialize && !mcp.IsModern(q.told(m).field(mcp.MetaVersion).Str)
}

// checkHandshake finds the handshake of the legacy era.
func checkHandshake(q *probe, c *scenarios.Check) string {
	for _, m := range q.requests() {
		if !q.shakesWith(m) || !c.Every && !mcp.IsModern(q.protocol) {
			continue
		}
		q.own().found = &finding{header: "MCP-Protocol-Version", sent: q.protocol, decoded: q.protocol}
		return "there is no initialize any more; send each request with _meta that has " + mcp.MetaVersion +
			" and " + mcp.MetaCapabilities + ", and one of the versions " + strings.Join(q.p.spokenVersions(), ", ")
	}
	return ""
}

// checkMemberDoubled finds requests that say one thing twice: one reader takes
// the first, another the last, and a header can mirror but one of them.
func checkMemberDoubled(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if t := q.told(m); t.within != "" {
			q.own().found = &finding{missing: []string{t.twice}}
			return "send " + quote(t.twice) + " once in " + t.within
		}
	}
	return ""
}

// checkInputMalformed finds what a client cannot come back with: answers that
// are no object of objects, or a state that is no text (2026-07-28
// basic/patterns/mrtr, "Error Handling"). A null is as good as nothing.
func checkInputMalformed(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if !mcp.TakesInput(m.Method) || !q.told(m).retries {
			continue
		}
		params := gjson.Parse(jsonrpc.String(m.Params))
		if state := params.Get("requestState"); state.Type != gjson.Null && state.Type != gjson.String {
			return "send requestState as the text that it came as"
		}
		responses, malformed := params.Get("inputResponses"), ""
		if responses.Type == gjson.Null {
			continue
		}
		if !responses.IsObject() {
			return "send inputResponses as an object, with an object for each of inputRequests"
		}
		responses.ForEach(func(key, v gjson.Result) bool {
			if !v.IsObject() {
				malformed = "send an object for " + quote(key.Str) + " in inputResponses"
			}
			return malformed == ""
		})
		if malformed != "" {
			return malformed
		}
	}
	return ""
}

// knowsModern reports whether a modern request of that method can be served:
// one that the revision has, or, of a server that has more, one that it
// answered. The tasks of the extension are among these. What a revision with a
// handshake has besides, the era has no longer.
func (p *Player) knowsModern(method string) bool {
	switch {
	case strings.HasPrefix(method, "tasks/"):
		return mcp.IsModernRequest(method) && (p.index.hasModern(method) || p.stubs.knows(method))
	case mcp.IsModernRequest(method):
		return true
	}
	return !mcp.IsRequest(method) && (p.index.plays(method) || p.stubs.knows(method))
}

// hasModern reports whether the tape has an answer to a modern request of that
// method.
func (ix *index) hasModern(method string) bool {
	s := ix.methods[method]
	return s != nil && slices.ContainsFunc(s.exchanges, func(x int32) bool { return ix.Flags(int(x))&cassettes.Modern != 0 && ix.playableAt(int(x)) })
}

// plays reports whether the tape has an answer to a request of that method.
func (ix *index) plays(method string) bool {
	s := ix.methods[method]
	return s != nil && slices.ContainsFunc(s.exchanges, func(x int32) bool { return ix.playableAt(int(x)) })
}

// opensModern reports whether a request is told to be of the modern era, where
// a server has both, by what the dialect goes by. Over a pipe there is only the
// message. An initialize is of the other era unless it is told apart by the
// header of a server that looks at nothing else.
func (q *probe) opensModern() bool {
	by := q.p.gate.modern.Opens
	if q.r == nil {
		by = []string{"meta", "method"}
	} else if len(by) == 0 {
		by = []string{"version", "meta", "method"}
	}
	for _, sign := range by {
		switch {
		case sign == "any" && len(q.r.Header[mcp.HeaderProtocolVersion]) > 0 && (q.protocol == "" || q.namesOther()),
			sign == "version" && q.namesOther() && !q.shakes(),
			sign == "later" && q.protocol >= firstModern,
			sign == "meta" && q.carriesVersion() && !q.shakes(),
			sign == "method" && (q.has(mcp.Discover) || q.has(mcp.Listen)):
			return true
		}
	}
	return false
}
