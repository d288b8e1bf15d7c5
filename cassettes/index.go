package cassettes

import "errors"

// An Index knows the exchanges and sessions of a tape by number and where
// their events lie, not what they say: it takes some 60 bytes an exchange. It
// is not changed after NewIndex and safe for concurrent use.
type Index struct {
	Sessions []Session // number 0 stands for "no session"
	Torn     error     // a *TornError where the tape ends inside a value
	Accepted int       // the first POST without a request that was answered by 202, as an event, or -1
	Deleted  int       // the first DELETE that was answered by 2xx, likewise

	tape      *Tape
	legacy    bool
	modern    bool
	events    []eventRef
	exchanges []exchangeRef
	answers   map[int32]int32 // question -> the client's answer to it
	after     map[int32]int32 // event on a standalone stream, or on that of a subscription -> the client's message before it in its session
	lines     []lineMark
}

// A Session is what the tape has of one MCP session.
type Session struct {
	Label      string // as it stands on the tape; "" for session 0
	Client     string // clientInfo.name of its initialize
	Version    string // the negotiated protocol version
	Initialize int    // the number of that exchange, or -1
	Listens    []int  // the openings of its standalone streams: GET streams, or the pipe
	NoListen   bool   // a GET was answered by 405
	Notices    map[string][]int
	// Piped says that all its messages travelled on one carrier, over stdio or
	// HTTP+SSE. Which exchange a message of the server belongs to is then
	// found out: see pipe.
	Piped    bool
	Endpoint string // the URL that an HTTP+SSE stream began with
	Exited   bool   // its process ended, with Code
	Code     int
}

type eventRef struct {
	offset int64
	size   int32
	next   int32 // the next event of the same exchange or stream, or -1
}

type exchangeRef struct {
	event   int32 // the request, with which the chain of its events begins
	session int32
	nth     uint16 // which message of a batch
	flags   Flag
}

// Flag is what became of an exchange.
type Flag uint8

// The flags of an exchange.
const (
	Answered  Flag = 1 << iota // it has its answer
	Refused                    // the answer is the server's refusal to look at the request
	Ended                      // the server ended the stream without an answer
	Left                       // the client went away without an answer
	Batched                    // it came in a batch
	Modern                     // its request is of the modern era, and its server did not take it for a legacy one
	Withdrawn                  // with Ended: the server cancelled the subscription
)

// lineMark remembers the line of every so many events, for messages.
type lineMark struct{ line, offset int64 }

// lineMarks is how many events lie between two marks of lines.
const lineMarks = 256

// Eras reports which eras the tape has answers of: of the legacy one where an
// initialize or any other of its requests was answered and not refused; of the
// modern one where a request was answered by a result, a subscription was
// served, or, on a tape without legacy answers, one was answered by an error
// that is no refusal. A server/discover answered by an error, as legacy
// servers do, is of none.
func (ix *Index) Eras() (legacy, modern bool) { return ix.legacy, ix.modern }

// Len returns the number of exchanges.
func (ix *Index) Len() int { return len(ix.exchanges) }

// Session returns the number of the session of exchange x. That of a modern
// one over HTTP is 0, whatever session its header names.
func (ix *Index) Session(x int) int { return int(ix.exchanges[x].session) }

// Flags returns what became of exchange x.
func (ix *Index) Flags(x int) Flag { return ix.exchanges[x].flags }

// RequestEvent returns the number of the event that asked exchange x.
func (ix *Index) RequestEvent(x int) int { return int(ix.exchanges[x].event) }

// AnsweredBy returns the number of the event in which the client answered the
// server's question of event n, or -1.
func (ix *Index) AnsweredBy(n int) int { return lookup(ix.answers, int32(n)) }

// Event reads event n of the tape, counted from 0. Its Pos has no Line; see Line.
func (ix *Index) Event(n int) (*Event, error) { return ix.event(n) }

func (ix *Index) event(n int) (*Event, error) {
	ref := ix.events[n]
	e, err := ix.tape.At(Pos{Offset: ref.offset, Size: int(ref.size)})
	if err == nil && ix.tape.Header.Transport == "stdio" {
		e.unwrap()
	}
	if bad, ok := errors.AsType[*Error](err); ok {
		bad.Line = ix.Line(n)
	}
	return e, err
}

// Line returns the line of event n, for messages: counted from the nearest
// mark before it, so that no line need be kept for every event.
func (ix *Index) Line(n int) int {
	mark := ix.lines[n/lineMarks]
	return int(mark.line) + countLines(ix.tape.src, mark.offset, ix.events[n].offset)
}
