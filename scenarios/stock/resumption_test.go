package stock_test

import (
	"net/http"
	"regexp"
	"time"
)

// primed is the answer of a stream that was cut after its priming event.
const primed = `~id: \d+-1\nretry: 100\ndata: \n\n`

// cut makes a tool call whose stream is cut, and returns the id it was primed
// with.
func (v *visitor) cut() string {
	v.t.Helper()
	a := v.call()
	a.is(200, primed, "Content-Type", contentEvents)
	id := regexp.MustCompile(`id: (\S+)`).FindStringSubmatch(a.body)
	if id == nil {
		return ""
	}
	return id[1]
}

func (v *visitor) comesBack(id string) answer {
	v.t.Helper()
	return v.get("Last-Event-ID", id)
}

// glances opens a GET stream without an id and closes it.
func glances(v *visitor) {
	p := v.opens(http.MethodGet, "")
	p.head()
	p.leaves()
}

// whole is the answer to a call, as an event with an id.
const wholeAnswer = `event: message\nid: \d+-2\ndata: \{"jsonrpc":"2\.0","id":2,"result":\{"content":.*\}\}\n\n`

// resumptionCases are the scenarios about clients that come back.
func resumptionCases() map[string]stockCase {
	return map[string]stockCase{
		"resume-loses-last-event-id": {
			wire: func(v *visitor) {
				v.begin()
				id := v.cut()
				v.comesBack(id).is(200, "", "Content-Type", contentEvents)
				v.comesBack(id).is(200, "~"+wholeAnswer, "Content-Type", contentEvents)
			},
			good: func(v *visitor) {
				v.begin()
				id := v.cut()
				v.comesBack(id)
				if a := v.comesBack(id); !a.get("result").Exists() {
					v.t.Errorf("there is no answer at last: %q", a.body)
				}
			},
			bad: map[string]func(*visitor){
				"resumes: {within: 5s}":  func(v *visitor) { v.begin(); v.cut(); glances(v) },
				"resumes: {within: 10s}": func(v *visitor) { v.begin(); v.comesBack(v.cut()); glances(v) },
			},
		},
		"reconnect-attempt-counter-reset": {
			wire: func(v *visitor) {
				v.begin()
				id := v.cut()
				for range 3 {
					v.comesBack(id).is(200, "id: "+id+"\nretry: 100\ndata: \n\n", "Content-Type", contentEvents)
				}
			},
			good: func(v *visitor) {
				v.begin()
				id := v.cut()
				for range 3 {
					v.passes(100 * time.Millisecond)
					v.comesBack(id)
				}
				v.list()
			},
			bad: map[string]func(*visitor){
				"settles": func(v *visitor) {
					v.begin()
					v.comesBack(v.cut())
					v.passes(31 * time.Second)
				},
				"at_most: {client: resume, count: 20}": func(v *visitor) {
					v.begin()
					id := v.cut()
					for range 21 {
						v.passes(100 * time.Millisecond)
						v.comesBack(id)
					}
				},
				`at_most: {header: {MCP-Protocol-Version: {is: "2025-11-25"}}, client: resume, count: 1, per: 90ms}`: func(v *visitor) {
					v.begin()
					id := v.cut()
					v.comesBack(id)
					v.passes(80 * time.Millisecond)
					v.comesBack(id)
				},
			},
		},
		"resume-replays-nothing": {
			wire: func(v *visitor) {
				v.begin()
				id := v.cut()
				l := v.dials()
				l.sends(http.MethodGet, "", "Last-Event-ID", id)
				if status, header := l.head(); status != 200 || header.Get("Content-Type") != contentEvents {
					v.t.Errorf("got %d %v, want the head of an event stream", status, header)
				}
				_ = l.conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				l.wants("all that comes", l.end(), "<open>")
			},
			good: func(v *visitor) {
				v.begin()
				p := v.opens(http.MethodGet, "", "Last-Event-ID", v.cut())
				p.head()
				v.passes(3 * time.Second)
				v.cancel(v.ids)
				p.leaves()
			},
			bad: map[string]func(*visitor){"settles": func(v *visitor) {
				v.begin()
				v.opens(http.MethodGet, "", "Last-Event-ID", v.cut()).head()
				v.passes(11 * time.Second)
			}},
		},
		"cross-stream-replay": {
			wire: func(v *visitor) {
				v.begin()
				id := v.cut()
				v.comesBack(id).is(200, `~id: 1-1\ndata: \n\nevent: message\nid: 1-2\ndata: `+greeted("1")+`\n\n`)
				v.comesBack(id).is(200, "~"+wholeAnswer)
			},
			good: func(v *visitor) {
				v.begin()
				id := v.cut()
				v.comesBack(id)
				v.comesBack(id)
				v.list()
			},
			bad: map[string]func(*visitor){"settles": func(v *visitor) {
				v.begin()
				v.comesBack(v.cut())
				v.passes(11 * time.Second)
			}},
		},
		"resume-replays-all": cameBack(`id: \d+-1\ndata: \n\n` + wholeAnswer),
		"resume-duplicates":  cameBack(wholeAnswer + wholeAnswer),
		"non-resumable-stream-not-reopened": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodGet, "")
				l.head()
				v.rests(1)
				v.passes(500 * time.Millisecond)
				l.wants("the body", l.chunk(), "<fin>")
				l = v.dials()
				l.sends(http.MethodGet, "")
				if status, _ := l.head(); status != 200 {
					v.t.Errorf("a new stream: %d", status)
				}
				_ = l.conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				l.wants("which stays", l.end(), "<open>")
			},
			good: inTurn(begins, listensInVain, glances),
			bad: map[string]func(*visitor){"sends": func(v *visitor) {
				v.begin()
				listensInVain(v)
				v.passes(11 * time.Second)
			}},
		},
	}
}

// cameBack is a scenario in which the client that comes back gets its answer,
// and more.
func cameBack(body string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			v.begin()
			v.comesBack(v.cut()).is(200, "~"+body, "Content-Type", contentEvents)
		},
		good: func(v *visitor) { v.begin(); v.comesBack(v.cut()); v.list() },
		bad: map[string]func(*visitor){"settles": func(v *visitor) {
			v.begin()
			v.comesBack(v.cut())
			v.passes(11 * time.Second)
		}},
	}
}

// listensInVain listens until the stream is cut.
func listensInVain(v *visitor) {
	p := v.opens(http.MethodGet, "")
	p.head()
	v.rests(1)
	v.passes(500 * time.Millisecond)
	p.answer()
}
