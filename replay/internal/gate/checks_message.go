package gate

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

func checkUnknownMethod(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		if q.Modern {
			if !q.mock.Knows(m.Method, true) {
				return "revision " + mcp.Modern()[0] + " has no request " + Quote(m.Method)
			}
			continue
		}
		known := mcp.IsLegacyRequest(m.Method) || m.Method == mcp.Discover && !c.Every
		if !known && !q.mock.Knows(m.Method, false) { // a server of its own may have more
			return "no revision has a request " + Quote(m.Method)
		}
	}
	return ""
}

func checkMissingParams(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		if m.Params == nil && (m.Method == mcp.Initialize || c.Every && mcp.NeedsParams(m.Method)) {
			return Quote(m.Method) + " needs params"
		}
	}
	return ""
}

func checkInitializeParams(q visitor, c *scenarios.Check) string {
	for _, m := range q.Requests() {
		if m.Method != mcp.Initialize {
			continue
		}
		p := gjson.ParseBytes(m.Params)
		for _, member := range [...]struct {
			path string
			is   gjson.Type
		}{
			{"protocolVersion", gjson.String}, {"capabilities", gjson.JSON}, {"clientInfo", gjson.JSON},
			{"clientInfo.name", gjson.String}, {"clientInfo.version", gjson.String},
		} {
			if v := p.Get(member.path); (v.Type != member.is || v.IsArray()) && !(c.Every && v.Type == gjson.Number && member.path == "protocolVersion") {
				return "the params of initialize need " + member.path
			}
		}
	}
	return ""
}

// checkParamsIncomplete finds what the schema of every revision asks for: that it
// is there, and of the modern era, which repeats it in headers and answers with
// it, that it is of the right type.
func checkParamsIncomplete(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		params := gjson.Parse(jsonrpc.String(m.Params))
		for _, name := range mcp.NeededParams(m.Method) {
			if q.Modern && name == mcp.MirroredMember(m.Method) {
				if v := q.Told(m).member(name); v.Type == gjson.String {
					continue // looked for already
				} else if v.Exists() {
					return "send " + name + " as a text"
				}
			}
			if !params.Get(name).Exists() {
				return Quote(m.Method) + " needs params with " + name
			}
		}
		if q.Modern && m.Method == mcp.Listen {
			if flaw := eras.FilterFlaw(jsonrpc.Bytes(params.Get("notifications").Raw)); flaw != "" {
				return flaw
			}
		}
	}
	return ""
}

func checkIDMissing(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Notifications() {
		if mcp.IsRequest(m.Method) {
			return Quote(m.Method) + " is a request and needs an id"
		}
	}
	return ""
}

func checkIDUnexpected(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		if mcp.IsNotification(m.Method) {
			return Quote(m.Method) + " is a notification and has no id"
		}
	}
	return ""
}

func checkNotificationUnknown(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Notifications() {
		if !mcp.IsNotification(m.Method) && !mcp.IsRequest(m.Method) {
			return "no revision has a notification " + Quote(m.Method)
		}
	}
	return ""
}

// checkKindUnexpected finds every message: the check says of which kinds.
func checkKindUnexpected(q visitor, _ *scenarios.Check) string {
	if !q.Post() {
		return ""
	}
	for _, m := range q.Batch.Messages {
		if m.Kind == jsonrpc.Response {
			return "what this server asks is in its results, and the answers go into the request that is sent again"
		}
	}
	return "this server takes no " + strings.Join(kindsOf(q.Batch.Messages), " and no ")
}

// checkInputMalformed finds what a client cannot come back with: answers that
// are no object of objects, or a state that is no text (2026-07-28
// basic/patterns/mrtr, "Error Handling"). A null is as good as nothing.
func checkInputMalformed(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		if !mcp.TakesInput(m.Method) || !q.Told(m).Retries {
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
				malformed = "send an object for " + Quote(key.Str) + " in inputResponses"
			}
			return malformed == ""
		})
		if malformed != "" {
			return malformed
		}
	}
	return ""
}

// checkMemberDoubled finds requests that say one thing twice: one reader takes
// the first, another the last, and a header can mirror but one of them.
func checkMemberDoubled(q visitor, _ *scenarios.Check) string {
	for _, m := range q.Requests() {
		if t := q.Told(m); t.within != "" {
			q.Own().found = &finding{missing: []string{t.twice}}
			return "send " + Quote(t.twice) + " once in " + t.within
		}
	}
	return ""
}
