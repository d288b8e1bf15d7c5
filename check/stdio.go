package check

import (
	"context"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// startWithin is how long a server over stdio may take to start, for npx may
// download it first, and to run a tool.
const startWithin = 60 * time.Second

// A program is one server that speaks over stdio being held to the rules.
type program struct {
	piped
	command []string
}

// rules starts the server and walks the rules of stdio.
func (s *program) rules(ctx context.Context) error {
	p, err := s.start(ctx)
	if err != nil {
		return unreachable("cannot start %s: %w", say.Word(s.command[0]), err).hint("check the name of the program, and whether it is installed")
	}
	defer p.kill()
	first := p.ask(ctx, saysInitialize, startWithin)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if odd := flawOf("1", first.messages()); first.message == nil && odd != nil {
		s.flawed("initialize", ofResponses, odd)
		return nil
	}
	if first.message == nil {
		f := unreachable("%s does not answer initialize: %s", say.Word(s.command[0]), first.inWords())
		if p.oddLine != "" {
			f.hint("on stdout it said: %s", p.oddLine)
		}
		if said := p.lastWords(); said != "" {
			f.hint("on stderr it said: %s", said)
		}
		return f.hint("try it by hand: it must read JSON from stdin and stay")
	}
	s.p = p.pipe
	if gjson.GetBytes(first.message, "error").Exists() {
		if modern, err := s.modernAlone(ctx, p, first); modern || err != nil {
			return err
		}
	}
	if !s.begin(first) {
		return nil
	}
	s.talk(ctx)
	if s.enough(ofStdio) || ctx.Err() != nil {
		s.output(ofStdio)
		s.exit(p, ofShutdown)
		return ctx.Err()
	}
	s.unknown(ctx)
	if s.notified(ctx, "notification", ofNotices, saysNotice, func() (string, bool) { return s.goesOn(ctx, "23") }) {
		s.torn(ctx, "malformed", ofStdio, func() (string, bool) { return s.goesOn(ctx, "24") })
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.output(ofStdio)
	s.exit(p, ofShutdown)
	if err := s.early(ctx); err != nil {
		return err
	}
	return s.modernToo(ctx)
}

// start starts the server once more, or for the first time.
func (s *program) start(ctx context.Context) (*peer, error) {
	p, err := startPeer(ctx, s.command)
	if err != nil {
		return nil, err
	}
	p.slowAfter, p.slow = s.waitingAfter, func(method string, patience time.Duration) {
		why := ""
		if method == mcp.Initialize {
			why = ": a server may have to be downloaded first"
		}
		s.waits("waiting for %s to be answered, up to %s%s", method, patience, why)
	}
	return p, nil
}

// modernAlone walks the rules of revision 2026-07-28 where a server that
// refused initialize speaks it, and reports whether it does.
func (s *program) modernAlone(ctx context.Context, p *peer, refused reply) (bool, error) {
	if found := p.modernAsk(ctx, request("1", mcp.Discover, ""), s.options); !speaksModern(found) {
		return false, ctx.Err()
	}
	s.Protocol = mcp.V20260728
	before := asked(saysInitialize)
	before.messages, before.words = []gjson.Result{gjson.ParseBytes(refused.message)}, refused.inWords()
	if err := s.modernRules(ctx, before); err != nil {
		return true, err
	}
	s.output(ofModernStdio)
	s.exit(p, ofModernExit)
	return true, nil
}

// modernToo asks a server of its own for revision 2026-07-28, as clients of
// both eras begin, and walks its rules where it is spoken.
func (s *program) modernToo(ctx context.Context) error {
	p, err := s.start(ctx)
	if err != nil {
		return nil // it could be started before; what is known stands
	}
	defer p.kill()
	s.p = p.pipe
	found := p.modernAsk(ctx, request("1", mcp.Discover, ""), s.options)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case speaksModern(found):
		return s.modernRules(ctx, nil)
	}
	s.fallsBack(found, ofEraOverStdio)
	return nil
}

// output looks at what else was on stdout.
func (s *program) output(in section) {
	const wants = "nothing on stdout but messages, each on one line"
	if s.p.odd > 0 {
		s.find("stdout", Broken, in, "MUST", wants, "%s on stdout: %s", say.Count(s.p.odd, "other line"), s.p.oddLine).
			because("some clients fail at the first of them", "write logs to stderr").
			known("stdio-startup-banner", "https://github.com/hustcc/mcp-mermaid/issues/25")
		return
	}
	s.find("stdout", OK, in, "MUST", wants, "%s, all of them messages", say.Count(s.p.lines, "line"))
}

// exit closes stdin and waits for the exit.
func (s *program) exit(p *peer, in section) {
	const wants = "the server exits when its stdin is closed"
	took, left := p.end(s.answerWithin)
	if left {
		s.find("exit", OK, in, "SHOULD", wants, "it exited after %.1f s", took.Seconds())
	} else {
		s.find("exit", Note, in, "SHOULD", wants, "it was still there after %s, and was killed", s.answerWithin).
			because("clients must wait and kill, and those that do not leave it running", "end when stdin ends")
	}
}

// early asks before initialize, of a server of its own.
func (s *program) early(ctx context.Context) error {
	p, err := s.start(ctx)
	if err != nil {
		return nil // it could be started before; what is known stands
	}
	defer p.kill()
	a := p.ask(ctx, saysTools, s.answerWithin)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := s.tooEarly(a, "clients of revision 2026-07-28 ask before, to learn which revision the server speaks, and fail")
	f.shown("stdio-exit-on-pre-init")
	return nil
}
