package check

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

const (
	saysInitialize  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcpmock-check","version":"1"}}}`
	saysInitialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	saysText        = `{"jsonrpc":"2.0","id":"mcpmock-11","method":"ping"}`
	saysUnknown     = `{"jsonrpc":"2.0","id":21,"method":"mcpmock/no-such-method"}`
	saysNotice      = `{"jsonrpc":"2.0","method":"notifications/mcpmock-no-such"}`
	saysBroken      = `{"jsonrpc":"2.0","id":22,"method":`
)

// A piped is one server being held to the rules of those all of whose answers
// come one way: over stdio, or on a stream of HTTP+SSE.
type piped struct {
	*Report
	*options
	p     *pipe
	tools bool   // it says that it has tools
	log   string // where it says what happens to it

	start   time.Duration // what it took to begin the first session
	lone    bool          // over HTTP+SSE, initialize is answered on one stream alone
	unheard int           // so many good requests in a row had no answer
	pace    time.Duration // the shortest that a good one had to wait for its answer; 0 before one had any
	alive   string        // the method of one that was answered, by which to see whether it goes on
}

// begin looks at the answer to initialize, and reports whether to go on.
func (s *piped) begin(first reply) bool {
	r, _ := first.result()
	s.Eras = []string{eraLegacy}
	s.Protocol = r.Get("protocolVersion").String()
	s.Name = strings.TrimSpace(r.Get("serverInfo.name").String() + " " + r.Get("serverInfo.version").String())
	s.tools = r.Get("capabilities.tools").Exists()
	for _, member := range []string{"protocolVersion", "capabilities", "serverInfo"} {
		if !r.Get(member).Exists() {
			s.find("initialize", Broken, ofInitialize, "MUST", wantsInitialize, "%s, without %s", first.inWords(), member).
				because("clients give up when they cannot read the result", "answer initialize with all of it")
			return false
		}
	}
	if odd := flawOf("1", first.messages()); odd != nil {
		s.flawed("initialize", ofResponses, odd)
	} else {
		s.find("initialize", OK, ofInitialize, "MUST", wantsInitialize, "%s; %s", first.inWords(), say.Short(s.Protocol, 60))
	}
	s.named()
	return true
}

// talk says what a good client says after initialize.
func (s *piped) talk(ctx context.Context) {
	const wantsID = "a response has the id of its request, of its JSON type"
	s.p.tell(ctx, saysInitialized)
	s.good(ctx, "ping", mcp.Ping, "11", saysPing, ofPing, "an empty result, promptly")
	if s.tools && s.unheard > 0 { // then tools/list tells more than another ping
		s.find("id-string", LeftOut, ofResponses, "MUST", wantsID, "ping is not answered")
	} else {
		s.good(ctx, "id-string", mcp.Ping, `"mcpmock-11"`, saysText, ofResponses, wantsID)
	}
	if s.slow() {
		s.waits("%s", s.takes())
	}
	if !s.tools {
		s.find("tools-list", LeftOut, ofTools, "MAY", "the tools", "the server does not say that it has tools")
		return
	}
	list := s.good(ctx, "tools-list", mcp.ToolsList, "12", saysTools, ofTools, "the tools")
	if s.mute() || ctx.Err() != nil {
		return
	}
	has, _ := list.result()
	if s.slow() && s.tool == "" {
		s.find("tools-call", LeftOut, ofCalls, "MAY", "the result of the call", "the server is slow").Cure = "name a tool:  --call NAME --arguments JSON"
		return
	}
	s.pages(has, func(asked []string) (gjson.Result, string) {
		a := s.p.ask(ctx, asked[len(asked)-1], s.answerWithin)
		r, _ := a.result()
		return r, a.inWords()
	})
	const wants = "the result of the call"
	if said, cure := s.uncallable(has); said != "" {
		s.find("tools-call", LeftOut, ofCalls, "MAY", wants, "%s", said).Cure = cure
		return
	}
	tool, why := s.tool, "as told by --call"
	if tool == "" {
		tool, why = harmless(has), "which says that it is read-only"
	}
	if tool == "" {
		s.find("tools-call", LeftOut, ofCalls, "MAY", wants, "no tool says that it is read-only and needs no arguments").Cure = "name one:  --call NAME --arguments JSON"
		return
	}
	a := s.p.ask(ctx, callOf(tool, s.arguments), startWithin)
	s.answered("tools-call", "13", a, ofCalls, wants)
	last := s.Findings[len(s.Findings)-1]
	last.Saw += fmt.Sprintf(", from %q, %s", say.Short(tool, 80), why)
	if s.tool != "" && gjson.GetBytes(a.message, "error").Exists() {
		last.because(ofHisOwn())
	}
}

// good asks a request with which all is right, looks at its answer, and keeps in mind
// whether, and how soon, there is one.
func (s *piped) good(ctx context.Context, rule, method, id, request string, in section, wants string) reply {
	began := time.Now()
	a := s.p.ask(ctx, request, s.answerWithin)
	if a.message == nil {
		s.unheard++
	} else {
		took := time.Since(began)
		if s.pace == 0 || took < s.pace {
			s.pace = max(took, 1)
		}
		if s.alive == "" {
			s.alive = method
		}
		s.unheard = 0
	}
	s.answered(rule, id, a, in, wants)
	return a
}

// silence is how many good requests in a row have no answer of a server that is asked no
// more: each one would be waited for in vain.
const silence = 2

// What is said of one.
const (
	wantsAnswers = "an answer to a client that does all as it should"
	saysMute     = "two requests in a row were not answered, so nothing else tells"
)

func (s *piped) mute() bool { return s.unheard >= silence }

