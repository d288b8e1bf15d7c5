package replay

import (
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/tidwall/gjson"
)

// missStub answers a call of a stub none of whose answers fits: a mismatch as
// any other, which the client of a tool learns as an error of the tool.
func (q *probe) missStub(m jsonrpc.Message, st *stubs.Stub, arguments gjson.Result) *answer {
	q.conv.mu.Lock()
	state := q.conv.stubbing.State()
	q.conv.mu.Unlock()
	miss := &Mismatch{Method: m.Method, Name: matching.NameOf(m.Method, m.Params), Space: q.space.name, Stub: true,
		Reason: "none of its answers fits", Nearest: nearestStub(st, state, arguments),
		Hint: "write an answer that fits, or one without arguments and state for all other calls"}
	if len(st.Answers) == 0 {
		miss.Reason, miss.Hint = "it has no answers", "write answers for the "+st.Title()
	}
	q.missed(miss)
	body := miss.response(m.ID)
	if st.Is == "tool" {
		body = toolError(m.ID, miss.summary())
	}
	made := newStubbed(body)
	made.status = q.p.missStatus
	return &made.answer
}

// nearestStub picks the answer with the fewest differences, or nil.
func nearestStub(st *stubs.Stub, state string, arguments gjson.Result) *NearMiss {
	number, differences := st.Nearest(state, arguments)
	if number == 0 {
		return nil
	}
	near := &NearMiss{Answer: number, Differences: differences}
	near.limit()
	return near
}

// unwritten says what is wrong with a request for which there is no stub, where
// there is no tape either.
func unwritten(miss *Mismatch, s *stubs.Set) {
	miss.Stub = true
	names, of := s.Kin(miss.Method)
	if len(names) == 0 {
		miss.Reason = "there is no stub of this method"
		miss.Hint = "write one, under " + of + " of the scenario's stubs"
		return
	}
	miss.Reason = "there is no such stub"
	miss.Hint = fmt.Sprintf("write it, under %s of the scenario's stubs, where there are: %s", of, strings.Join(names, ", "))
}
