package scenarios

import "time"

// Replicas make the mock several servers behind a load balancer, none of which
// knows the others' sessions.
type Replicas struct {
	N int // 2 to 100
	// Policy is how requests are spread: round-robin, or cookie (by the cookie
	// MCPMOCK_ROUTE, which each response sets; a client without it is spread
	// round-robin).
	Policy string
}

// Rate bounds requests: in no span of Per are more served. One too many gets
// Respond, else 429 with Retry-After, and does not count.
type Rate struct {
	Requests int
	Per      time.Duration
	By       string // session (requests that show no living one count together), or client (its address)
	HTTP     string // only requests of this HTTP method count; "" is all
	Respond  *Response
}

// CORS is what the mock tells browsers of an admitted origin. nil members are
// as without a policy; empty ones say nothing.
type CORS struct {
	Origins []string // admitted besides those on loopback names; "*" is every one
	Expose  []string // Access-Control-Expose-Headers
	Allow   []string // Access-Control-Allow-Headers
	Methods []string // Access-Control-Allow-Methods
}

// Auth asks for bearer tokens.
type Auth struct {
	Tokens    []string      // that are accepted; empty is none
	After     int           // so many requests are served without
	Expires   time.Duration // a token is refused so long after its first use; 0 is never
	Challenge Challenge     // answers a request without an accepted one
	// AsResult answers a tools/call with a result that has isError, in place of
	// the Challenge.
	AsResult string
}
