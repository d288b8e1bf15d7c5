package scenarios

import (
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// maxReplicas is how many servers may stand behind the balancer.
const maxReplicas = 100

func replicas() table[Replicas] {
	return table[Replicas]{
		keys: []key[Replicas]{
			field("n", "How many servers there are.", whole(2, maxReplicas), func(r *Replicas) *int { return &r.N }),
			field("policy", "How requests are spread: round-robin (also where it is left out), or cookie (by the cookie MCPMOCK_ROUTE, which each response sets).",
				oneOf("policy of replicas", "round-robin", "cookie"), func(r *Replicas) *string { return &r.Policy }),
		},
		needs: []need{{"n", "say how many servers there are, such as n: 2"}},
		check: func(_ node, at places, r *Replicas) error {
			if !at.has("policy") {
				r.Policy = "round-robin"
			}
			return nil
		},
	}
}

func rate() table[Rate] {
	return table[Rate]{
		keys: []key[Rate]{
			field("requests", "So many requests are served.", whole(1, maxCount), func(r *Rate) *int { return &r.Requests }),
			field("per", "In any such span.", span(), func(r *Rate) *time.Duration { return &r.Per }),
			field("by", "What each has its own count: session (also where it is left out; clients without one count as one), or client (its address).",
				oneOf("bearer of a rate", "session", "client"), func(r *Rate) *string { return &r.By }),
			field("http", "Only requests of this HTTP method count.", httpMethod(), func(r *Rate) *string { return &r.HTTP }),
			part("respond", "What one too many gets; left out, 429 with Retry-After.", response(), func(r *Rate) **Response { return &r.Respond }),
		},
		needs: []need{{"requests", "say how many are served, such as requests: 10"}, {"per", "say in what span, such as per: 1s"}},
		check: func(_ node, at places, r *Rate) error {
			if !at.has("by") {
				r.By = "session"
			}
			return nil
		},
	}
}

func cors() table[CORS] {
	return table[CORS]{
		keys: []key[CORS]{
			field("origins", "Origins that are admitted besides those on loopback names; * is every one.", texts(line(), true), func(c *CORS) *[]string { return &c.Origins }),
			field("expose", "Access-Control-Expose-Headers.", texts(headerName(), true), func(c *CORS) *[]string { return &c.Expose }),
			field("allow", "Access-Control-Allow-Headers.", texts(headerName(), true), func(c *CORS) *[]string { return &c.Allow }),
			field("methods", "Access-Control-Allow-Methods.", texts(httpMethod(), true), func(c *CORS) *[]string { return &c.Methods }),
		},
		empty: "name origins, expose, allow or methods",
	}
}

// tokenPattern fits what isToken takes.
const tokenPattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"

// headerName is the name of a header, or * for all.
func headerName() kind[string] {
	return aText(form{"type": "string", "pattern": tokenPattern}, func(n node, _, s string) error {
		if !mcp.IsFieldName(s) {
			return n.errorf("%q cannot be the name of a header: use letters, digits and dashes", s)
		}
		return nil
	})
}

func auth() table[Auth] {
	return table[Auth]{
		keys: []key[Auth]{
			field("tokens", "Bearer tokens that are accepted; left out, none is.", texts(line(), true), func(a *Auth) *[]string { return &a.Tokens }),
			field("after", "So many requests are served without one.", whole(1, maxCount), func(a *Auth) *int { return &a.After }),
			field("expires", "A token is refused so long after its first use.", span(), func(a *Auth) *time.Duration { return &a.Expires }),
			field("challenge", "Answers a request without an accepted token; left out, 401 with WWW-Authenticate: Bearer.", of(challenge), func(a *Auth) *Challenge { return &a.Challenge }),
			field("as_result", "Answers a tools/call with a result that has isError and this text, in place of the challenge.", someText(), func(a *Auth) *string { return &a.AsResult }),
		},
		empty: "list the tokens that are accepted, or write tokens: [] for none",
		check: func(n node, at places, a *Auth) error {
			if !at.has("challenge") {
				a.Challenge = Challenge{Status: 401, Authenticate: "Bearer"}
			}
			if a.Expires > 0 && len(a.Tokens) == 0 {
				return at["expires"].errorf("expires without tokens: name a token that is accepted at first")
			}
			return nil
		},
	}
}
