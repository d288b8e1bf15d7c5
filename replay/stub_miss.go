package replay

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/tidwall/gjson"
)

// missStub answers a call of a stub none of whose answers fits: a mismatch as
// any other, which the client of a tool learns as an error of the tool.
func (q *visit) missStub(m jsonrpc.Message, st *stubs.Stub, arguments gjson.Result) *answer {
	q.conv.mu.Lock()
	state := q.conv.stubbing.State()
	q.conv.mu.Unlock()
	miss := &Mismatch{Reason: "none of its answers fits", Nearest: nearestStub(st, state, arguments),
		Hint: "write an answer that fits, or one without arguments and state for all other calls"}
	if len(st.Answers) == 0 {
		miss.Reason, miss.Hint = "it has no answers", "write answers for the "+st.Title()
	}
	return q.missOf(m, st, miss)
}

// brokenStub answers a call whose answer, as it was filled in, is not what the
// output of its tool says: that is one of no server (2025-11-25 server/tools,
// "Output Schema").
func (q *visit) brokenStub(m jsonrpc.Message, st *stubs.Stub, a *stubs.Answer, wrong string) *answer {
	return q.missOf(m, st, &Mismatch{Reason: a.Title + " is not what output says: " + wrong,
		Hint: "mend one of them, or have input refuse such calls"})
}

// missOf answers a call that a stub is for, with a mismatch.
func (q *visit) missOf(m jsonrpc.Message, st *stubs.Stub, miss *Mismatch) *answer {
	miss.Method, miss.Name, miss.Space, miss.Stub = m.Method, matching.NameOf(m.Method, m.Params), q.space.name, true
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
// there is no tape either: then the server has no such thing, and answers as one
// that has not.
func (q *visit) unwritten(miss *Mismatch) {
	miss.Stub = true
	names, of := q.p.stubs.Kin(miss.Method)
	if len(names) == 0 {
		miss.Reason = "there is no stub of this method"
		miss.Hint = "write one, under " + of + " of the scenario's stubs"
		miss.lack = &synthesized{status: http.StatusOK, code: mcp.MethodNotFound, message: "Method not found: " + miss.Method}
		if q.Modern { // 2026-07-28 basic/transports/streamable-http, "Protocol Version Header"
			miss.lack.status = http.StatusNotFound
		}
		return
	}
	miss.Reason = "there is no such stub"
	miss.Hint = fmt.Sprintf("write it, under %s of the scenario's stubs, where there are: %s", of, strings.Join(names, ", "))
	miss.lack = q.unknown(miss)
}

// unknown is the refusal of a tool, prompt or resource that a server has not, in
// the client's revision (server/tools, server/prompts and server/resources,
// "Error Handling").
func (q *visit) unknown(miss *Mismatch) *synthesized {
	lack := &synthesized{status: http.StatusOK, code: mcp.InvalidParams}
	switch miss.Method {
	case mcp.ToolsCall:
		lack.message = "Unknown tool: " + miss.Name
	case mcp.PromptsGet:
		lack.message = "Unknown prompt: " + miss.Name
	default:
		lack.message = "Resource not found"
		if !q.Modern {
			lack.code = mcp.ResourceNotFound
		}
	}
	return lack
}
