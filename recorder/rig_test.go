package recorder

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A rig is an upstream, a recorder before it, and the tape.
type rig struct {
	tape     *memory
	rec      *Recorder
	upstream *httptest.Server
	proxy    *httptest.Server
}

func newRig(t testing.TB, upstream http.HandlerFunc, opts ...Option) *rig {
	t.Helper()
	r := &rig{tape: newMemory(t), upstream: httptest.NewServer(upstream)}
	r.start(t, r.upstream.URL, opts...)
	t.Cleanup(r.upstream.Close)
	return r
}

// untiring is the patience of tests: what they wait for must happen, however
// busy the machine is.
func untiring() patience {
	const long = 30 * time.Second
	return patience{long, long, long, long, long, long, long, long}
}

func (r *rig) start(t testing.TB, target string, opts ...Option) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	if r.rec, err = New(r.tape, opts...); err != nil {
		t.Fatal(err)
	}
	r.rec.waits = untiring()
	r.proxy = httptest.NewServer(r.rec.Proxy(u))
	t.Cleanup(func() {
		_ = r.rec.Close()
		r.proxy.Close()
		noGoroutines(t)
	})
}

// A view is what a client sees of an answer.
type view struct {
	Status int
	Header http.Header
	Body   string
	Broken bool
	Early  []http.Header // of informational responses before it
}

// see sends a request as it is and returns what a client sees.
func see(t testing.TB, server, raw string) view {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(server, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(raw, " ")
	var early []http.Header
	buffered := bufio.NewReader(conn)
	resp, err := http.ReadResponse(buffered, &http.Request{Method: method})
	for err == nil && resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
		early = append(early, resp.Header)
		resp, err = http.ReadResponse(buffered, &http.Request{Method: method})
	}
	if err != nil {
		return view{Broken: true}
	}
	body, err := io.ReadAll(resp.Body)
	resp.Header.Del("Connection")
	return view{resp.StatusCode, resp.Header, string(body), err != nil, early}
}

func post(body string, header ...string) string {
	return fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		strings.Join(append(header, ""), "\r\n"), len(body), body)
}

const (
	ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	pong = `{"jsonrpc":"2.0","id":1,"result":{}}`
)

func gzipped(parts ...string) []byte {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	for _, p := range parts {
		_, _ = io.WriteString(zw, p)
		_ = zw.Flush()
	}
	_ = zw.Close()
	return b.Bytes()
}

func excerpt(s string) string {
	if len(s) > 3000 {
		return s[:3000] + "..."
	}
	return s
}
