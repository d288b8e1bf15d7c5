package replay

import (
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// Each era introduces a server in its own way: the result of initialize, or
// that of server/discover. A tape has one of them, or, of modern clients that
// know what they want, neither.

// discovers reports whether server/discover is answered as recorded. What
// promises the modern era is not, where that is not served.
func (p *Player) discovers() bool { return p.discoverable && (p.eras.modern || !p.taped.modern) }

// discover returns the result of server/discover: the recorded one, else what
// the recorded initialize makes. It is nil where the tape tells nothing.
func (p *Player) discover() []byte {
	if p.discoverable {
		for _, x := range p.index.Of(mcp.Discover) {
			if result := p.answers.result(int(x)); result != nil {
				return result
			}
		}
	}
	initial := p.initialResult(0)
	if initial == nil {
		initial = p.inferred()
	}
	result, err := eras.Discover(initial, p.offered())
	if err != nil {
		return nil
	}
	return result
}

// inferred makes an introduction of what the tape shows a server to be, where
// nobody asked it: who it says that it is with each result, and what it was
// asked for.
func (p *Player) inferred() []byte {
	capabilities := []byte("{")
	server := []byte(`{"name":"recorded server","version":"0"}`)
	var names []string
	for _, method := range p.index.Methods() {
		if name := mcp.ServerCapability(method); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if !mcp.Crosses(method) {
			continue
		}
		some := p.index.Of(method)
		for _, x := range some[:min(4, len(some))] {
			if info := gjson.GetBytes(p.answers.result(int(x)), "_meta."+escaped(mcp.MetaServerInfo)); info.IsObject() {
				server = []byte(info.Raw)
			}
		}
	}
	slices.Sort(names)
	for i, name := range names {
		if i > 0 {
			capabilities = append(capabilities, ',')
		}
		capabilities = append(append(capabilities, jsonrpc.Text(name)...), ":{}"...)
	}
	return slices.Concat([]byte(`{"protocolVersion":"`+mcp.V20251125+`","capabilities":`), capabilities, []byte(`},"serverInfo":`), server, []byte("}"))
}

// result returns the result of exchange x, or nil.
func (a *answers) result(x int) []byte {
	recorded, err := a.get(x)
	if err != nil {
		return nil
	}
	for _, l := range recorded.lines {
		if l.kind == jsonrpc.Response {
			return jsonrpc.One(l.text).Result
		}
	}
	return nil
}

// serverInfo returns who a recorded server says that it is: in a session, else
// to all; or nil.
func (a *answers) serverInfo(session int) []byte {
	x := a.index.Sessions[session].Initialize
	if x < 0 {
		return a.server
	}
	if info := gjson.GetBytes(a.result(x), "serverInfo"); info.IsObject() {
		return []byte(info.Raw)
	}
	return nil
}

// identity returns who server/discover says that the server is, or nil.
func (p *Player) identity() []byte {
	if info := gjson.GetBytes(p.discovered, "_meta."+escaped(mcp.MetaServerInfo)); info.IsObject() {
		return []byte(info.Raw)
	}
	return nil
}

// initialResult returns the result of the handshake that a session of the tape
// began with, or of the first; nil where there is none.
func (p *Player) initialResult(session int) []byte {
	x := p.index.Sessions[session].Initialize
	if (x < 0 || p.index.Flags(x)&cassettes.Answered == 0) && len(p.index.Begun) > 0 {
		x = p.index.Sessions[p.index.Begun[0]].Initialize
	}
	if x < 0 {
		return nil
	}
	return p.answers.result(x)
}

// beginTranslated answers initialize on a tape of the modern era.
func (q *visit) beginTranslated(m jsonrpc.Message) {
	p := q.p
	requested := stringOf(m.Params, "protocolVersion")
	version := p.negotiate(requested, mcp.Legacy()[0])
	lane, session := p.index.LaneNamed(stringOf(m.Params, "clientInfo.name"))
	result, err := eras.Initialize(p.discovered, version)
	if err != nil {
		q.untranslatable(m, err)
		return
	}
	if p.stubs != nil {
		result = p.stubs.Introduced(result)
	}
	a := &answer{exchange: noExchange, session: session, event: -1, status: http.StatusOK, header: headerJSON}
	l := line{kind: jsonrpc.Response, answered: -1, after: -1}
	const id = "1"
	l.text = slices.Concat([]byte(`{"jsonrpc":"2.0","id":`+id+`,"result":`), result, []byte("}"))
	l.stamp([]byte(id), nil, "")
	a.lines = []line{l}
	a.travel(&p.framing)
	p.framing.dress(a)
	if !q.opened(a) {
		return
	}
	q.introduce(m, session, version, p.answers.changes(session, p.index))
	q.conv.draws(lane)
	q.note("translated", "", "initialize, from what "+mcp.Discover+" says")
	q.performInitialize(m, a, p.shownVersion(requested, version))
}

// draws says in which lane a conversation draws from first.
func (c *conversation) draws(lane int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cursors.Begin(lane)
}
