package replay

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An outcome of synthesize: a result, or an error with the status it has.
type synthesized struct {
	status  int
	result  string
	code    int
	message string
}

// synthesize answers what real clients send and nobody recorded: ping,
// logging/setLevel, lists that were never asked for, and the probe for a newer
// revision. It says false for all else, which is a mismatch.
func (q *visit) synthesize(m jsonrpc.Message) (synthesized, bool) {
	capability := mcp.ServerCapability(m.Method)
	member := mcp.ListMember(m.Method)
	switch {
	case m.Method == mcp.Ping:
		return synthesized{status: 200, result: "{}"}, true
	case m.Method == mcp.Discover:
		return q.tooNew(), true
	case m.Method == mcp.SetLevel && q.capable(capability):
		return synthesized{status: 200, result: "{}"}, true
	case m.Method == mcp.SetLevel:
		return synthesized{status: 200, code: mcp.MethodNotFound, message: "Method not found: the recorded server has no logging"}, true
	case member != "" && gjson.GetBytes(m.Params, "cursor").Exists():
		return synthesized{status: 200, code: mcp.InvalidParams, message: "Invalid params: this cursor was not recorded"}, true
	case member != "" && q.p.index.Named(m.Method, "") == nil && q.capable(capability):
		return synthesized{status: 200, result: `{"` + member + `":[]}`}, true
	case member != "" && q.p.index.Named(m.Method, "") == nil:
		return synthesized{status: 200, code: mcp.MethodNotFound, message: "Method not found: the recorded server has no " + capability}, true
	}
	return synthesized{}, false
}

// tooNew is what a legacy server refuses a request of the modern era with, so
// that clients fall back to initialize.
func (q *visit) tooNew() synthesized {
	code, refusal := mcp.InvalidRequest, "Bad Request"
	if q.pipe != nil {
		code, refusal = mcp.MethodNotFound, "Method not found"
	}
	return synthesized{status: http.StatusBadRequest, code: code,
		message: refusal + ": this server speaks " + q.p.supported()[0] + " and older: send initialize"}
}

// response spells a synthesized answer.
func response(id []byte, s synthesized) []byte {
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), ',')
	if s.result != "" {
		return append(append(append(b, `"result":`...), s.result...), '}')
	}
	b = append(append(b, `"error":{"code":`...), strconv.Itoa(s.code)...)
	return append(append(append(b, `,"message":`...), jsonrpc.Text(s.message)...), "}}"...)
}

// answer sends a synthesized answer.
func (q *visit) answer(m jsonrpc.Message, s synthesized) {
	q.note("synthesized", "", m.Method)
	body := response(m.ID, s)
	header := http.Header{"Content-Type": contentJSON}
	if q.conv.id != "" && q.p.dialect.Session.Show == "always" {
		header[mcp.HeaderSessionID] = []string{q.conv.id}
	}
	if q.p.framing.bare && q.pipe == nil && s.status == http.StatusOK && q.takesStreams() {
		header["Content-Type"] = contentStream
		q.p.framing.headers(header)
		body = q.p.framing.append(nil, nil, body, "")
	}
	q.reply(s.status, header, body)
}

// capable reports whether the recorded server has a capability.
func (q *visit) capable(name string) bool {
	q.conv.mu.Lock()
	session := q.conv.recorded
	q.conv.mu.Unlock()
	return q.p.recordedCapabilities(session).Get(name).Exists()
}

// recordedCapabilities returns what a recorded server said it can do.
func (p *Player) recordedCapabilities(session int) gjson.Result {
	x := p.index.Sessions[session].Initialize
	if x < 0 && len(p.index.Begun) > 0 { // a client that need not initialize
		x = p.index.Sessions[p.index.Begun[0]].Initialize
	}
	if x < 0 {
		return gjson.Result{}
	}
	a, err := p.answers.get(x)
	if err != nil {
		return gjson.Result{}
	}
	for _, l := range a.lines {
		if l.kind == jsonrpc.Response {
			return gjson.GetBytes(l.text, "result.capabilities")
		}
	}
	return gjson.Result{}
}

// answersDiscover reports whether the tape has a real answer to server/discover.
// That an older server does not know it is said in each transport's own way.
func (p *Player) answersDiscover() bool {
	for _, x := range p.index.Named(mcp.Discover, "") {
		if p.index.Flags(int(x))&(cassettes.Refused|cassettes.Answered) != cassettes.Answered {
			continue
		}
		a, err := p.answers.get(int(x))
		if err == nil && slices.ContainsFunc(a.lines, func(l line) bool { return gjson.GetBytes(l.text, "result").Exists() }) {
			return true
		}
	}
	return false
}

// synthesizeModern answers what modern clients ask and nobody recorded.
func (q *visit) synthesizeModern(m jsonrpc.Message) (synthesized, bool) {
	member := mcp.ListMember(m.Method)
	recorded := q.p.index.Named(m.Method, "") != nil
	capability := mcp.ServerCapability(m.Method)
	can := gjson.GetBytes(q.p.discovered, "capabilities."+capability).Exists()
	switch {
	case m.Method == mcp.Discover && q.p.discovered != nil:
		q.note("translated", "", mcp.Discover+", from what initialize says")
		return synthesized{status: http.StatusOK, result: string(q.p.discovered)}, true
	case member != "" && gjson.GetBytes(m.Params, "cursor").Exists():
		return synthesized{status: http.StatusBadRequest, code: mcp.InvalidParams, message: "Invalid params: this cursor was not recorded"}, true
	case member != "" && !recorded && can:
		result := `{"resultType":"complete","` + member + `":[],"ttlMs":0,"cacheScope":"private"`
		if server := gjson.GetBytes(q.p.discovered, "_meta."+escaped(mcp.MetaServerInfo)); server.Exists() {
			result += `,"_meta":{"` + mcp.MetaServerInfo + `":` + server.Raw + "}"
		}
		return synthesized{status: http.StatusOK, result: result + "}"}, true
	case member != "" && !recorded:
		return synthesized{status: http.StatusNotFound, code: mcp.MethodNotFound, message: "Method not found: " + q.p.played() + " has no " + capability}, true
	}
	return synthesized{}, false
}
