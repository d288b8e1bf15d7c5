package probes

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A script is a server that answers each connection with the next of its
// answers and keeps what it was asked. An answer that ends in "..." leaves the
// connection open after what stands before; "hang up" closes it at once.
type script struct {
	answers []string
	asked   []string
}

func (s *script) dial(context.Context, string) (net.Conn, error) {
	client, server := net.Pipe()
	answer := s.answers[0]
	s.answers = s.answers[1:]
	i := len(s.asked)
	s.asked = append(s.asked, "")
	go func() {
		var raw bytes.Buffer
		r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(server, &raw)))
		if err != nil {
			return
		}
		_, _ = io.ReadAll(r.Body)
		s.asked[i] = raw.String()
		text, open := strings.CutSuffix(answer, "...")
		if answer != "hang up" {
			_, _ = io.WriteString(server, strings.ReplaceAll(text, "\n", "\r\n"))
		}
		if !open || answer == "hang up" {
			_ = server.Close()
		}
	}()
	return client, nil
}

func (s *script) client(t *testing.T, opts ...Option) *Client {
	t.Helper()
	c, err := NewClient("http://127.0.0.1:8000/mcp?x=1", append([]Option{WithDial(s.dial)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const initialized = "HTTP/1.1 200 OK\nContent-Type: application/json\nMcp-Session-Id: s1\nContent-Length: 58\n\n" +
	`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"V"}}` + " "

// TestAskBytes holds that exactly what a probe names is sent, with what the
// conversation has come to in its places.
func TestAskBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []string{initialized, "HTTP/1.1 404 Not Found\nContent-Length: 2\n\nno"}}
		p := Probe{Name: "p", Steps: []Step{
			{Method: "POST", Header: [][2]string{{"x-ODD", "1"}}, Body: `{"method":"initialize","v":"${offer}"}`},
			{Method: "GET", Path: "${slashed}", Header: [][2]string{{"Mcp-Session-Id", "${session}"}, {"V", "${version}"}, {"Host", "evil.example"}, {"Me", "${host}"}}},
		}}
		a, err := s.client(t, WithVersion("2025-06-18"), WithHeader("Authorization", "Bearer b")).Ask(t.Context(), p)
		if err != nil || a.Err != nil || a.Status != 404 || string(a.Body) != "no" || a.Open {
			t.Errorf("%+v %v", a, err)
		}
		const first = "POST /mcp?x=1 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nx-ODD: 1\r\nAuthorization: Bearer b\r\nContent-Length: 40\r\n\r\n" +
			`{"method":"initialize","v":"2025-06-18"}`
		if s.asked[0] != first {
			t.Errorf("got  %q\nwant %q", s.asked[0], first)
		}
		const second = "GET /mcp/ HTTP/1.1\r\nHost: evil.example\r\nMcp-Session-Id: s1\r\nV: V\r\nMe: 127.0.0.1:8000\r\nAuthorization: Bearer b\r\n\r\n"
		if s.asked[1] != second {
			t.Errorf("got  %q\nwant %q", s.asked[1], second)
		}
	})
}

// TestAskWithoutSession holds that a server without sessions gets no empty
// header.
func TestAskWithoutSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := strings.Replace(initialized, "Mcp-Session-Id: s1\n", "", 1)
		s := &script{answers: []string{none, "HTTP/1.1 202 Accepted\nContent-Length: 0\n\n"}}
		if _, err := s.client(t).Ask(t.Context(), Probe{Steps: opened()}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(s.asked[1], "Session") || !strings.Contains(s.asked[1], "MCP-Protocol-Version: V\r\n") {
			t.Errorf("%q", s.asked[1])
		}
	})
}

func TestAskAnswers(t *testing.T) {
	const stream = "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\n"
	for _, c := range []struct {
		why    string
		method string
		answer string
		status int
		body   string
		open   bool
		err    string
		took   time.Duration
	}{
		{"a body that ends with the connection", "POST", "HTTP/1.1 400 Bad\n\ntext", 400, "text", false, "", 0},
		{"chunks are joined", "POST", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nab\n1\nc\n0\n\n", 200, "abc", false, "", 0},
		{"HEAD has no body, whatever its length", "HEAD", "HTTP/1.1 405 No\nContent-Length: 100\n\n", 405, "", false, "", 0},
		{"what goes before the answer is passed over", "POST", "HTTP/1.1 100 Continue\n\nHTTP/1.1 202 Accepted\nContent-Length: 0\n\n", 202, "", false, "", 0},
		{"a silent stream is open after a moment", "GET", stream + "...", 200, "", true, "", 300 * time.Millisecond},
		{"so is one that said something", "GET", stream + ": ok\n\n...", 200, ": ok\r\n\r\n", true, "", 300 * time.Millisecond},
		{"one that ends is not", "GET", stream, 200, "", false, "", 0},
		{"after its message, the answer to a POST may end within a moment", "POST", stream + "data: {}\n\n...", 200, "data: {}\r\n\r\n", true, "", 300 * time.Millisecond},
		{"a priming event is no message", "POST", stream + "id: 1\ndata: \n\n...", 200, "id: 1\r\ndata: \r\n\r\n", true, "", 5 * time.Second},
		{"no status line in time", "POST", "...", 0, "", false, "no answer for 5s", 5 * time.Second},
		{"no whole body in time", "POST", "HTTP/1.1 200 OK\nContent-Length: 9\n\nab...", 200, "ab", false, "no answer for 5s", 5 * time.Second},
		{"a closed connection", "POST", "hang up", 0, "", false, "closed without an answer", 0},
		{"no HTTP", "POST", "SSH-2.0-x\n", 0, "", false, "malformed HTTP", 0},
	} {
		t.Run(c.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: []string{c.answer}}
				began := time.Now()
				a, err := s.client(t).Ask(t.Context(), Probe{Steps: []Step{{Method: c.method}}})
				if err != nil {
					t.Fatal(err)
				}
				if a.Status != c.status || string(a.Body) != c.body || a.Open != c.open {
					t.Errorf("status %d, body %q, open %v", a.Status, a.Body, a.Open)
				}
				if (a.Err == nil) != (c.err == "") || a.Err != nil && !strings.Contains(a.Err.Error(), c.err) {
					t.Errorf("error %v", a.Err)
				}
				if took := time.Since(began); took != c.took {
					t.Errorf("it took %s, not %s", took, c.took)
				}
			})
		})
	}
}

