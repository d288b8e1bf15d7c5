package replay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
)

// CodeMismatch is the JSON-RPC error code of a mismatch. It lies outside of
// the range that JSON-RPC reserves, so that no client takes it for an error
// of the protocol. Where there is no tape, what the stubs lack gets the
// protocol's own errors instead.
const CodeMismatch = -31404

// A Mismatch is a request that neither the tape nor a stub can answer.
type Mismatch struct {
	Method string `json:"method"`
	Name   string `json:"name,omitempty"` // the tool, prompt or resource
	Space  string `json:"space,omitempty"`
	// Stub is whether an answer would have been a stub's.
	Stub bool `json:"stub,omitempty"`
	// Reason is "never recorded", "differs from what was recorded", "already
	// played N of N", "recorded without an answer", "recorded as a refusal",
	// "recorded in the legacy era", "recorded in the modern era" or "answered
	// otherwise than recorded"; of a stub "none of its answers fits" and the like.
	Reason  string    `json:"reason"`
	Nearest *NearMiss `json:"nearest,omitempty"`
	Hint    string    `json:"hint"` // what to do

	// lack is how the client learns of it where the whole server is written by
	// hand, and so surely has no such thing; nil where only a tape could tell.
	lack *synthesized
}

// A NearMiss is the recorded exchange closest to a request that has none, or
// the closest answer of a stub.
type NearMiss struct {
	Exchange    int                   `json:"exchange,omitempty"` // its number on the tape, from 1
	Line        int                   `json:"line,omitempty"`     // of its request in the cassette
	Answer      int                   `json:"answer,omitempty"`   // its number among the stub's, from 1
	Differences []jsondiff.Difference `json:"differences"`
	More        int                   `json:"more,omitempty"` // differences that are not listed
}

// Error says what happened in one text of a few lines.
func (m *Mismatch) Error() string {
	var b strings.Builder
	made, wanted := "recorded", "recorded"
	if m.Stub {
		made, wanted = "stubbed", "wanted"
	}
	fmt.Fprintf(&b, "no %s answer to %s", made, m.Method)
	if m.Name != "" {
		fmt.Fprintf(&b, " %s", m.Name)
	}
	fmt.Fprintf(&b, ": %s", m.Reason)
	if n := m.Nearest; n != nil && len(n.Differences) > 0 {
		fmt.Fprintf(&b, "\n  nearest %s, %d %s", n.place(), len(n.Differences), plural(len(n.Differences), "difference"))
		for i, d := range n.Differences {
			if i == maxShown {
				fmt.Fprintf(&b, "\n    and %d more", len(n.Differences)-i)
				break
			}
			fmt.Fprintf(&b, "\n    %s   %s %s   received %s", d.Pointer, wanted, orNothing(d.Recorded), orNothing(d.Received))
		}
	}
	fmt.Fprintf(&b, "\n  %s", m.Hint)
	return b.String()
}

// maxShown is how many differences a text shows.
const maxShown = 10

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func orNothing(v json.RawMessage) string {
	switch {
	case v == nil:
		return "nothing"
	case len(v) > 200:
		return string(v[:200]) + "..."
	}
	return string(v)
}

// place says which the near miss is.
func (n *NearMiss) place() string {
	if n.Answer > 0 {
		return fmt.Sprintf("written: answer %d", n.Answer)
	}
	return fmt.Sprintf("recorded: exchange %d (line %d)", n.Exchange, n.Line)
}

// summary is what happened in a line.
func (m *Mismatch) summary() string {
	text, _, _ := strings.Cut(m.Error(), "\n")
	if n := m.Nearest; n != nil && n.Answer > 0 {
		text += fmt.Sprintf(" (nearest %s, differs at %s)", n.place(), n.told())
	} else if n != nil && len(n.Differences) > 0 {
		text += fmt.Sprintf(" (nearest recorded: exchange %d, line %d, differs at %s)", n.Exchange, n.Line, n.pointers())
	}
	return "mcpmock: " + text
}

// told lists the first differences, each in words.
func (n *NearMiss) told() string {
	var list []string
	for _, d := range n.Differences[:min(3, len(n.Differences))] {
		list = append(list, fmt.Sprintf("%s: wanted %s, received %s", d.Pointer, orNothing(d.Recorded), orNothing(d.Received)))
	}
	if len(n.Differences) > 3 {
		list = append(list, "...")
	}
	return strings.Join(list, "; ")
}

// response is the JSON-RPC error that the client gets.
func (m *Mismatch) response(id []byte) []byte {
	data, err := json.Marshal(m)
	if err != nil { // a difference that is no JSON; none is made
		data = []byte("null")
	}
	code, message := CodeMismatch, m.summary()
	if m.lack != nil {
		code, message = m.lack.code, m.lack.message
	}
	if m.lack != nil && m.Method == mcp.ResourcesRead { // as the specification shows it
		data = append(append(append([]byte(`{"uri":`), jsonrpc.Text(m.Name)...), ','), data[1:]...)
	}
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), fmt.Sprintf(`,"error":{"code":%d,"message":`, code)...)
	b = append(b, jsonrpc.Text(message)...)
	return append(append(append(b, `,"data":`...), data...), "}}"...)
}

// pointers lists the first places that differ.
func (n *NearMiss) pointers() string {
	var list []string
	for _, d := range n.Differences[:min(3, len(n.Differences))] {
		list = append(list, d.Pointer)
	}
	if len(n.Differences) > 3 {
		list = append(list, "...")
	}
	return strings.Join(list, ", ")
}

