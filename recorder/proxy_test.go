package recorder

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProxyIsInvisible(t *testing.T) {
	header := func(w http.ResponseWriter, fields ...string) {
		w.Header().Set("Date", "Sun, 22 Nov 2026 12:00:00 GMT")
		for i := 0; i < len(fields); i += 2 {
			w.Header().Add(fields[i], fields[i+1])
		}
	}
	chunks := func(w http.ResponseWriter, parts ...string) {
		for _, p := range parts {
			_, _ = io.WriteString(w, p)
			w.(http.Flusher).Flush()
		}
	}
	big := `{"jsonrpc":"2.0","id":1,"result":{"text":"` + strings.Repeat("0123456789", 500_000) + `"}}`
	tooBig := `{"jsonrpc":"2.0","id":1,"result":{"text":"` + strings.Repeat("01234567,9", partSize/10) + `"}}`
	const asked = "1 client POST /mcp " + ping
	for _, c := range []struct {
		why      string
		request  string
		upstream http.HandlerFunc
		tape     []string
	}{
		{"JSON", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json", "Mcp-Session-Id", "abcdefgh-1")
			_, _ = io.WriteString(w, pong)
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"informational responses, which are not on the tape", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			for _, link := range []string{"</a>", "</b>"} {
				w.Header().Set("Link", link)
				w.WriteHeader(http.StatusEarlyHints)
			}
			w.Header().Del("Link")
			header(w, "Content-Type", "application/json")
			_, _ = io.WriteString(w, pong)
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"JSON without a length", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json")
			chunks(w, pong[:9], pong[9:])
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"JSON in chunks of one byte", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json")
			chunks(w, strings.Split(pong, "")...)
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"a request in chunks", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + "10\r\n" + ping[:16] + "\r\n" + fmt.Sprintf("%x\r\n", len(ping)-16) + ping[16:] + "\r\n0\r\n\r\n",
			func(w http.ResponseWriter, req *http.Request) {
				header(w, "Content-Type", "application/json")
				_, _ = io.Copy(w, req.Body)
			}, []string{asked, "1 server 200", "1 server " + ping + " eof"}},
		{"an event stream", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream")
			chunks(w, ": hello\n\n", "id: e1\ndata: \n\n", "event: message\nid: e2\ndata: "+pong+"\n\n")
		}, []string{asked, "1 server 200", `1 server sse comment=" hello"`, `1 server sse id=e1 raw ""`, "1 server sse event=message id=e2 " + pong, "1 server eof"}},
		{"an event stream in chunks of one byte, with \\r\\n and another order", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream; charset=utf-8")
			chunks(w, strings.Split("id: 1\r\nevent: message\r\ndata: {}\r\n\r\n", "")...)
		}, []string{asked, "1 server 200", `1 server sse event=message id=1 crlf frame="id: 1\r\nevent: message\r\ndata: {}\r\n\r\n" raw "{}"`, "1 server eof"}},
		{"an event stream that ends within a frame", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream")
			chunks(w, "data: "+pong+"\n\n", "data: {\"json")
		}, []string{asked, "1 server 200", "1 server sse " + pong, `1 server raw "data: {\"json"`, "1 server eof"}},
		{"an event stream of a batch", post("[" + ping + "," + ping + "]"), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream")
			chunks(w, "data: ["+pong+","+pong+"]\n\n")
		}, []string{"1 client POST /mcp batch of 2", "1 server 200", "1 server sse batch of 2", "1 server eof"}},
		{"compressed JSON", post(ping, "Accept-Encoding: gzip"), func(w http.ResponseWriter, req *http.Request) {
			header(w, "Content-Type", "application/json", "Content-Encoding", req.Header.Get("Accept-Encoding"))
			_, _ = w.Write(gzipped(pong))
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"a compressed event stream", post(ping, "Accept-Encoding: gzip"), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream", "Content-Encoding", "gzip")
			for _, c := range gzipped("data: {}\n\n", "data: "+pong+"\n", "\n") {
				chunks(w, string([]byte{c}))
			}
		}, []string{asked, "1 server 200", `1 server sse raw "{}"`, "1 server sse " + pong, "1 server eof"}},
		{"what says it is compressed and is not", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json", "Content-Encoding", "gzip")
			chunks(w, pong)
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"a coding nobody knows", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream", "Content-Encoding", "x-own")
			chunks(w, "\x01\x02\x03")
		}, []string{asked, "1 server 200", `1 server raw "\x01\x02\x03"`, "1 server eof"}},
		{"a page of HTML", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/html")
			w.WriteHeader(500)
			_, _ = io.WriteString(w, "<h1>no</h1>")
		}, []string{asked, "1 server 500", `1 server raw "<h1>no</h1>" eof`}},
		{"accepted, with an empty body", post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`), func(w http.ResponseWriter, _ *http.Request) {
			header(w)
			w.WriteHeader(202)
		}, []string{`1 client POST /mcp {"jsonrpc":"2.0","method":"notifications/initialized"}`, "1 server 202 eof"}},
		{"accepted, empty, without a length", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w)
			w.WriteHeader(202)
			chunks(w)
			w.(http.Flusher).Flush()
		}, []string{asked, "1 server 202", "1 server eof"}},
		{"no content", "DELETE /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: abcdefgh-1\r\n\r\n", func(w http.ResponseWriter, _ *http.Request) {
			header(w)
			w.WriteHeader(204)
		}, []string{"1 client DELETE /mcp", "1 server 204 eof"}},
		{"HEAD", "HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n", func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Length", "77")
		}, []string{"1 client HEAD /x", "1 server 200 eof"}},
		{"another path, its query and its escapes", "GET /.well-known/a%2Fb;c?x=1;y&z HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n", func(w http.ResponseWriter, req *http.Request) {
			header(w, "Content-Type", "text/plain")
			_, _ = io.WriteString(w, req.RequestURI)
		}, []string{"1 client GET /.well-known/a%2Fb;c?x=1;y&z", "1 server 200", `1 server raw "/.well-known/a%2Fb;c?x=1;y&z" eof`}},
		{"the request's headers, and none of Go's", post("{}", "X-A: 1", "X-A: 2", "Accept: */*", "Te: trailers", "Connection: X-Hop", "X-Hop: 1"), func(w http.ResponseWriter, req *http.Request) {
			header(w, "Content-Type", "text/plain")
			for _, name := range []string{"User-Agent", "Accept-Encoding", "X-Forwarded-For", "Forwarded", "Via", "X-A", "Accept", "Content-Length"} {
				fmt.Fprintf(w, "%s: %q\n", name, req.Header[name])
			}
		}, []string{`1 client POST /mcp raw "{}"`, "1 server 200", "1 server raw of 130 bytes eof"}},
		{"duplicate headers, no date and no type", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
			w.Header()["X-B"] = []string{"2", "1"}
			w.Header()["Set-Cookie"] = []string{"a=1", "b=2"}
			_, _ = io.WriteString(w, "<html>")
		}, []string{asked, "1 server 200", `1 server raw "<html>" eof`}},
		{"a trailer", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json", "Trailer", "X-End")
			chunks(w, pong)
			w.Header().Set("X-End", "1")
		}, []string{asked, "1 server 200", "1 server " + pong + " eof"}},
		{"a reset before any answer", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}, []string{asked, "1 server reset"}},
		{"a reset within JSON", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json", "Content-Length", "100")
			_, _ = io.WriteString(w, pong[:10])
			w.(http.Flusher).Flush()
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		}, []string{asked, "1 server 200", `1 server raw "{\"jsonrpc\"" `, "1 server reset"}},
		{"a reset within a stream", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: {}\n\ndata: ")
			w.(http.Flusher).Flush()
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		}, []string{asked, "1 server 200", `1 server sse raw "{}"`, `1 server raw "data: "`, "1 server reset"}},
		{"a big message", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json")
			_, _ = io.WriteString(w, big)
		}, []string{asked, "1 server 200", "1 server " + big + " eof"}},
		{"a body that is too big for one event", post(ping), func(w http.ResponseWriter, _ *http.Request) {
			header(w, "Content-Type", "application/json")
			_, _ = io.WriteString(w, tooBig)
		}, []string{asked, "1 server 200", fmt.Sprintf("1 server raw of %d bytes", 16777211), fmt.Sprintf("1 server raw of %d bytes", len(tooBig)-16777211), "1 server eof"}},
		{"a request that is too big for one event", post(tooBig), func(w http.ResponseWriter, req *http.Request) {
			header(w, "Content-Type", "text/plain")
			n, _ := io.Copy(io.Discard, req.Body)
			fmt.Fprint(w, n, " ", req.ContentLength)
		}, []string{"1 client POST /mcp raw of 16777216 bytes", fmt.Sprintf("1 client raw of %d bytes", len(tooBig)-partSize), "1 server 200", fmt.Sprintf(`1 server raw "%d %[1]d" eof`, len(tooBig))}},
	} {
		t.Run(c.why, func(t *testing.T) {
			r := newRig(t, c.upstream)
			without := see(t, r.upstream.URL, c.request)
			with := see(t, r.proxy.URL, c.request)
			if diff := cmp.Diff(without, with); diff != "" {
				t.Errorf("without the proxy and with it:\n%s", excerpt(diff))
			}
			lines := r.tape.wait(t, ended)
			for i := range lines {
				lines[i] = strings.TrimSpace(lines[i])
			}
			for i := range c.tape {
				c.tape[i] = strings.TrimSpace(c.tape[i])
			}
			if !cmp.Equal(c.tape, lines) {
				t.Errorf("the tape has\n%s\nwant\n%s", excerpt(strings.Join(lines, "\n")), excerpt(strings.Join(c.tape, "\n")))
			}
		})
	}
}

// Each byte is with the client before the upstream says the next.
func TestProxyPassesEachChunkAsItComes(t *testing.T) {
	const said = "event: message\ndata: {}\n\ndata: x"
	read := make(chan struct{})
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-read // the client has the headers
		for i := range said {
			_, _ = io.WriteString(w, said[i:i+1])
			w.(http.Flusher).Flush()
			<-read
		}
	})
	resp, err := http.Post(r.proxy.URL+"/mcp", "application/json", strings.NewReader(ping))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	read <- struct{}{}
	for i := range said {
		var one [1]byte
		if _, err := io.ReadFull(resp.Body, one[:]); err != nil || one[0] != said[i] {
			t.Fatalf("byte %d: %q, %v", i, one, err)
		}
		read <- struct{}{}
	}
}

func TestProxyRefusesForeigners(t *testing.T) {
	var calls atomic.Int32
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) { calls.Add(1) },
		WithHosts("mock.internal"), WithOrigins("https://app.example"))
	for _, c := range []struct {
		host, origin string
		want         int
	}{
		{"localhost", "", 200},
		{"LOCALHOST:1234", "", 200},
		{"localhost.", "", 200},
		{"127.0.0.1:80", "http://localhost:6274", 200},
		{"127.8.9.1", "http://127.0.0.1", 200},
		{"[::1]:80", "https://[::1]:1", 200},
		{"[::1]", "", 200},
		{"mock.internal:80", "", 200},
		{"localhost", "https://app.example", 200},
		{"evil.example", "", 403},
		{"localhost.evil.example", "", 403},
		{"evil.example:80", "http://localhost", 403},
		{"localhost:80@evil.example", "", 403},
		{"[::1", "", 403},
		{"10.0.0.1", "", 403},
		{"localhost", "http://evil.example", 403},
		{"localhost", "null", 403},
		{"localhost", "http://localhost@evil.example", 403},
		{"localhost", "http://evil@localhost", 403},
		{"localhost", "http://127.0.0.1.evil.example", 403},
		{"localhost", "https://app.example:1", 403},
	} {
		calls.Store(0)
		raw := "GET /mcp HTTP/1.1\r\nHost: " + c.host + "\r\n"
		if c.origin != "" {
			raw += "Origin: " + c.origin + "\r\n"
		}
		v := see(t, r.proxy.URL, raw+"\r\n")
		if v.Status == 400 && c.want == 403 {
			v.Status = 403 // net/http refuses what is no host
		}
		if v.Status != c.want || (calls.Load() == 1) != (c.want == 200) {
			t.Errorf("host %q origin %q: status %d and %d calls upstream, want %d", c.host, c.origin, v.Status, calls.Load(), c.want)
		}
	}
}

func TestProxyStaysInTheMiddle(t *testing.T) {
	var r *rig
	r = newRig(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Host != strings.TrimPrefix(r.upstream.URL, "http://") {
			t.Errorf("the upstream is called %s", req.Host)
		}
		switch req.URL.Path {
		case "/sse":
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, ": hi\n\nevent: endpoint\ndata: %s/messages?sessionId=abcdefgh-1\n\ndata: {}\n\nevent: endpoint\ndata: %[1]s/\n\n", r.upstream.URL)
		case "/relative":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: endpoint\ndata: /messages?sessionId=abcdefgh-2\n\n")
		default:
			w.Header().Set("Location", req.URL.Query().Get("to"))
			w.WriteHeader(307)
		}
	})
	host := strings.TrimPrefix(r.proxy.URL, "http://")
	get := func(target string) view {
		return see(t, r.proxy.URL, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
	}
	v := get("/sse")
	if want := ": hi\n\nevent: endpoint\ndata: " + r.proxy.URL + "/messages?sessionId=abcdefgh-1\n\ndata: {}\n\nevent: endpoint\ndata: " + r.upstream.URL + "/\n\n"; v.Body != want {
		t.Errorf("the stream is %q, want %q", v.Body, want)
	}
	if v := get("/relative"); v.Body != "event: endpoint\ndata: /messages?sessionId=abcdefgh-2\n\n" {
		t.Errorf("a relative endpoint became %q", v.Body)
	}
	for to, want := range map[string]string{
		r.upstream.URL + "/a?b=1": r.proxy.URL + "/a?b=1",
		r.upstream.URL:            r.proxy.URL,
		"/a":                      "/a",
		"http://elsewhere/a":      "http://elsewhere/a",
	} {
		if v := get("/redirect?to=" + url.QueryEscape(to)); v.Header.Get("Location") != want {
			t.Errorf("Location %s became %s, want %s", to, v.Header.Get("Location"), want)
		}
	}
	for _, l := range r.tape.lines(t) {
		if strings.Contains(l, "abcdefgh") {
			t.Errorf("a live session id is on the tape: %s", l)
		}
	}
}

func TestProxyKeepsSecretsOffTheTape(t *testing.T) {
	tape := newMemory(t)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if got, want := req.URL.RawQuery, "a=1&api_key=k3y&x=up5tream"; req.URL.Path == "/mcp" && got != want {
			t.Errorf("the upstream sees the query %q, want %q", got, want)
		}
		if req.Header.Get("X-Api-Key") != "t0ken" || len(req.Header["Authorization"]) != 1 || req.Header.Get("Authorization") != "Bearer theirs" {
			t.Errorf("the upstream sees %v", req.Header)
		}
		if got := req.Header.Get("Accept-Encoding"); got != "gzip;q=0.5" {
			t.Errorf("the upstream sees Accept-Encoding %q", got)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Mcp-Session-Id", "abcdefgh-live")
		w.Header().Set("Set-Cookie", "sid=c00kie")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{"access_token":"s3cret","session":"abcdefgh-live"}}`)
	}))
	defer upstream.Close()
	r := &rig{tape: tape}
	r.start(t, strings.Replace(upstream.URL, "http://", "http://me:pa55word@", 1)+"/mcp?api_key=k3y&x=up5tream",
		WithHeader("X-Api-Key", "t0ken"), WithHeader("authorization", "Bearer theirs"))
	secret := post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"password":"hunter2"}}`,
		"Authorization: Bearer mine", "X-Session-ID: abcdefgh-live", "Cookie: c=c00kie", "Accept-Encoding: br, gzip;q=0.5, deflate")
	v := see(t, r.proxy.URL, strings.Replace(secret, "/mcp", "/mcp?a=1", 1))
	if v.Header.Get("Set-Cookie") != "sid=c00kie" || !strings.Contains(v.Body, "s3cret") {
		t.Errorf("the client sees %+v", v)
	}
	see(t, r.proxy.URL, strings.Replace(secret, "/mcp", "/mcp?a=1&api_key=k3y&x=up5tream", 1))
	text := tape.buf.String()
	for _, s := range []string{"k3y", "up5tream", "t0ken", "theirs", "mine", "hunter2", "c00kie", "s3cret", "pa55word", "abcdefgh"} {
		if strings.Contains(text, s) {
			t.Errorf("%q is on the tape:\n%s", s, text)
		}
	}
	for _, s := range []string{"X-Session-Id", "Set-Cookie", "Authorization", `"session":"session-`, "?a=1", `"query":"a=1"`} {
		if !strings.Contains(text, s) && s != "?a=1" {
			t.Errorf("%q is missing from the tape:\n%s", s, text)
		}
	}
	if strings.Contains(text, "X-Api-Key") {
		t.Errorf("the added header is on the tape:\n%s", text)
	}
	if s := r.rec.Stats(); s.Sessions != 1 || s.Exchanges != 2 || s.Events != 6 || s.Redacted < 5 {
		t.Errorf("stats %+v", s)
	}
}

// An upstream that closes a kept connection on the next request gets that
// request once.
func TestOneRequestUpstreamForOne(t *testing.T) {
	for _, c := range []struct{ why, raw string }{
		{"POST", post(ping)},
		{"POST that says it may be repeated", post(ping, "Idempotency-Key: 1")},
		{"GET", "GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"DELETE", "DELETE /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n"},
	} {
		var requests atomic.Int32
		r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path == "/warm" {
				_, _ = io.Copy(w, req.Body)
				return
			}
			requests.Add(1)
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		})
		see(t, r.proxy.URL, strings.Replace(post(ping), "/mcp", "/warm", 1))
		if v := see(t, r.proxy.URL, c.raw); !v.Broken {
			t.Errorf("%s: the client sees %+v", c.why, v)
		}
		if n := requests.Load(); n != 1 {
			t.Errorf("%s: %d requests upstream", c.why, n)
		}
	}
}
