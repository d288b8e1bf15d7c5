package recorder

import (
	"io"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A body is a response's body that goes on the tape as it is read. Read hands
// on nothing that completes a message before that message is on the tape: it
// holds the last bytes back until it knows what they are.
type body struct {
	c      *carrier
	src    io.ReadCloser
	to     sink
	gzip   *inflater // nil where the bytes are as they are
	left   int64     // bytes that the announced length still lacks, or -1
	frames *stream   // what to is, on an event stream that is not encoded

	rewrite rewriter // replaces one of a stream's first frames
	ready   []byte   // may be handed on
	held    []byte   // read, and held back
	small   []byte   // for callers with tiny buffers
	err     error    // after ready
}

// A rewriter replaces a frame, and says whether it need not see another one.
type rewriter func(frame []byte) (instead []byte, last bool)

// maxBeginning is how many bytes of a stream's first frame are held back for
// a rewriter.
const maxBeginning = 64 << 10

// A sink puts the plain bytes of a body on the tape.
type sink interface {
	// feed takes in some bytes and writes the events they complete.
	feed(plain []byte)
	// finish writes what is left, and the end.
	finish(from cassettes.From, end cassettes.End)
}

func newBody(c *carrier, resp *http.Response) *body {
	b := &body{c: c, src: resp.Body, left: resp.ContentLength}
	contentType := resp.Header.Get("Content-Type")
	encoding := strings.ToLower(resp.Header.Get("Content-Encoding"))
	switch encoding {
	case "gzip", "x-gzip":
	case "", "identity":
		encoding = ""
	default:
		contentType = "application/octet-stream"
	}
	if isEventStream(contentType) {
		s := &stream{c: c}
		b.to = s
		if encoding == "" {
			b.frames = s
		}
	} else {
		b.to = &whole{c: c, contentType: contentType, opaque: isEventStream(resp.Header.Get("Content-Type"))}
	}
	if b.to != sink(b.frames) && (encoding == "gzip" || encoding == "x-gzip") {
		b.gzip = newInflater(b.to)
	}
	return b
}

func isEventStream(contentType string) bool {
	const name = "text/event-stream"
	return len(contentType) >= len(name) && strings.EqualFold(contentType[:len(name)], name)
}

func (b *body) Read(p []byte) (int, error) {
	for len(b.ready) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		buf := p
		if b.rewrite != nil || len(p) <= len(b.held) {
			if len(b.small) < len(b.held)+1<<10 {
				b.small = make([]byte, len(b.held)+4<<10)
			}
			buf = b.small
		}
		n := b.next(buf)
		if n == 0 {
			continue
		}
		if len(buf) == len(p) && &buf[0] == &p[0] {
			if len(b.held) == 0 {
				return n, b.err // the last bytes and the end together
			}
			return n, nil
		}
		b.ready = append(b.ready, buf[:n]...)
	}
	n := copy(p, b.ready)
	b.ready = b.ready[n:]
	if len(b.ready) == 0 {
		b.ready = nil
		return n, b.err
	}
	return n, nil
}

// next reads once, puts what came on the tape, and returns how many bytes of
// buf may be handed on.
func (b *body) next(buf []byte) int {
	h := copy(buf, b.held)
	n, err := b.src.Read(buf[h:])
	chunk := buf[h : h+n]
	if b.rewrite != nil {
		return b.beginning(chunk, err)
	}
	if b.gzip != nil {
		b.gzip.feed(chunk)
	} else if n > 0 {
		b.to.feed(chunk)
	}
	b.held = b.held[:0]
	if b.over(n, err) {
		return h + n
	}
	keep := min(b.hold(chunk), h+n)
	b.held = append(b.held, buf[h+n-keep:h+n]...)
	return h + n - keep
}

// over finishes the body where it has ended, well or badly.
func (b *body) over(n int, err error) bool {
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case err == io.EOF, err == nil && b.left == 0:
		b.err = io.EOF
		b.finish(cassettes.Server, cassettes.EOF)
	case err == nil:
		return false
	case b.c.client.Err() != nil:
		b.err = err
		b.finish(cassettes.Client, cassettes.Closed)
	default:
		b.err = err
		b.finish(cassettes.Server, cassettes.Reset)
	}
	return true
}

// hold returns how many of the last bytes to hold back.
func (b *body) hold(chunk []byte) int {
	switch {
	case b.gzip != nil && b.isStream():
		return b.gzip.pending()
	case b.gzip != nil:
		return trailer
	case b.frames != nil:
		return b.frames.hold()
	case b.left > 0:
		return 0 // what completes it is still to come
	}
	return 1
}

// beginning reads an event stream frame by frame, so that one of the first
// frames can be replaced.
func (b *body) beginning(chunk []byte, err error) int {
	for _, frame := range b.frames.split(chunk) {
		b.frames.write(frame)
		if b.rewrite != nil {
			var last bool
			if frame, last = b.rewrite(frame); last {
				b.rewrite = nil
			}
		}
		b.ready = append(b.ready, frame...)
	}
	rest := b.frames.rest()
	if b.over(len(chunk), err) || b.rewrite == nil || len(rest) > maxBeginning {
		b.rewrite = nil
		b.ready = append(b.ready, rest...)
	}
	return 0
}

func (b *body) finish(from cassettes.From, end cassettes.End) {
	if b.gzip != nil {
		b.gzip.close()
		b.gzip = nil
	}
	b.to.finish(from, end)
}

// Close ends the body. Where it has not been read to its end, it was the
// client that closed it.
func (b *body) Close() error {
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
		b.finish(cassettes.Client, cassettes.Closed)
	}
	err := b.src.Close()
	b.c.cancel(nil)
	return err
}

// whole is the sink of a body that is one message, or none.
type whole struct {
	c           *carrier
	contentType string
	opaque      bool // an event stream in an encoding we cannot read
	buf         []byte
	parts       bool // the tape has a part of it already
}

func (w *whole) feed(plain []byte) {
	for len(plain) > 0 {
		n := min(len(plain), partSize-len(w.buf))
		w.buf = append(w.buf, plain[:n]...)
		if plain = plain[n:]; len(w.buf) == partSize || w.opaque {
			w.part()
		}
	}
}

// part writes what has come in so far.
func (w *whole) part() {
	n := len(w.buf)
	if !w.opaque {
		n = cut(w.buf)
	}
	w.parts = true
	w.c.write(&cassettes.Event{From: cassettes.Server, Raw: w.c.rec.redact.Raw(w.contentType, w.buf[:n])})
	w.buf = append(w.buf[:0], w.buf[n:]...)
}

func (w *whole) finish(from cassettes.From, end cassettes.End) {
	e := cassettes.Event{From: from, End: end}
	switch {
	case len(w.buf) == 0:
	case w.parts || end != cassettes.EOF:
		// What a server said, though another ended it.
		raw := cassettes.Event{From: cassettes.Server, Raw: w.c.rec.redact.Raw(w.contentType, w.buf)}
		w.c.write(&raw)
	default:
		w.c.said(&e, w.contentType, w.buf, false)
	}
	w.c.write(&e)
	w.buf = nil
}

// isStream reports whether the body is an event stream.
func (b *body) isStream() bool {
	_, ok := b.to.(*stream)
	return ok
}
