package faults

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Who pushes a message does not wait for what the answer waits for: the
// message comes after that, where there is a stream, and else it goes nowhere.
func TestPushWaitsForNobody(t *testing.T) {
	sayRain := streamed(ev(rain))
	second := time.Second
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		taken  bool
		want   []string
	}{
		{"a stall before the head", scenarios.Action{Stall: &scenarios.Stall{At: "before_headers", For: 3 * second}}, sayRain, true, []string{"3s 200", "3s " + ev(half), "3s " + ev(rain), "3s end"}},
		{"after it", scenarios.Action{Stall: &scenarios.Stall{At: "after_headers", For: 3 * second}}, sayRain, true, []string{"200", "3s " + ev(half), "3s " + ev(rain), "3s end"}},
		{"in the midst of an event", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body", For: 3 * second}}, sayRain, true, []string{"200", ev(rain)[:50], "3s " + ev(rain)[50:], "3s " + ev(half), "3s end"}},
		{"a delay", scenarios.Action{Delay: &scenarios.Delay{From: 3 * second}}, sayRain, true, []string{"3s 200", "3s " + ev(half), "3s " + ev(rain), "3s end"}},
		{"a delay of what is no stream", scenarios.Action{Delay: &scenarios.Delay{From: 3 * second}}, whole(rain), false, []string{"3s 200", "3s " + rain, "3s end"}},
		{"one without end", scenarios.Action{Stall: &scenarios.Stall{At: "before_headers"}}, sayRain, true, []string{"1m0s fin"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if i := len(ev(rain)) / 2; i != 50 && strings.Contains(c.reason, "midst") {
					c.want[1], c.want[2] = ev(rain)[:i], "3s "+ev(rain)[i:]
				}
				log, _ := answers(t, &c.do, func(w *Writer) {
					pushed := make(chan struct{})
					go func() {
						defer close(pushed)
						time.Sleep(second)
						began := time.Now()
						if got := w.Push([]byte(half)); got != c.taken {
							t.Errorf("taken: %v", got)
						}
						if waited := time.Since(began); waited > 0 {
							t.Errorf("who pushes waits %v", waited)
						}
					}()
					c.answer(w)
					if !c.taken {
						w.Finish()
					}
					<-pushed
				})
				if !slices.Equal(log, c.want) {
					t.Errorf("\n got %q\nwant %q", log, c.want)
				}
			})
		})
	}
}

// mirrored is a bystander for whom elsewhere is another answer.
type mirrored struct {
	*bystander
	other **Writer
}

func (m mirrored) Elsewhere(message []byte) { (*m.other).Push(message) }

// Two streams that say everything on each other as well do not wait for each
// other for ever.
func TestEachElsewhere(t *testing.T) {
	const each = 200
	do := &scenarios.Action{Stream: &scenarios.StreamEdit{On: "both"}}
	var writers [2]*Writer
	var outs [2]*wire
	for i := range writers {
		outs[i] = &wire{began: time.Now().Add(time.Hour), header: http.Header{}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		writers[i] = NewWriter(outs[i], do, mirrored{&bystander{w: outs[i], ctx: ctx, leave: cancel}, &writers[1-i]})
		writers[i].Header().Set("Content-Type", "text/event-stream")
		writers[i].WriteHeader(200)
	}
	done := make(chan struct{})
	for _, w := range writers {
		go func() {
			defer func() { done <- struct{}{} }()
			for range each {
				_, _ = io.WriteString(w, ev(half))
			}
		}()
	}
	for range writers {
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("they wait for each other")
		}
	}
	for i, w := range writers {
		w.Finish()
		outs[i].Flush()
		if got := strings.Count(strings.Join(outs[i].log, ""), half); got != 2*each {
			t.Errorf("stream %d says %d messages, want %d", i, got, 2*each)
		}
	}
}

// What is pushed comes on the stream, and the answer to the request ends it.
func TestPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := answers(t, &scenarios.Action{Withhold: true, Stream: &scenarios.StreamEdit{Hold: true}}, func(w *Writer) {
			if w.Push([]byte(half)) {
				t.Error("a stream that is not open takes a message")
			}
			sayStream(w)
			w.beside.Go(func() {
				time.Sleep(time.Second)
				if !w.Push([]byte(half)) || !w.Push([]byte(rain)) {
					t.Error("an open stream takes no message")
				}
				time.Sleep(time.Second)
				if w.Push([]byte(half)) {
					t.Error("a stream that is over takes a message")
				}
			})
		})
		if want := []string{"200", "1s " + ev(half), "1s " + ev(rain), "2s end"}; !slices.Equal(log, want) {
			t.Errorf("\n got %q\nwant %q", log, want)
		}
	})
}

// A message is taken where the client gets it, also where the stream ends with
// it, and is not where the stream ends before it.
func TestPushIsTaken(t *testing.T) {
	for _, c := range []struct {
		reason  string
		do      scenarios.Action
		message string
		gone    bool
		want    bool
	}{
		{"the stream goes on", scenarios.Action{}, half, false, true},
		{"it breaks off after the message", scenarios.Action{Drop: &scenarios.Drop{Events: 2}}, half, false, true},
		{"it is the answer, and nothing is awaited any more", scenarios.Action{}, rain, false, true},
		{"the stream ends where the message would come", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndAfter: 1}}, half, false, false},
		{"the client takes nothing more", scenarios.Action{}, half, true, false},
	} {
		t.Run(c.reason, func(t *testing.T) {
			out := &wire{began: time.Now().Add(time.Hour), header: http.Header{}}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w := NewWriter(out, &c.do, &bystander{w: out, ctx: ctx, leave: cancel})
			w.ID = []byte("7")
			streamed(ev(half))(w)
			if out.gone = c.gone; w.Push([]byte(c.message)) != c.want {
				t.Errorf("taken: %v", !c.want)
			}
			w.Finish()
			if got := strings.Contains(strings.Join(out.log[2:], ""), c.message); got != c.want {
				t.Errorf("taken %v, but %q is said", c.want, out.log)
			}
		})
	}
}
