package cassettes

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// whole is the metadata that a request of the modern era must have.
const whole = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"one","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

// posted writes a POST with what answers it: a status, and a body or, where
// the status is 200 and there are several, a stream.
func (s *scribe) posted(on int, header http.Header, request string, status int, answers ...string) {
	if header == nil {
		header = http.Header{}
	}
	s.write(Event{On: on, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: header}, Message: []byte(request)})
	h := &HTTP{Status: status, Header: http.Header{"Content-Type": {"application/json"}}}
	if len(answers) == 1 {
		s.write(Event{On: on, From: Server, HTTP: h, Message: []byte(answers[0]), End: EOF})
		return
	}
	h.Header.Set("Content-Type", "text/event-stream")
	s.write(Event{On: on, From: Server, HTTP: h})
	for _, a := range answers {
		s.write(Event{On: on, From: Server, SSE: &SSE{Event: "message"}, Message: []byte(a)})
	}
}

func version(v string) http.Header { return http.Header{"Mcp-Protocol-Version": {v}} }

func errorOf(code int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"error":{"code":%d,"message":"no"}}`, code)
}

const (
	modernHeader = "2026-07-28"
	fine         = `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}`
)

// aRequest has a method, and what stands in its params.
func aRequest(method, params string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":{` + params + `}}`
}

// aModernCase is a request and its answer, with what becomes of them. On a
// pipe, header and status do not count.
type aModernCase struct {
	why     string
	header  http.Header
	request string
	status  int
	answer  string
	http    Flag
	pipe    Flag
}