// TestAskBoundsBody holds that no more than 8 MiB of a body are kept, and that
// it is said where there was more.
func TestAskBoundsBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, kind := range []string{"text/plain", "text/event-stream"} {
			s := &script{answers: []string{"HTTP/1.1 200 OK\nContent-Type: " + kind + "\n\n" + strings.Repeat("x", maxAnswer+1<<20)}}
			a, err := s.client(t).Ask(t.Context(), Probe{Steps: []Step{{Method: "POST"}}})
			if err != nil || len(a.Body) < maxAnswer || len(a.Body) > maxAnswer+64<<10 {
				t.Errorf("%s: %d bytes, %v", kind, len(a.Body), err)
			}
			if whole := !Long(a) && !a.Open; whole {
				t.Errorf("%s: taken for whole", kind)
			}
		}
	})
}

// TestAskInflates holds that gzip which nobody asked for is read, and a body
// that is none is told of.
func TestAskInflates(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`{"id":1}`))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ why, body, want string }{
		{"it is what it says", zipped.String(), `{"id":1}`},
		{"it is not", "hello", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answers: []string{"HTTP/1.1 200 OK\nContent-Encoding: gzip\n\n" + c.body}}
			a, err := s.client(t).Ask(t.Context(), Probe{Steps: []Step{{Method: "POST"}}})
			if err != nil || string(a.Body) != c.want || (a.Err == nil) != (c.want != "") {
				t.Errorf("%s: %q, %v, %v", c.why, a.Body, a.Err, err)
			}
		})
	}
}

// TestAskLiteral holds that a text of somebody else is sent as it stands,
// whatever it says: a cursor, a session id, an argument.
func TestAskLiteral(t *testing.T) {
	const names = "${session} ${$} $${host} ${filler} ${leaked}${version"
	const id = "${host}${filler}"
	synctest.Test(t, func(t *testing.T) {
		const done = "HTTP/1.1 200 OK\nContent-Length: 0\n\n"
		s := &script{answers: []string{strings.Replace(initialized, "Id: s1", "Id: "+id, 1), done, done, done, done}}
		p := Probe{Steps: append(Conversation(`{"x":"`+names+`"}`), Modern(`{"method":"tools/call","params":{"name":"`+names+`"}}`, [2]string{"X", names}))}
		if _, err := s.client(t, WithTidy()).Ask(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]string{2: {`{"x":"` + names + `"}`, "Mcp-Session-Id: " + id + "\r\n"},
			3: {`"name":"` + names + `"}`, "Mcp-Name: " + names + "\r\n", "X: " + names + "\r\n"}, 4: {"DELETE ", "Mcp-Session-Id: " + id + "\r\n"}} {
			for _, text := range want {
				if !strings.Contains(s.asked[i], text) {
					t.Errorf("request %d has no %q: %.500q", i, text, s.asked[i])
				}
			}
		}
	})
}