// miss answers a request that the tape has no answer to.
func (q *visit) miss(m jsonrpc.Message, used int) {
	miss := q.mismatch(m, used)
	status := q.p.missStatus
	if miss.lack != nil && status == http.StatusOK {
		status = miss.lack.status
	}
	q.reply(status, http.Header{"Content-Type": contentJSON}, miss.response(m.ID))
}

// mismatch finds out why a request has no answer, and notes it.
func (q *visit) mismatch(m jsonrpc.Message, used int) *Mismatch {
	miss := &Mismatch{Method: m.Method, Name: matching.NameOf(m.Method, m.Params), Space: q.space.name}
	if q.p.blank {
		q.unwritten(miss)
	} else {
		q.p.diagnose(miss, m, used, q.Modern)
	}
	q.missed(miss)
	return miss
}

// missed notes a mismatch and tells those who want to know.
func (q *visit) missed(miss *Mismatch) {
	detail, err := json.Marshal(miss)
	if err != nil {
		detail = nil
	}
	q.noteDetail("mismatched", miss.Error(), detail)
	q.p.journal.missed(miss)
	if q.p.onMismatch != nil {
		q.p.onMismatch(miss)
	}
}

// diagnose says what is wrong and what to do about it.
func (p *Player) diagnose(miss *Mismatch, m jsonrpc.Message, used int, modern bool) {
	if used > 0 {
		miss.Reason = fmt.Sprintf("already played %d of %d", used, used)
		miss.Hint = "the call was recorded " + say.Times(used) + " in a session: record it as often as it is made, or allow repeats with --repeat"
		return
	}
	candidates := p.index.Named(m.Method, miss.Name)
	switch {
	case candidates != nil && m.Method == mcp.Initialize: // found by its method alone
		p.unanswered(int(candidates[0]), miss)
		return
	case candidates != nil:
		miss.Reason = "differs from what was recorded"
		miss.Hint = "record it, or leave a place that varies out of the comparison with --ignore POINTER"
	case p.index.Has(m.Method):
		miss.Reason = "never recorded"
		candidates = p.index.Of(m.Method)
		miss.Hint = "record it: mcpmock record --append -o FILE --upstream URL"
	default:
		miss.Reason = "never recorded"
		miss.Hint = "no " + m.Method + " is on the tape: record it: mcpmock record --append -o FILE --upstream URL"
		return
	}
	miss.Nearest = p.nearest(m, candidates, miss, modern)
}

// nearest picks the exchange with the fewest differences, and of several one of
// the era of the request.
func (p *Player) nearest(m jsonrpc.Message, among []int32, miss *Mismatch, modern bool) *NearMiss {
	var best *NearMiss
	foreign := false // that is of the other era
	for _, x := range among {
		ex, err := p.index.Exchange(int(x))
		if err != nil {
			continue
		}
		differences := p.index.Differences(jsonrpc.One(ex.Message).Params, m.Params)
		other := (p.index.Flags(int(x))&cassettes.Modern != 0) != modern
		if best == nil || len(differences) < len(best.Differences) || len(differences) == len(best.Differences) && foreign && !other {
			foreign = other
			best = &NearMiss{Exchange: int(x) + 1, Line: p.index.Line(p.index.RequestEvent(int(x))), Differences: differences}
		}
		if len(differences) == 0 && other {
			continue // one of the era itself may be there
		}
		if len(differences) == 0 && p.index.PlayableAt(int(x)) {
			miss.Reason = "spelled with a name twice, otherwise than recorded"
			break
		}
		if len(differences) == 0 {
			p.unanswered(int(x), miss)
			break
		}
	}
	if foreign {
		p.recordedOtherwise(miss, len(best.Differences), modern)
	}
	if best != nil {
		best.limit()
	}
	return best
}

// limit leaves out differences beyond those that are told.
func (n *NearMiss) limit() {
	if len(n.Differences) > maxDifferences {
		n.More = len(n.Differences) - maxDifferences
		n.Differences = n.Differences[:maxDifferences]
	}
}

// recordedOtherwise words the reason where the request is on the tape as one of
// the other era, which only a player of both translates.
func (p *Player) recordedOtherwise(miss *Mismatch, differences int, modern bool) {
	if p.translatesFor(modern) {
		return
	}
	era := "modern"
	if modern {
		era = "legacy"
	}
	if differences == 0 {
		miss.Reason = "recorded in the " + era + " era"
		miss.Hint = "replay it with --era both, which translates"
		return
	}
	miss.Hint += "; what comes closest was recorded in the " + era + " era: replay it with --era both"
}

// unanswered words the reason where the very request is on the tape, but
// without an answer that can be played.
func (p *Player) unanswered(x int, miss *Mismatch) {
	if p.index.Flags(x)&cassettes.Refused != 0 {
		miss.Reason = "recorded as a refusal"
		miss.Hint = "it got an HTTP error when it was recorded, and those are the gate's to make: record it again"
		return
	}
	miss.Reason = "recorded without an answer"
	miss.Hint = "the recording ended before the answer came: record it again"
}

// maxDifferences is how many differences are told.
const maxDifferences = 50

// failed answers where the tape itself cannot be read any more.
func (q *visit) failed(m jsonrpc.Message, err error) {
	q.note("noted", "tape", err.Error())
	body := response(m.ID, synthesized{code: mcp.InternalError, message: "mcpmock: " + err.Error()})
	header := http.Header{"Content-Type": contentJSON}
	q.reply(http.StatusInternalServerError, header, body)
}
