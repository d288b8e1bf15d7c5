package replay

import (
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A guard is how far a space has got with asking for credentials.
type guard struct {
	mu     sync.Mutex
	served int
	first  map[string]time.Time // of each token
}

// admits reports whether a request with that token is served; named says that
// there is one.
func (g *guard) admits(a *scenarios.Auth, token string, named bool, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range a.Tokens {
		if !named || token != t {
			continue
		}
		if g.first == nil {
			g.first = map[string]time.Time{}
		}
		first, used := g.first[t]
		if !used {
			g.first[t], first = now, now
		}
		return a.Expires == 0 || now.Sub(first) < a.Expires
	}
	g.served++
	return g.served <= a.After
}

// bearer returns the token of a header by which a client authorizes itself
// with one. The name of the scheme is the same in any case (RFC 9110, 11.1).
func bearer(header string) (token string, named bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimLeft(token, " ")
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// unauthorized refuses a request without an accepted token.
func (q *visit) unauthorized(a *scenarios.Auth) bool {
	token, named := bearer(q.HTTP.Header.Get("Authorization"))
	if q.space.guard.admits(a, token, named, q.began) {
		return false
	}
	if a.AsResult != "" && !q.calls() {
		return false
	}
	q.note("faulted", "auth", "")
	if a.AsResult != "" {
		if q.old && q.Standing == gate.SessionKnown {
			q.acceptOld() // the answer comes on the stream
		}
		result := append(append([]byte(`{"content":[{"type":"text","text":`), jsonrpc.Text(a.AsResult)...), `}],"isError":true}`...)
		q.answerAll(func(id []byte) []byte { return rpcResult(id, result) })
		return true
	}
	q.challenge(&a.Challenge)
	return true
}

func (q *visit) calls() bool { return q.Has("tools/call") }
