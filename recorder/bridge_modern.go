package recorder

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/tidwall/gjson"
)

// Clients of the modern era have no sessions: each request says itself who
// asks. What asks in the same name with the same capabilities is given to the
// same server, so that what it does for one request it knows for the next. Two
// clients of one name share it, unless both use the same id, or the same
// progress token, at once: then there is a server more, for whose the answer is
// could not be told.

// probeWait is how long a server that nobody knows has for its answer to
// server/discover. One of the legacy era may never give any (2026-07-28
// basic/transports/stdio, "Backward Compatibility").
const probeWait = 10 * time.Second

// lastWord is how long the id of a request that was cancelled is not used
// again: its server may be answering it.
const lastWord = 500 * time.Millisecond

// isModern reports whether a message is of the modern era: by the version in
// its _meta or its header, or by a method that only that era has.
func (b *Bridge) isModern(req *http.Request, batch jsonrpc.Batch) bool {
	m := batch.Messages[0]
	if batch.Array || m.Method == mcp.Initialize || m.Kind == jsonrpc.Response {
		return false
	}
	if modernVersion(batch) != "" || m.Method == mcp.Discover || m.Method == mcp.Listen {
		return true
	}
	if s := b.session(req.Header.Get(mcp.HeaderSessionID), false); s != nil {
		s.release()
		return false
	}
	return mcp.IsModern(req.Header.Get(mcp.HeaderProtocolVersion))
}

