package main

import (
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A hit is one place of the tape at which a fault fires.
type hit struct {
	Exchange int    `json:"exchange,omitempty"` // from 1; none for what asks nothing
	Line     int    `json:"line"`               // in the cassette
	HTTP     string `json:"http,omitempty"`
	Method   string `json:"method,omitempty"`
	Tool     string `json:"tool,omitempty"`
	Client   string `json:"client,omitempty"` // what it does besides sending
	Era      string `json:"era,omitempty"`    // modern: it is of no session
	Nth      int    `json:"nth"`              // of its session's, or its client's, that meet the rest of the trigger
}

// fire lets the faults act on one request.
func (r *rehearsal) fire(q faults.Request, s *rehearsed, e *cassettes.Event, exchanges []int) {
	r.name(&q)
	whole := q // as it were, had no fault taken the session away
	if q.Session == faults.Known {
		q.Session = s.session()
	}
	if r.latched {
		return
	}
	list := r.scenario.Faults
	counted := make([]bool, len(list))
	for i := range list {
		for k := range r.parts[i] {
			if p := &r.parts[i][k]; !p.met {
				if p.met = faults.Meets(&p.trigger, &q); !p.met {
					p.see(&q)
				}
			}
		}
		switch {
		case faults.Fits(&list[i], &q):
			counted[i] = true
			s.met[i]++
			r.all[i]++
			r.most[i] = max(r.most[i], s.met[i])
		case faults.Fits(&list[i], &whole):
			r.parted[i] = true
		case faults.Meets(&list[i].When, &q):
			r.alone[i] = true
		}
	}
	place := faults.Place{Session: &s.counts, Server: &r.server, Connection: ""}
	r.run.Fire(&q, place, time.Time{}.Add(e.At), func(f *scenarios.Fault) bool {
		k := 0
		for &list[k] != f {
			k++
		}
		if !counted[k] { // it meets what a fault before it has made of the session
			s.met[k]++
		}
		r.hits[k] = append(r.hits[k], hitOf(&q, e, exchanges, s.met[k]))
		for i := range list {
			if i != k && counted[i] && !slices.Contains(r.beside[i], k) {
				r.beside[i] = append(r.beside[i], k)
			}
		}
		r.lose(&q, s, &f.Do)
		r.latched = f.Do.Latch != nil && !r.piped() && r.tape.Header.Transport != "sse"
		return !f.Do.Replaces() && f.Do.Crash == 0
	})
}

// lose notes the sessions that a fault takes from their clients, which the one on
// the tape goes on to show. Over stdio a session is a process: who goes on there has
// started another.
func (r *rehearsal) lose(q *faults.Request, s *rehearsed, do *scenarios.Action) {
	if q.Session != faults.Known || r.piped() {
		return
	}
	switch {
	case do.Restart:
		for _, s := range r.sessions {
			s.lost = faults.Unknown
		}
	case do.ExpireSession:
		s.lost = faults.Ended
	case do.ForgetSession:
		s.lost = faults.Unknown
	}
	q.Session = s.session()
}

// session is what a living session is by now.
func (s *rehearsed) session() faults.Session {
	if s.lost == faults.NoSession {
		return faults.Known
	}
	return s.lost
}

// name remembers the names on the tape, for what may have been meant.
func (r *rehearsal) name(q *faults.Request) {
	for _, m := range q.Batch.Messages {
		if m.Method != "" && !slices.Contains(r.methods, m.Method) && len(r.methods) < maxTallies {
			r.methods = append(r.methods, m.Method)
		}
		if m.Method == mcp.ToolsCall {
			if tool := gjson.GetBytes(m.Params, "name").Str; !slices.Contains(r.tools, tool) && len(r.tools) < maxTallies {
				r.tools = append(r.tools, tool)
			}
		}
	}
}

// hitOf says where a fault has fired.
func hitOf(q *faults.Request, e *cassettes.Event, exchanges []int, nth int) hit {
	h := hit{Line: e.Pos.Line, HTTP: q.HTTP, Method: q.Method(), Nth: nth}
	if len(exchanges) > 0 {
		h.Exchange = exchanges[0] + 1
	}
	if q.State == faults.Stateless {
		h.Era = "modern"
	}
	if h.Method == mcp.ToolsCall {
		h.Tool = q.Tool()
	}
	h.Client = [...]string{faults.Sends: "", faults.Connects: "connect", faults.Disconnects: "disconnect", faults.Closes: "eof"}[q.Client]
	return h
}

// words is what was hit.
func (h *hit) words() string {
	var words []string
	for _, w := range [...]string{h.Client, h.HTTP, h.Method, h.Tool} {
		if w != "" && (w != "POST" || h.Method == "") {
			words = append(words, say.Printable(w))
		}
	}
	return strings.Join(words, " ")
}
