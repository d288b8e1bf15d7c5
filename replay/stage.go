package replay

import "time"

// A stage is what an answer, or the standalone stream, is performed on: the
// connection of an HTTP request, or a pipe.
type stage interface {
	// gone is closed when the client has gone away, and silent when it will
	// say nothing more.
	gone() <-chan struct{}
	silent() <-chan struct{}
	// hold prepares for a wait: what was said so far goes out.
	hold()
	// say sends a line with the values of this run. It reports whether the
	// line has gone its way, if only to be sent again later, and whether the
	// client is still there.
	say(l *line, r *run) (taken, there bool)
	// cuts reports whether the connection ends where it did on the tape: that
	// of a standalone stream, and that of an answer where the client can come
	// back for the rest.
	cuts(standalone bool) bool
	// apart is how long a client needs between the progress and the result of
	// a call, so as to read them one after the other.
	apart() time.Duration
	// idle tells when the next ping is due, where the stage has such, and ping
	// sends it.
	idle() (due <-chan time.Time, stop func())
	ping()
	note(kind, rule, text string)
}
