package recorder

import (
	"context"
	"io"
	"net/http"
)

// serveListener serves the GET stream of a session: what the server says that
// answers nothing, beginning with what has been held (2025-11-25
// basic/transports, "Listening for Messages from the Server").
func (s *session) serveListener(w http.ResponseWriter, req *http.Request) {
	o, held := s.listen()
	if o == nil {
		refuse(http.StatusConflict, "the session has a GET stream already: end that one first").write(w)
		return
	}
	beginStream(w)
	for len(held) > 0 && writeFrame(w, "message", held[0]) {
		held = held[1:]
	}
	if len(held) == 0 {
		s.copyTo(req.Context(), w, o)
	}
	s.unlisten(o, held)
}

// listen makes a new outlet the GET stream, and returns what is held for it.
func (s *session) listen() (*outlet, [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream != nil {
		return nil, nil
	}
	held := s.held
	s.held, s.size = nil, 0
	s.stream = newOutlet()
	return s.stream, held
}

// unlisten ends the GET stream; rest is what it did not get to say.
func (s *session) unlisten(o *outlet, rest [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream = nil
	for _, text := range rest {
		s.hold(text)
	}
	close(o.gone)
}

// copyTo writes what comes, until one of the two sides has ended.
func (s *session) copyTo(ctx context.Context, w http.ResponseWriter, o *outlet) {
	for {
		select {
		case m := <-o.out:
			if !writeFrame(w, "message", m.text) {
				return
			}
		case <-s.exited:
			return
		case <-ctx.Done():
			return
		}
	}
}

// serveStream serves the stream of a client of HTTP+SSE, which is a session
// (2024-11-05 basic/transports, "HTTP with SSE"): first where to POST to, then
// all that the server says.
func (b *Bridge) serveStream(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		notAllowed(req.Method, http.MethodGet).write(w)
		return
	}
	s, f := b.open(true)
	if f != nil {
		f.write(w)
		return
	}
	defer s.release()
	defer s.end("its client ended the session")
	defer close(s.stream.gone)
	beginStream(w)
	if writeFrame(w, "endpoint", []byte("/messages?sessionId="+s.id)) {
		s.copyTo(req.Context(), w, s.stream)
	}
}

// serveMessages takes the messages of such a client.
func (b *Bridge) serveMessages(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		notAllowed(req.Method, http.MethodPost).write(w)
		return
	}
	batch, f := readMessages(req)
	if f != nil {
		f.write(w)
		return
	}
	s := b.session(req.URL.Query().Get("sessionId"), true)
	if s == nil {
		refuse(http.StatusNotFound, "no such session: open a stream at /sse, and POST to the endpoint that it names").to(batch).write(w)
		return
	}
	defer s.release()
	for _, m := range batch.Messages {
		if !s.tell(req.Context(), m) {
			refuse(http.StatusNotFound, "the session has ended: open a new stream at /sse").to(batch).write(w)
			return
		}
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, "Accepted") // its client may have gone
}
