package faults

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// posted is a POST of a message, in a living session that is ready.
func posted(t testing.TB, body string, headers ...string) *Request {
	t.Helper()
	r := &Request{HTTP: "POST", Path: "/mcp", Header: http.Header{}, Session: Known, State: Ready, InFlight: 1}
	var err error
	if r.Batch, err = jsonrpc.Parse([]byte(body)); err != nil {
		r.Invalid = true
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

// changed is a request with something else about it.
func (r *Request) changed(f func(*Request)) *Request {
	f(r)
	return r
}

func TestMeets(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"forecast","arguments":{"city":"Oslo","days":2,"at":{"x":[1,"ab"]},"z":null}}}`
	const list = `{"jsonrpc":"2.0","id":"a","method":"tools/list"}`
	const note = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	const cancelled = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`
	get := func(headers ...string) *Request {
		r := posted(t, "", headers...)
		r.HTTP, r.Invalid = "GET", false
		return r
	}
	header := func(h scenarios.HeaderTest) scenarios.Trigger {
		return scenarios.Trigger{Headers: []scenarios.HeaderTest{h}}
	}
	for _, c := range []struct {
		reason  string
		trigger scenarios.Trigger
		request *Request
		want    bool
	}{
		{"an empty trigger is met by everything sent", scenarios.Trigger{}, posted(t, call), true},
		{"but not by what the client does otherwise", scenarios.Trigger{}, &Request{Client: Closes}, false},

		{"http", scenarios.Trigger{HTTP: "POST"}, posted(t, call), true},
		{"http in small letters", scenarios.Trigger{HTTP: "get"}, get(), true},
		{"another http", scenarios.Trigger{HTTP: "GET"}, posted(t, call), false},
		{"path", scenarios.Trigger{Path: "/mcp"}, posted(t, call), true},
		{"a pattern of paths", scenarios.Trigger{Path: "/m*"}, posted(t, call), true},
		{"a longer path", scenarios.Trigger{Path: "/mcp/"}, posted(t, call), false},
		{"no path over stdio", scenarios.Trigger{Path: "/mcp"}, posted(t, call).changed(func(r *Request) { r.Path = "" }), false},

		{"header absent", header(scenarios.HeaderTest{Name: "mcp-session-id", Absent: true}), posted(t, call), true},
		{"header not absent", header(scenarios.HeaderTest{Name: "mcp-session-id", Absent: true}), posted(t, call, "Mcp-Session-Id", ""), false},
		{"header present, if empty", header(scenarios.HeaderTest{Name: "X", Present: true}), posted(t, call, "X", ""), true},
		{"header not present", header(scenarios.HeaderTest{Name: "X", Present: true}), posted(t, call), false},
		{"header repeated", header(scenarios.HeaderTest{Name: "X", Repeated: true}), posted(t, call, "X", "a", "X", "a"), true},
		{"header sent once", header(scenarios.HeaderTest{Name: "X", Repeated: true}), posted(t, call, "X", "a, a"), false},
		{"header is", header(scenarios.HeaderTest{Name: "X", Is: "a"}), posted(t, call, "X", "a"), true},
		{"header is the empty text", header(scenarios.HeaderTest{Name: "X"}), posted(t, call, "X", ""), true},
		{"header is not", header(scenarios.HeaderTest{Name: "X", Is: "a"}), posted(t, call, "X", "ab"), false},
		{"header starts", header(scenarios.HeaderTest{Name: "X", Starts: "a"}), posted(t, call, "X", "ab"), true},
		{"header starts otherwise", header(scenarios.HeaderTest{Name: "X", Starts: "b"}), posted(t, call, "X", "ab"), false},
		{"header contains, in the second line", header(scenarios.HeaderTest{Name: "Accept", Contains: "text/event-stream"}), posted(t, call, "Accept", "application/json", "Accept", "text/event-stream"), true},
		{"header does not contain", header(scenarios.HeaderTest{Name: "Accept", Contains: "text/event-stream"}), posted(t, call, "Accept", "*/*"), false},
		{"header lacks", header(scenarios.HeaderTest{Name: "Accept", Lacks: "text"}), posted(t, call, "Accept", "*/*"), true},
		{"header was not sent, and lacks it", header(scenarios.HeaderTest{Name: "Accept", Lacks: "text"}), posted(t, call), true},
		{"header has it", header(scenarios.HeaderTest{Name: "Accept", Lacks: "text"}), posted(t, call, "Accept", "text/html"), false},
		{"header matches", header(scenarios.HeaderTest{Name: "X", Matches: regexp.MustCompile(`^\d+$`)}), posted(t, call, "X", "12"), true},
		{"header does not match", header(scenarios.HeaderTest{Name: "X", Matches: regexp.MustCompile(`^\d+$`)}), posted(t, call, "X", "a"), false},
		{"all headers must be met", scenarios.Trigger{Headers: []scenarios.HeaderTest{{Name: "X", Present: true}, {Name: "Y", Present: true}}}, posted(t, call, "X", "a"), false},
		{"over stdio a header is absent", header(scenarios.HeaderTest{Name: "X", Absent: true}), &Request{}, true},

		{"kind request", scenarios.Trigger{Kind: "request"}, posted(t, call), true},
		{"a notification is no request", scenarios.Trigger{Kind: "request"}, posted(t, note), false},
		{"kind notification", scenarios.Trigger{Kind: "notification"}, posted(t, note), true},
		{"kind response", scenarios.Trigger{Kind: "response"}, posted(t, `{"jsonrpc":"2.0","id":1,"result":{}}`), true},
		{"an error is a response", scenarios.Trigger{Kind: "response"}, posted(t, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}`), true},
		{"kind batch", scenarios.Trigger{Kind: "batch"}, posted(t, "["+call+"]"), true},
		{"each of its messages is of a kind as well", scenarios.Trigger{Kind: "request"}, posted(t, "["+note+","+call+"]"), true},
		{"of which there may be none", scenarios.Trigger{Kind: "response"}, posted(t, "["+note+","+call+"]"), false},
		{"all about a message is asked of the same one", scenarios.Trigger{Kind: "notification", ID: "number"}, posted(t, "["+note+","+call+"]"), false},
		{"that it is no batch as well", scenarios.Trigger{Kind: "request", Not: &scenarios.Trigger{Kind: "batch"}}, posted(t, "["+note+","+call+"]"), false},
		{"kind invalid", scenarios.Trigger{Kind: "invalid"}, posted(t, "{"), true},
		{"a GET has no kind", scenarios.Trigger{Kind: "invalid"}, get(), false},

		{"method", scenarios.Trigger{Method: "tools/call"}, posted(t, call), true},
		{"another method", scenarios.Trigger{Method: "tools/call"}, posted(t, list), false},
		{"a pattern of methods", scenarios.Trigger{Method: "tools/*"}, posted(t, list), true},
		{"any method at all", scenarios.Trigger{Method: "*"}, posted(t, list), true},
		{"a GET has no method", scenarios.Trigger{Method: "tools/call"}, get(), false},
		{"a batch has those of all its messages", scenarios.Trigger{Method: "tools/list"}, posted(t, "["+call+","+list+"]"), true},
		{"also within another trigger", scenarios.Trigger{Any: []scenarios.Trigger{{Method: "ping"}, {Tool: "forecast"}}}, posted(t, "["+list+","+call+"]"), true},
		{"a batch cancels", scenarios.Trigger{Client: "cancel"}, posted(t, "["+list+","+cancelled+"]"), true},

		{"tool", scenarios.Trigger{Tool: "forecast"}, posted(t, call), true},
		{"a pattern of tools", scenarios.Trigger{Tool: "fore*"}, posted(t, call), true},
		{"another tool", scenarios.Trigger{Tool: "alerts"}, posted(t, call), false},
		{"what is no call has no tool", scenarios.Trigger{Tool: "*"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"forecast"}}`), false},
		{"a GET has none", scenarios.Trigger{Tool: "*"}, get(), false},

		{"id number", scenarios.Trigger{ID: "number"}, posted(t, call), true},
		{"a negative id is one", scenarios.Trigger{ID: "number"}, posted(t, `{"jsonrpc":"2.0","id":-7,"method":"ping"}`), true},
		{"a string is none", scenarios.Trigger{ID: "number"}, posted(t, list), false},
		{"id string", scenarios.Trigger{ID: "string"}, posted(t, list), true},
		{"a notification has no id", scenarios.Trigger{ID: "number"}, posted(t, note), false},
		{"params present", scenarios.Trigger{Params: "present"}, posted(t, call), true},
		{"params not present", scenarios.Trigger{Params: "present"}, posted(t, list), false},
		{"params absent", scenarios.Trigger{Params: "absent"}, posted(t, list), true},

		{"arguments", scenarios.Trigger{Arguments: json.RawMessage(`{"city":"Oslo"}`)}, posted(t, call), true},
		{"an argument's pattern", scenarios.Trigger{Arguments: json.RawMessage(`{"city":"O*"}`)}, posted(t, call), true},
		{"a number, however it is spelled", scenarios.Trigger{Arguments: json.RawMessage(`{"n":10.0}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"n":1e1}}}`), true},
		{"an integer that a float64 cannot tell apart", scenarios.Trigger{Arguments: json.RawMessage(`{"n":9007199254740993}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"n":9007199254740992}}}`), false},
		{"another argument", scenarios.Trigger{Arguments: json.RawMessage(`{"city":"Bergen"}`)}, posted(t, call), false},
		{"an argument that is not there", scenarios.Trigger{Arguments: json.RawMessage(`{"town":"Oslo"}`)}, posted(t, call), false},
		{"numbers by their value", scenarios.Trigger{Arguments: json.RawMessage(`{"days":2.0}`)}, posted(t, call), true},
		{"a number is no string", scenarios.Trigger{Arguments: json.RawMessage(`{"days":"2"}`)}, posted(t, call), false},
		{"objects by their members", scenarios.Trigger{Arguments: json.RawMessage(`{"at":{"x":[1,"a*"]}}`)}, posted(t, call), true},
		{"arrays as a whole", scenarios.Trigger{Arguments: json.RawMessage(`{"at":{"x":[1]}}`)}, posted(t, call), false},
		{"null is a value", scenarios.Trigger{Arguments: json.RawMessage(`{"z":null}`)}, posted(t, call), true},
		{"of a call without arguments", scenarios.Trigger{Arguments: json.RawMessage(`{"z":null}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}`), false},

		{"session none", scenarios.Trigger{Session: "none"}, posted(t, call).changed(func(r *Request) { r.Session = NoSession }), true},
		{"session known", scenarios.Trigger{Session: "known"}, posted(t, call), true},
		{"session not known", scenarios.Trigger{Session: "known"}, posted(t, call).changed(func(r *Request) { r.Session = Ended }), false},
		{"session ended", scenarios.Trigger{Session: "ended"}, posted(t, call).changed(func(r *Request) { r.Session = Ended }), true},
		{"session leaked", scenarios.Trigger{Session: "leaked"}, posted(t, call).changed(func(r *Request) { r.Session = Leaked }), true},
		{"session unknown", scenarios.Trigger{Session: "unknown"}, posted(t, call).changed(func(r *Request) { r.Session = Unknown }), true},
		{"an ended one is unknown", scenarios.Trigger{Session: "unknown"}, posted(t, call).changed(func(r *Request) { r.Session = Ended }), true},
		{"a known one is not", scenarios.Trigger{Session: "unknown"}, posted(t, call), false},
		{"state new", scenarios.Trigger{State: "new"}, posted(t, call).changed(func(r *Request) { r.State = New }), true},
		{"state initializing", scenarios.Trigger{State: "initializing"}, posted(t, call).changed(func(r *Request) { r.State = Initializing }), true},
		{"state ready", scenarios.Trigger{State: "ready"}, posted(t, call), true},
		{"another state", scenarios.Trigger{State: "new"}, posted(t, call), false},

		{"era legacy", scenarios.Trigger{Era: "legacy"}, posted(t, call), true},
		{"era modern, by the header", scenarios.Trigger{Era: "modern"}, posted(t, call, "Mcp-Protocol-Version", "2026-07-28"), true},
		{"an older header is legacy", scenarios.Trigger{Era: "modern"}, posted(t, call, "Mcp-Protocol-Version", "2025-11-25"), false},
		{"an initialize is legacy, whatever its header", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"initialize"}`, "Mcp-Protocol-Version", "2026-07-28"), false},
		{"but for one with the envelope", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`), true},
		{"where there are no handshakes no state is", scenarios.Trigger{Any: []scenarios.Trigger{{State: "new"}, {State: "initializing"}, {State: "ready"}}}, posted(t, call).changed(func(r *Request) { r.State = Stateless }), false},
		{"era modern, by its probe", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"server/discover"}`), true},
		{"era modern, by a method of its own", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`), true},
		{"era modern, by a header that no handshake has", scenarios.Trigger{Era: "modern"}, posted(t, call, "Mcp-Protocol-Version", "1999-01-01").changed(func(r *Request) { r.Session = NoSession }), true},
		{"but for what a session has agreed upon", scenarios.Trigger{Era: "modern"}, posted(t, call, "Mcp-Protocol-Version", "1999-01-01"), false},
		{"the envelope counts beside an older header", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`, "Mcp-Protocol-Version", "2025-11-25"), true},
		{"a member of the params", scenarios.Trigger{Members: json.RawMessage(`{"requestState":"s*"}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","requestState":"s1"}}`), true},
		{"another value", scenarios.Trigger{Members: json.RawMessage(`{"requestState":"t*"}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","requestState":"s1"}}`), false},
		{"one within another", scenarios.Trigger{Members: json.RawMessage(`{"_meta":{"a.b/c":{"d":{}}}}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"a.b/c":{"d":{"e":1}}}}}`), true},
		{"no params, no members", scenarios.Trigger{Members: json.RawMessage(`{}`)}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"m"}`), false},
		{"a GET has none", scenarios.Trigger{Members: json.RawMessage(`{}`)}, &Request{HTTP: "GET"}, false},
		{"era modern, by the envelope", scenarios.Trigger{Era: "modern"}, posted(t, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`), true},

		{"client connect", scenarios.Trigger{Client: "connect"}, &Request{Client: Connects}, true},
		{"client disconnect", scenarios.Trigger{Client: "disconnect"}, &Request{Client: Disconnects}, true},
		{"client eof", scenarios.Trigger{Client: "eof"}, &Request{Client: Closes}, true},
		{"eof is no disconnect", scenarios.Trigger{Client: "disconnect"}, &Request{Client: Closes}, false},
		{"client resume", scenarios.Trigger{Client: "resume"}, get("Last-Event-Id", "1-1"), true},
		{"a GET without an id resumes nothing", scenarios.Trigger{Client: "resume"}, get(), false},
		{"nor does a POST with one", scenarios.Trigger{Client: "resume"}, posted(t, call, "Last-Event-Id", "1-1"), false},
		{"client cancel", scenarios.Trigger{Client: "cancel"}, posted(t, cancelled), true},
		{"another notification cancels nothing", scenarios.Trigger{Client: "cancel"}, posted(t, note), false},

		{"in flight", scenarios.Trigger{InFlight: 1}, posted(t, call), true},
		{"more in flight", scenarios.Trigger{InFlight: 2}, posted(t, call).changed(func(r *Request) { r.InFlight = 3 }), true},
		{"too few in flight", scenarios.Trigger{InFlight: 2}, posted(t, call), false},
		{"same id", scenarios.Trigger{SameID: true}, posted(t, call).changed(func(r *Request) { r.SameID = true }), true},
		{"an id of its own", scenarios.Trigger{SameID: true}, posted(t, call), false},
		{"replica", scenarios.Trigger{Replica: 2}, posted(t, call).changed(func(r *Request) { r.Replica = 2 }), true},
		{"another replica", scenarios.Trigger{Replica: 2}, posted(t, call).changed(func(r *Request) { r.Replica = 1 }), false},
		{"idle", scenarios.Trigger{Idle: time.Second}, posted(t, call).changed(func(r *Request) { r.Idle = time.Second }), true},
		{"not idle for so long", scenarios.Trigger{Idle: time.Second}, posted(t, call).changed(func(r *Request) { r.Idle = time.Second - 1 }), false},

		{"any", scenarios.Trigger{Any: []scenarios.Trigger{{Method: "tools/list"}, {Tool: "forecast"}}}, posted(t, call), true},
		{"none of any", scenarios.Trigger{Any: []scenarios.Trigger{{Method: "tools/list"}, {Tool: "alerts"}}}, posted(t, call), false},
		{"not", scenarios.Trigger{Not: &scenarios.Trigger{Method: "initialize"}}, posted(t, call), true},
		{"but that", scenarios.Trigger{Not: &scenarios.Trigger{Method: "tools/*"}}, posted(t, call), false},
		{"not one of any", scenarios.Trigger{Not: &scenarios.Trigger{Any: []scenarios.Trigger{{Method: "ping"}, {Method: "tools/call"}}}}, posted(t, call), false},
		{"a not beside a client's doing", scenarios.Trigger{Client: "disconnect", Not: &scenarios.Trigger{HTTP: "GET"}}, &Request{Client: Disconnects, HTTP: "POST"}, true},
		{"an any beside it", scenarios.Trigger{Client: "disconnect", Any: []scenarios.Trigger{{HTTP: "POST"}}}, &Request{Client: Disconnects, HTTP: "POST"}, true},
		{"all must hold", scenarios.Trigger{Method: "tools/call", State: "new"}, posted(t, call), false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := Meets(&c.trigger, c.request); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// What a fault makes of a request holds for those after it: one that acts on a
// session is not met, and does not count, where a fault before it took the
// session off the request.
func TestFireAfterAChange(t *testing.T) {
	set := NewSet(&scenarios.Scenario{Faults: []scenarios.Fault{
		{Name: "strip", When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{Request: []scenarios.Header{{Name: "Mcp-Session-Id", Absent: true}}}},
		{Name: "expire", When: scenarios.Trigger{Method: "tools/list", Nth: 1}, Do: scenarios.Action{ExpireSession: true}},
	}})
	r := Request{Over: "http", HTTP: "POST", Session: Known, State: Ready, Holds: Own, Batch: jsonrpc.Batch{Messages: []jsonrpc.Message{{Kind: jsonrpc.Request, Method: "tools/list"}}}}
	var met []string
	set.Begin().Fire(&r, Place{Session: &Counts{}, Server: &Counts{}}, time.Now(), func(f *scenarios.Fault) bool {
		met = append(met, f.Name)
		r.Session, r.Holds = NoSession, Nobody
		return true
	})
	if !slices.Equal(met, []string{"strip"}) {
		t.Errorf("met %q", met)
	}
}
