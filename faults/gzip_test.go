package faults

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Each event of a stream in gzip can be unpacked when it has come.
func TestWriterGzip(t *testing.T) {
	out := &wire{began: time.Now().Add(time.Hour), header: http.Header{}} // no times
	ctx, cancel := context.WithCancel(t.Context())
	w := NewWriter(out, &scenarios.Action{Gzip: true}, &bystander{w: out, ctx: ctx, leave: cancel})
	w.Streams = true
	streamed(ev(half))(w)
	in, feed := io.Pipe()
	go func() { _, _ = feed.Write(packedOf(out)) }()
	r, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len(ev(half)))
	if _, err := io.ReadFull(r, first); err != nil || string(first) != ev(half) {
		t.Fatalf("the first event: %q, %v", first, err)
	}
	_, _ = io.WriteString(w, ev(rain))
	w.Finish()
	go func() { _, _ = feed.Write(packedOf(out)); _ = feed.Close() }()
	rest, err := io.ReadAll(r)
	if err != nil || string(rest) != ev(rain) {
		t.Fatalf("the rest: %q, %v", rest, err)
	}
	if out.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("headers: %v", out.header)
	}
}

// packedOf takes what was sent since it was last taken.
func packedOf(w *wire) []byte {
	w.Flush()
	w.mu.Lock()
	defer w.mu.Unlock()
	packed := strings.TrimPrefix(strings.Join(w.log, ""), "200")
	w.log = nil
	return []byte(packed)
}

// What is truncated is whole for who unpacks it, and what breaks off is sent so
// far, whatever is held back.
func TestGzipWhole(t *testing.T) {
	for _, c := range []struct {
		reason string
		do     scenarios.Action
		answer func(*Writer)
		want   string
		whole  bool
	}{
		{"a stream", scenarios.Action{Gzip: true}, streamed(ev(rain)), ev(rain), true},
		{"held back", scenarios.Action{Gzip: true, Buffer: true}, streamed(ev(half), ev(rain)), ev(half) + ev(rain), true},
		{"truncated", scenarios.Action{Gzip: true, Truncate: 20}, streamed(ev(rain)), ev(rain)[:20], true},
		{"truncated and held back", scenarios.Action{Gzip: true, Truncate: 20, Buffer: true}, streamed(ev(rain)), ev(rain)[:20], true},
		{"broken off", scenarios.Action{Gzip: true, Buffer: true, Drop: &scenarios.Drop{Events: 1}}, streamed(ev(half), ev(rain)), ev(half), false},
	} {
		out := &wire{began: time.Now().Add(time.Hour), header: http.Header{}}
		ctx, cancel := context.WithCancel(t.Context())
		w := NewWriter(out, &c.do, &bystander{w: out, ctx: ctx, leave: cancel})
		w.Streams = true
		c.answer(w)
		w.Finish()
		r, err := gzip.NewReader(bytes.NewReader([]byte(strings.TrimSuffix(string(packedOf(out)), "fin"))))
		if err != nil {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		got, err := io.ReadAll(r)
		if string(got) != c.want || (err == nil) != c.whole {
			t.Errorf("%s: %q, %v, want %q", c.reason, got, err, c.want)
		}
	}
}
