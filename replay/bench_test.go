package replay

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A sink is a ResponseWriter that costs nothing.
type sink struct {
	header http.Header
	n      int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }
func (s *sink) Flush()                      {}

type body struct{ *strings.Reader }

func (body) Close() error { return nil }

// calls is a tape of n different tool calls, as JSON or as streams.
func calls(b testing.TB, n int, streams bool) *cassettes.Tape {
	tp := newTaper(b)
	tp.begin("session-1", "bench")
	for i := range n {
		if !streams {
			tp.call("session-1", i+2, fmt.Sprintf(`{"city":"city-%d"}`, i), strings.Repeat("x", 200))
			continue
		}
		on := tp.post("session-1", fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"city":"city-%d"}}}`, i+2, i))
		tp.stream(on)
		tp.frame(on, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`, i+2, strings.Repeat("x", 200)))
		tp.end(on)
	}
	return tp.tape()
}

// The handler alone, without sockets: what one call costs, and that it costs
// the same however long the tape is.
func BenchmarkHandler(b *testing.B) {
	for _, c := range []struct {
		name    string
		n       int
		streams bool
		rules   *scenarios.Scenario // none of which fires
	}{
		{"json/1", 1, false, nil}, {"json/10000", 10_000, false, nil}, {"stream/1", 1, true, nil},
		{"rules/1", 1, false, idleRules(1)}, {"rules/100", 1, false, idleRules(100)}, {"rules/100-alike", 1, false, rulesAlike(100)}, {"rules/100-arguments", 1, false, rulesOnArguments(100)},
	} {
		b.Run(c.name, func(b *testing.B) {
			rules := c.rules
			if rules == nil {
				rules = &scenarios.Scenario{}
			}
			p, err := New(calls(b, c.n, c.streams), WithRepeat(), WithScenario(rules))
			if err != nil {
				b.Fatal(err)
			}
			w := &sink{header: http.Header{}}
			request := func(session, text string) *http.Request {
				r, _ := http.NewRequest("POST", "http://127.0.0.1/mcp", nil)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/json, text/event-stream")
				if session != "" {
					r.Header.Set("Mcp-Session-Id", session)
				}
				r.Body, r.ContentLength = body{strings.NewReader(text)}, int64(len(text))
				return r
			}
			p.ServeHTTP(w, request("", fmt.Sprintf(initialize, 1, "2025-11-25", "bench")))
			session := w.header.Get("Mcp-Session-Id")
			p.ServeHTTP(w, request(session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`))
			texts := make([]string, min(c.n, 1000))
			for i := range texts {
				texts[i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"city":"city-%d"}}}`, i, i*c.n/len(texts))
				p.ServeHTTP(w, request(session, texts[i]))
			}
			r := request(session, texts[0])
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				text := texts[i%len(texts)]
				i++
				rd := r.Body.(body)
				rd.Reset(text)
				r.ContentLength = int64(len(text))
				clear(w.header)
				w.n = 0
				p.ServeHTTP(w, r)
				if w.n < 200 {
					b.Fatal("no answer")
				}
			}
		})
	}
}

var _ io.ReadCloser = body{}

// idleRules are rules as a large scenario has them: for other tools, other
// methods, other HTTP methods, and for calls that come much later.
func idleRules(n int) *scenarios.Scenario {
	s := &scenarios.Scenario{}
	for i := range n {
		when := [...]scenarios.Trigger{
			{Tool: fmt.Sprintf("tool-%d", i)},
			{Method: "tools/list", Nth: i + 1},
			{HTTP: "GET", Nth: i + 1},
			{Method: "tools/call", Nth: 1_000_000_000},
		}[i%4]
		s.Faults = append(s.Faults, scenarios.Fault{Name: fmt.Sprintf("idle-%d", i), When: when, Do: scenarios.Action{ExpireSession: true}})
	}
	return s
}

// rulesAlike are rules all of which wait for later calls of one tool.
func rulesAlike(n int) *scenarios.Scenario {
	s := &scenarios.Scenario{}
	for i := range n {
		s.Faults = append(s.Faults, scenarios.Fault{Name: fmt.Sprintf("idle-%d", i), When: scenarios.Trigger{Tool: "echo", Nth: 1_000_000_000 - i}, Do: scenarios.Action{Status: 503}})
	}
	return s
}

// rulesOnArguments are rules for calls of one tool with other arguments.
func rulesOnArguments(n int) *scenarios.Scenario {
	s := &scenarios.Scenario{}
	for i := range n {
		s.Faults = append(s.Faults, scenarios.Fault{Name: fmt.Sprintf("idle-%d", i), When: scenarios.Trigger{Tool: "echo", Arguments: fmt.Appendf(nil, `{"city":"town-%d"}`, i)}, Do: scenarios.Action{Status: 503}})
	}
	return s
}

// Opening a tape of 100,000 exchanges.
func BenchmarkNew(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			tape := calls(b, n, false)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(tape); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A talker is a client over stdio that costs nothing: what it says comes a few
// lines at a time, as from a client that has so many calls in flight.
type talker struct {
	lines [][]byte
	left  int
	depth int
	at    int
	said  []byte
}

func (t *talker) Read(b []byte) (int, error) {
	if t.left == 0 && len(t.said) == 0 {
		return 0, io.EOF
	}
	if len(t.said) == 0 {
		for range min(t.depth, t.left) {
			t.said = append(t.said, t.lines[t.at%len(t.lines)]...)
			t.at++
			t.left--
		}
	}
	n := copy(b, t.said)
	t.said = t.said[:copy(t.said, t.said[n:])]
	return n, nil
}

// A counter counts the lines that are written to it.
type counter struct{ lines int }

func (c *counter) Write(b []byte) (int, error) {
	c.lines += bytes.Count(b, []byte{'\n'})
	return len(b), nil
}

// A call over stdio, without pipes, one at a time and with 16 in flight.
func BenchmarkStdio(b *testing.B) {
	for _, c := range []struct{ n, depth int }{{1, 1}, {1, 16}, {10_000, 1}} {
		b.Run(fmt.Sprintf("%d/%d", c.n, c.depth), func(b *testing.B) {
			p, err := New(calls(b, c.n, false), WithRepeat())
			if err != nil {
				b.Fatal(err)
			}
			in := &talker{depth: c.depth}
			for i := range min(c.n, 1000) {
				in.lines = append(in.lines, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"city":"city-%d"}}}`+"\n", i, i*c.n/min(c.n, 1000)))
			}
			hello := fmt.Sprintf(initialize, 1, "2025-11-25", "bench") + "\n" + `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"
			// As many calls again before the clock runs: then all is prepared
			// that is kept, and the journal is full.
			in.left = max(len(in.lines), journalEvents)
			warm := &gauge{talker: in, b: b, calls: b.N}
			var out counter
			b.ReportAllocs()
			if _, err := p.Stdio(b.Context(), io.MultiReader(strings.NewReader(hello), warm), &out); err != nil {
				b.Fatal(err)
			}
			if want := 1 + max(len(in.lines), journalEvents) + b.N; out.lines != want {
				b.Fatalf("%d answers, want %d", out.lines, want)
			}
		})
	}
}

// A gauge lets the clock run from the first call that counts.
type gauge struct {
	*talker
	b     *testing.B
	calls int
}

func (g *gauge) Read(b []byte) (int, error) {
	if g.left == 0 && len(g.said) == 0 && g.calls > 0 {
		g.left, g.calls = g.calls, 0
		g.b.ResetTimer()
	}
	return g.talker.Read(b)
}
