package replay

import (
	"strconv"
	"strings"
)

// policed lets the standing policies of the scenario act on a request. It
// reports whether one of them has answered it.
func (q *visit) policed() bool {
	p := q.p
	if p.rate == nil && p.auth == nil {
		return false
	}
	if q.HTTP == nil { // credentials and rates are HTTP's business
		return false
	}
	return p.auth != nil && q.unauthorized(p.auth) || p.rate != nil && q.tooMany(p.rate)
}

// showPolicy puts on the journal that a policy shows in this request: a session
// that another replica has, or that was idle too long, or what a browser is told.
func (q *visit) showPolicy() {
	if q.policy != "" {
		q.note("faulted", q.policy, "")
	}
	if q.p.cors != nil && len(q.HTTP.Header["Origin"]) > 0 {
		q.note("faulted", "cors", "")
	}
}

// routeCookie is what tells a load balancer which replica a client has.
const routeCookie = "MCPMOCK_ROUTE"

// balance picks the replica that a request comes to.
func (q *visit) balance() {
	r := q.p.replicas
	if r == nil || q.HTTP == nil {
		return
	}
	if r.Policy == "cookie" {
		if c, err := q.HTTP.Cookie(routeCookie); err == nil {
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
