package verdicts

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A round is an answer that asks for input, for whoever retries the request
// (2026-07-28 basic/patterns/mrtr). Of the requestState it keeps no more than
// whether another one is the same.
type round struct {
	request string   // stands for the request: its method and params, but for _meta and what a retry adds
	id      string   // of the request
	state   uint64   // stands for requestState; 0 is none
	wanted  []string // the keys of inputRequests
}

// Rounds are the latest answers that ask for input, of all clients: nothing in
// a request of this era says whose it is.
type rounds struct {
	seed maphash.Seed
	keys func(*jsonrpc.Message) uint64
	kept []*round // the latest last
}

const (
	maxRounds = 1000 // that are kept
	maxWanted = 100  // keys of one round that are
)

func newRounds() *rounds {
	return &rounds{seed: maphash.MakeSeed(), keys: newKeys("_meta", "inputResponses", "requestState")}
}

// name stands for a request that may be retried.
func (r *rounds) name(m *jsonrpc.Message) string {
	return fmt.Sprint(bounded([]byte(m.Method)), r.keys(m))
}

// hash stands for a requestState: a string, by what it says.
func (r *rounds) hash(state gjson.Result) uint64 {
	if !state.Exists() {
		return 0
	}
	return maphash.String(r.seed, state.Type.String()+state.String()) | 1
}

// answered takes in the answer to a question.
func (r *rounds) answered(q *question, result []byte) {
	if q.round == "" || gjson.GetBytes(result, "resultType").Str != mcp.InputRequired {
		return
	}
	n := &round{request: q.round, id: q.id, state: r.hash(gjson.GetBytes(result, "requestState"))}
	gjson.GetBytes(result, "inputRequests").ForEach(func(key, _ gjson.Result) bool {
		n.wanted = append(n.wanted, strings.Clone(cut(key.Str)))
		return len(n.wanted) < maxWanted
	})
	if len(r.kept) >= maxRounds {
		r.kept = append(r.kept[:0], r.kept[1:]...)
	}
	r.kept = append(r.kept, n)
}

// A retry is a request that goes on with a round.
type retry struct {
	wrong string // what is wrong with it, or ""
}

// judge says of a request whether it is a retry, and a right one. It is right
// where it is so of any round that it may belong to; of a wrong one the latest
// of these says why.
func (r *rounds) judge(m *jsonrpc.Message, name string) *retry {
	state, responses := gjson.GetBytes(m.Params, "requestState"), gjson.GetBytes(m.Params, "inputResponses")
	if !state.Exists() && !responses.Exists() && !r.open(name) {
		return nil
	}
	const strange = "though no answer to that request had asked for input"
	why := strange
	for _, n := range slices.Backward(r.kept) {
		if n.request != name {
			continue
		}
		wrong := n.wrong(bounded(m.ID), r.hash(state), responses)
		if wrong == "" {
			return &retry{}
		}
		if why == strange {
			why = wrong
		}
	}
	return &retry{wrong: why}
}

// open reports whether the latest round of a request gave nothing to send back,
// so that the request as it was is its retry.
func (r *rounds) open(name string) bool {
	for _, n := range slices.Backward(r.kept) {
		if n.request == name {
			return n.state == 0 && len(n.wanted) == 0
		}
	}
	return false
}

// wrong says what is wrong with a retry of a round, or "" (2026-07-28
// basic/patterns/mrtr, "Client Requirements" 1 to 3).
func (n *round) wrong(id string, state uint64, responses gjson.Result) string {
	switch {
	case n.id == id:
		return "with the id of the request that it retries"
	case n.state != 0 && state == 0:
		return "without the requestState that it was given"
	case n.state == 0 && state != 0:
		return "with a requestState, and it was given none"
	case n.state != state:
		return "with another requestState than the one that it was given"
	}
	given := map[string]bool{}
	responses.ForEach(func(key, _ gjson.Result) bool {
		given[cut(key.Str)] = true
		return true
	})
	for _, key := range n.wanted {
		if !given[key] {
			return "without an answer to " + key + " in inputResponses"
		}
	}
	return ""
}

// retries: what was answered with input_required is sent again as it should be
// (2026-07-28 basic/patterns/mrtr, "Client Requirements"). Whether a client
// retries at all is its own choice, so without a time to wait for, one that
// never does is not judged.
type retries struct{ right int }

func (r *retries) hear(s *stand, a *act) {
	if a.kind != asked || a.retry == nil {
		return
	}
	if a.retry.wrong != "" {
		s.settle(Fail, a.at, "retried "+a.described()+" "+a.retry.wrong)
		return
	}
	r.right++
	s.settle(Pass, a.at, "retried "+a.described()+" as it should be after "+seconds(a.at-s.from))
	s.late(a, "retried it")
}

func (r *retries) outcome(s *stand, span time.Duration, ended bool) (Result, string) {
	switch {
	case s.Within == 0:
		return NotReached, "retried nothing"
	case ended:
		return Fail, "retried nothing before it ended"
	}
	return Fail, "retried nothing in " + seconds(span)
}
