package recorder

import "time"

// A patience is how long a recorder waits for those who have to do with it.
// Where what it waits for must happen, tests have more: a machine may be busy.
type patience struct {
	chunk   time.Duration // for the next chunk of a body that a client has announced; an upload that gets on may take as long as it likes
	parting time.Duration // for a client to take the end of an answer that is cut

	leaving time.Duration // for a server to end when its input has ended
	grace   time.Duration // for one to end that was asked to, by SIGTERM; and to take a last message
	silence time.Duration // how long a pipe must be quiet to be taken for done, when the server has exited: one of its children may hold it open for ever

	answers  time.Duration // for answers after the last message of a client on stdio
	frames   time.Duration // for streams to end after their answer
	farewell time.Duration // for the DELETE of its session
}

// usual is the patience of every recorder.
func usual() patience {
	return patience{
		chunk:    10 * time.Second,
		parting:  time.Second,
		leaving:  2 * time.Second,
		grace:    2 * time.Second,
		silence:  time.Second,
		answers:  2 * time.Second,
		frames:   200 * time.Millisecond,
		farewell: 2 * time.Second,
	}
}
