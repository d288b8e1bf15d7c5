package recorder

import (
	"bytes"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// How much a session holds for a client that has no stream open.
const (
	maxHeld     = 1000
	maxHeldSize = 4 << 20
)

// An outlet is a response in progress, to which messages of the server go.
type outlet struct {
	out  chan said
	gone chan struct{} // closed when nobody takes from out any more
}

// said is a message of the server on its way to a response.
type said struct {
	text   []byte
	last   bool // nothing follows it
	failed bool // it is an error
	lists  bool // it answers tools/list
}

func newOutlet() *outlet { return &outlet{make(chan said), make(chan struct{})} }

// An inquiry is a POST with requests, in progress.
type inquiry struct {
	*outlet
	hello  bool          // it opens the session
	stream bool          // its answer is a stream, and may have more in it
	lists  bool          // it asks for the tools
	logs   bool          // it asks for log messages
	over   chan struct{} // closed when its last request was cancelled

	// Guarded by the session's mutex.
	left   map[string][]byte // requests without an answer, as their ids are spelled
	tokens []string
}

// hear takes one line of the server.
func (s *session) hear(line []byte) {
	batch, err := jsonrpc.Parse(line)
	if err != nil {
		s.b.rec.log.Info("a line of the server is no message, and is not passed on", "reason", err)
		return
	}
	for _, m := range batch.Messages {
		s.pass(m, said{text: bytes.Clone(oneLine(m.Raw)), failed: m.Error != nil})
	}
}

// pass hands a message to the response it belongs to. It waits for a client
// that reads slowly, and so does the server then.
func (s *session) pass(m jsonrpc.Message, text said) {
	for {
		to := s.outlet(m, &text)
		if to == nil {
			return
		}
		if text.lists {
			s.b.learn(m.Result)
		}
		select {
		case to.out <- text:
			return
		case <-s.cut:
			return
		case <-to.gone:
			if m.Kind == jsonrpc.Response {
				return // its client does not want to know
			}
		}
	}
}

// outlet finds the response that a message belongs to, or holds it, or drops
// it. Each goes to one only (2025-11-25 basic/transports, "Multiple
// Connections").
func (s *session) outlet(m jsonrpc.Message, text *said) *outlet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.old {
		return s.stream.orNone()
	}
	if m.Kind == jsonrpc.Response {
		key := idKey(m.ID)
		p := s.waiting[key]
		if p == nil {
			s.unspend(key, s.spent[key])
			s.b.rec.log.Info("the server answers what nobody waits for", "id", string(m.ID))
			return nil
		}
		if p.hello {
			s.version = gjson.GetBytes(m.Result, "protocolVersion").Str
		}
		text.lists = p.lists
		text.last = s.answered(p, key)
		return p.outlet
	}
	if s.guests {
		return s.outletOf(m)
	}
	if m.Method == mcp.Progress {
		if p := s.tokens[idKey(jsonrpc.TokenOfProgress(m.Params))]; p != nil && p.stream {
			return p.orNone()
		}
	}
	if s.stream != nil {
		return s.stream
	}
	if len(s.posts) > 0 {
		return s.posts[0].outlet
	}
	s.hold(text.text)
	return nil
}

// orNone returns the outlet unless its client has gone.
func (o *outlet) orNone() *outlet {
	select {
	case <-o.gone:
		return nil
	default:
		return o
	}
}

// answered takes a request off an inquiry, and reports whether it was the last.
func (s *session) answered(p *inquiry, key string) bool {
	delete(s.waiting, key)
	delete(p.left, key)
	if len(p.left) > 0 {
		return false
	}
	for _, t := range p.tokens {
		if s.tokens[t] == p {
			delete(s.tokens, t)
		}
	}
	return true
}

// hold keeps a message until the client listens; the oldest go first where
// it never does.
func (s *session) hold(text []byte) {
	s.held = append(s.held, text)
	s.size += len(text)
	for len(s.held) > maxHeld || s.size > maxHeldSize && len(s.held) > 1 {
		s.size -= len(s.held[0])
		s.held = s.held[1:]
		s.b.rec.log.Warn("a message of the server is lost: its client has no stream open", "held", len(s.held))
	}
}

// enlist makes a POST one that waits for answers. It returns nil where one of
// the ids is waited for already: whose the answer is could not be told
// (2025-11-25 basic, "Requests": a session uses an id once).
func (s *session) enlist(batch jsonrpc.Batch, stream, hello bool) *inquiry {
	p := &inquiry{outlet: newOutlet(), hello: hello, stream: stream, over: make(chan struct{}), left: map[string][]byte{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range batch.Messages {
		key := idKey(m.ID)
		if m.Kind != jsonrpc.Request {
			continue
		}
		if s.waiting[key] != nil || p.left[key] != nil || s.spent[key] != nil {
			return nil
		}
		p.left[key] = m.ID
		p.lists = p.lists || m.Method == mcp.ToolsList
		p.logs = p.logs || asksForLogs(m)
		if token := jsonrpc.ProgressToken(m.Params); token != nil {
			if s.guests && s.tokens[idKey(token)] != nil {
				return nil
			}
			p.tokens = append(p.tokens, idKey(token))
		}
	}
	for key := range p.left {
		s.waiting[key] = p
	}
	for _, t := range p.tokens {
		s.tokens[t] = p
	}
	if stream {
		s.posts = append(s.posts, p)
	}
	return p
}

// dismiss ends an inquiry. What it still waited for stays in progress, for a
// client that goes has not cancelled anything (2025-11-25 basic/transports,
// "Sending Messages to the Server"); the answers are dropped.
func (s *session) dismiss(p *inquiry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = slices.DeleteFunc(s.posts, func(q *inquiry) bool { return q == p })
	close(p.gone)
}

// withdraw takes back requests that the server was never told.
func (s *session) withdraw(messages []jsonrpc.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		key := idKey(m.ID)
		if p := s.waiting[key]; m.Kind == jsonrpc.Request && p != nil {
			s.answered(p, key)
		}
	}
}

// cancelled ends the wait for a request that the client cancelled: a server
// gives it no answer (2025-11-25 basic/utilities/cancellation, "Behavior
// Requirements").
func (s *session) cancelled(m jsonrpc.Message) {
	key := idKey([]byte(gjson.GetBytes(m.Params, "requestId").Raw))
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.waiting[key]; p != nil && !p.hello && s.answered(p, key) {
		close(p.over)
	}
}

// unanswered returns the ids of its requests that have no answer.
func (s *session) unanswered(p *inquiry) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids [][]byte
	for _, id := range p.left {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, bytes.Compare)
	return ids
}