func modernCases() []aModernCase {
	good := version(modernHeader)
	call := aRequest("tools/call", `"name":"x",`+whole)
	return []aModernCase{
		{"a whole request", good, call, 200, fine, Answered | Modern, Answered | Modern},
		{"the _meta alone makes it modern, and flawed over HTTP, but it was served", nil, call, 200, fine, Answered | Modern, Answered | Modern},
		{"keys and slashes may be escaped", good, strings.ReplaceAll(strings.ReplaceAll(call, "/protocol", `\/protocol`), "_meta", `\u005fmeta`), 200, fine, Answered | Modern, Answered | Modern},
		{"the header alone makes it modern", good, aRequest("tools/call", `"name":"x"`), 200, fine, Answered | Modern, Answered},
		{"a revision that nobody knows, before a server that does not look at it", version("2099-01-01"), aRequest("tools/call", `"name":"x"`), 200, fine, Answered, Answered},
		{"the same, and the server minds", version("2099-01-01"), aRequest("tools/call", `"name":"x"`), 400, errorOf(-32602), Answered | Refused, Answered},
		{"a legacy request", version("2025-11-25"), aRequest("tools/call", `"name":"x"`), 200, fine, Answered, Answered},
		{"a legacy request without a header", nil, aRequest("tools/call", `"name":"x"`), 200, fine, Answered, Answered},
		{"the names in an argument make nothing modern", version("2025-11-25"), aRequest("tools/call", `"name":"x","arguments":{`+whole+`}`), 200, fine, Answered, Answered},
		{"server/discover is modern by its method", nil, aRequest("server/discover", ""), 200, fine, Answered | Modern, Answered | Modern},
		{"an initialize is legacy, whatever its header", good, aRequest("initialize", `"protocolVersion":"2025-11-25"`), 200, fine, Answered, Answered},
		{"an initialize with modern metadata, turned away by a server without one", good, aRequest("initialize", whole), 404, errorOf(-32601), Answered | Refused, Answered | Refused},
		{"the same, served by one that takes no notice", good, aRequest("initialize", whole), 200, fine, Answered, Answered},
		{"an error to a whole request is an answer", good, call, 200, errorOf(-32602), Answered | Modern, Answered | Modern},
		{"so it is with a status", good, call, 400, errorOf(-32602), Answered | Modern, Answered | Modern},
		{"no capabilities", good, strings.Replace(call, "clientCapabilities", "x", 1), 400, errorOf(-32602), Answered | Modern | Refused, Answered | Modern | Refused},
		{"no capabilities, refused by a code of its own with status 200", good, strings.Replace(call, "clientCapabilities", "x", 1), 200, errorOf(-32099), Answered | Modern | Refused, Answered | Modern | Refused},
		{"no capabilities, but served", good, strings.Replace(call, "clientCapabilities", "x", 1), 200, fine, Answered | Modern, Answered | Modern},
		{"capabilities of another type", good, strings.Replace(call, "Capabilities\":{}", "Capabilities\":[]", 1), 400, errorOf(-32602), Answered | Modern | Refused, Answered | Modern | Refused},
		{"no version in _meta, with the rest of it", nil, strings.Replace(call, "protocolVersion", "x", 1), 400, errorOf(-32602), Answered | Refused, Answered | Refused},
		{"no _meta at all", good, aRequest("tools/call", `"name":"x"`), 400, errorOf(-32602), Answered | Modern | Refused, Answered},
		{"no clientInfo: it is not required", good, strings.Replace(call, "clientInfo", "x", 1), 400, errorOf(-32602), Answered | Modern, Answered | Modern},
		{"clientInfo of another type", good, strings.Replace(call, `{"name":"one","version":"1"}`, `"one"`, 1), 400, errorOf(-32602), Answered | Modern | Refused, Answered | Modern | Refused},
		{"header and _meta differ", version("2026-12-01"), call, 400, errorOf(-32602), Answered | Modern | Refused, Answered | Modern},
		{"a legacy header beside a modern _meta", version("2025-11-25"), call, 400, errorOf(-32603), Answered | Modern | Refused, Answered | Modern},
		{"a log level that is none", good, strings.Replace(call, `"_meta":{`, `"_meta":{"io.modelcontextprotocol/logLevel":"loud",`, 1), 200, errorOf(-32602), Answered | Modern | Refused, Answered | Modern | Refused},
		{"a log level", good, strings.Replace(call, `"_meta":{`, `"_meta":{"io.modelcontextprotocol/logLevel":"info",`, 1), 200, errorOf(-32602), Answered | Modern, Answered | Modern},
		{"header mismatch", good, call, 400, errorOf(-32020), Answered | Modern | Refused, Answered | Modern | Refused},
		{"a capability is missing, with status 200", good, call, 200, errorOf(-32021), Answered | Modern | Refused, Answered | Modern | Refused},
		{"the version is not served, in answer to a legacy request", nil, aRequest("tools/list", ""), 200, errorOf(-32022), Answered | Refused, Answered | Refused},
		{"an initialize before a server that has none", nil, aRequest("initialize", `"protocolVersion":"2025-11-25"`), 400, errorOf(-32022), Answered | Refused, Answered | Refused},
		{"a method that went with the revision", good, aRequest("ping", whole), 404, errorOf(-32601), Answered | Modern | Refused, Answered | Modern | Refused},
		{"one that nobody has heard of", good, aRequest("x/y", whole), 404, errorOf(-32601), Answered | Modern | Refused, Answered | Modern | Refused},
		{"one that somebody has, all the same", good, aRequest("x/y", whole), 200, fine, Answered | Modern, Answered | Modern},
		{"one that the server lacks", good, aRequest("completion/complete", whole), 404, errorOf(-32601), Answered | Modern, Answered | Modern},
		{"an MRTR retry is a request like any other", good, aRequest("tools/call", `"name":"x","inputResponses":{"a":{"action":"accept"}},"requestState":"s",`+whole), 200, fine, Answered | Modern, Answered | Modern},
	}
}

func TestModernFlags(t *testing.T) {
	for _, c := range modernCases() {
		t.Run(c.why, func(t *testing.T) {
			s := newScribe(t, "http")
			header := c.header.Clone()
			if header == nil {
				header = http.Header{}
			}
			header.Set("Mcp-Session-Id", "session-1")
			s.posted(1, header, c.request, c.status, c.answer)
			ix := s.index()
			if f := ix.Flags(0); f != c.http {
				t.Errorf("over HTTP the flags are %07b, want %07b", f, c.http)
			}
			if modern := c.http&Modern != 0; modern != (ix.Session(0) == 0) || modern != (len(ix.Sessions) == 1) {
				t.Errorf("the exchange is of session %d of %d", ix.Session(0), len(ix.Sessions)-1)
			}

			s = newScribe(t, "http") // the same answer as an event of a stream
			s.posted(1, c.header, c.request, 200, `{"jsonrpc":"2.0","method":"notifications/message"}`, c.answer)
			s.write(Event{On: 1, From: Server, End: EOF})
			if f := s.index().Flags(0); f != c.http {
				t.Errorf("on a stream the flags are %07b, want %07b", f, c.http)
			}

			s = newScribe(t, "stdio")
			s.line(1, Client, c.request)
			s.line(1, Server, c.answer)
			ix = s.index()
			if f := ix.Flags(0); f != c.pipe || ix.Session(0) != 1 {
				t.Errorf("on a pipe the flags are %07b, want %07b; session %d", f, c.pipe, ix.Session(0))
			}
		})
	}
}

