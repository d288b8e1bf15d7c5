package scenarios

import "time"

// StreamStyle is how a server frames what it sends as an event stream. It
// holds for what mcpmock frames itself: refusals in band, and answers whose
// tape has no frames. Recorded frames are sent as recorded, but for the order
// of their fields, which a tape does not tell.
type StreamStyle struct {
	CRLF bool // lines end in \r\n instead of \n
	// Order lists the fields id, event, retry and data in their order; empty is
	// event, id, retry, data.
	Order []string
	// Headers go on streams that mcpmock makes.
	Headers []Header
	Ping    Ping
}

// A Ping is a comment that keeps a stream from being taken for dead.
type Ping struct {
	Every time.Duration // since the stream was opened, whatever is sent on it; 0 is never
	// Comment is its text, without the colon. ${utc} in it is the time of the
	// player's clock as Python shows it: 2026-01-02 03:04:05.678901+00:00.
	Comment string
}

// Quotes says what a server quotes from the libraries beneath it, for the
// variables ${parser} and ${validator}.
type Quotes struct {
	Parser   string // python (the standard library's json), jiter, v8, go (encoding/json) or segmentio; "" is none
	Zod      string // the version of zod behind v8: 3 or 4; "" is none
	Pydantic string // the version of pydantic that the links name; "" is none
	Title    string // what pydantic calls the union of the message classes
	Models   []QuotedModel
}

// A QuotedModel is a message class that pydantic tries.
type QuotedModel struct {
	Name   string
	Fields []string // in the order of the class
	ID     []string // what its id may be, in the order in which it is tried
}
