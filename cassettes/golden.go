package cassettes

import (
	"errors"
	"io"
	"reflect"
)

// Golden returns the canonical form of a tape, so that two recordings of the
// same conversation are the same file, and a difference between two files is
// one between two conversations. It leaves events as they are and returns
// new ones. Golden of a golden tape is that tape.
//
// The order becomes that of causes, not of arrival:
//
//  1. Sessions stand one after another, in the order of their first requests;
//     what belongs to no session is a session of its own.
//  2. Within a session carriers stand in the order of their requests, each in
//     one piece.
//  3. Where a server asks the client something, the carrier with the client's
//     answer follows the question at once, and then the rest.
//  4. The GET that a client opens for its session (the first one to the path
//     of the initialize request, without Last-Event-Id) follows the
//     initialize exchange, with the priming events that the stream
//     begins with. What else a server says on a GET stream follows the
//     carrier that it answers (by id or progress token), else the client
//     carrier that came last before it.
//  5. That GET stream, and that of HTTP+SSE, is closed by the client at the
//     end of the session, whoever was first; but where it ended while the
//     session went on, it ends there, as it did.
//  6. A carrier all of whose requests are answered on it is ended by the
//     server, whoever was first.
//  7. A stdio process is one piece, too. In it the client's messages stand in
//     their order, each followed by the answers to it (by id or progress
//     token), and by what else the server said before the client's next
//     message; a client's answer follows the server's question. The lines of
//     stderr come last, before the end, for nothing says what they are about.
//  8. What comes on the stream of a subscriptions/listen after the word that it
//     is served stands as on a GET stream. One that the client ends, it ends at
//     the end of the session, where also the POST stands that cancels it. Over
//     stdio the answer to one that the client had cancelled is left out: whether
//     a server still gives it is chance.
//
// What one run and the next do not share is numbered in the order of
// appearance: carriers 1, 2, ...; sessions session-1; request ids, in each
// session and of each side, 1 or "id-1" by their type, with the answers,
// cancellations and subscriptions that name them; progress tokens 1 or
// "token-1"; ids of SSE events event-1, with the Last-Event-Id that names one;
// the requestState of a result and of the request that gives it back state-1;
// placeholders redacted-1. There are no times. A redacted header value is the word
// redacted.
//
// A comment on a GET stream is left out: servers make them by the clock, to
// keep the stream alive, and a client that leaves at once may miss the first.
// Header fields about the run or the framing are left out: see isVolatile.
// The host and port in an Origin, a Location and an endpoint event become
// localhost where they are of this machine.
//
// What this does not do: it does not know that a value within a message is a
// time, a port or at random; a server that says such things has no golden
// tape. Concurrent requests keep the order in which they came. All events are
// in memory.
func Golden(events []*Event) []*Event {
	out := golden(events)
	// Once is enough for what peers do. A tape on which an answer stands
	// before its question may want more, for the order changes the causes.
	for range maxGolden {
		again := golden(out)
		if reflect.DeepEqual(again, out) {
			break
		}
		out = again
	}
	return out
}

const maxGolden = 20

// golden goes over the tape once.
func golden(events []*Event) []*Event {
	l := newLabels()
	ordered := causal(events)
	for _, o := range ordered {
		l.session(o.session)
	}
	out := make([]*Event, len(ordered))
	for i, o := range ordered {
		out[i] = l.event(o)
	}
	return out
}

// WriteGolden writes the canonical form of a tape to w. A torn end is left
// off.
func WriteGolden(w io.Writer, t *Tape, layout Layout) error {
	var events []*Event
	for e, err := range t.Events() {
		if errors.Is(err, ErrTorn) {
			break
		}
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	out, err := NewWriter(w, t.Header, layout)
	if err != nil {
		return err
	}
	for _, e := range Golden(events) {
		if err := out.Write(e); err != nil {
			return err
		}
	}
	return nil
}
