package stock_test

import (
	"net/http"
	"strings"
	"time"
)

// listens opens a subscription and waits until a fault has met it.
func (v *visitor) listens() *pending {
	v.t.Helper()
	n := v.count("faulted")
	p := v.posed(v.listening())
	v.heard("faulted", n+1)
	return p
}

// hears opens a subscription on a connection of its own, up to the headers.
func (v *visitor) hears() *rawLine {
	v.t.Helper()
	l, body := v.dials(), v.listening()
	l.sends(http.MethodPost, body, mirrored(body, nil)...)
	v.heard("faulted", 1)
	if status, header := l.head(); status != http.StatusOK || header.Get("Content-Type") != "text/event-stream" {
		v.t.Errorf("got %d %v", status, header)
	}
	return l
}

// silentListen is a scenario in which a subscription is not acknowledged; wire
// looks at the rest.
func silentListen(wire func(*visitor), more map[string]func(*visitor)) stockCase {
	c := stockCase{
		on:   newer(),
		wire: wire,
		good: func(v *visitor) { v.listens(); v.listsModern() },
		bad:  map[string]func(*visitor){"alive": hangs(func(v *visitor) { v.listens() }, 21*time.Second)},
	}
	for fails, bad := range more {
		c.bad[fails] = bad
	}
	return c
}

// acknowledged is the first message of a subscription, as an expression; id is as
// it stands in it.
func acknowledged(id string) string {
	return `event: message\ndata: \{"jsonrpc":"2\.0","method":"notifications/subscriptions/acknowledged",.*"io\.modelcontextprotocol/subscriptionId":` + id + `[,}].*\n\n`
}

// listenCases are the scenarios about subscriptions.
func listenCases() map[string]stockCase {
	return map[string]stockCase{
		"listen-buffered-by-proxy": silentListen(func(v *visitor) {
			p := v.listens()
			v.listsModern().succeeds()
			if a := p.leaves(); a.status != 0 || a.err == nil {
				v.t.Errorf("got %d %q, want nothing", a.status, a.body)
			}
		}, nil),
		"listen-not-acknowledged": silentListen(func(v *visitor) {
			p := v.listens()
			if resp := p.head(); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
				v.t.Errorf("got %d %v", resp.StatusCode, resp.Header)
			}
			v.listsModern().succeeds()
			if a := p.leaves(); a.body != "" {
				v.t.Errorf("got %q, want nothing", a.body)
			}
		}, nil),
		"listen-acknowledged-late": silentListen(func(v *visitor) {
			l := v.hears()
			v.rests(1)
			v.passes(10 * time.Second)
			l.wants("the acknowledgement", l.chunk(), "~"+acknowledged("1"))
		}, map[string]func(*visitor){"at_most": func(v *visitor) {
			v.listens()
			for range 3 {
				v.posed(v.listening()).head()
			}
		}}),
		"listen-ends-without-result": {
			on: newer(),
			wire: func(v *visitor) {
				p := v.listens()
				p.head()
				v.rests(1)
				v.passes(2 * time.Second)
				if a := p.answer(); a.err != nil || !fits("~("+acknowledged("1")+")?", a.body) || a.get("result").Exists() {
					v.t.Errorf("got %q %v", a.body, a.err)
				}
				v.posed(v.listening()).head()
			},
			good: func(v *visitor) { v.disconnected(); v.posed(v.listening()).head() },
			bad: map[string]func(*visitor){
				"sends": func(v *visitor) { v.disconnected(); v.passes(31 * time.Second) },
				"at_most": func(v *visitor) {
					v.disconnected()
					for range 5 {
						v.posed(v.listening()).head()
					}
				},
			},
		},
		"listen-ends-at-once": {
			on: newer(),
			wire: func(v *visitor) {
				for range 3 {
					v.poses(v.listening()).is(200, "", "Content-Type", "text/event-stream")
				}
			},
			good: func(v *visitor) { v.poses(v.listening()); v.listsModern(); v.poses(v.listening()) },
			bad: map[string]func(*visitor){
				"at_most": repeats(7, func(v *visitor) { v.poses(v.listening()) }),
				"alive":   repeats(3, func(v *visitor) { v.poses(v.listening()) }),
			},
		},
		"listen-subscription-id-type": silentListen(func(v *visitor) {
			l := v.hears()
			l.wants("the acknowledgement", l.chunk(), "~"+acknowledged(`"1"`))
			body := strings.Replace(v.listening(), `"id":2`, `"id":"2"`, 1)
			l = v.dials()
			l.sends(http.MethodPost, body, mirrored(body, nil)...)
			l.head()
			l.wants("that of a text", l.chunk(), "~"+acknowledged("2"))
			p := visit(v.t, "listen-subscription-id-type", "modern").pipe()
			p.says(p.v.listening())
			p.wants(`~.*"method":"notifications/subscriptions/acknowledged".*subscriptionId":"1"\}.*` + "\n")
			p.wants(`~.*"method":"notifications/tools/list_changed".*subscriptionId":"1"\}.*` + "\n")
		}, map[string]func(*visitor){"at_most": func(v *visitor) {
			for range 5 {
				v.posed(v.listening()).head()
			}
		}}),
		"stdio-listen-after-restart": {
			on: newer(),
			wire: func(v *visitor) {
				p := v.dies()
				for p.reads() != "" { // the acknowledgement, and what else was recorded
				}
				if code := p.ends(); code != 1 {
					v.t.Errorf("it ends with status %d", code)
				}
				p = v.pipe()
				p.says(v.listening())
				p.wants(`~.*"method":"notifications/subscriptions/acknowledged".*` + "\n")
				v.passes(time.Hour)
				p.says(v.modern("tools/list", ""))
				for !strings.Contains(p.reads(), `"tools":[`) {
				}
			},
			good: func(v *visitor) {
				v.dies().ends()
				p := v.pipe()
				p.says(v.listening())
				p.reads()
			},
			bad: map[string]func(*visitor){"sends": func(v *visitor) {
				v.dies().ends()
				p := v.pipe()
				p.says(v.callingModern(""))
				p.reads()
				v.passes(21 * time.Second)
			}},
		},
	}
}

// disconnected opens a subscription whose stream ends after two seconds.
func (v *visitor) disconnected() {
	v.t.Helper()
	p := v.listens()
	p.head()
	v.rests(1)
	v.passes(2 * time.Second)
	p.answer()
}

// dies is a process that ends two seconds after its client has subscribed.
func (v *visitor) dies() *process {
	v.t.Helper()
	p := v.pipe()
	p.says(v.listening())
	v.heard("faulted", 1)
	v.rests(1)
	v.passes(2 * time.Second)
	return p
}