// slow reports whether a server takes so long for each answer that it is asked no more
// than tells most. All there is to ask needs fourteen of them.
func (s *piped) slow() bool { return s.pace > slowFrom }

func (s *piped) takes() string {
	return fmt.Sprintf("the server takes %s for an answer, so no more is asked than tells most", s.pace.Round(100*time.Millisecond))
}

// slowFrom is how long an answer may take of a server that is asked everything.
const slowFrom = 1400 * time.Millisecond

// enough reports whether to leave the rest out, and says so.
func (s *piped) enough(in section) bool {
	switch {
	case s.mute():
		s.find("all-others", LeftOut, in, "", wantsAnswers, saysMute)
	case s.slow():
		s.find("all-others", LeftOut, in, "", "an answer to each question", "%s", s.takes())
	default:
		return false
	}
	return true
}

// answered looks at the answer to a request with which all is right, and that
// has that id.
func (s *piped) answered(rule, id string, a reply, in section, wants string) {
	odd := flawOf(id, a.messages())
	result, ok := a.result()
	if odd == nil && ok && rule == "tools-list" {
		odd = flawOfList(result)
	}
	switch {
	case odd != nil:
		s.flawed(rule, ofResponses, odd)
	case ok:
		s.find(rule, OK, in, "MUST", wants, "%s", a.inWords())
	case a.message != nil:
		s.find(rule, Note, in, "MUST", wants, "%s", a.inWords()).
			because("the request was what the server asks for", "look at "+s.log)
	default:
		s.find(rule, Broken, in, "MUST", wants, "%s", a.inWords()).
			because("clients wait until they time out", "answer every request, with its id")
	}
}

// tooEarly is about the reply to a request before initialize.
func (r *Report) tooEarly(a reply, cause string) *Finding {
	const wants = "clients initialize first; a server that is asked before answers with an error"
	if a.message != nil || a.refused {
		return r.find("before-initialize", OK, ofInitialize, "", wants, "tools/list first: %s", a.inWords())
	}
	return r.find("before-initialize", Note, ofInitialize, "", wants, "tools/list first: %s", a.inWords()).
		because(cause, "answer with an error, and wait for initialize")
}

// unknown is about a method that no server has.
func (s *piped) unknown(ctx context.Context) {
	const wants = "error -32601"
	a := s.p.ask(ctx, saysUnknown, s.answerWithin)
	switch e := gjson.GetBytes(a.message, "error"); {
	case isMock(e):
		s.find("method-unknown", LeftOut, ofMessages, "", wants, mockSays)
	case e.Get("code").Int() == -32601:
		s.find("method-unknown", OK, ofMessages, "", wants, "an unknown method: %s", a.inWords())
	case e.Exists():
		s.find("method-unknown", Note, ofMessages, "", wants, "an unknown method: %s", a.inWords()).
			because("clients of later revisions ask for what the server may not have, and know -32601 alone", "answer -32601, Method not found")
	case a.refused:
		s.find("method-unknown", Note, ofMessages, "", wants, "an unknown method: %s", a.inWords()).
			because("clients take it that the message was not delivered, and some that the connection is lost", "take the request, and answer -32601 on the stream")
	case a.ended:
		s.find("method-unknown", Note, ofMessages, "", wants, "an unknown method: %s", a.inWords()).
			because("clients of later revisions ask for what the server may not have, and lose it", "answer -32601, Method not found").
			known("poison-request-kills-server", "https://github.com/modelcontextprotocol/python-sdk/issues/838")
	default:
		s.find("method-unknown", Note, ofMessages, "", wants, "an unknown method: %s", a.inWords()).
			because("clients of later revisions ask for what the server may not have, and wait", "answer -32601, Method not found").
			known("stdio-probe-ignored", "https://github.com/modelcontextprotocol/rust-sdk/pull/1149")
	}
}

// goesOn asks with that id what was answered before, and returns what came in
// words, and whether an answer did.
func (s *piped) goesOn(ctx context.Context, id string) (words string, answered bool) {
	method := cmp.Or(s.alive, mcp.Ping)
	a := s.p.ask(ctx, `{"jsonrpc":"2.0","id":`+id+`,"method":"`+method+`"}`, s.answerWithin)
	return method + " after it: " + a.inWords(), a.message != nil
}

// notified says a notification that no server knows, asks something, and
// reports whether the server goes on.
func (s *piped) notified(ctx context.Context, rule string, in section, notice string, after func() (words string, answered bool)) bool {
	const wants = "no answer to a notification"
	s.p.unasked = ""
	s.p.tell(ctx, notice)
	words, answered := after()
	switch {
	case s.p.unasked != "":
		s.find(rule, Broken, in, "MUST", wants, "%s", s.p.unasked).
			because("clients take it for the answer to something else, or fail", "answer only what has an id")
	case !answered:
		s.find(rule, Note, in, "", "the server goes on", "a notification that it does not know; %s", words).
			because("clients of later revisions send what the server may not know", "pass over notifications that are not known")
		return false
	default:
		s.find(rule, OK, in, "MUST", wants, "none came")
	}
	return true
}

// torn says a message that is not JSON, and asks something.
func (s *piped) torn(ctx context.Context, rule string, in section, after func() (words string, answered bool)) {
	const wants = "a server that goes on after a line that is not JSON"
	s.p.tell(ctx, saysBroken)
	if words, answered := after(); answered {
		s.find(rule, OK, in, "", wants, "%s", words)
	} else {
		s.find(rule, Note, in, "", wants, "%s", words).
			because("one torn line ends the session", "answer error -32700, and read the next line")
	}
}
