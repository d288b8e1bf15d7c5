package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// startWithin is how long a server over stdio may take to start, for npx may
// download it first, and to run a tool.
const startWithin = 60 * time.Second

const (
	saysInitialize  = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcpmock-check","version":"1"}}}`
	saysInitialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	saysUnknown     = `{"jsonrpc":"2.0","id":21,"method":"mcpmock/no-such-method"}`
	saysNotice      = `{"jsonrpc":"2.0","method":"notifications/mcpmock-no-such"}`
	saysBroken      = `{"jsonrpc":"2.0","id":22,"method":`
	saysStill       = `{"jsonrpc":"2.0","id":23,"method":"ping"}`
)

// A piped is one server that speaks over stdio being held to the rules.
type piped struct {
	*Report
	options
	command []string
	p       *peer
	tools   bool // it says that it has tools
}

// rules starts the server and walks the rules of stdio.
func (s *piped) rules(ctx context.Context) error {
	p, err := startPeer(ctx, s.command)
	if err != nil {
		return unreachable("cannot start %s: %w", say.Word(s.command[0]), err).hint("check the name of the program, and whether it is installed")
	}
	defer p.kill()
	p.slow, p.slowAfter = func() {
		s.waits("waiting for initialize to be answered, up to %s: a server may have to be downloaded first", startWithin)
	}, s.waitingAfter
	first := p.ask(ctx, saysInitialize, startWithin)
	p.slow = nil
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if odd := flawOf("1", first.messages()); first.message == nil && odd != nil {
		s.flawed("initialize", ofResponses, odd)
		return nil
	}
	if first.message == nil {
		f := unreachable("%s does not answer initialize: %s", say.Word(s.command[0]), first.inWords())
		if odd := p.firstOdd(); odd != "" {
			f.hint("on stdout it said: %s", odd)
		}
		if said := p.lastWords(); said != "" {
			f.hint("on stderr it said: %s", said)
		}
		return f.hint("try it by hand: it must read JSON from stdin and stay")
	}
	s.p = p
	if gjson.GetBytes(first.message, "error").Exists() {
		if modern, err := s.modernAlone(ctx, first); modern || err != nil {
			return err
		}
	}
	if !s.begin(first) {
		return nil
	}
	s.talk(ctx)
	s.odd(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.output(ofStdio)
	s.end(ofShutdown)
	if err := s.early(ctx); err != nil {
		return err
	}
	return s.modernToo(ctx)
}

// modernAlone walks the rules of revision 2026-07-28 where a server that
// refused initialize speaks it, and reports whether it does.
func (s *piped) modernAlone(ctx context.Context, refused reply) (bool, error) {
	if found := s.p.modernAsk(ctx, request("1", mcp.Discover, ""), &s.options); !speaksModern(found) {
		return false, ctx.Err()
	}
	s.Protocol = mcp.V20260728
	before := asked(saysInitialize)
	before.messages, before.words = []gjson.Result{gjson.ParseBytes(refused.message)}, refused.inWords()
	if err := s.modernRules(ctx, s.p, before); err != nil {
		return true, err
	}
	s.output(ofModernStdio)
	s.end(ofModernExit)
	return true, nil
}

// modernToo asks a server of its own for revision 2026-07-28, as clients of
// both eras begin, and walks its rules where it is spoken.
func (s *piped) modernToo(ctx context.Context) error {
	p, err := startPeer(ctx, s.command)
	if err != nil {
		return nil // it could be started before; what is known stands
	}
	defer p.kill()
	found := p.modernAsk(ctx, request("1", mcp.Discover, ""), &s.options)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case speaksModern(found):
		return s.modernRules(ctx, p, nil)
	}
	s.fallsBack(found, ofEraOverStdio)
	return nil
}

