package main

import (
	"bytes"
	"errors"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A rehearsal walks over a tape as if its client did the same again, and notes
// which fault would fire where. Nothing runs and nothing waits, so the client
// does not react to what it would have met.
type rehearsal struct {
	scenario *scenarios.Scenario
	tape     *cassettes.Tape
	index    *cassettes.Index
	run      *faults.Run
	server   faults.Counts
	asked    map[int64][]int // offset of an event -> the exchanges that it asks
	labels   map[string]int
	sessions map[int]*rehearsed
	on       map[int]*rehearsed    // carrier -> whose it is
	ways     map[string]*rehearsed // of HTTP+SSE: where the client POSTs to -> whose it is
	latest   map[int]faults.Request
	begun    map[int]bool   // processes
	crossing bool           // the scenario serves the modern era, which the tape lacks
	clients  map[string]int // of that era: who they are -> their first session on the tape
	loose    bool           // the scenario has no sessions
	latched  bool           // a fault answers all that is still to come
	apart    bool           // the scenario serves an era that the tape lacks, either one
	routed   int            // requests that were spread over replicas

	hits    [][]hit  // of each fault
	parts   [][]part // of each fault's trigger
	alone   []bool   // of each fault: some request meets the trigger, and has no session that it could act on
	parted  []bool   // of each fault: some request would meet the trigger, had no fault taken its session away
	most    []int    // of each fault: how many requests in one session meet the trigger, but for what counts
	all     []int    // of each fault: how many in all do
	beside  [][]int  // of each fault: those that hit a request which meets the trigger
	methods []string // that are on the tape
	tools   []string
}

// rehearsed is what is known of one session of the tape.
type rehearsed struct {
	counts      faults.Counts
	state       faults.State
	ended, used bool
	lost        faults.Session // what a fault has made of it: ended or unknown
	first, last time.Duration
	pending     map[string]bool
	ids         map[string]bool
	met         []int
}

// rehearse walks over a tape. A torn end ends the walk.
func rehearse(s *scenarios.Scenario, tape *cassettes.Tape) (*rehearsal, error) {
	index, err := cassettes.NewIndex(tape, nil)
	if err != nil {
		return nil, err
	}
	r := &rehearsal{
		scenario: s, tape: tape, index: index, run: faults.NewSet(s).Begin(),
		asked: map[int64][]int{}, labels: map[string]int{}, sessions: map[int]*rehearsed{}, on: map[int]*rehearsed{}, ways: map[string]*rehearsed{},
		latest: map[int]faults.Request{}, begun: map[int]bool{}, hits: make([][]hit, len(s.Faults)), most: make([]int, len(s.Faults)), all: make([]int, len(s.Faults)), beside: make([][]int, len(s.Faults)), alone: make([]bool, len(s.Faults)), parted: make([]bool, len(s.Faults)),
	}
	r.clients, r.apart = map[string]int{}, r.crosses()
	r.crossing = r.apart && s.Era == "modern"
	dialect, err := scenarios.LoadDialect(or(s.Dialect, "spec"))
	if err != nil {
		return nil, err
	}
	r.loose = or(s.Sessions, dialect.Sessions) == "stateless"
	for i := range s.Faults {
		r.parts = append(r.parts, parts(&s.Faults[i].When))
	}
	for x := range index.Len() {
		e, err := index.Event(index.RequestEvent(x))
		if err != nil {
			return nil, err
		}
		r.asked[e.Pos.Offset] = append(r.asked[e.Pos.Offset], x)
	}
	for n, session := range index.Sessions {
		if session.Label != "" {
			r.labels[session.Label] = n
		}
	}
	for e, err := range tape.Events() {
		if _, torn := errors.AsType[*cassettes.TornError](err); torn {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		switch e.From {
		case cassettes.Client:
			r.client(e)
		case cassettes.Server:
			r.answer(e)
		}
	}
	return r, nil
}

// piped reports whether the tape was recorded over stdio, or the scenario is to
// be played over it.
func (r *rehearsal) piped() bool {
	return r.tape.Header.Transport == "stdio" || r.scenario.Transport == "stdio"
}

// client takes what a client did.
func (r *rehearsal) client(e *cassettes.Event) {
	piped := r.tape.Header.Transport == "stdio"
	process := e.On
	if !piped {
		process = 0 // that the tape would be played by, over stdio
	}
	if r.piped() && !r.begun[process] {
		r.begun[process] = true
		r.fire(faults.Request{Client: faults.Connects}, r.session(0), e, nil)
	}
	if e.End != "" {
		last := r.latest[e.On]
		last.Client = faults.Disconnects
		if piped {
			last = faults.Request{Client: faults.Closes}
		} else if s := r.on[e.On]; s == nil || len(s.pending) == 0 {
			return // it had its answer
		}
		r.fire(last, r.of(e.On), e, nil)
		return
	}
	if e.HTTP == nil && e.Message == nil && e.Messages == nil && e.Raw == nil {
		return
	}
	q := faults.Request{HTTP: "POST"}
	if e.HTTP != nil {
		q.HTTP, q.Path, q.Header = e.HTTP.Method, e.HTTP.Path, e.HTTP.Header
	}
	q.Batch, q.Invalid = messageOf(e)
	if _, issued := r.labels[q.Header.Get(mcp.HeaderSessionID)]; issued && r.loose { // here nobody is given one
		q.Header = q.Header.Clone()
		q.Header.Del(mcp.HeaderSessionID)
	}
	exchanges := r.asked[e.Pos.Offset]
	var s *rehearsed
	if r.crossing {
		if s = r.cross(&q, exchanges); s == nil {
			return
		}
	} else {
		s = r.whose(&q, e, exchanges)
	}
	if r.scenario.Transport == "stdio" {
		q.Path, q.Header = "", nil
	}
	r.on[e.On] = s
	r.about(&q, s, e, exchanges)
	if r.tape.Header.Transport == "sse" && q.HTTP == "GET" {
		opens := q
		opens.Client = faults.Connects
		r.fire(opens, s, e, nil)
	}
	r.fire(q, s, e, exchanges)
	r.after(&q, s, e, exchanges)
	r.latest[e.On] = q
}

// messageOf is the message of an event, and whether it is none although something
// was said.
func messageOf(e *cassettes.Event) (jsonrpc.Batch, bool) {
	switch {
	case e.Message != nil:
		return jsonrpc.Batch{Messages: []jsonrpc.Message{jsonrpc.One(e.Message)}}, false
	case e.Messages != nil:
		b := jsonrpc.Batch{Array: true}
		for _, m := range e.Messages {
			b.Messages = append(b.Messages, jsonrpc.One(m))
		}
		return b, false
	case len(e.Raw) > 0:
		b, err := jsonrpc.Parse(bytes.TrimSpace(bytes.TrimPrefix(e.Raw, []byte("\ufeff"))))
		return b, err != nil
	}
	return jsonrpc.Batch{}, false
}

// whose finds the session of a request, and what the request shows of it.
func (r *rehearsal) whose(q *faults.Request, e *cassettes.Event, exchanges []int) *rehearsed {
	if t := r.tape.Header.Transport; t != "stdio" && t != "sse" {
		label := q.Header.Get(mcp.HeaderSessionID)
		if label == "" || r.modern(exchanges) {
			return r.session(0)
		}
		n, issued := r.labels[label]
		s := r.session(n)
		switch {
		case !issued || r.index.Sessions[n].Initialize < 0:
			q.Session = faults.Unknown
		case s.ended:
			q.Session = faults.Ended
		default:
			q.Session = faults.Known
		}
		return s
	}
	s := r.of(e.On)
	way := ""
	if e.HTTP != nil {
		way = e.HTTP.Path + "?" + e.HTTP.Query
	}
	if known := r.ways[way]; known != nil {
		s = known
	}
	if len(exchanges) > 0 {
		s = r.session(r.index.Session(exchanges[0]))
		if way != "" {
			r.ways[way] = s
		}
	}
	if s.state != faults.New && !r.modern(exchanges) {
		q.Session = faults.Known
	}
	return s
}

// modern reports whether a request was served in the era that has no sessions.
func (r *rehearsal) modern(exchanges []int) bool {
	return len(exchanges) > 0 && r.index.Flags(exchanges[0])&cassettes.Modern != 0
}

func (r *rehearsal) session(n int) *rehearsed {
	s := r.sessions[n]
	if s == nil {
		s = &rehearsed{pending: map[string]bool{}, ids: map[string]bool{}, met: make([]int, len(r.scenario.Faults))}
		r.sessions[n] = s
	}
	return s
}

func (r *rehearsal) of(carrier int) *rehearsed {
	if s := r.on[carrier]; s != nil {
		return s
	}
	return r.session(0)
}

// about fills in what the session makes of a request.
func (r *rehearsal) about(q *faults.Request, s *rehearsed, e *cassettes.Event, exchanges []int) {
	q.State, q.InFlight = s.state, len(s.pending)
	if r.crossing || r.modern(exchanges) {
		q.State = faults.Stateless
	}
	if s.used {
		q.Idle, q.Since = e.At-s.last, e.At-s.first
	}
	for _, m := range q.Batch.Messages {
		if m.Kind == jsonrpc.Request {
			q.InFlight++
			q.SameID = q.SameID || s.ids[string(m.ID)]
		}
	}
	if policy := r.scenario.Replicas; policy != nil {
		q.Replica = r.routed%policy.N + 1
		r.routed++
	}
}

// after notes what a request has changed.
func (r *rehearsal) after(q *faults.Request, s *rehearsed, e *cassettes.Event, exchanges []int) {
	if !s.used {
		s.used, s.first = true, e.At
	}
	s.last = e.At
	for _, m := range q.Batch.Messages {
		if m.Kind == jsonrpc.Request {
			s.pending[string(m.ID)], s.ids[string(m.ID)] = true, true
		}
	}
	switch {
	case q.HTTP == "DELETE":
		s.ended = true
	case q.Method() == mcp.Initialized && s.state == faults.Initializing:
		s.state = faults.Ready
	case q.Method() == mcp.Initialize && len(exchanges) > 0 && r.index.Flags(exchanges[0])&cassettes.Answered != 0:
		if !r.loose {
			s = r.session(r.index.Session(exchanges[0]))
		}
		s.state = faults.Initializing
	}
}

// answer takes what the server said.
func (r *rehearsal) answer(e *cassettes.Event) {
	b, _ := messageOf(e)
	for _, m := range b.Messages {
		if m.Kind != jsonrpc.Response {
			continue
		}
		id := string(m.ID)
		if s := r.of(e.On); s.pending[id] {
			delete(s.pending, id)
			continue
		}
		for _, s := range r.sessions { // of HTTP+SSE, where answers come on another carrier
			if s.pending[id] {
				delete(s.pending, id)
				break
			}
		}
	}
}
