package check

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// TestOldSlow is about servers of HTTP+SSE that answer late, or not at all: what is
// found about them is true, and nobody waits for long, or without being told.
func TestOldSlow(t *testing.T) {
	type bend = func(e *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	posted := func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/messages" }
	// first lets the message be answered on the stream, and the POST wait.
	first := func(e *elder, r *http.Request, m gjson.Result) bool {
		e.mu.Lock()
		said := e.streams[r.URL.Query().Get("sessionId")]
		e.mu.Unlock()
		if said == nil || !posted(r) {
			return false
		}
		said <- m.Raw
		return true
	}
	always := func(took time.Duration) func(event, data string) (string, string) {
		return func(event, data string) (string, string) {
			if event == "message" {
				time.Sleep(took)
			}
			return event, data
		}
	}
	for _, c := range []struct {
		why     string
		rule    string
		verdict Verdict
		saw     string
		others  bool // the rest is left out
		within  time.Duration
		told    string // while it waits; "" for nothing
		bend    bend
		edit    func(event, data string) (string, string)
	}{
		{"a server that blocks answers a POST when it has worked on it", "posted", OK, "202", false, 15 * time.Second, "waiting for tools/call to be answered, up to 1m0s",
			func(e *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
				if m.Get("method").Str == "tools/call" {
					time.Sleep(7 * time.Second)
				}
				if r.Header.Get("Origin") == "" && first(e, r, m) {
					time.Sleep(10 * time.Millisecond)
					w.WriteHeader(http.StatusAccepted)
					return true
				}
				return false
			}, nil},
		{"one that answers POSTs after the call is over is not broken by that", "tools-call", OK, "a result", false, 15 * time.Second, "tools/call",
			func(e *elder, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
				if m.Get("method").Str == "tools/call" {
					time.Sleep(7 * time.Second)
				}
				return false
			}, nil},
		{"no POST is ever answered", "posted", Note, "6 of 6 POSTs are not answered", false, 20 * time.Second, "waiting for notifications/initialized to be answered, up to 5s",
			func(e *elder, _ http.ResponseWriter, r *http.Request, m gjson.Result) bool {
				if r.Header.Get("Origin") == "" && first(e, r, m) {
					<-r.Context().Done()
					return true
				}
				return false
			}, nil},
		{"initialize alone is answered", "tools-list", Broken, "no answer for 5s", true, 15 * time.Second, "waiting for ping to be answered, up to 5s", nil,
			func(event, data string) (string, string) {
				if event == "message" && !strings.Contains(data, "elder") {
					return event, ""
				}
				return event, data
			}},
		{"each answer takes two seconds", "tools-list", OK, "a result", true, 20 * time.Second, "the server takes 2s for an answer", nil, always(2 * time.Second)},
		{"each answer takes as long as it may", "tools-list", OK, "a result", true, 25 * time.Second, "waiting for ping", nil, always(4900 * time.Millisecond)},
		{"it takes long to begin a session", "tools-list", OK, "a result", true, 20 * time.Second, "waiting for initialize", nil, func(event, data string) (string, string) {
			if strings.Contains(data, "elder") {
				time.Sleep(4 * time.Second)
			}
			return event, data
		}},
		{"the endpoint is named late", "endpoint-event", OK, "/messages", true, 30 * time.Second, "waiting for the endpoint event, up to 5s", nil, func(event, data string) (string, string) {
			if event == "endpoint" {
				time.Sleep(4 * time.Second)
			}
			return event, data
		}},
		{"ping alone is not known", "tools-call", OK, "a result", false, 20 * time.Second, "waiting for ping", nil, func(event, data string) (string, string) {
			if strings.Contains(data, `"result":{}`) && !strings.Contains(data, `"id":13`) {
				return event, ""
			}
			return event, data
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			var told []string
			r, took, err := timed(t, &elder{bend: c.bend, edit: c.edit}, "/sse", WithWaiting(func(what string) { told = append(told, what) }))
			if err != nil {
				t.Fatal(err)
			}
			f := findingOf(r, c.rule)
			if f == nil || f.Verdict != c.verdict || !strings.Contains(f.Saw, c.saw) {
				t.Errorf("%+v, not %s: %s", f, c.verdict, c.saw)
			}
			if others := findingOf(r, "all-others"); (others != nil) != c.others {
				t.Errorf("all others: %+v", others)
			}
			for _, f := range r.Findings {
				if f.Verdict == Broken && c.verdict != Broken && f.Rule != "ping" {
					t.Errorf("broken: %s: %s", f.Rule, f.Saw)
				}
			}
			if f := findingOf(r, "initialize-anew"); f != nil && f.Verdict != OK {
				t.Errorf("initialize-anew: %s", f.Saw)
			}
			if all := strings.Join(told, "; "); took > c.within || c.told == "" && told != nil || !strings.Contains(all, c.told) {
				t.Errorf("took %s; told %q", took, told)
			}
			t.Logf("took %s; told %q; %q", took, told, unspoilt(r))
		})
	}
}
