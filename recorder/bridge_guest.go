package recorder

import (
	"context"
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// outletOf finds the response of the modern era that a message belongs to, by
// what it names: an id, a subscription, a progress token; and a log message by
// who asked for any, the last first (2026-07-28 basic/transports/stdio,
// "Receiving Messages"). What belongs to none is dropped. It is called with mu
// held.
func (s *session) outletOf(m jsonrpc.Message) *outlet {
	var p *inquiry
	switch {
	case m.Method == mcp.Cancelled:
		p = s.waiting[idKey([]byte(gjson.GetBytes(m.Params, "requestId").Raw))]
	case m.Method == mcp.Progress:
		p = s.tokens[idKey(jsonrpc.TokenOfProgress(m.Params))]
	case m.Method == mcp.LogMessage:
		for _, q := range s.posts {
			if q.logs {
				p = q
			}
		}
	default:
		p = s.waiting[idKey(subscriptionOf(m))]
	}
	if p == nil || !p.stream {
		s.b.rec.log.Info("a message of the server belongs to no request, and is not passed on", "method", m.Method)
		return nil
	}
	return p.orNone()
}

// subscriptionOf returns the id of the subscription that a message names.
func subscriptionOf(m jsonrpc.Message) []byte {
	var id []byte
	gjson.GetBytes(m.Params, "_meta").ForEach(func(key, v gjson.Result) bool {
		if key.Str == mcp.MetaSubscriptionID {
			id = []byte(v.Raw)
		}
		return true
	})
	return id
}

// asksForLogs reports whether a request wants log messages.
func asksForLogs(m jsonrpc.Message) bool {
	return gjson.GetBytes(m.Raw, metaPath+`.io\.modelcontextprotocol/logLevel`).Exists()
}

// retire ends an inquiry of the modern era. One whose client has left is
// cancelled, since over HTTP leaving means that (2026-07-28
// basic/patterns/cancellation, "Transport-Specific Cancellation"); its id is
// free when the server has had time for a last word.
func (s *session) retire(p *inquiry, m jsonrpc.Message) {
	s.dismiss(p)
	key := idKey(m.ID)
	s.mu.Lock()
	left := s.waiting[key] == p
	if left {
		s.answered(p, key)
		s.spend(key)
	}
	s.mu.Unlock()
	if !left {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.b.rec.waits.grace)
	defer cancel()
	s.tell(ctx, jsonrpc.One([]byte(`{"jsonrpc":"2.0","method":"`+mcp.Cancelled+`","params":{"requestId":`+string(m.ID)+`,"reason":"the client left"}}`)))
}

// spend keeps an id from being used for a while. It is called with mu held.
func (s *session) spend(key string) {
	free := make(chan struct{})
	s.spent[key] = free
	time.AfterFunc(lastWord, func() {
		s.mu.Lock()
		s.unspend(key, free)
		s.mu.Unlock()
	})
}

// unspend makes an id free. It is called with mu held.
func (s *session) unspend(key string, free chan struct{}) {
	if s.spent[key] == free && free != nil {
		delete(s.spent, key)
		close(free)
	}
}

// isSpent returns what is closed when the id of a request is free, or nil.
func (s *session) isSpent(m jsonrpc.Message) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free := s.spent[idKey(m.ID)]; free != nil {
		return free
	}
	return nil
}

// first writes the first word of a reply of the modern era, where nothing is
// to follow: as JSON, with the status that an error has. While nobody knows the
// era of the server, any error may be that of a legacy one, whose clients tell it by
// 400 (2026-07-28 basic/transports/streamable-http, "Backward Compatibility").
func (r *reply) first(text []byte) {
	m := jsonrpc.One(text)
	whole := gjson.GetBytes(r.ask.Raw, metaPath+`.io\.modelcontextprotocol/clientCapabilities`).IsObject()
	legacy := whole && r.s.b.judge(r.ask.Method, m)
	status := http.StatusOK
	switch code := gjson.GetBytes(m.Error, "code").Int(); {
	case m.Error == nil:
	case legacy, r.s.b.known() == unknownEra, code == mcp.InvalidParams && !whole,
		code == mcp.HeaderMismatch, code == mcp.MissingCapability, code == mcp.UnsupportedVersion:
		status = http.StatusBadRequest
	case code == mcp.MethodNotFound:
		status = http.StatusNotFound
	}
	if legacy {
		r.s.end("it is a server of the legacy era")
	}
	r.whole(status, text)
}

// whole writes a reply that is one message.
func (r *reply) whole(status int, text []byte) {
	r.begun = true
	r.w.Header().Set("Content-Type", "application/json")
	r.w.WriteHeader(status)
	_, _ = r.w.Write(text) // its client may have gone
}