// TestAskPauses holds how a request goes on that got 429.
func TestAskPauses(t *testing.T) {
	later := func(after string) string { return "HTTP/1.1 429 Too Many Requests\nRetry-After: " + after + "\n\n" }
	limited := later("2")
	const fine = "HTTP/1.1 200 OK\n\nfine"
	for _, c := range []struct {
		why     string
		answers []string
		most    time.Duration
		status  int
		again   int
		took    time.Duration
	}{
		{"it waits as long as it was told", []string{limited, fine}, 5 * time.Second, 200, 1, 2 * time.Second},
		{"but not longer than it has time", []string{limited}, time.Second, 429, 0, 0},
		{"and not for ever", []string{limited, limited, limited, limited}, 5 * time.Second, 429, 3, 6 * time.Second},
		{"nor where nobody asked for it", []string{limited}, 0, 429, 0, 0},
		{"more seconds than a Duration holds are long, not none", []string{later("9300000000")}, 5 * time.Second, 429, 0, 0},
		{"so are more than an integer holds", []string{later("99999999999999999999")}, 5 * time.Second, 429, 0, 0},
		{"a date is waited for", []string{later("Sat, 01 Jan 2000 00:00:03 GMT"), fine}, 5 * time.Second, 200, 1, 3 * time.Second},
		{"unless it is far off", []string{later("Sat, 01 Jan 2000 01:00:00 GMT")}, 5 * time.Second, 429, 0, 0},
		{"one that has passed is of another clock", []string{later("Fri, 31 Dec 1999 00:00:00 GMT"), fine}, 5 * time.Second, 200, 1, time.Second},
		{"what is neither says nothing", []string{later("-9300000000"), fine}, 5 * time.Second, 200, 1, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answers: c.answers}
			client := s.client(t)
			WithPauses(c.most)(&client.options)
			began := time.Now()
			a, err := client.Ask(t.Context(), Probe{Steps: []Step{{Method: "POST"}}})
			if err != nil || a.Status != c.status || a.Again != c.again || time.Since(began) != c.took {
				t.Errorf("%s: %d, again %d, after %s, %v", c.why, a.Status, a.Again, time.Since(began), err)
			}
		})
	}
}

// TestTalkEndsEarly holds that a probe whose conversation fails says where.
func TestTalkEndsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []string{"hang up"}}
		_, err := s.client(t).Ask(t.Context(), Probe{Name: "ping", Steps: opened(post(pingBody))})
		if err == nil || !strings.Contains(err.Error(), "ping: request 1 of 3") {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s = &script{answers: []string{"..."}}
		if _, err := s.client(t).Ask(ctx, Probe{Steps: []Step{{Method: "POST"}}}); err != context.Canceled {
			t.Errorf("%v", err)
		}
	})
}

// TestTidy holds that each session that was shown is ended once, and not one
// that the probe itself has ended; and that none is while the server may still
// be busy with it.
func TestTidy(t *testing.T) {
	const (
		done   = "HTTP/1.1 200 OK\nContent-Length: 0\n\n"
		taken  = "HTTP/1.1 202 Accepted\nContent-Length: 0\n\n"
		minted = "HTTP/1.1 400 Bad Request\nMcp-Session-Id: s2\nContent-Length: 0\n\n"
	)
	for _, c := range []struct {
		why     string
		steps   []Step
		answers []string
		asks    string        // the methods, and what the DELETEs end
		waits   time.Duration // before the last
	}{
		{"what was answered has been taken", opened(), []string{initialized, done, done}, "POST POST DELETE s1", 0},
		{"what was accepted may not have been", opened(), []string{initialized, taken, done, done}, "POST POST POST DELETE s1", 0},
		{"one that is not begun has no ping", []Step{post(pingBody)}, []string{minted, done}, "POST DELETE s2", 300 * time.Millisecond},
		{"the probe has ended it", opened(hangUp(inSession)), []string{initialized, taken, done, done}, "POST POST POST DELETE s1", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answers: c.answers}
			began := time.Now()
			if _, err := s.client(t, WithTidy()).Ask(t.Context(), Probe{Steps: c.steps}); err != nil {
				t.Fatal(err)
			}
			var asks []string
			for _, raw := range s.asked {
				method, _, _ := strings.Cut(raw, " ")
				asks = append(asks, method)
				if _, rest, ok := strings.Cut(raw, "Mcp-Session-Id: "); ok && method == "DELETE" {
					asks = append(asks, rest[:2])
				}
			}
			if got := strings.Join(asks, " "); got != c.asks || time.Since(began) != c.waits {
				t.Errorf("%s: %s, after %s", c.why, got, time.Since(began))
			}
		})
	}
}

func TestNewClientRefuses(t *testing.T) {
	for _, endpoint := range []string{"", "localhost:8000/mcp", "ftp://x/mcp", "http://", "http://x\x7f/"} {
		if _, err := NewClient(endpoint); err == nil {
			t.Errorf("%q is taken for an endpoint", endpoint)
		}
	}
	if _, err := NewClient("http://x/mcp", WithHeader("A", "b\r\nC: d")); err == nil {
		t.Error("a header with a line break is taken")
	}
}

func TestMessages(t *testing.T) {
	sse := http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}}
	for _, c := range []struct {
		why  string
		a    Answer
		want int
	}{
		{"a body", Answer{Body: []byte(`{"id":1}`)}, 1},
		{"a body that is text", Answer{Body: []byte(`no`)}, 0},
		{"nothing", Answer{}, 0},
		{"events, but not those without data, nor one that is cut off", Answer{Header: sse, Body: []byte("id: 1\ndata: \n\n: c\n\ndata: {}\n\ndata: []\n\ndata: {")}, 2},
	} {
		if got := Messages(c.a); len(got) != c.want || (FirstMessage(c.a) == nil) != (c.want == 0) {
			t.Errorf("%s: %q", c.why, got)
		}
	}
}
