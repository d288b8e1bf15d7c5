package replay

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// Results that ask for input and hand out no state, or hand out a state and ask
// for nothing: then the client is to come again until it gets something else
// (2026-07-28 basic/patterns/mrtr, "Client Requirements (Basic Workflow)").
const (
	unstated = `{"resultType":"input_required","inputRequests":` + confirm + `}`
	notYet   = `{"resultType":"input_required","requestState":"wait"}`
)

// waiting is a tape whose client polls so many times, and gets results in vain
// but for the last, which is given.
func waiting(t testing.TB, times int, last string) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("deploy", `{}`), notYet)
	for n := range times {
		result := notYet
		if n == times-1 {
			result = last
		}
		tp.modern("tester", n+2, "tools/call", of("deploy", `{}`, `"requestState":"wait"`), result)
	}
	return tp
}

// A legacy client gets an answer, whatever the rounds of a tape lead to: none
// of them is gone through twice.
func TestRoundsComeToAnEnd(t *testing.T) {
	asking := func(params ...string) *taper {
		tp := newTaper(t)
		for n, p := range params {
			tp.modern("tester", n+1, "tools/call", of("deploy", `{}`, strings.Fields(p)...), unstated)
		}
		return tp
	}
	const nowhere = "answered otherwise than recorded"
	ignoring := []Option{WithRepeat(), WithIgnore("/params/inputResponses"), WithIgnore("/params/requestState")}
	for _, c := range []struct {
		why, capabilities string
		tape              *taper
		opts              []Option
		answer            string
		asked             int // in each of two calls
		want              string
	}{
		{"nobody answered, and this client cannot be asked", `{}`, asking(""), nil, "", 0, nowhere},
		{"the same, where calls are repeated", `{}`, asking(""), []Option{WithRepeat()}, "", 0, nowhere},
		{"nobody answered, and this client does with an error", allCapable, asking(""), []Option{WithRepeat()}, `error{"code":-1,"message":"no"}`, 1, nowhere},
		{"nobody answered, and this client does", allCapable, asking(""), []Option{WithRepeat()}, `{"action":"decline"}`, 1, nowhere},
		{"an answer leads to the same question, and is given as recorded until the tape ends", `{}`, asking("", `"inputResponses":`+accepted), []Option{WithRepeat()}, "", 0, nowhere},
		{"the same, where the client is asked", allCapable, asking("", `"inputResponses":`+accepted), []Option{WithRepeat()}, `{"action":"accept","content":{"sure":true}}`, 2, nowhere},
		{"a poll that the recorded client gave up", `{}`, waiting(t, 3, notYet), []Option{WithRepeat()}, "", 0, nowhere},
		{"the same in the order of the tape", `{}`, waiting(t, 3, notYet), []Option{WithRepeat(), WithOrder()}, "", 0, nowhere},
		{"the same where a retry does not differ from a first request", `{}`, waiting(t, 3, notYet), ignoring, "", 0, nowhere},
		{"a question in place of a poll, likewise", allCapable, asking("", `"inputResponses":`+accepted), ignoring, `{"action":"accept"}`, 2, nowhere},
		{"a poll that was worth it", `{}`, waiting(t, 3, said("at last")), []Option{WithRepeat()}, "", 0, "at last"},
		{"as many as a turn may have", `{}`, waiting(t, maxRounds, said("at last")), nil, "", 0, "at last"},
		{"more than that", `{}`, waiting(t, maxRounds+1, said("at last")), nil, "", 0, nowhere},
	} {
		cl := c.tape.play(append(c.opts, WithEra("both"))...)
		cl.opens("2025-11-25", c.capabilities)
		for n := range 1 + min(len(c.opts), 1) { // a second call where calls are repeated
			asked, last := cl.answersAll(cl.open("POST", deployLegacy), map[string]string{"elicitation/create": c.answer})
			if got := gjson.Get(last, "result.content.0.text").Str + gjson.Get(last, "error.data.reason").Str; got != c.want || gjson.Get(last, "id").Str != "d" {
				t.Errorf("%s, call %d: %s, want %s", c.why, n+1, last, c.want)
			}
			if len(asked) != c.asked {
				t.Errorf("%s, call %d: asked %q", c.why, n+1, asked)
			}
		}
	}
}

// An audience is a stage without anybody, or with one who is about to leave.
type audience struct{ away chan struct{} }

func (a *audience) gone() <-chan struct{}            { return a.away }
func (a *audience) silent() <-chan struct{}          { return nil }
func (a *audience) hold()                            {}
func (a *audience) say(*line, *run) (bool, bool)     { return true, true }
func (a *audience) cuts(bool) bool                   { return false }
func (a *audience) apart() time.Duration             { return 0 }
func (a *audience) idle() (<-chan time.Time, func()) { return nil, func() {} }
func (a *audience) ping()                            {}
func (a *audience) note(string, string, string)      {}

// No round is begun for a client that is not there any more, though nothing
// has to be waited for.
func TestRoundsWithoutClient(t *testing.T) {
	for _, c := range []struct {
		why  string
		ends func(p *Player, turned *turn, on *audience)
		want result
		left int // rounds gone through
	}{
		{"it is there", func(*Player, *turn, *audience) {}, allSaid, 3},
		{"it has hung up", func(_ *Player, _ *turn, on *audience) { close(on.away) }, left, 0},
		{"its session has ended", func(_ *Player, turned *turn, _ *audience) { turned.conv.end() }, left, 0},
		{"the player closes", func(p *Player, _ *turn, _ *audience) { p.hush() }, left, 0},
		{"it has cancelled", func(_ *Player, turned *turn, _ *audience) { turned.cancelled = true }, left, 0},
	} {
		p, err := New(waiting(t, 3, said("at last")).tape(), WithEra("both"))
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.answers.legacy(0, "2025-11-25")
		if err != nil {
			t.Fatal(err)
		}
		conv := newConversation("", p.space(""), time.Now())
		turned := &turn{p: p, conv: conv, a: a, lines: a.lines, run: run{id: []byte("1"), conv: conv}}
		on := &audience{away: make(chan struct{})}
		c.ends(p, turned, on)
		why, _ := turned.play(on, true)
		rounds := 0
		if turned.course != nil {
			rounds = len(turned.course.taken)
		}
		if why != c.want || rounds != c.left {
			t.Errorf("%s: %d after %d rounds, want %d after %d", c.why, why, rounds, c.want, c.left)
		}
		p.Close()
	}
}
