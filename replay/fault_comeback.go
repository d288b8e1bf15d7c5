package replay

import (
	"net/http"
	"slices"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// comesBack reports whether a fault has the client of this request come back
// for the rest of the answer: then the events get ids of this run, also where
// neither the tape nor the mock's style has any.
func (q *visit) comesBack() bool {
	if q.edits == nil || q.edits.Stream == nil || q.pipe != nil || q.old {
		return false
	}
	return q.edits.Stream.IDs == "every" || q.edits.Stream.EndPrime
}

// primes reports whether the fault ends the stream after the priming event
// alone, which clients of every revision get then.
func (q *visit) primes() bool {
	return q.comesBack() && q.Verb == http.MethodPost && q.edits.Stream.EndPrime && q.edits.Stream.EndAfter == 0 && q.edits.Stream.EndTime == 0
}

// resumable returns the answer as one that the client can come back for,
// where a fault asks for that.
func (q *visit) resumable(a *answer) *answer {
	if !q.comesBack() || !q.takesStreams() {
		return a
	}
	own := *a
	own.lines = slices.Clone(a.lines)
	style{answers: "sse", resumable: true}.dress(&own, &q.p.framing)
	return &own
}

// turnBack takes off a request for a page the cursor that a fault has put into
// place of the tape's: under it is the page on which it stood, so that a list
// can go round in a circle.
func (q *visit) turnBack(params []byte) []byte {
	if !q.p.faults.HasCursors() {
		return params
	}
	cursor := gjson.GetBytes(params, "cursor")
	if cursor.Type != gjson.String || !q.p.faults.HandsOut(cursor.Str) {
		return params
	}
	if out, err := sjson.DeleteBytes(slices.Clone(params), "cursor"); err == nil {
		return out
	}
	return params
}
