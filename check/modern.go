package check

import (
	"context"
	"strings"

	"github.com/tidwall/gjson"
)

// A modern is a server being held to the rules of revision 2026-07-28.
type modern struct {
	*Report
	*options
	// say says a request and returns all that came because of it. The lines are
	// of its header, where it has one.
	say          func(ctx context.Context, body string, lines ...[2]string) *said
	dual         bool // it speaks revisions with initialize, too
	overHTTP     bool
	capabilities gjson.Result
	probed       map[string]*said // the answers to the probes, by name
	all          []*said          // everything, in the order in which it was asked
}

// ask asks one request, over whatever transport. The error is that of ctx;
// what got no answer says so in its words.
func (m *modern) ask(ctx context.Context, body string, lines ...[2]string) (*said, error) {
	s := m.say(ctx, body, lines...)
	m.all = append(m.all, s)
	return s, ctx.Err()
}

// walk walks the rules that any transport has, and those about headers, when
// the probes have been asked. refused is the answer to initialize of a
// server that does not have it; nil for one that has.
func (m *modern) walk(ctx context.Context, refused *said) error {
	m.discover()
	if refused != nil {
		m.refusedInitialize(refused)
	}
	m.meta()
	m.version()
	m.headers()
	m.methods()
	m.resource()
	m.logLevel()
	for _, rule := range []func(context.Context) error{m.tools, m.lists, m.params, m.call, m.ids, m.listen} {
		if err := rule(ctx); err != nil {
			return err
		}
	}
	m.results()
	m.quiet()
	m.codes()
	return nil
}

// named is the answer to a probe.
func (m *modern) named(name string) *said {
	if s := m.probed[name]; s != nil {
		return s
	}
	return &said{words: "not asked"}
}

// hold adds the finding about a rule: that all is fine, or what is not. A
// breach of a MUST is broken, and any other a note.
func (m *modern) hold(rule string, in section, level, wants, fine string, breaches []string, cause, cure string) *Finding {
	if len(breaches) == 0 {
		return m.find(rule, OK, in, level, wants, "%s", fine)
	}
	verdict := Note
	if level == "MUST" {
		verdict = Broken
	}
	return m.find(rule, verdict, in, level, wants, "%s", strings.Join(breaches, "; ")).because(cause, cure)
}
