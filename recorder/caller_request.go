package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
)

// send sends a request by the recorder; extra are header fields besides those
// that every request of the session has.
func (c *caller) send(ctx context.Context, method string, extra http.Header, body []byte) (*http.Response, error) {
	c.mu.Lock()
	target, session, version := c.target, c.session, c.version
	c.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	h := req.Header
	switch method {
	case http.MethodPost:
		h.Set("Content-Type", "application/json")
		h.Set("Accept", "application/json, text/event-stream")
	case http.MethodGet:
		h.Set("Accept", "text/event-stream")
	}
	if session != "" {
		h.Set(mcp.HeaderSessionID, session)
	}
	if hasVersionHeader(version) {
		h.Set(mcp.HeaderProtocolVersion, mirror.Encode(version)) // a server may say anything
	}
	if c.auth != "" {
		h.Set("Authorization", c.auth)
	}
	for name, values := range extra {
		h[name] = values
	}
	return c.rec.RoundTrip(req)
}

// unheard is how long a caller waits for word that a request has been sent
// from a transport that may give none. An http.Transport always does.
const unheard = 100 * time.Millisecond

// whenSent returns a context for a request by which sent is called, once or
// more, when all of it has been sent; over tells that the request has ended.
func (c *caller) whenSent(ctx context.Context, sent func()) (_ context.Context, over func()) {
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { sent() }}
	over = sent
	if _, tells := c.rec.transport.(*http.Transport); !tells {
		late := time.AfterFunc(unheard, sent)
		trace.GetConn = func(string) { late.Stop() } // then word will come
		over = func() {
			late.Stop()
			sent()
		}
	}
	return httptrace.WithClientTrace(ctx, trace), over
}

// hasVersionHeader reports whether the requests of a session tell its
// revision. The header came with 2025-06-18 (its changelog).
func hasVersionHeader(version string) bool {
	switch version {
	case "", mcp.V20241105, mcp.V20250326:
		return false
	}
	return true
}

// unreachable says why a request got no answer.
func (c *caller) unreachable(err error) string {
	switch {
	case errors.Is(err, ErrStopped):
		return "the recording has ended"
	case brokeOff(err):
		return fmt.Sprintf("%s broke off: %v", c.name(), cause(err))
	}
	return fmt.Sprintf("cannot reach %s: %v: check that the server runs there", c.name(), cause(err))
}

// maxRefusal is how much is read of an answer that is no message.
const maxRefusal = 1 << 20

// excerptOf is the beginning of an answer that is no message, for people.
func excerptOf(resp *http.Response, body []byte) string {
	const most = 200
	if resp.StatusCode/100 == 3 {
		return "it has moved: use the URL that it has moved to"
	}
	if strings.Contains(resp.Header.Get("Content-Type"), "html") {
		return "a page of HTML"
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), 4*most)]), "")), " ")
	if text == "" {
		return "without a word"
	}
	if len(text) > most {
		cut := most
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}
