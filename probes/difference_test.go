package probes

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestDifference(t *testing.T) {
	answer := func(status int, body string, header ...string) Answer {
		h := http.Header{}
		for i := 0; i < len(header); i += 2 {
			h.Add(header[i], header[i+1])
		}
		return Answer{Status: status, Header: h, Body: []byte(body)}
	}
	const ct = "Content-Type"
	for _, c := range []struct {
		why        string
		real, mock Answer
		want       string // in what is told; "" where they are alike
	}{
		{"the same", answer(400, "no", ct, "text/plain"), answer(400, "no", ct, "text/plain"), ""},
		{"another status", answer(400, ""), answer(404, ""), "status: real 400, mock 404"},
		{"a header that the mock has not", answer(400, "", ct, "text/plain"), answer(400, ""), `header Content-Type: real "text/plain", mock has none`},
		{"one that it should not have", answer(400, ""), answer(400, "", "Allow", "GET"), `header Allow: real has none, mock "GET"`},
		{"another value", answer(400, "", "Allow", "GET"), answer(400, "", "Allow", "POST"), `header Allow: real "GET", mock "POST"`},
		{"two lines are not one", answer(400, "", "A", "1", "A", "2"), answer(400, "", "A", "1"), "header A"},
		{"the time of day", answer(400, "", "Date", "Mon"), answer(400, "", "Date", "Tue"), ""},
		{"what is between neighbours", answer(400, "", "Connection", "close"), answer(400, "", "Keep-Alive", "5"), ""},
		{"a length where the other has none", answer(400, "", "Content-Length", "0"), answer(400, ""), "header Content-Length"},
		{"chunks have no length", answer(400, "", "Content-Length", "0"), answer(400, "", "Transfer-Encoding", "chunked"), ""},
		{"the number is the body's to tell", answer(400, "", "Content-Length", "0"), answer(400, "", "Content-Length", "5"), ""},
		{"another id of the same form", answer(200, "", "Mcp-Session-Id", strings.Repeat("a", 32)), answer(200, "", "Mcp-Session-Id", strings.Repeat("b", 32)), ""},
		{"an id of another form", answer(200, "", "Mcp-Session-Id", strings.Repeat("a", 32)), answer(200, "", "Mcp-Session-Id", "0f0f0f0f-0000-4000-8000-000000000000"), "header Mcp-Session-Id"},
		{"other words", answer(400, "no"), answer(400, "nope"), `body: real "no", mock "nope"`},
		{"another port", answer(403, "host 127.0.0.1:8000"), answer(403, "host 127.0.0.1:9"), ""},
		{"another date", answer(200, ": ping - 2025-05-26 12:00:00.000000+00:00"), answer(200, ": ping - 2026-01-01 10:00:00.000001+00:00"), ""},
		{"the order of members", answer(400, `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}`), answer(400, `{"jsonrpc":"2.0","error":{"code":1,"message":"x"},"id":1}`), "body"},
		{"results of servers differ", answer(200, `{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}`), answer(200, `{"jsonrpc":"2.0","id":1,"result":{"tools":[1]}}`), ""},
		{"an empty one is not one with content", answer(200, `{"jsonrpc":"2.0","id":1,"result":{}}`), answer(200, `{"jsonrpc":"2.0","id":1,"result":{"a":1}}`), "body"},
		{"but not the order around them", answer(200, `{"result":{"a":1},"jsonrpc":"2.0","id":1}`), answer(200, `{"jsonrpc":"2.0","id":1,"result":{"a":1}}`), "body"},
		{"the negotiated version counts", answer(200, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"a"}}`), answer(200, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"b"}}`), "body"},
		{"a tool's error counts", answer(200, `{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[1]}}`), answer(200, `{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[2]}}`), "body"},
		{"results on a stream", answer(200, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1}}\r\n\r\n", ct, "text/event-stream"), answer(200, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"b\":1}}\r\n\r\n", ct, "text/event-stream"), ""},
		{"the ends of lines", answer(200, "data: 1\r\n\r\n", ct, "text/event-stream"), answer(200, "data: 1\n\n", ct, "text/event-stream"), "body"},
		{"responses to a batch, in any order", answer(200, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"a\":1}}\n\n", ct, "text/event-stream"), answer(200, "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"a\":1}}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n", ct, "text/event-stream"), ""},
		{"in an array, too", answer(200, `[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]`), answer(200, `[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":1,"result":{}}]`), ""},
		{"but a notification keeps its place", answer(200, `[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","id":2,"result":{}}]`), answer(200, `[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","method":"a"}]`), "body"},
		{"an open stream", Answer{Status: 200, Open: true}, Answer{Status: 200}, "the stream: real stays open, mock ends"},
		{"no answer at all is not one", Answer{Err: errors.New("x")}, answer(200, ""), "real: no answer; mock: status 200"},
		{"whatever the reason", Answer{Err: errors.New("x")}, Answer{Err: errors.New("y")}, ""},
		{"a body that breaks off", Answer{Status: 200, Err: errors.New("x")}, answer(200, ""), "breaks off"},
	} {
		got := Difference(c.real, c.mock)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: %q", c.why, got)
		}
	}
}

// FuzzDifference holds that an answer never differs from itself, whatever a
// server says.
func FuzzDifference(f *testing.F) {
	for _, body := range []string{`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"x"}}`, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n", `[{"jsonrpc":"2.0","id":1,"result":1}]`, "no", ""} {
		f.Add(200, "text/event-stream", body)
		f.Add(400, "application/json", body)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		a := Answer{Status: status, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)}
		if d := Difference(a, a); len(d) > 0 {
			t.Errorf("%q", d)
		}
		Messages(a)
	})
}
