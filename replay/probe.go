package replay

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A probe is one HTTP request, or one line of a pipe, and all that the gate may
// ask about it.
type probe struct {
	p       *Player
	w       http.ResponseWriter
	r       *http.Request // nil over stdio
	pipe    *pipe         // where the answer goes, but for Streamable HTTP
	verb    string        // the HTTP method; POST for a line of a pipe
	old     bool          // a request of HTTP+SSE, whose session is in the query
	space   *space
	carrier int
	began   time.Time

	turned     turn       // the answer
	stream     *stream    // where it is one
	connection connection // that carries it
	unbound    bool       // the server's ReadTimeout is lifted
	claimed    bool       // the only GET stream of its session

	body    []byte
	batch   jsonrpc.Batch
	bodyErr error // ErrEmpty, ErrDepth, ErrJSON, *EnvelopeError, errTooLarge

	id      string // Mcp-Session-Id as sent
	session *conversation
	known   sessionState
	why     string // an ended session: what became of it
	minted  string // the id that a dialect shows to a request without one

	conv        *conversation // whom the request belongs to, once that is settled
	initialized bool
	ready       bool
	version     string // negotiated
	listening   int
	protocol    string // MCP-Protocol-Version as sent
}

type sessionState uint8

const (
	sessionNone    sessionState = iota // no id was sent
	sessionUnknown                     // never issued
	sessionEnded
	sessionKnown
)

var errTooLarge = errors.New("body too large")

// read takes in the body.
func (q *probe) read() {
	if q.verb != http.MethodPost {
		return
	}
	q.body, q.bodyErr = readBody(q.r, q.p.maxBody)
	if q.bodyErr != nil {
		return
	}
	q.batch, q.bodyErr = jsonrpc.Parse(q.body)
}

// readBody reads a body of at most max bytes.
func readBody(r *http.Request, max int64) ([]byte, error) {
	if r.ContentLength > max {
		drain(r)
		return nil, errTooLarge
	}
	if r.ContentLength >= 0 { // the usual case: one buffer of the right size
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, max+1))
	if int64(len(body)) > max {
		drain(r)
		return nil, errTooLarge
	}
	return body, err
}

// drain reads on for a while, so that a client which sends all before it reads
// anything gets to see the refusal.
func drain(r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 16<<20) }

// locate finds the session that the request names.
func (q *probe) locate() {
	if q.old {
		q.locateOld()
		return
	}
	if ids := q.r.Header[mcp.HeaderSessionID]; len(ids) > 0 {
		q.id = ids[0]
	}
	if v := q.r.Header[mcp.HeaderProtocolVersion]; len(v) > 0 {
		q.protocol = strings.TrimSpace(v[0])
	}
	if q.id == "" || q.p.mode == "stateless" {
		q.conv = q.space.loose
	} else if q.session, q.why = q.p.sessions.find(q.space, q.id, q.began); q.session != nil && !q.session.hasPipe() {
		q.known, q.conv = sessionKnown, q.session
	} else if q.why != "" {
		q.known, q.conv = sessionEnded, q.space.loose
	} else {
		q.session, q.known, q.conv = nil, sessionUnknown, q.space.loose
	}
	q.initialized, q.ready, q.version, q.listening = q.conv.state()
}

// post reports whether the request is a POST whose body could be read as
// JSON-RPC.
func (q *probe) post() bool { return q.verb == http.MethodPost && q.bodyErr == nil }

// has reports whether the body holds a message of that method.
func (q *probe) has(method string) bool {
	return q.post() && slices.ContainsFunc(q.batch.Messages, func(m jsonrpc.Message) bool { return m.Method == method })
}

// initialize reports whether the body is an initialize request.
func (q *probe) initialize() bool { return q.has(mcp.Initialize) }

// method returns the method of the first message, or "".
func (q *probe) method() string {
	if q.post() {
		return q.batch.Messages[0].Method
	}
	return ""
}

// requestID returns the id to answer with: the first request's, or what could
// be read of a message that is no JSON-RPC.
func (q *probe) requestID() []byte {
	if bad, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr); ok {
		return bad.ID
	}
	if q.bodyErr == nil && len(q.batch.Messages) > 0 && !q.batch.Array && q.batch.Messages[0].Kind == jsonrpc.Request {
		return q.batch.Messages[0].ID
	}
	return nil
}

// revision returns the protocol revision the request is under: the header's,
// else the negotiated one, else the one to assume.
func (q *probe) revision() string {
	switch {
	case mcp.IsLegacy(q.protocol):
		return q.protocol
	case q.version != "":
		return q.version
	}
	return mcp.AssumedVersion
}

// accepts reports whether the Accept header admits a media type. With
// wildcards, ranges such as */* count.
func accepts(r *http.Request, mediaType string, wildcards bool) bool {
	major, _, _ := strings.Cut(mediaType, "/")
	for _, line := range r.Header["Accept"] {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			item, _, _ = strings.Cut(item, ";")
			item = strings.TrimSpace(item)
			if strings.EqualFold(item, mediaType) {
				return true
			}
			if wildcards && (item == "*/*" || len(item) == len(major)+2 && strings.EqualFold(item[:len(major)], major) && item[len(major):] == "/*") {
				return true
			}
		}
	}
	return false
}
