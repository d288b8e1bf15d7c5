package replay

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What a call of the modern era costs beside one of the legacy era: it carries
// who its client is, and headers that must say what its body says.
func BenchmarkEra(b *testing.B) {
	const params = `"name":"echo","arguments":{"city":"city-0"}`
	for _, c := range []struct{ name, text string }{
		{"legacy", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{` + params + `}}`},
		{"modern", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":` + metaOf("bench", `{"elicitation":{},"sampling":{}}`) + `,` + params + `}}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			modern := c.name == "modern"
			tp := calls(b, 100, false)
			if modern {
				m := newTaper(b)
				for i := range 100 {
					m.modern("bench", i+2, "tools/call", fmt.Sprintf(`"name":"echo","arguments":{"city":"city-%d"}`, i), `{"resultType":"complete","content":[{"type":"text","text":"`+strings.Repeat("x", 200)+`"}]}`)
				}
				tp = m.tape()
			}
			p, err := New(tp, WithRepeat())
			if err != nil {
				b.Fatal(err)
			}
			w := &sink{header: http.Header{}}
			request := func(text string) *http.Request {
				r, _ := http.NewRequest("POST", "http://127.0.0.1/mcp", nil)
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/json, text/event-stream")
				if modern {
					r.Header.Set("Mcp-Protocol-Version", "2026-07-28")
					r.Header.Set("Mcp-Method", "tools/call")
					r.Header.Set("Mcp-Name", "echo")
				} else {
					r.Header.Set("Mcp-Protocol-Version", "2025-11-25")
				}
				r.Body, r.ContentLength = body{strings.NewReader(text)}, int64(len(text))
				return r
			}
			r := request(c.text)
			if !modern {
				p.ServeHTTP(w, request(fmt.Sprintf(initialize, 1, "2025-11-25", "bench")))
				r.Header.Set("Mcp-Session-Id", w.header.Get("Mcp-Session-Id"))
				first := request(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
				first.Header.Set("Mcp-Session-Id", w.header.Get("Mcp-Session-Id"))
				p.ServeHTTP(w, first)
			}
			b.ReportAllocs()
			for b.Loop() {
				r.Body.(body).Reset(c.text)
				r.ContentLength = int64(len(c.text))
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