// A session may have agreed upon a version that is no revision; its requests
// name it, and are legacy.
func TestVersionOfItsOwn(t *testing.T) {
	s := newScribe(t, "http")
	s.write(Event{On: 1, From: Client, HTTP: &HTTP{Method: "POST"}, Message: []byte(aRequest("initialize", `"protocolVersion":"2024-10-07"`))})
	s.write(Event{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Mcp-Session-Id": {"session-1"}}}, Message: []byte(`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2024-10-07"}}`), End: EOF})
	h := version("2024-10-07")
	h.Set("Mcp-Session-Id", "session-1")
	s.posted(2, h, aRequest("tools/list", ""), 200, fine)
	h = h.Clone()
	h.Set("Mcp-Protocol-Version", "2026-07-28") // and some servers do not look
	s.posted(3, h, aRequest("tools/list", ""), 200, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	ix := s.index()
	for x := 1; x < 3; x++ {
		if ix.Flags(x) != Answered || ix.Session(x) != 1 {
			t.Errorf("flags %07b in session %d", ix.Flags(x), ix.Session(x))
		}
	}
	if _, modern := ix.Eras(); modern {
		t.Error("the server speaks the modern era")
	}
}

func TestEras(t *testing.T) {
	good := version(modernHeader)
	discovered := `{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"resultType":"complete"}}`
	for _, c := range []struct {
		why            string
		tell           func(s *scribe)
		legacy, modern bool
	}{
		{"nothing", func(s *scribe) {}, false, false},
		{"a handshake", func(s *scribe) {
			s.posted(1, nil, aRequest("initialize", ""), 200, fine)
		}, true, false},
		{"a legacy request without one", func(s *scribe) {
			s.posted(1, nil, aRequest("tools/list", ""), 200, fine)
		}, true, false},
		{"a modern request", func(s *scribe) {
			s.posted(1, good, aRequest("tools/list", whole), 200, fine)
		}, false, true},
		{"a server without sessions that does not look at the header", func(s *scribe) {
			s.posted(1, good, aRequest("tools/list", ""), 200, `{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}`)
		}, true, false},
		{"both", func(s *scribe) {
			s.posted(1, nil, aRequest("initialize", ""), 200, fine)
			s.posted(2, good, aRequest("tools/list", whole), 200, fine)
		}, true, true},
		{"a legacy server that was probed, and answered by an error", func(s *scribe) {
			s.posted(1, good, aRequest("server/discover", whole), 200, errorOf(-32601))
			s.posted(2, nil, aRequest("initialize", ""), 200, fine)
		}, true, false},
		{"a server that offers legacy versions only", func(s *scribe) {
			s.posted(1, good, aRequest("server/discover", whole), 200, strings.Replace(discovered, "2026-07-28", "2025-11-25", 1))
		}, false, false},
		{"a discovery", func(s *scribe) {
			s.posted(1, good, aRequest("server/discover", whole), 200, discovered)
		}, false, true},
		{"an initialize that was turned away", func(s *scribe) {
			s.posted(1, nil, aRequest("initialize", ""), 400, errorOf(-32022))
			s.posted(2, good, aRequest("server/discover", whole), 200, discovered)
		}, false, true},
		{"errors of tools, on a tape that has nothing else", func(s *scribe) {
			s.posted(1, good, aRequest("tools/call", `"name":"x",`+whole), 200, errorOf(-32602))
		}, false, true},
		{"a subscription that the client left", func(s *scribe) {
			s.posted(1, good, aRequest("subscriptions/listen", whole), 200,
				`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}`, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}`)
			s.write(Event{On: 1, From: Client, End: Closed})
		}, false, true},
		{"a legacy request that a modern server does not understand", func(s *scribe) {
			s.posted(1, nil, aRequest("tools/list", ""), 400, errorOf(-32602))
			s.posted(2, good, aRequest("tools/list", whole), 200, fine)
		}, false, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := newScribe(t, "http")
			c.tell(s)
			ix := s.index()
			if legacy, modern := ix.Eras(); legacy != c.legacy || modern != c.modern {
				t.Errorf("legacy %v, modern %v; want %v, %v", legacy, modern, c.legacy, c.modern)
			}
		})
	}
}