// serveModern serves a message of the modern era.
func (b *Bridge) serveModern(w http.ResponseWriter, req *http.Request, batch jsonrpc.Batch) {
	m := batch.Messages[0]
	if m.Kind == jsonrpc.Notification {
		// The one there is cancels, which over HTTP is done by leaving (2026-07-28
		// basic/transports/streamable-http, "Sending Messages").
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if b.known() == legacyEra {
		refuse(http.StatusBadRequest, "the server is of the legacy era: begin with initialize").to(batch).write(w)
		return
	}
	if f := b.contradicts(req.Header, m); f != nil {
		f.to(batch).write(w)
		return
	}
	s, p, f := b.admit(req.Context(), batch, takesStream(req))
	if f != nil {
		f.to(batch).write(w)
		return
	}
	defer s.release()
	defer s.retire(p, m)
	r := &reply{s: s, p: p, w: w, ask: &m}
	if !r.tell(req.Context(), m) {
		if s.why() == "" { // its client has gone
			s.withdraw(batch.Messages)
			return
		}
		r.lost()
		return
	}
	r.serve(req.Context())
}

// contradicts returns why a request is refused for what its header says: a
// server over stdio cannot (2026-07-28 basic/transports/streamable-http,
// "Server Validation").
func (b *Bridge) contradicts(h http.Header, m jsonrpc.Message) *refusal {
	version := gjson.GetBytes(m.Raw, versionPath)
	if version.Type != gjson.String {
		f := refuse(http.StatusBadRequest, "no %s in _meta: each request says its version there", mcp.MetaVersion)
		f.code = mcp.InvalidParams
		return f
	}
	want := mirror.Request(version.Str, m.Method, m.Params)
	for name, values := range want {
		text, ok := mirror.Read(h.Get(name))
		if !ok || len(h[name]) != 1 || text != mirror.Decode(values[0]) {
			return mismatch(h, name, values[0])
		}
	}
	if m.Method != mcp.ToolsCall {
		return nil
	}
	b.mu.Lock()
	arguments := b.tools[gjson.GetBytes(m.Params, "name").Str]
	b.mu.Unlock()
	for _, a := range arguments {
		value := a.In(m.Params)
		if !mirror.Sayable(value) {
			if h[a.Header] != nil {
				return mismatch(h, a.Header, value.Raw)
			}
			continue
		}
		if text, ok := mirror.Read(h.Get(a.Header)); !ok || len(h[a.Header]) != 1 || !mirror.Says(text, value) {
			return mismatch(h, a.Header, value.Raw)
		}
	}
	return nil
}

// mismatch refuses a request whose header says otherwise than its body.
func mismatch(h http.Header, name, body string) *refusal {
	f := refuse(http.StatusBadRequest, "%s: the header has %q, the body %q: send the same in both", name, h[name], body)
	f.code = mcp.HeaderMismatch
	return f
}

// admit finds the server for a request, or runs one, and has it wait for the
// answer. The session must be released, and the inquiry retired.
func (b *Bridge) admit(ctx context.Context, batch jsonrpc.Batch, stream bool) (*session, *inquiry, *refusal) {
	client := clientOf(batch.Messages[0])
	for {
		s, p, busy := b.guest(client, batch, stream)
		switch {
		case p != nil:
			return s, p, nil
		case busy != nil: // it will be free
			select {
			case <-busy:
				continue
			case <-ctx.Done():
				panic(http.ErrAbortHandler) // nobody waits for the answer
			}
		}
		s, f := b.open(false)
		if f != nil {
			return nil, nil, f
		}
		s.mu.Lock()
		s.guests = true
		s.mu.Unlock()
		b.mu.Lock()
		b.guests[client] = append(b.guests[client], s)
		b.mu.Unlock()
		if p := s.enlist(batch, stream, false); p != nil {
			return s, p, nil
		}
		s.release() // another request with the same id was first
	}
}

// clientOf is what a request says of who asks.
func clientOf(m jsonrpc.Message) string {
	meta := gjson.GetBytes(m.Raw, metaPath)
	client := ""
	meta.ForEach(func(key, v gjson.Result) bool {
		if key.Str == mcp.MetaClientInfo || key.Str == mcp.MetaCapabilities {
			client += v.Raw + "\n"
		}
		return true
	})
	return client
}

// guest finds a server of a client that has no request of the same id in
// progress, and enlists the request with it. Where the id is about to become
// free, it returns what is closed then.
func (b *Bridge) guest(client string, batch jsonrpc.Batch, stream bool) (*session, *inquiry, <-chan struct{}) {
	b.mu.Lock()
	list := slices.Clone(b.guests[client])
	b.mu.Unlock()
	for _, s := range list {
		if !s.use() {
			continue
		}
		if p := s.enlist(batch, stream, false); p != nil {
			return s, p, nil
		}
		busy := s.isSpent(batch.Messages[0])
		s.release()
		if busy != nil {
			return nil, nil, busy
		}
	}
	return nil, nil, nil
}

// leaves takes a session that has ended out of those of its client. It is
// called with mu held.
func (b *Bridge) leaves(s *session) {
	for client, list := range b.guests {
		if list = slices.DeleteFunc(list, func(t *session) bool { return t == s }); len(list) == 0 {
			delete(b.guests, client)
		} else {
			b.guests[client] = list
		}
	}
}

// An era is what a bridge knows of its server.
type era int

const (
	unknownEra era = iota
	legacyEra
	modernEra
)

func (b *Bridge) known() era {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.era
}

// judge takes in an answer while nobody knows the era of the server, and
// reports whether that is the legacy one. A result that says its type is of
// the modern era; so is an error that only that has, but where the server
// speaks no version of it. Any other answer to server/discover is of the legacy
// era; to another request it says nothing (2026-07-28 basic/transports/stdio,
// "Backward Compatibility").
func (b *Bridge) judge(method string, m jsonrpc.Message) (legacy bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.era != unknownEra {
		return b.era == legacyEra
	}
	code := gjson.GetBytes(m.Error, "code").Int()
	supported := gjson.GetBytes(m.Result, "supportedVersions")
	if code == mcp.UnsupportedVersion {
		supported = gjson.GetBytes(m.Error, "data.supported")
	}
	speaks := slices.ContainsFunc(supported.Array(), func(v gjson.Result) bool { return !mcp.IsLegacy(v.Str) })
	switch {
	case speaks, code == mcp.HeaderMismatch, code == mcp.MissingCapability,
		method != mcp.Discover && gjson.GetBytes(m.Result, "resultType").Exists():
		b.era = modernEra
	case method == mcp.Discover, code == mcp.UnsupportedVersion:
		b.era = legacyEra
	}
	return b.era == legacyEra
}

// learn takes in the result of a tools/list: which arguments are in headers.
func (b *Bridge) learn(result []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, tool := range gjson.GetBytes(result, "tools").Array() {
		name, arguments := tool.Get("name").String(), mirror.Of([]byte(tool.Raw))
		if _, known := b.tools[name]; known || len(arguments) > 0 && len(b.tools) < maxTools {
			b.tools[name] = arguments
		}
	}
}
