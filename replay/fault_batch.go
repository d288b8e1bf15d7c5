package replay

import (
	"bytes"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// setApart notes what is done to the answer of one message of a batch alone. A
// message without an answer has nothing to be edited; what is sent beside that
// comes with the response.
func (q *visit) setApart(m *jsonrpc.Message, own *scenarios.Action) {
	if m.Kind != jsonrpc.Request {
		if own.Send != nil {
			q.edits = q.edits.Joined(&scenarios.Action{Send: own.Send})
		}
		return
	}
	e := q.members[string(m.ID)]
	switch {
	case own.Error != nil:
		e.Text = rpcError(m.ID, own.Error)
	case own.Result != nil:
		e.Text = rpcResult(m.ID, own.Result)
	}
	e.Do = e.Do.Joined(own)
	e.Token = bytes.Clone(jsonrpc.ProgressToken(m.Params))
	if q.members == nil {
		q.members = faults.Apart{}
	}
	q.members[string(m.ID)] = e
}

// joinApart adds to what is done to some answers alone what is done to all.
func (q *visit) joinApart() {
	if q.edits == nil {
		q.edits = &scenarios.Action{}
	}
	for id, e := range q.members {
		own := e.Do
		e.Do = q.edits.Joined(own)
		e.Do.Send = own.Send // that of all is sent once
		for i := range own.Send {
			e.Do.Withhold = e.Do.Withhold || own.Send[i].At == "instead"
		}
		q.members[id] = e
	}
}

// answeredApart reports whether faults have answered each request of a batch.
func (q *visit) answeredApart() bool {
	for _, m := range q.Requests() {
		if q.members[string(m.ID)].Text == nil {
			return false
		}
	}
	return true
}
