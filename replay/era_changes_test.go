package replay

import (
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// What came with time is due in the order of the tape; what says the same after
// several requests that have all come is due once.
func TestChangesThatCameWithTime(t *testing.T) {
	at := func(after int, text string) *line { return &line{after: after, text: []byte(text)} }
	c := &changes{passed: []*line{at(-1, "a"), at(4, "a"), at(6, "b"), at(6, "b"), at(8, "a")}}
	for _, r := range []struct {
		why      string
		from, to int
		want     string
	}{
		{"one request after the other: the first", -1, 4, "a4 "},
		{"two that the server said in a row", 4, 6, "b6 b6 "},
		{"nothing between", 6, 7, ""},
		{"all at once: the same once, in its last place", -1, 8, "b6 b6 a8 "},
		{"what came before anything was asked is the acknowledgement's", -1, -1, ""},
	} {
		got := ""
		for _, l := range c.between(r.from, r.to) {
			got += string(l.text) + string(rune('0'+l.after)) + " "
		}
		if got != r.want {
			t.Errorf("%s: %q, want %q", r.why, got, r.want)
		}
	}
}

// A change that is due and has not been told is due once, so that a client which
// reads nothing costs no more for it.
func TestChangeIsDueOnce(t *testing.T) {
	change := &line{after: 4}
	c := &changes{caused: map[int][]*line{4: {change}}}
	l := &listener{session: 1, reached: -1, woken: make(chan struct{}, 1)}
	for range 3 {
		l.hear(c, 0, 4) // the call may be one of another session
	}
	if len(l.due) != 1 || l.reached != -1 {
		t.Errorf("%d due, reached %d", len(l.due), l.reached)
	}
	l.due = nil
	if l.hear(c, 0, 5); len(l.due) != 0 {
		t.Error("a later request caused nothing")
	}
	if l.hear(c, 0, 4); len(l.due) != 1 {
		t.Error("the same call causes it again")
	}
}

// Each way in which a recorded subscription ended is played after the request
// that it ended after.
func TestRecordedEndOfSubscription(t *testing.T) {
	for _, c := range []struct {
		end                string
		concludes, hangsUp bool
	}{{"result", true, false}, {"nothing", false, true}, {"reset", false, true}, {"left", false, false}} {
		player, err := New(subscribed(t, c.end).tape())
		if err != nil {
			t.Fatal(err)
		}
		var rest int
		for x := range player.index.Len() {
			rest = player.index.RequestEvent(x)
		}
		a, err := player.answers.get(int(player.index.Listened[0]))
		if err != nil {
			t.Fatal(err)
		}
		s, err := player.recordedSubscription(a, jsonrpc.Message{})
		if err != nil {
			t.Fatal(err)
		}
		last := s.answer.lines[len(s.answer.lines)-1]
		if len(s.answer.lines) > 2 || last.concludes() != c.concludes || c.concludes && last.after != rest {
			t.Errorf("%s: %d lines, the last after %d, want none after the acknowledgement but the end, after %d", c.end, len(s.answer.lines), last.after, rest)
		}
		if c.hangsUp && s.hangUp != rest || !c.hangsUp && s.hangUp != noHangUp {
			t.Errorf("%s: hangs up after %d, want %d", c.end, s.hangUp, rest)
		}
	}
}

// A server that ended a subscription on a pipe said so, with its cancellation:
// that names this run's request.
func TestWithdrawnSubscription(t *testing.T) {
	l := line{kind: jsonrpc.Notification, method: "notifications/cancelled", text: []byte(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"1"}}`)}
	l.stampCancelled()
	if got := string(l.append(nil, &run{id: []byte(`"x"`)})); got != `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x","reason":"1"}}` {
		t.Errorf("%s", got)
	}
	if !l.concludes() {
		t.Error("it is an end")
	}
}

// A client that cancels one of many subscriptions wakes that one, and no answer
// that waits for something else.
func TestCancellationWakesOneListener(t *testing.T) {
	c := newConversation("", &space{}, time.Time{})
	c.pipe = &pipe{}
	all := map[string]*listener{}
	for _, id := range []string{`1`, `"1"`} {
		all[id] = &listener{woken: make(chan struct{}, 1)}
		if err := c.subscribed([]byte(id), all[id]); err != nil {
			t.Fatal(err)
		}
	}
	others := c.change()
	if !c.cancel(`1`) || !all[`1`].unwanted() || len(all[`1`].woken) != 1 {
		t.Error("the one that is cancelled goes on")
	}
	c.unsubscribed([]byte(`1`), all[`1`])
	select {
	case <-others:
		t.Error("all who wait are woken")
	default:
	}
	if all[`"1"`].unwanted() || len(all[`"1"`].woken) != 0 {
		t.Error("an id of another type is another")
	}
	if c.cancel(`1`) {
		t.Error("there is nothing more to cancel")
	}
}
