package replay

import (
	"bytes"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/gjson"
)

// otherwise returns the recorded round that comes closest to a retry which is
// not on the tape as it is: one from the same state, with responses to the same
// questions, each of the same outcome, and none of those taken. It is -1 where
// there is none.
func (p *Player) otherwise(m jsonrpc.Message, t *matching.Retry, taken []int) int {
	for _, x := range p.index.Rounds(m.Method, t) {
		if p.index.PlayableAt(int(x)) && !slices.Contains(taken, int(x)) && sameOutcomes(p.responsesOf(int(x)), t.Responses) {
			return int(x)
		}
	}
	return -1
}

// responsesOf reads the responses of a recorded round.
func (p *Player) responsesOf(x int) []byte {
	t, _ := p.index.RetryAt(x)
	return t.Responses
}

// sameOutcomes reports whether a person who was asked has accepted, declined
// or cancelled both times. What else they say may differ.
func sameOutcomes(recorded, received []byte) bool {
	same := true
	now := gjson.ParseBytes(received)
	gjson.ParseBytes(recorded).ForEach(func(name, was gjson.Result) bool {
		is := now.Get(gjson.Escape(name.Str))
		same = was.Get("action").Str == is.Get("action").Str && was.IsObject() == is.IsObject()
		return same
	})
	return same
}

// respondedOtherwise notes where a client's responses differ from the recorded
// ones.
func (q *visit) respondedOtherwise(recorded, received []byte) {
	if recorded == nil || bytes.Equal(recorded, received) {
		return
	}
	if differences := jsondiff.Compare(recorded, received); len(differences) > 0 {
		q.diverged("the client responded", differences)
	}
}
