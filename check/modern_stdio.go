package check

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// pipedProbes are the modern ones that mean something where there are no
// headers, in the order in which they are asked.
const pipedProbes = `
	modern-discover modern-tools-list modern-resources-read-unknown modern-listen modern-listen-nothing
	modern-params-missing modern-meta-missing modern-meta-version-missing modern-meta-capabilities-missing modern-meta-client-missing
	modern-version-unknown modern-version-unknown-discover modern-log-level-unknown
	modern-method-unknown modern-ping modern-set-level modern-subscribe modern-tasks-list`

// modernRules holds a server to the rules of revision 2026-07-28 over stdio.
// It has answered server/discover, and initialize with an error where refused
// is one.
func (s *piped) modernRules(ctx context.Context, p *peer, refused *said) error {
	m := &modern{Report: s.Report, options: s.options, dual: refused == nil, probed: map[string]*said{}}
	ask := func(ctx context.Context, body string) (*said, error) {
		one := p.modernAsk(ctx, body, &s.options)
		m.all = append(m.all, one)
		return one, ctx.Err()
	}
	for _, probe := range ModernProbes() {
		if !slices.Contains(strings.Fields(pipedProbes), probe.Name) {
			continue
		}
		if m.dual && strings.Contains(probe.Name, "-missing") && !strings.Contains(probe.Steps[0].Body, mcp.MetaVersion) {
			continue // without a version it is a request of an earlier revision
		}
		one, err := ask(ctx, probe.Steps[0].Body)
		if err != nil {
			return err
		}
		m.probed[probe.Name] = one
	}
	m.discover()
	if refused != nil {
		m.refusedInitialize(refused)
	}
	m.meta()
	m.version()
	m.methods()
	if err := m.tools(ctx, ask); err != nil {
		return err
	}
	if err := m.lists(ctx, ask); err != nil {
		return err
	}
	if err := m.call(func(_ gjson.Result, body string) (*said, error) { return ask(ctx, body) }); err != nil {
		return err
	}
	m.resource()
	m.logLevel()
	if err := m.ids(ctx, ask); err != nil {
		return err
	}
	if err := m.listen(ctx, ask); err != nil {
		return err
	}
	m.results()
	m.quiet()
	m.codes()
	return s.modernOdd(ctx, p, ask, m.dual)
}

// modernOdd says what a client should not say, and looks whether the server
// goes on.
func (s *piped) modernOdd(ctx context.Context, p *peer, ask asker, dual bool) error {
	p.unasked = ""
	notice, _ := probes.Named("modern-notification")
	p.say(notice.Steps[0].Body)
	after, err := ask(ctx, request("61", mcp.Discover, ""))
	if err != nil {
		return err
	}
	const wantsNone = "no answer to a notification"
	switch {
	case p.unasked != "":
		s.find("modern-notification", Broken, ofModernNotices, "MUST", wantsNone, "%s", p.unasked).
			because("clients take it for the answer to something else, or fail", "answer only what has an id")
	case !after.response().Exists():
		s.find("modern-notification", Note, ofModernNotices, "", "the server goes on", "server/discover after a notification that it does not know: %s", after.words).
			because("clients of later revisions send what the server may not know", "pass over notifications that are not known")
		return nil
	default:
		s.find("modern-notification", OK, ofModernNotices, "MUST", wantsNone, "none came")
	}
	if dual { // that was looked at before
		return nil
	}
	p.say(saysBroken)
	if after, err = ask(ctx, request("62", mcp.Discover, "")); err != nil {
		return err
	}
	const wantsMore = "a server that goes on after a line that is not JSON"
	if after.response().Exists() {
		s.find("modern-malformed", OK, ofModernStdio, "", wantsMore, "server/discover after it: %s", after.words)
	} else {
		s.find("modern-malformed", Note, ofModernStdio, "", wantsMore, "server/discover after it: %s", after.words).
			because("one torn line ends the process, and with it all streams", "answer error -32700, and read the next line")
	}
	return nil
}

// modernAsk says a request of revision 2026-07-28 and returns all that came
// because of it.
func (p *peer) modernAsk(ctx context.Context, body string, o *options) *said {
	s := asked(body)
	p.beside = []gjson.Result{}
	var r reply
	if s.method == mcp.Listen {
		r = p.listen(ctx, body, s.id, o)
	} else {
		r = p.ask(ctx, body, o.answerWithin)
	}
	s.messages, p.beside = p.beside, nil
	if r.message != nil {
		s.messages = append(s.messages, gjson.ParseBytes(r.message))
	}
	s.words = r.inWords()
	return s
}

// listen says a request for changes, hears what comes, and cancels it. The
// reply is that to the request where it came; else its words are about what
// came instead.
func (p *peer) listen(ctx context.Context, body, id string, o *options) reply {
	request, _ := kindOf([]byte(body))
	p.say(body)
	over := time.NewTimer(o.answerWithin)
	defer over.Stop()
	why := fmt.Sprintf("no answer for %s", o.answerWithin)
	for {
		select {
		case <-ctx.Done():
			return reply{why: "interrupted"}
		case <-over.C:
			p.say(`{"jsonrpc":"2.0","method":"` + mcp.Cancelled + `","params":{"requestId":` + id + `}}`)
			return reply{why: why}
		case line, ok := <-p.said:
			if !ok {
				return reply{why: p.left()}
			}
			if p.heard(line, request) {
				return reply{message: bytes.TrimSpace(line)}
			}
			if len(p.beside) > 0 {
				why = "with a stream"
				over.Reset(o.quietFor)
			}
		}
	}
}

// aside takes in a message of the server that answers nothing.
func (p *peer) aside(line []byte, m jsonrpc.Message) {
	if p.beside != nil && (m.Kind == jsonrpc.Notification || m.Kind == jsonrpc.Request) {
		p.beside = append(p.beside, gjson.ParseBytes(bytes.Clone(line)))
	}
}
