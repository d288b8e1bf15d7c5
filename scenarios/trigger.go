package scenarios

import (
	"encoding/json"
	"reflect"
	"regexp"
	"time"
)

// A Trigger is a condition on one request, or on one thing that a client does;
// all that is set must hold. Of a pattern, a trailing * stands for any ending.
type Trigger struct {
	HTTP    string       // HTTP method: POST, GET, DELETE
	Path    string       // pattern for the path of the URL
	Headers []HeaderTest // all must hold; over stdio none does, but for Absent

	Kind   string // of message: request, notification, response, batch, or invalid (no JSON-RPC)
	Method string // pattern for the JSON-RPC method
	Tool   string // pattern for params.name of a tools/call
	ID     string // what the request's id is: string, number
	Params string // whether the message has params: present, absent
	// Members is a JSON object: the params of the message must have each of its
	// members with that value, where a string is a pattern. nil is any.
	Members json.RawMessage
	// Arguments is a JSON object: the tool call must have each of its members
	// with that value, where a string is a pattern. nil is any.
	Arguments json.RawMessage

	// Session is what the request shows of a session: none (no id), known (a
	// living session's), unknown (any other), ended (of a session that is
	// over), leaked (an id that only a response other than that of initialize
	// has shown). One served in the modern era shows none.
	Session string
	// State is how far the client has come: new (before its initialize was
	// answered), initializing (after that), ready (notifications/initialized
	// has come). One served in the modern era is in none of these states.
	State string
	// Era is legacy, or modern: it has a protocol version in its _meta, or in its
	// header one that has no handshake, or is server/discover or
	// subscriptions/listen. An initialize has to name it in its _meta, and what a
	// session has agreed upon counts as a handshake.
	Era string

	// Client is what the client does: connect (a stdio client has started the
	// server, or an HTTP+SSE stream opens), resume (a GET with Last-Event-ID),
	// cancel (notifications/cancelled), disconnect (it leaves before the answer
	// is complete, or closes its HTTP+SSE stream), eof (stdin is closed). Nothing
	// can be answered to connect, disconnect and eof; a Delay, Stall or Drop is
	// that of a server which starts or ends so.
	Client   string
	InFlight int           // at least so many requests of the session are unanswered, this one included
	SameID   bool          // an earlier request of the session had the same id
	Replica  int           // the replica that it comes to, from 1, where there are several
	Idle     time.Duration // the session's request before it was at least so long ago
	Chance   float64       // fires with that probability, in (0, 1]; 0 is always

	Any []Trigger // at least one of them holds
	Not *Trigger  // this does not hold

	// What counts the requests that meet all the rest. One may be set.
	Nth       int           // only the n-th, from 1
	Every     int           // each n-th: n, 2n, ...
	After     int           // all but the first n
	AfterTime time.Duration // all but those in the first while, which begins with the session's first request
}

// Empty reports whether the trigger is met by everything.
func (t *Trigger) Empty() bool { return reflect.ValueOf(t).Elem().IsZero() }

// A HeaderTest is a condition on one request header; one of the rest is set.
type HeaderTest struct {
	Name     string
	Absent   bool           // not sent
	Present  bool           // sent, if empty
	Repeated bool           // sent more than once
	Is       string         // has this very value
	Starts   string         // begins with this
	Contains string         // has this in it
	Lacks    string         // has not; a header that was not sent has not, either
	Matches  *regexp.Regexp // fits this
}
