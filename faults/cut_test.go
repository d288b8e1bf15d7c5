package faults

import (
	"context"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// An answer that is broken off shows so to the client, whatever had come.
func TestAbort(t *testing.T) {
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		want   []string
		length string
		said   []string
	}{
		{"nothing", scenarios.Action{}, func(*Writer) {}, []string{"fin"}, "", []string{"reset"}},
		{"a part of a body, which promises more", scenarios.Action{}, whole(rain[:20]), []string{"200", rain[:20], "fin"}, "21", []string{"200", rain[:20], "reset"}},
		{"a part of an event", scenarios.Action{}, streamed(ev(half), "data: {"), []string{"200", ev(half), "data: {", "fin"}, "", []string{"200", half, "data: {", "reset"}},
		{"the edits are made before", scenarios.Action{Status: 502, Delay: &scenarios.Delay{From: time.Second}, Replace: map[string]string{"json": "JSON"}}, whole("json"), []string{"1s 502", "1s JSON", "1s fin"}, "5", []string{"502", "JSON", "reset"}},
		{"what was held back goes out", scenarios.Action{Buffer: true}, streamed(ev(half)), []string{"200", ev(half), "fin"}, "", []string{"200", half, "reset"}},
		{"not what has ended by itself", scenarios.Action{Stream: &scenarios.StreamEdit{End: true}}, streamed(ev(half)), []string{"200", "end"}, "", []string{"200", "end"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				header := http.Header{}
				log, said := answers(t, &c.do, func(w *Writer) {
					c.answer(w)
					w.Abort()
					header = w.Header()
					if !w.Over() {
						t.Error("it is not over")
					}
				})
				if !slices.Equal(log, c.want) || !slices.Equal(said, c.said) || header.Get("Content-Length") != c.length {
					t.Errorf("\n got %q, told %q, length %q\nwant %q, told %q, length %q", log, said, header.Get("Content-Length"), c.want, c.said, c.length)
				}
			})
		})
	}
}

// Over tells an answer that the Writer has ended from one that goes on.
func TestOver(t *testing.T) {
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		want   bool
	}{
		{"it goes on", scenarios.Action{}, false},
		{"ended after an event", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndAfter: 1}}, true},
		{"ended after a time", scenarios.Action{Stream: &scenarios.StreamEdit{EndTime: time.Second, End: true}}, true},
		{"dropped after a time", scenarios.Action{Drop: &scenarios.Drop{After: time.Second}}, true},
		{"truncated", scenarios.Action{Truncate: 3}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			answers(t, &c.do, func(w *Writer) {
				streamed(ev(half), "2s", ev(rain))(w)
				if got := w.Over(); got != c.want {
					t.Errorf("%s: %v", c.reason, got)
				}
			})
		})
	}
}

// A fault may wait for longer than a client may hold up a write, whatever
// limit there was before.
func TestLimitOfEachWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		do := scenarios.Action{Stall: &scenarios.Stall{At: "mid_body", For: 33 * time.Second}}
		log, said := answers(t, &do, func(w *Writer) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(200)
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(30 * time.Second))
			_, _ = io.WriteString(w, ev(rain))
		})
		i := len(ev(rain)) / 2
		if want := []string{"200", ev(rain)[:i], "33s " + ev(rain)[i:], "33s end"}; !slices.Equal(log, want) || !slices.Equal(said, []string{"200", rain, "end"}) {
			t.Errorf("got %q, told %q", log, said)
		}
	})
}

// Each write is bounded, and nothing is while the answer waits, or afterwards.
func TestWritesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &wire{began: time.Now(), header: http.Header{}}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := NewWriter(&witness{wire: out, wrote: func(int) {
			if left := time.Until(out.limit); left <= 0 || left > writeTimeout {
				t.Errorf("a write has %v", left)
			}
		}}, &scenarios.Action{Pad: 1 << 20, Split: &scenarios.Split{Pieces: 3, Every: time.Minute}}, &bystander{w: out, ctx: ctx, leave: cancel})
		whole(rain)(w)
		go func() {
			time.Sleep(30 * time.Second)
			out.mu.Lock()
			defer out.mu.Unlock()
			if !out.limit.IsZero() {
				t.Error("a limit while it waits")
			}
		}()
		w.Finish()
		if !out.limit.IsZero() {
			t.Error("a limit is left")
		}
	})
}
