package replay

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// What a call costs that a stub answers: with fixed text, with templates, and
// with a schema to hold its arguments to.
func BenchmarkStub(b *testing.B) {
	filled := scenarios.StubAnswer{Structured: json.RawMessage(`{"city":"{{args.city}}","text":"Rain in {{args.city}}, call {{seq}}"}`)}
	for _, c := range []struct {
		name   string
		input  string
		answer scenarios.StubAnswer
	}{
		{"fixed", "", scenarios.StubAnswer{Text: "rain"}},
		{"templates", "", filled},
		{"matched", "", scenarios.StubAnswer{Arguments: json.RawMessage(`{"city":"Os*"}`), Text: "{{args.city}}"}},
		{"schema", `{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`, filled},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := echoing(c.answer)
			if c.input != "" {
				s.Stubs.Tools[0].Input = json.RawMessage(c.input)
			}
			p, err := New(nil, WithScenario(s))
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
			const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"city":"Oslo"}}}`
			r := request(session, text)
			b.ReportAllocs()
			for b.Loop() {
				r.Body.(body).Reset(text)
				clear(w.header)
				w.n = 0
				p.ServeHTTP(w, r)
				if w.n < 50 {
					b.Fatal("no answer")
				}
			}
		})
	}
}
