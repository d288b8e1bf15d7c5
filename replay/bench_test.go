package replay

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
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
	}{{"json/1", 1, false}, {"json/10000", 10_000, false}, {"stream/1", 1, true}} {
		b.Run(c.name, func(b *testing.B) {
			p, err := New(calls(b, c.n, c.streams), WithRepeat())
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