// An error to a request without a sign of the modern era says nothing to
// modern clients where the server has no other era.
func TestUnsignedOnAModernServer(t *testing.T) {
	s := newScribe(t, "stdio")
	s.line(1, Client, aRequest("tools/call", `"name":"x"`))
	s.line(1, Server, errorOf(-32602))
	s.line(1, Client, strings.Replace(aRequest("tools/call", `"name":"x",`+whole), `"id":1`, `"id":2`, 1))
	s.line(1, Server, strings.Replace(fine, `"id":1`, `"id":2`, 1))
	if f := s.index().Flags(0); f != Answered|Refused {
		t.Errorf("flags %07b", f)
	}
}

// A subscription's notifications follow what its client said before them.
func TestListenOverHTTP(t *testing.T) {
	s := newScribe(t, "http")
	good := version(modernHeader)
	event := func(text string) Event {
		return Event{On: 1, From: Server, SSE: &SSE{Event: "message"}, Message: []byte(text)}
	}
	s.posted(1, good, aRequest("subscriptions/listen", whole), 200, `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}}`, `{"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{}}`)
	s.posted(2, good, aRequest("tools/call", `"name":"change",`+whole), 200, fine) // events 4 and 5
	s.posted(3, good, aRequest("tools/call", `"name":"x",`+strings.Replace(whole, `"one"`, `"another"`, 1)), 200, fine)
	s.write(event(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}}`))
	s.write(event(fine))
	s.write(Event{On: 1, From: Server, End: EOF})
	ix := s.index()
	if f := ix.Flags(0); f != Answered|Modern {
		t.Errorf("flags %07b", f)
	}
	ex, err := ix.Exchange(0)
	if err != nil {
		t.Fatal(err)
	}
	var after []int
	for _, r := range ex.Replies {
		after = append(after, r.After)
	}
	if want := []int{0, 0, 0, 4, 4, 4}; !slices.Equal(after, want) {
		t.Errorf("the events follow %v, want %v: another client's requests do not count", after, want)
	}
}

func TestListenOnAPipe(t *testing.T) {
	said := func(method, id string) string {
		return `{"jsonrpc":"2.0","method":"notifications/` + method + `","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":` + id + `}}}`
	}
	listen := func(id string) string {
		return strings.Replace(aRequest("subscriptions/listen", whole), `"id":1`, `"id":`+id, 1)
	}
	cancelled := func(id string) string {
		return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`
	}
	result := func(id string) string { return strings.Replace(fine, `"id":1`, `"id":`+id, 1) }
	const listChanged = "notifications/tools/list_changed"
	for _, c := range []struct {
		why   string
		lines []string // those of the client begin with >
		chain []string // of the first exchange
		after []int
		flags Flag
		alone []string // what belongs to no exchange
	}{
		{"it lives until the process ends",
			[]string{">" + listen("1"), said("subscriptions/acknowledged", "1"), ">" + strings.Replace(aRequest("tools/list", whole), `"id":1`, `"id":2`, 1), result("2"), said("tools/list_changed", "1")},
			[]string{"notifications/subscriptions/acknowledged", listChanged}, []int{1, 3}, Modern | Left, nil},
		{"the number 1 is not the text",
			[]string{">" + listen("1"), ">" + listen(`"1"`), said("tools/list_changed", `"1"`)},
			nil, nil, Modern | Left, nil},
		{"a text may be spelled otherwise",
			[]string{">" + listen(`"<é>"`), said("tools/list_changed", `"\u003c\u00e9\u003e"`)},
			[]string{listChanged}, []int{1}, Modern | Left, nil},
		{"an id that nobody listens by",
			[]string{">" + listen("1"), said("tools/list_changed", "7")},
			nil, nil, Modern | Left, []string{listChanged}},
		{"the server ends it by a result, and cancels it as it must",
			[]string{">" + listen("1"), result("1"), cancelled("1")},
			[]string{"answer 1", "notifications/cancelled"}, []int{1, 1}, Modern | Answered, nil},
		{"the server cancels it, and ends it by a result",
			[]string{">" + listen("1"), cancelled("1"), result("1")},
			[]string{"notifications/cancelled", "answer 1"}, []int{1, 1}, Modern | Answered, nil},
		{"the server only cancels it",
			[]string{">" + listen("1"), said("subscriptions/acknowledged", "1"), cancelled("1")},
			[]string{"notifications/subscriptions/acknowledged", "notifications/cancelled"}, []int{1, 1}, Modern | Ended | Withdrawn, nil},
		{"the client cancels it",
			[]string{">" + listen("1"), ">" + cancelled("1"), said("tools/list_changed", "1")},
			[]string{listChanged}, []int{2}, Modern | Left, nil},
		{"an id that is used again is another request's",
			[]string{">" + listen("1"), result("1"), ">" + aRequest("tools/list", whole), said("tools/list_changed", "1")},
			[]string{"answer 1"}, []int{1}, Modern | Answered, []string{listChanged}},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := newScribe(t, "stdio")
			for _, l := range c.lines {
				if text, ok := strings.CutPrefix(l, ">"); ok {
					s.line(1, Client, text)
				} else {
					s.line(1, Server, l)
				}
			}
			s.write(Event{On: 1, From: Server, End: Exit})
			ix := s.index()
			if f := ix.Flags(0); f != c.flags {
				t.Errorf("flags %07b, want %07b", f, c.flags)
			}
			if got := chained(t, ix, ix.RequestEvent(0)); !slices.Equal(got, c.chain) {
				t.Errorf("its events are %q, want %q", got, c.chain)
			}
			replies, err := ix.Chain(ix.RequestEvent(0))
			if err != nil {
				t.Fatal(err)
			}
			var after []int
			for _, r := range replies {
				after = append(after, r.After)
			}
			if !slices.Equal(after, c.after) {
				t.Errorf("they follow %v, want %v", after, c.after)
			}
			if got := chained(t, ix, ix.Sessions[1].Listens[0]); !slices.Equal(got, c.alone) {
				t.Errorf("of nobody are %q, want %q", got, c.alone)
			}
		})
	}
}

