package faults

import (
	"net/http"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// Around is what a Writer asks of whoever performs the answer. Its methods may
// be called from several goroutines. None of them may call the Writer that
// asks, but for Push.
type Around interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function
	// that gives the wait up.
	After(d time.Duration) (passed <-chan time.Time, stop func())
	// Gone is closed when the client, or its session, is gone.
	Gone() <-chan struct{}
	// Leave tells whoever performs the answer to stop: nothing more is taken.
	Leave()
	Chance() float64
	Normal() float64
	// Rotated makes an id that names the session of the request from now on, or
	// returns "".
	Rotated() string
	// Elsewhere says a message on the client's standalone stream, if it listens.
	Elsewhere(message []byte)
	// Swapped gives an answer away for that of another request in flight, which
	// it waits for.
	Swapped(message []byte) []byte

	// What the client gets, in its order: a message, as it is sent, before its
	// last byte goes out, and what was passed on of one that was cut. A frame is
	// nil for what is not an event.
	SaidHead(status int, header http.Header)
	Said(body []byte, frame *sse.Frame)
	SaidEnd(reset bool)
}
