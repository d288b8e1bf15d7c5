package stubs

import (
	"github.com/mcpmock/mcpmock/faults"
	"github.com/tidwall/gjson"
)

// A Place is how far one client has got with the stubs: the state that it is
// in, and what it was answered. It is not safe for concurrent use. The zero
// value is at the beginning.
type Place struct {
	state string          // "" is Start
	calls map[*Stub]int   // that were answered
	given map[*Answer]int // likewise
}

// Start is the state in which a client begins.
const Start = "start"

// State returns the state that the client is in.
func (p *Place) State() string {
	if p.state == "" {
		return Start
	}
	return p.state
}

// Choose takes the answer to a call: the first that fits the state and the
// arguments. It returns nil where there is none, and else what is said and how
// many calls of the stub the client has made.
func (p *Place) Choose(st *Stub, arguments gjson.Result) (a *Answer, say *Saying, calls int) {
	for i := range st.Answers {
		if a = &st.Answers[i]; a.fits(p.State(), arguments) {
			return a, p.take(st, a), p.calls[st]
		}
	}
	return nil, nil, 0
}

// fits reports whether the answer is one to a call with those arguments, in
// that state.
func (a *Answer) fits(state string, arguments gjson.Result) bool {
	return a.inState(state) && (a.arguments == nil || faults.Contains(arguments, a.arguments))
}

func (a *Answer) inState(state string) bool { return a.state == "" || a.state == state }

// take counts an answer as given, and goes on to the state that follows.
func (p *Place) take(st *Stub, a *Answer) *Saying {
	if p.calls == nil {
		p.calls, p.given = map[*Stub]int{}, map[*Answer]int{}
	}
	p.calls[st]++
	n := p.given[a]
	p.given[a]++
	if a.then != "" {
		p.state = a.then
	}
	return &a.says[min(n, len(a.says)-1)]
}
