package cassettes

import "encoding/json"

// An Exchange is one request and everything said because of it, read off the
// tape.
type Exchange struct {
	Number  int // from 0
	Session int
	Request *Event
	Message json.RawMessage // the request itself, which may be one of a batch
	Replies []Reply         // in the order of the tape; the status line is the first
}

// A Reply is one event said because of a request.
type Reply struct {
	*Event
	Index int // its number on the tape, from 0
	// AnsweredBy is the number of the event in which the client answered,
	// where the reply is a question of the server; else -1.
	AnsweredBy int
	// After is the number of the client's latest message in the same session
	// before the reply, where the reply came on a standalone stream; else -1.
	After int
}

// Exchange reads exchange x off the tape.
func (ix *Index) Exchange(x int) (*Exchange, error) {
	ref := ix.exchanges[x]
	request, err := ix.event(int(ref.event))
	if err != nil {
		return nil, err
	}
	ex := &Exchange{Number: x, Session: int(ref.session), Request: request, Message: request.Message}
	if request.Messages != nil {
		ex.Message = request.Messages[ref.nth]
	}
	ex.Replies, err = ix.Chain(int(ref.event))
	return ex, err
}

// Chain reads what follows event n in its exchange, on whichever carrier, or
// on its standalone stream. A client that came back for more, with a GET and
// Last-Event-Id, is among the events of an exchange.
func (ix *Index) Chain(n int) ([]Reply, error) {
	var replies []Reply
	for n := ix.events[n].next; n >= 0; n = ix.events[n].next {
		e, err := ix.event(int(n))
		if err != nil {
			return nil, err
		}
		replies = append(replies, Reply{e, int(n), lookup(ix.answers, n), lookup(ix.after, n)})
	}
	return replies, nil
}

func lookup(m map[int32]int32, n int32) int {
	if v, ok := m[n]; ok {
		return int(v)
	}
	return -1
}