// begin looks at the answer to initialize, and reports whether to go on.
func (s *piped) begin(first reply) bool {
	r := gjson.GetBytes(first.message, "result")
	s.Eras = []string{eraLegacy}
	s.Protocol = r.Get("protocolVersion").String()
	s.Name = strings.TrimSpace(r.Get("serverInfo.name").String() + " " + r.Get("serverInfo.version").String())
	s.tools = r.Get("capabilities.tools").Exists()
	const wants = "a result with protocolVersion, capabilities and serverInfo"
	for _, member := range []string{"protocolVersion", "capabilities", "serverInfo"} {
		if !r.Get(member).Exists() {
			s.find("initialize", Broken, ofInitialize, "MUST", wants, "%s, without %s", first.inWords(), member).
				because("clients give up when they cannot read the result", "answer initialize with all of it")
			return false
		}
	}
	if odd := flawOf("1", first.messages()); odd != nil {
		s.flawed("initialize", ofResponses, odd)
	} else {
		s.find("initialize", OK, ofInitialize, "MUST", wants, "%s; %s", first.inWords(), say.Short(s.Protocol, 60))
	}
	s.named()
	return true
}

// talk says what a good client says.
func (s *piped) talk(ctx context.Context) {
	s.p.say(saysInitialized)
	s.answered("ping", "11", s.p.ask(ctx, saysPing, s.answerWithin), ofPing, "an empty result, promptly")
	if !s.tools {
		s.find("tools-list", LeftOut, ofTools, "MAY", "the tools", "the server does not say that it has tools")
		return
	}
	list := s.p.ask(ctx, saysTools, s.answerWithin)
	s.answered("tools-list", "12", list, ofTools, "the tools")
	const wants = "the result of the call"
	has := gjson.GetBytes(list.message, "result")
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

// answered looks at the answer to a request with which all is right, and that
// has that id.
func (s *piped) answered(rule, id string, a reply, in section, wants string) {
	odd := flawOf(id, a.messages())
	if list := gjson.GetBytes(a.message, "result"); odd == nil && list.Exists() && rule == "tools-list" {
		odd = flawOfList(list)
	}
	switch {
	case odd != nil:
		s.flawed(rule, ofResponses, odd)
	case gjson.GetBytes(a.message, "result").Exists():
		s.find(rule, OK, in, "MUST", wants, "%s", a.inWords())
	case a.message != nil:
		s.find(rule, Note, in, "MUST", wants, "%s", a.inWords()).
			because("the request was what the server asks for", "look at what it says on stderr")
	default:
		s.find(rule, Broken, in, "MUST", wants, "%s", a.inWords()).
			because("clients wait until they time out", "answer every request, with its id")
	}
}

// odd says what a client should not say, and looks whether the server goes on.
func (s *piped) odd(ctx context.Context) {
	const wantsError = "error -32601"
	a := s.p.ask(ctx, saysUnknown, s.answerWithin)
	switch e := gjson.GetBytes(a.message, "error"); {
	case e.Get("code").Int() == -32601:
		s.find("method-unknown", OK, ofMessages, "", wantsError, "an unknown method: %s", a.inWords())
	case e.Exists():
		s.find("method-unknown", Note, ofMessages, "", wantsError, "an unknown method: %s", a.inWords()).
			because("clients of later revisions ask for what the server may not have, and know -32601 alone", "answer -32601, Method not found")
	default:
		s.find("method-unknown", Note, ofMessages, "", wantsError, "an unknown method: %s", a.inWords()).
			because("clients of later revisions ask for what the server may not have, and wait", "answer -32601, Method not found").
			known("stdio-probe-ignored", "https://github.com/modelcontextprotocol/rust-sdk/pull/1149")
	}
	s.p.say(saysNotice)
	a = s.p.ask(ctx, saysStill, s.answerWithin)
	const wantsNone = "no answer to a notification"
	if unasked := s.p.unasked; unasked != "" {
		s.find("notification", Broken, ofNotices, "MUST", wantsNone, "%s", unasked).
			because("clients take it for the answer to something else, or fail", "answer only what has an id")
	} else if a.message == nil {
		s.find("notification", Note, ofNotices, "", "the server goes on", "ping after a notification that it does not know: %s", a.inWords()).
			because("clients of later revisions send what the server may not know", "pass over notifications that are not known")
		return
	} else {
		s.find("notification", OK, ofNotices, "MUST", wantsNone, "none came")
	}
	s.p.say(saysBroken)
	a = s.p.ask(ctx, strings.Replace(saysStill, "23", "24", 1), s.answerWithin)
	const wantsMore = "a server that goes on after a line that is not JSON"
	if a.message != nil {
		s.find("malformed", OK, ofStdio, "", wantsMore, "ping after it: %s", a.inWords())
	} else {
		s.find("malformed", Note, ofStdio, "", wantsMore, "ping after it: %s", a.inWords()).
			because("one torn line ends the session", "answer error -32700, and read the next line")
	}
}

// output looks at what else was on stdout.
func (s *piped) output(in section) {
	const wants = "nothing on stdout but messages, each on one line"
	if odd := s.p.firstOdd(); odd != "" {
		s.find("stdout", Broken, in, "MUST", wants, "%s on stdout: %s", say.Count(s.p.odd, "other line"), odd).
			because("some clients fail at the first of them", "write logs to stderr").
			known("stdio-startup-banner", "https://github.com/hustcc/mcp-mermaid/issues/25")
		return
	}
	s.find("stdout", OK, in, "MUST", wants, "%s, all of them messages", say.Count(s.p.lines, "line"))
}

// end closes stdin and waits for the exit.
func (s *piped) end(in section) {
	const wants = "the server exits when its stdin is closed"
	took, left := s.p.end(s.answerWithin)
	if left {
		s.find("exit", OK, in, "SHOULD", wants, "it exited after %.1f s", took.Seconds())
	} else {
		s.find("exit", Note, in, "SHOULD", wants, "it was still there after %s, and was killed", s.answerWithin).
			because("clients must wait and kill, and those that do not leave it running", "end when stdin ends")
	}
}

// early asks before initialize, of a server of its own.
func (s *piped) early(ctx context.Context) error {
	p, err := startPeer(ctx, s.command)
	if err != nil {
		return nil // it could be started before; what is known stands
	}
	defer p.kill()
	a := p.ask(ctx, saysTools, s.answerWithin)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	const wants = "clients initialize first; a server that is asked before answers with an error"
	if a.message != nil {
		s.find("before-initialize", OK, ofInitialize, "", wants, "tools/list first: %s", a.inWords())
		return nil
	}
	s.find("before-initialize", Note, ofInitialize, "", wants, "tools/list first: %s", a.inWords()).
		because("clients of revision 2026-07-28 ask before, to learn which revision the server speaks, and fail", "answer with an error, and wait for initialize").
		known("stdio-exit-on-pre-init", "https://github.com/modelcontextprotocol/go-sdk/issues/1177")
	return nil
}

// A reply is what came for a request.
type reply struct {
	message []byte // nil where there is none
	why     string // then, why
	stray   []byte // and the first response with an id that nobody asked with; nil for none
}

// messages are what came for the request: its response, or else the one that
// has another id and may have been meant for it.
func (r reply) messages() [][]byte {
	switch {
	case r.message != nil:
		return [][]byte{r.message}
	case r.stray != nil:
		return [][]byte{r.stray}
	}
	return nil
}

func (r reply) inWords() string {
	if r.message == nil {
		return r.why
	}
	if e := gjson.GetBytes(r.message, "error"); e.IsObject() {
		return fmt.Sprintf("error %s %q", e.Get("code").Raw, say.Short(e.Get("message").String(), 80))
	}
	return "a result"
}

// kindOf tells what a line of stdout is.
func kindOf(line []byte) (jsonrpc.Message, bool) {
	b, err := jsonrpc.Parse(line)
	if err != nil || len(b.Messages) == 0 {
		return jsonrpc.Message{}, false
	}
	return b.Messages[0], true
}
