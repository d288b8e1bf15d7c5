package faults

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// TestTold compares what is told of an answer, which must be what the client
// has got: a message as a whole alone where its last byte went out.
func TestTold(t *testing.T) {
	sayRain := streamed(ev(rain))
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		want   []string
	}{
		{"all of it", scenarios.Action{}, whole(rain), []string{"200", rain}},
		{"what passes before a drop", scenarios.Action{Drop: &scenarios.Drop{Bytes: 9}}, whole(rain), []string{"200", rain[:9], "reset"}},
		{"of an event", scenarios.Action{Drop: &scenarios.Drop{Bytes: 30}}, sayRain, []string{"200", ev(rain)[:30], "reset"}},
		{"of the second", scenarios.Action{Drop: &scenarios.Drop{Bytes: len(ev(half)) + 5}}, streamed(ev(half), ev(rain)), []string{"200", half, ev(rain)[:5], "reset"}},
		{"a message that passed to its last byte", scenarios.Action{Drop: &scenarios.Drop{Bytes: len(rain)}}, whole(rain), []string{"200", rain, "reset"}},
		{"up to a stall that the client does not outlast", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body"}}, sayRain, []string{"200", ev(rain)[:len(ev(rain))/2], "reset"}},
		{"after a stall that it does", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body", For: time.Second}}, sayRain, []string{"200", rain, "end"}},
		{"nothing before a delay that it does not outlast", scenarios.Action{Delay: &scenarios.Delay{From: time.Hour}}, whole(rain), []string{"reset"}},
		{"so far as it came slowly", scenarios.Action{Split: &scenarios.Split{Bytes: 10, Every: 25 * time.Second}}, whole(rain), []string{"200", rain[:30], "reset"}},
		{"a status without a body", scenarios.Action{Status: 204}, whole(rain), []string{"204"}},
		{"or without events", scenarios.Action{Status: 204}, sayRain, []string{"204", "end"}},
		{"a truncated stream", scenarios.Action{Truncate: 20}, sayRain, []string{"200", ev(rain)[:20], "end"}},
		{"what was held back, up to a drop", scenarios.Action{Buffer: true, Drop: &scenarios.Drop{Bytes: len(ev(half)) + 5}}, streamed(ev(half), ev(rain)), []string{"200", half, ev(rain)[:5], "reset"}},
		{"the id that an event was given", scenarios.Action{Stream: &scenarios.StreamEdit{IDs: "every"}}, sayRain, []string{"200", "e1 message  " + rain, "end"}},
		{"and that it was left none, nor a name", scenarios.Action{Stream: &scenarios.StreamEdit{IDs: "none", Event: "none", Retry: 5}}, streamed("id: 1\n" + ev(rain)), []string{"200", "5 " + rain, "end"}},
		{"that of the event that primes at the end", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndAfter: 1, EndPrime: true, IDs: "every"}}, streamed(ev(half), ev(half)), []string{"200", "e1 message  " + half, "e2   ", "end"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, said := answersTo(t, &c.do, c.answer, c.do.Stream != nil)
				if !slices.Equal(said, c.want) {
					t.Errorf("\n got %q\nwant %q", said, c.want)
				}
			})
		})
	}
}

// A clerk is a bystander who writes down the fields of events.
type clerk struct{ *bystander }

func (c clerk) Said(body []byte, frame *sse.Frame) {
	if frame == nil {
		c.bystander.Said(body, nil)
		return
	}
	said := strings.Join([]string{frame.ID, frame.Event, frame.Retry, string(body)}, " ")
	c.said = append(c.said, strings.TrimLeft(said, " "))
}

// answersTo is answers, with the fields of events where fields is set.
func answersTo(t *testing.T, do *scenarios.Action, answer func(*Writer), fields bool) (log, said []string) {
	if !fields {
		return answers(t, do, answer)
	}
	out := &wire{began: time.Now(), header: http.Header{}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b := &bystander{w: out, ctx: ctx, leave: cancel}
	w := NewWriter(out, do, clerk{b})
	w.Streams = true
	answer(w)
	w.Finish()
	return out.log, b.said
}

// The message is told before its last byte goes out, so that what the client
// does then stands after it.
func TestToldBeforeItIsSent(t *testing.T) {
	for _, do := range []scenarios.Action{{}, {Split: &scenarios.Split{Bytes: 7}}, {Throttle: 1000}, {Buffer: true}, {Gzip: true}, {Stall: &scenarios.Stall{At: "mid_body", For: time.Second}}} {
		synctest.Test(t, func(t *testing.T) {
			out := &wire{began: time.Now(), header: http.Header{}}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			b := &bystander{w: out, ctx: ctx, leave: cancel}
			last := 0
			w := NewWriter(&witness{wire: out, wrote: func(n int) {
				if n > 0 {
					last = len(b.said)
				}
			}}, &do, b)
			w.Streams = true
			streamed(ev(rain))(w)
			w.Finish()
			if want := []string{"200", rain, "end"}; !slices.Equal(b.said, want) || last != 2 {
				t.Errorf("%+v: %q is told, %d of it before the last byte", do, b.said, last)
			}
		})
	}
}

// A witness sees each write.
type witness struct {
	*wire
	wrote func(n int)
}

func (w *witness) Write(p []byte) (int, error) {
	w.wrote(len(p))
	return w.wire.Write(p)
}
