package replay

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/scenarios"
)

// policed lets the standing policies of the scenario act on a request. It
// reports whether one of them has answered it.
func (q *probe) policed() bool {
	p := q.p
	if p.rate == nil && p.auth == nil {
		return false
	}
	if q.r == nil { // credentials and rates are HTTP's business
		return false
	}
	return p.auth != nil && q.unauthorized(p.auth) || p.rate != nil && q.tooMany(p.rate)
}

// showPolicy puts on the journal that a policy shows in this request: a session
// that another replica has, or that was idle too long, or what a browser is told.
func (q *probe) showPolicy() {
	if q.policy != "" {
		q.note("faulted", q.policy, "")
	}
	if q.p.cors != nil && len(q.r.Header["Origin"]) > 0 {
		q.note("faulted", "cors", "")
	}
}

// A meter counts the requests of those who share a rate.
type meter struct {
	mu    sync.Mutex
	since map[string]*window
}

type window struct {
	begin time.Time
	n     int
}

// maxMeters bounds those who are counted apart.
const maxMeters = 10_000

// take counts one request, and returns how long the one who sent it has to
// wait; 0 is not at all.
func (m *meter) take(who string, r *scenarios.Rate, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.since[who]
	if w == nil {
		if m.since == nil || len(m.since) >= maxMeters {
			m.since = map[string]*window{}
		}
		w = &window{begin: now}
		m.since[who] = w
	}
	if now.Sub(w.begin) >= r.Per {
		*w = window{begin: now}
	}
	w.n++
	if w.n <= r.Requests {
		return 0
	}
	return max(time.Millisecond, r.Per-now.Sub(w.begin))
}

// tooMany refuses a request beyond the rate.
func (q *probe) tooMany(r *scenarios.Rate) bool {
	if r.HTTP != "" && r.HTTP != q.verb {
		return false
	}
	who := q.id
	if r.By == "client" {
		who, _, _ = net.SplitHostPort(q.r.RemoteAddr)
	}
	wait := q.space.meter.take(who, r, q.began)
	if wait == 0 {
		return false
	}
	q.note("faulted", "rate", "")
	if r.Respond != nil {
		q.answerFault(r.Respond)
		return true
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	q.reply(http.StatusTooManyRequests, http.Header{"Retry-After": {strconv.Itoa(seconds)}, "Content-Type": {"text/plain; charset=utf-8"}},
		[]byte("Too Many Requests"))
	return true
}

// A guard is how far a space has got with asking for credentials.
type guard struct {
	mu     sync.Mutex
	served int
	first  map[string]time.Time // of each token
}

// admits reports whether a request with that token is served.
func (g *guard) admits(a *scenarios.Auth, token string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range a.Tokens {
		if token != t {
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

// unauthorized refuses a request without an accepted token.
func (q *probe) unauthorized(a *scenarios.Auth) bool {
	token, _ := strings.CutPrefix(q.r.Header.Get("Authorization"), "Bearer ")
	if q.space.guard.admits(a, token, q.began) {
		return false
	}
	if a.AsResult != "" && !q.calls() {
		return false
	}
	q.note("faulted", "auth", "")
	if a.AsResult != "" {
		result := append(append([]byte(`{"content":[{"type":"text","text":`), quoteJSON(a.AsResult)...), `}],"isError":true}`...)
		q.answerAll(func(id []byte) []byte { return rpcResult(id, result) })
		return true
	}
	q.challenge(&a.Challenge)
	return true
}

func (q *probe) calls() bool { return q.has("tools/call") }

// routeCookie is what tells a load balancer which replica a client has.
const routeCookie = "MCPMOCK_ROUTE"

// balance picks the replica that a request comes to.
func (q *probe) balance() {
	r := q.p.replicas
	if r == nil || q.r == nil {
		return
	}
	if r.Policy == "cookie" {
		if c, err := q.r.Cookie(routeCookie); err == nil {
			if n, err := strconv.Atoi(strings.TrimPrefix(c.Value, "replica-")); err == nil && n >= 1 && n <= r.N {
				q.replica = n
				return
			}
		}
	}
	q.replica = int(q.space.turns.Add(1)-1)%r.N + 1
	if r.Policy == "cookie" {
		q.w.Header().Set("Set-Cookie", routeCookie+"=replica-"+strconv.Itoa(q.replica)+"; Path=/; HttpOnly")
	}
}

// isDown cuts the connection while a crashed server is away.
func (q *probe) isDown() bool {
	until := q.space.down.Load()
	if until == 0 || q.began.UnixNano() >= until {
		return false
	}
	q.saidBroken()
	if !faults.Hangup(q.w, true) {
		panic(http.ErrAbortHandler)
	}
	return true
}