// A log message on a pipe is for the request that asked for any.
func TestWhoseLogMessageItIs(t *testing.T) {
	s := newScribe(t, "stdio")
	logs := `"_meta":{"io.modelcontextprotocol/logLevel":"info","progressToken":"p",` + strings.TrimPrefix(whole, `"_meta":{`)
	log := `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info"}}`
	s.line(1, Client, aRequest("tools/list", logs))
	s.line(1, Client, strings.Replace(aRequest("tools/call", `"name":"x",`+whole), `"id":1`, `"id":2`, 1))
	s.line(1, Server, log)
	s.line(1, Client, strings.Replace(aRequest("tools/call", `"name":"y",`+strings.Replace(logs, `"p"`, `"q"`, 1)), `"id":1`, `"id":3`, 1))
	s.line(1, Server, log)
	s.line(1, Server, strings.Replace(log, `"level"`, `"_meta":{"progressToken":"p"},"level"`, 1))
	ix := s.index()
	for x, want := range []int{2, 0, 1} {
		if got := chained(t, ix, ix.RequestEvent(x)); len(got) != want {
			t.Errorf("exchange %d has %d messages, want %d", x, len(got), want)
		}
	}
}

func FuzzAsk(f *testing.F) {
	for _, c := range modernCases() {
		f.Add(c.header.Get("Mcp-Protocol-Version"), []byte(c.request), []byte(c.answer))
	}
	f.Fuzz(func(t *testing.T, header string, request, answer []byte) {
		if jsonrpc.Valid(request) != nil || jsonrpc.Valid(answer) != nil {
			t.Skip()
		}
		over := ask(&HTTP{Header: version(header)}, "", jsonrpc.One(request))
		pipe := ask(nil, "", jsonrpc.One(request))
		if pipe.modern && !over.modern {
			t.Error("what is modern on a pipe is so over HTTP")
		}
		if pipe.flawed && !over.flawed {
			t.Error("what is flawed on a pipe is so over HTTP")
		}
		if over.plain(answer) && over.refused(jsonrpc.One(answer)) && !strings.Contains(string(answer), `e+`) && !strings.Contains(string(answer), "E") {
			t.Error("an answer that needs no look inside is a refusal")
		}
		subscription(request)
	})
}
