package probes

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// All returns every probe: first those that ask without a session or with a
// wrong one, then what HTTP is about, then what the messages are about, then
// those of revision 2026-07-28, and at the end those that not every server
// survives. The slice is the caller's.
func All() []Probe {
	all := slices.Concat(sessionProbes(), endedProbes(), lifecycleProbes(), versionProbes(), streamProbes(), methodProbes(), headerProbes(), bodyProbes(), originProbes(),
		spellingProbes(), messageProbes(), travelProbes(), modernProbes())
	slices.SortStableFunc(all, func(a, b Probe) int { return cmp.Compare(weight(a), weight(b)) })
	return all
}

func weight(p Probe) int {
	switch {
	case p.Harmful:
		return 3
	case p.Modern:
		return 2
	case p.Heavy:
		return 1
	}
	return 0
}

// Named returns the probe of that name.
func Named(name string) (Probe, bool) {
	for _, p := range All() {
		if p.Name == name {
			return p, true
		}
	}
	return Probe{}, false
}

// line is a header line.
type line = [2]string

// What a client sends that does all of it right.
var (
	contentType = line{"Content-Type", "application/json"}
	acceptBoth  = line{"Accept", "application/json, text/event-stream"}
	acceptSSE   = line{"Accept", "text/event-stream"}
	inSession   = line{"Mcp-Session-Id", "${session}"}
	inVersion   = line{"MCP-Protocol-Version", "${version}"}
	unknownID   = line{"Mcp-Session-Id", "0123456789abcdef0123456789abcdef"}
)

// The messages. Each request has an id of its own, so that an answer can be
// told to be of another.
const (
	initializeBody  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"${offer}","capabilities":{},"clientInfo":{"name":"mcpmock-probe","version":"1"}}}`
	initialize0326  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"mcpmock-probe","version":"1"}}}`
	initializedBody = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	pingBody        = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
	listBody        = `{"jsonrpc":"2.0","id":3,"method":"tools/list"}`
	callBody        = `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"mcpmock-no-such-tool","arguments":{}}}`
	againBody       = `{"jsonrpc":"2.0","id":5,"method":"initialize","params":{"protocolVersion":"${offer}","capabilities":{},"clientInfo":{"name":"mcpmock-probe","version":"1"}}}`
)

// post is a POST with the usual headers and those given after them. A line
// given takes the place of a usual one of its name; one without a value keeps
// it off.
func post(body string, lines ...line) Step {
	return Step{Method: "POST", Header: headers([]line{contentType, acceptBoth}, lines), Body: body}
}

// listen is a GET for the stream.
func listen(lines ...line) Step {
	return Step{Method: "GET", Header: headers([]line{acceptSSE}, lines)}
}

func hangUp(lines ...line) Step { return Step{Method: "DELETE", Header: headers(nil, lines)} }

func headers(usual, lines []line) []line {
	var all []line
	for _, u := range usual {
		if !slices.ContainsFunc(lines, func(l line) bool { return strings.EqualFold(l[0], u[0]) }) {
			all = append(all, u)
		}
	}
	for _, l := range lines {
		if l[1] != Without {
			all = append(all, l)
		}
	}
	return all
}

// opened are the steps by which a good client opens a session, and those
// given after them. Where these end it, a ping is answered before: python-sdk
// 1.9.1 accepts the notification before it has taken it, and a DELETE that
// overtakes it ends the whole server.
func opened(steps ...Step) []Step {
	all := []Step{post(initializeBody), post(initializedBody, inSession, inVersion)}
	if slices.ContainsFunc(steps, func(s Step) bool { return s.Method == http.MethodDelete }) {
		all = append(all, settled)
	}
	return append(all, steps...)
}

// settled is a request that is answered when all that came before it in its session
// has been taken.
var settled = post(`{"jsonrpc":"2.0","id":99,"method":"ping"}`, inSession, inVersion)

// requests are what is asked in many ways.
var requests = []struct{ name, body string }{
	{"ping", pingBody},
	{"tools-list", listBody},
	{"tools-call", callBody},
	{"initialized", initializedBody},
	{"initialize", initializeBody},
}

// Conversation is how a good client says those messages: it initializes, says
// that it has, and POSTs each, as it stands, in the session that was opened.
func Conversation(bodies ...string) []Step {
	steps := opened()
	for _, b := range bodies {
		steps = append(steps, post(Literal(b), inSession, inVersion))
	}
	return steps
}

// Initialize is the request by which Conversation begins, to which header
// lines may be added. A line takes the place of a usual one of its name.
func Initialize(lines ...[2]string) Step { return post(initializeBody, lines...) }

// Listen is the GET for the standalone stream outside of any session.
func Listen() Step { return listen() }
