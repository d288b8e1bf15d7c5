package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
func (s *program) modernRules(ctx context.Context, refused *said) error {
	m := &modern{Report: s.Report, options: s.options, dual: refused == nil, probed: map[string]*said{}}
	m.say = func(ctx context.Context, body string, _ ...[2]string) *said {
		return s.p.modernAsk(ctx, body, s.options)
	}
	unheard := 0
	for _, probe := range ModernProbes() {
		if !slices.Contains(strings.Fields(pipedProbes), probe.Name) {
			continue
		}
		if m.dual && strings.Contains(probe.Name, "-missing") && !strings.Contains(probe.Steps[0].Body, mcp.MetaVersion) {
			continue // without a version it is a request of an earlier revision
		}
		one, err := m.ask(ctx, probe.Steps[0].Body)
		if err != nil {
			return err
		}
		m.probed[probe.Name] = one
		switch good := probe.Name == "modern-discover" || probe.Name == "modern-tools-list"; {
		case len(one.messages) > 0:
			unheard = 0
		case good:
			unheard++
		}
		if unheard >= silence {
			s.find("all-others", LeftOut, ofModernStdio, "", wantsAnswers, saysMute)
			return nil
		}
	}
	if err := m.walk(ctx, refused); err != nil {
		return err
	}
	notice, _ := probes.Named("modern-notification")
	after := func(id string) func() (string, bool) {
		return func() (string, bool) {
			s, err := m.ask(ctx, request(id, mcp.Discover, ""))
			return "server/discover after it: " + s.words, err == nil && s.response().Exists()
		}
	}
	if s.notified(ctx, "modern-notification", ofModernNotices, notice.Steps[0].Body, after("61")) && !m.dual { // else that was looked at before
		s.torn(ctx, "modern-malformed", ofModernStdio, after("62"))
	}
	return ctx.Err()
}

// modernAsk says a request of revision 2026-07-28 and returns all that came
// because of it.
func (p *pipe) modernAsk(ctx context.Context, body string, o *options) *said {
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
func (p *pipe) listen(ctx context.Context, body, id string, o *options) reply {
	request, _ := kindOf([]byte(body))
	p.put(body)
	over := time.NewTimer(o.answerWithin)
	defer over.Stop()
	why := fmt.Sprintf("no answer for %s", o.answerWithin)
	for {
		select {
		case <-ctx.Done():
			return reply{why: "interrupted"}
		case <-over.C:
			p.put(`{"jsonrpc":"2.0","method":"` + mcp.Cancelled + `","params":{"requestId":` + id + `}}`)
			return reply{why: why}
		case line, ok := <-p.said:
			if !ok {
				return reply{why: p.left()}
			}
			if answer := p.heard(line, request); answer != nil {
				return reply{message: answer}
			}
			if len(p.beside) > 0 {
				why = "with a stream"
				over.Reset(o.quietFor)
			}
		}
	}
}
