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
