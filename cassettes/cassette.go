// Package cassettes is the tape: a recording of MCP traffic on disk, and the
// events it consists of while they run.
//
// A cassette is a JSON stream: one header value, then one value for each
// event, appended as it happened. It is written and read like an archive:
//
//	r, err := cassettes.NewReader(file)
//	for {
//		e, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		...
//	}
//
// An event is one thing that crossed the wire. Which events make one exchange
// is not stored; an Index computes it from carriers, sessions and ids.
//
// What this does not do: it decides nothing about matching or playing, and it
// repairs no damaged tape: it says what is wrong and where.
package cassettes

import (
	"encoding/json"
	"net/http"
	"time"
)

// Version is the version of the format that this package reads and writes.
const Version = 1

// A Header is the first value of a cassette: what is known before the first
// event.
type Header struct {
	// Transport is what the tape was recorded from: http, sse or stdio.
	Transport string
	// Journal says that the tape is no recording but a journal, and of what: OfMock
	// or OfProxy.
	Journal string
	// Redact are the rules by which values were kept off the tape: the word
	// "secrets" (the built-in rules) and JSON Pointers into messages. Empty
	// means that nothing was.
	Redact []string
	// Dialect names the dialect that answered most like the server, where its
	// refusals were learned and one fits well.
	Dialect string
	// Refusals are what the server was learned to refuse, and how.
	Refusals []Refusal
}

// What there are journals of.
const (
	OfMock  = "mock"  // what answered clients by itself, from a tape or by hand
	OfProxy = "proxy" // what stood between clients and a live server
)

// From says who made an event.
type From string

// The makers of events.
const (
	Client  From = "client"
	Server  From = "server"
	Stderr  From = "stderr"  // the error output of a stdio server
	Mcpmock From = "mcpmock" // a note, or an end that the recorder made
)

// End says how a carrier ended, seen from the side that made the event.
type End string

// The ends of a carrier.
const (
	EOF    End = "eof"    // a clean end, all bytes said
	Reset  End = "reset"  // broken off: a reset, or an end before the announced length
	Closed End = "closed" // given up by this side: a client that went away, a recorder that stopped
	Exit   End = "exit"   // the process ended; Event.Code is its exit code
)

// An Event is one thing that crossed the wire.
type Event struct {
	On   int           // the carrier it travelled on, counted from 1
	From From          // who made it
	At   time.Duration // since the recording began, in whole milliseconds on disk
	HTTP *HTTP         // a request line or a status line, with its headers
	SSE  *SSE          // the frame around the message, on an event stream

	// What was said: one JSON-RPC message in its own spelling, a batch of
	// them, or bytes that are no JSON-RPC. At most one of the three is set;
	// Raw may be empty without being nil (an SSE data line with nothing in it).
	Message  json.RawMessage
	Messages []json.RawMessage
	Raw      []byte

	End  End // the carrier ended with this event
	Code int // exit code, with Exit
	Note *Note

	// Pos is where a Reader found the event. A Writer does not look at it.
	Pos Pos
}

// HTTP is the part of an event that HTTP made: a request line where Method is
// set, a status line where Status is.
type HTTP struct {
	Method string
	Path   string
	Query  string // without the question mark
	Status int
	Header http.Header
}

// SSE is the frame around a message on an event stream. A priming event is a
// frame whose Event.Raw is empty but not nil; a frame without data has
// neither message nor raw.
type SSE struct {
	Event   string
	ID      string
	HasID   bool // an id field was there, even an empty one
	Retry   string
	Comment []string // without the leading colon
	CRLF    bool     // its lines ended in \r\n
	// Frame is the frame's text where the members above would not make it
	// again to the byte: several data lines, fields in another order.
	Frame string
}

// Note is a remark of mcpmock itself, as a journal has them.
type Note struct {
	Kind     string          // matched, stubbed, synthesized, refused, noted, diverged, mismatched, faulted
	Exchange int             // the number of the exchange on the played tape, from 1
	Rule     string          // the check that was broken, or the fault that fired
	Text     string          // in words
	Space    string          // the space, where the request named one
	Detail   json.RawMessage // what a program wants to know: differing pointers
}

// Pos is a place in a cassette.
type Pos struct {
	Offset int64 // of the value's first byte
	Size   int   // of the value, in bytes
	Line   int   // of its first byte, counted from 1
}
