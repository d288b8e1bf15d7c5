package recorder

import (
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// serveStreamable serves the endpoint of Streamable HTTP (2025-11-25
// basic/transports, "Streamable HTTP").
func (b *Bridge) serveStreamable(w http.ResponseWriter, req *http.Request) {
	switch req.Method {
	case http.MethodPost:
		b.servePost(w, req)
	case http.MethodGet, http.MethodDelete:
		s, f := b.find(req)
		if f != nil {
			f.write(w)
			return
		}
		defer s.release()
		if req.Method == http.MethodGet {
			s.serveListener(w, req)
			return
		}
		s.end("its client ended the session")
		w.WriteHeader(http.StatusNoContent)
	default:
		notAllowed(req.Method, "GET, POST, DELETE").write(w)
	}
}

// find finds the session that a request names. Without one it is 400, and 404
// where the session is not there any more, so that clients begin a new one
// (2025-11-25 basic/transports, "Session Management").
func (b *Bridge) find(req *http.Request) (*session, *refusal) {
	id := req.Header.Get(mcp.HeaderSessionID)
	if id == "" {
		return nil, refuse(http.StatusBadRequest, "no session id: begin with initialize, and send the Mcp-Session-Id of its answer with each request")
	}
	s := b.session(id, false)
	if s == nil {
		return nil, refuse(http.StatusNotFound, "no such session: begin a new one with initialize")
	}
	if v := req.Header.Get(mcp.HeaderProtocolVersion); !s.takes(v) {
		s.release()
		return nil, refuse(http.StatusBadRequest, "unsupported protocol version %q: send the one that initialize agreed on", v)
	}
	return s, nil
}

// takes reports whether requests of a revision may be part of the session
// (2025-11-25 basic/transports, "Protocol Version Header").
func (s *session) takes(version string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return version == "" || mcp.IsLegacy(version) || version == s.version
}

// servePost serves messages of a client. One that is no initialize and names
// no session gets the refusal by which clients of the modern era tell a
// server of the legacy era: 400 with a JSON-RPC error (2026-07-28
// basic/transports/streamable-http, "Backward Compatibility").
func (b *Bridge) servePost(w http.ResponseWriter, req *http.Request) {
	batch, f := readMessages(req)
	if f != nil {
		f.write(w)
		return
	}
	if b.isModern(req, batch) {
		b.serveModern(w, req, batch)
		return
	}
	var s *session
	hello := isHello(batch) && req.Header.Get(mcp.HeaderSessionID) == ""
	if hello {
		s, f = b.open(false)
	} else {
		s, f = b.find(req)
	}
	if f != nil {
		f.to(batch).write(w)
		return
	}
	defer s.release()
	if f := s.servePost(w, req, batch, hello); f != nil {
		if hello {
			s.end("the session could not begin")
		}
		f.to(batch).write(w)
	}
}

func isHello(batch jsonrpc.Batch) bool {
	return !batch.Array && batch.Messages[0].Method == mcp.Initialize && batch.Messages[0].Kind == jsonrpc.Request
}

// servePost passes messages on, and what answers them back.
func (s *session) servePost(w http.ResponseWriter, req *http.Request, batch jsonrpc.Batch, hello bool) *refusal {
	if batch.Array && !s.hasBatches() {
		return refuse(http.StatusBadRequest, "a batch: the revision of this session has none: send each message by itself")
	}
	asks := slices.ContainsFunc(batch.Messages, func(m jsonrpc.Message) bool { return m.Kind == jsonrpc.Request })
	p := s.enlist(batch, asks && takesStream(req), hello)
	if p == nil {
		return refuse(http.StatusBadRequest, "a request with this id is in progress: give each request an id of its own")
	}
	defer s.dismiss(p)
	r := &reply{s: s, p: p, w: w, array: batch.Array}
	for i, m := range batch.Messages {
		if !r.tell(req.Context(), m) {
			if hello {
				break // the server could not be started, or has exited: it gets to know
			}
			s.withdraw(batch.Messages[i:])
			return refuse(http.StatusNotFound, "the session has ended: begin a new one with initialize")
		}
		if m.Method == mcp.Cancelled {
			s.cancelled(m)
		}
	}
	if !asks {
		w.WriteHeader(http.StatusAccepted)
		return nil
	}
	r.serve(req.Context())
	return nil
}

func (s *session) hasBatches() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version == "" || mcp.HasBatches(s.version)
}

// takesStream reports whether a client names event streams among what it
// accepts. One that takes just anything is a plain HTTP client, and gets JSON.
func takesStream(req *http.Request) bool {
	for _, field := range req.Header["Accept"] {
		for kind := range strings.SplitSeq(field, ",") {
			name, _, _ := strings.Cut(kind, ";")
			if strings.EqualFold(strings.TrimSpace(name), "text/event-stream") {
				return true
			}
		}
	}
	return false
}
