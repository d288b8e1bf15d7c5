// Package probes asks MCP servers over Streamable HTTP what tells them apart.
//
// A [Probe] is a short conversation whose last request is decisive: one that
// a server may refuse, and that each implementation refuses in its own words.
// All is the list of them. A [Client] asks one, byte by byte as it is written
// down: it adds nothing that a probe did not name but Host and
// Content-Length. [Difference] says in words how two answers differ.
//
// What this does not do: it does not judge. Whether an answer is right, and
// whose manners it has, is said by who asks.
package probes

import (
	"net/http"
	"strings"
)

// A Probe is a question that tells servers apart: a fresh conversation as far
// as the probe needs one, then one decisive request.
type Probe struct {
	// Name is in kebab-case and unique in [All].
	Name string
	// About says what is asked, and what the answers may be.
	About string
	// Steps are sent one after the other, each on a connection of its own;
	// all connections stay open until the last has been answered. The last
	// step's answer is the probe's.
	Steps []Step
	// Modern is set where the probe is for servers of revision 2026-07-28: it
	// tells nothing of others, and some of them do not survive what they do
	// not know.
	Modern bool
	// Heavy is set where the probe sends megabytes.
	Heavy bool
	// Harmful is set where a server is known that does not survive the
	// probe; such probes come last in [All].
	Harmful bool
}

// A Step is one HTTP request.
//
// In Path, Header and Body these stand for what the conversation has come to:
//
//	${session}  the Mcp-Session-Id that the answer to this probe's initialize showed
//	${leaked}   the Mcp-Session-Id that the probe's first refusal showed
//	${version}  the protocolVersion in that answer
//	${offer}    the protocolVersion that the client offers
//	${host}     the host and port of the endpoint
//	${port}     the port alone
//	${endpoint} the path and query of the endpoint
//	${slashed}  the path of the endpoint with a slash at its end, or without where it has one
//	${filler}   5 MiB of the letter x, in a Body
//	${$}        the sign $, as [Literal] writes it
//
// A header whose value holds ${session}, ${leaked} or ${version} is not sent where the
// answer had none: a server without sessions gets no empty header.
type Step struct {
	// Proto is the version of HTTP; "" is HTTP/1.1.
	Proto string
	// Method is the HTTP method.
	Method string
	// Path is what stands in the request line; "" is the endpoint.
	Path string
	// Header has the lines in the order and spelling in which they are sent.
	// A line named Host stands in place of the endpoint's own.
	Header [][2]string
	// Body is sent with its Content-Length where it is not empty or the
	// method is POST, PUT or PATCH.
	Body string
	// Chunked sends the body in chunks, without a Content-Length.
	Chunked bool
}

// Literal spells a text of somebody else, such as a server's session id, for a
// [Step], so that nothing in it stands for anything but itself.
func Literal(text string) string { return strings.ReplaceAll(text, "${", "${$}{") }

// An Answer is what came back for one step.
type Answer struct {
	// Status is the HTTP status, 0 where Err is set.
	Status int
	// Header has the lines as they came, their names in canonical form,
	// Transfer-Encoding included.
	Header http.Header
	// Body is what of the body had come, 8 MiB at most, without its chunking
	// and without gzip.
	Body []byte
	// Again says how often the request was made again because it got 429.
	Again int
	// Open is set for an event stream that had not ended after its first
	// event, or after a short while without one.
	Open bool
	// Err says why there is no whole answer: no connection, no status line in
	// time, a body that broke off.
	Err error
}
