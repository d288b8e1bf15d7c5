package probes

import (
	"bytes"
	"context"
	"io"
	"net"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// A Stream is an event stream that is listened to while other requests are
// made, as is that of HTTP+SSE (2024-11-05 basic/transports, "HTTP with SSE").
type Stream struct {
	// Events are the frames as they come, each with its blank line. It is closed
	// when the stream ends, or was closed.
	Events <-chan []byte

	conn net.Conn
	stop func() bool // that ctx closes the connection
	over chan struct{}
	err  error // why it ended, once over is closed
}

// Open makes one request and listens to the stream that answers it, until ctx is done
// or the stream is closed. The answer is as of [Client.Ask]; the stream is nil
// where the answer has another status than 200, or is no event stream, and the
// body of one is not in the answer.
func (c *Client) Open(ctx context.Context, s Step) (*Stream, Answer) {
	t := talk{client: c, seen: map[string]bool{}}
	ask, a := t.dial(ctx, s)
	if ask == nil {
		return nil, a
	}
	var body io.Reader
	a = ask.answered(sending(ask.conn, ask.bytes, func() Answer {
		var a Answer
		if a, body = head(ask.conn, s.Method); a.Status != 200 || !isStream(a.Header) {
			a.rest(ask.conn, body, s.Method, c.quiet)
			body = nil
		}
		return a
	}))
	ask.over()
	if body == nil || a.Err != nil {
		_ = ask.conn.Close() // nothing more is wanted of it
		return nil, a
	}
	events := make(chan []byte, 64)
	stream := &Stream{Events: events, conn: ask.conn, over: make(chan struct{})}
	stream.stop = context.AfterFunc(ctx, func() { _ = ask.conn.Close() })
	go stream.listen(body, events)
	return stream, a
}

// listen reads the stream to its end.
func (s *Stream) listen(body io.Reader, events chan<- []byte) {
	defer close(s.over)
	defer close(events)
	var frames sse.Splitter
	chunk := make([]byte, 32<<10)
	for {
		n, err := body.Read(chunk)
		for _, frame := range frames.Feed(chunk[:n]) {
			events <- bytes.Clone(frame)
		}
		if err != nil {
			s.err = err
			return
		}
		if len(frames.Rest()) > maxAnswer {
			s.err = errLong
			return
		}
	}
}

// Err says how a stream ended, nil where it ended as it should. It waits for the
// end: it is for who has seen Events closed.
func (s *Stream) Err() error {
	<-s.over
	if s.err == io.EOF {
		return nil
	}
	return s.err
}

// Close ends the stream, and returns when it is over. What has not been taken
// from Events is lost. It may be called twice.
func (s *Stream) Close() {
	s.stop()
	_ = s.conn.Close()   // it may be closed already
	for range s.Events { // what nobody wants to hear any more
	}
	<-s.over
}
