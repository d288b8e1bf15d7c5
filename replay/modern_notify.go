package replay

import (
	"math"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// notify performs a subscription on a stage. It returns how the connection is
// to end, where the tape says so.
func (p *Player) notify(t *turn, s *subscription, l *listener, on stage) cassettes.End {
	script := s.answer.lines
	for ended := false; ; {
		var next *line
		over := false
		there := l.wait(p, t.conv, on, func() bool {
			next = nil
			l.awaited = math.MaxInt
			switch {
			case len(script) > 0:
				l.awaited = script[0].after
			case s.hangUp != noHangUp:
				l.awaited = s.hangUp
			}
			ready := ended || l.awaited <= l.reached
			l.due = slices.DeleteFunc(l.due, func(change *line) bool { return !s.wants(change) })
			switch {
			case l.cancelled:
				over = true
			case ready && len(script) > 0 && (ended || !script[0].concludes()):
				next, script = &script[0], script[1:]
			case len(l.due) > 0 && !ended: // before the end: that takes nothing away
				next, l.due = s.change(l.due[0], t.run.id), l.due[1:]
			case ready && len(script) > 0:
				next, script, ended = &script[0], script[1:], true
			case ready:
				over = true
			}
			return over || next != nil
		})
		switch {
		case !there:
			p.conclude(t, l, on)
			return ""
		case over && l.unwanted():
			return ""
		case over:
			return s.answer.end
		}
		if p.pace != 0 && next.after >= 0 && !p.pause(t.conv, on, p.gap(next.at-next.asked)) || l.unwanted() {
			p.conclude(t, l, on)
			return ""
		}
		if _, there := on.say(next, &t.run); !there {
			return ""
		}
	}
}

// concludes reports whether a line is a word with which a server ends a
// subscription.
func (l *line) concludes() bool {
	return l.kind == jsonrpc.Response || l.kind == jsonrpc.Notification && l.method == mcp.Cancelled
}

// conclude ends a subscription gracefully where it is the mock that ends it:
// with its result, and on a pipe, whose end is none of the subscription's, the
// cancellation (2026-07-28 basic/patterns/subscriptions, "Graceful Closure", and
// basic/patterns/cancellation).
func (p *Player) conclude(t *turn, l *listener, on stage) {
	pp, piped := on.(*pipe)
	select {
	case <-p.closing:
	default:
		if !piped || !pp.dismissed() {
			return
		}
	}
	if l.unwanted() {
		return
	}
	id := t.run.id
	say := func(parts ...[]byte) bool {
		text := slices.Concat(parts...)
		_, there := on.say(&line{kind: jsonrpc.Response, text: text, answered: -1, after: -1}, &run{})
		return there
	}
	there := say([]byte(`{"jsonrpc":"2.0","id":`), id, []byte(`,"result":{"resultType":"complete","_meta":{"`+mcp.MetaSubscriptionID+`":`), id, []byte("}}}"))
	if there && piped {
		say([]byte(`{"jsonrpc":"2.0","method":"`+mcp.Cancelled+`","params":{"requestId":`), id, []byte("}}"))
	}
}
