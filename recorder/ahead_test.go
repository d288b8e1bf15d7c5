package recorder

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// pieces reads in pieces of random size, with the end or an error at last.
type pieces struct {
	rnd  *rand.Rand
	data []byte
	err  error
}

func (p *pieces) Read(b []byte) (int, error) {
	n := min(len(p.data), len(b), 1+p.rnd.IntN(40))
	copy(b, p.data[:n])
	p.data = p.data[n:]
	if len(p.data) == 0 && (n == 0 || p.rnd.IntN(2) == 0) {
		return n, p.err
	}
	return n, nil
}

// Whatever a reader has of a body, each message in it that is whole is on the
// tape before, and in the end the bytes are the same.
func TestTapeIsAhead(t *testing.T) {
	frames := ": hi\n\nevent: message\r\nid: 1\r\ndata: {}\r\n\r\ndata: " + pong + "\n\ndata: a\rdata: b\r\rid: 2\ndata: \n\n"
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		kind := []string{"application/json", "text/event-stream"}[rnd.IntN(2)]
		plain := pong
		if kind != "application/json" {
			plain = strings.Repeat(frames, 1+rnd.IntN(3))
		}
		wire, header := []byte(plain), http.Header{"Content-Type": {kind}}
		zipped := rnd.IntN(2) == 0
		if zipped {
			wire = gzipped(plain[:len(plain)/2], plain[len(plain)/2:])
			header.Set("Content-Encoding", "gzip")
		}
		resp := &http.Response{StatusCode: 200, Header: header, ContentLength: -1}
		if rnd.IntN(2) == 0 {
			resp.ContentLength = int64(len(wire))
		}
		src := &pieces{rnd, wire, io.EOF}
		if rnd.IntN(4) == 0 {
			src.data, src.err = wire[:rnd.IntN(len(wire))], errors.New("reset")
		}
		sent := len(src.data)
		resp.Body = io.NopCloser(src)

		tape := newMemory(t)
		rec, err := New(tape)
		if err != nil {
			t.Fatal(err)
		}
		c := rec.begin(t.Context(), func(error) {}, &request{method: "POST"})
		c.answered(resp, false)
		if b, ok := resp.Body.(*body); ok && b.frames != nil && rnd.IntN(2) == 0 {
			b.rewrite = func(f []byte) ([]byte, bool) { return f, sse.Parse(f).HasData }
		}
		var got []byte
		for {
			p := make([]byte, 1+rnd.IntN(60))
			n, err := resp.Body.Read(p)
			got = append(got, p[:n]...)
			whole, _, said := 0, 0, onTape(tape.lines(t))
			seen := got
			if zipped {
				seen = inflated(got)
			}
			if kind == "application/json" {
				if string(seen) == plain {
					whole = 1
				}
			} else {
				var s sse.Splitter
				whole = len(s.Feed(seen))
			}
			if said < whole {
				t.Fatalf("seed %d: the reader has %q, the tape\n%s", seed, seen, strings.Join(tape.lines(t), "\n"))
			}
			if err != nil {
				if !errors.Is(err, src.err) && err != io.EOF {
					t.Fatalf("seed %d: %v", seed, err)
				}
				break
			}
		}
		resp.Body.Close()
		if !bytes.Equal(got, wire[:sent]) {
			t.Fatalf("seed %d: read %q, want %q", seed, got, wire[:sent])
		}
		if !ended(tape.lines(t)) {
			t.Fatalf("seed %d: no end:\n%s", seed, strings.Join(tape.lines(t), "\n"))
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
	}
	noGoroutines(t)
}

// onTape counts the frames and whole bodies on the tape.
func onTape(lines []string) int {
	n := 0
	for _, l := range lines {
		if strings.HasPrefix(l, "1 server sse") || strings.HasPrefix(l, "1 server {") || strings.HasPrefix(l, `1 server raw "{`) {
			n++
		}
	}
	return n
}

// inflated is what a reader can make of the beginning of a compressed body.
func inflated(b []byte) []byte {
	zr, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(zr)
	return plain
}

// A client program in Go records by the Recorder alone.
func TestRoundTripper(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("X-Extra") != "1" {
			t.Errorf("header %v", req.Header)
		}
		_, _ = io.Copy(io.Discard, req.Body)
		w.Header().Set("Content-Type", "application/json")
		if req.Method == "GET" {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: {}\n\ndata: {}\n\n")
			return
		}
		_, _ = io.WriteString(w, pong)
	}))
	defer upstream.Close()
	tape := newMemory(t)
	rec, err := New(tape, WithHeader("X-Extra", "1"), WithClock(func() time.Duration { return 5 * time.Millisecond }))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: rec}
	resp, err := client.Post(upstream.URL+"/mcp?a=1", "application/json", strings.NewReader(ping))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); string(body) != pong || err != nil {
		t.Errorf("answer %q, %v", body, err)
	}
	resp.Body.Close()
	resp, err = client.Get(upstream.URL + "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close() // read nothing of it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, _ := http.NewRequestWithContext(ctx, "POST", upstream.URL+"/mcp", strings.NewReader(ping))
	if _, err := client.Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request: %v", err)
	}
	if resp, err = client.Get(upstream.URL + "/mcp"); err != nil { // left open
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if _, err := client.Get(upstream.URL + "/mcp"); !errors.Is(err, ErrStopped) {
		t.Errorf("after Close: %v", err)
	}
	want := []string{
		"1 client POST /mcp?a=1 " + ping, "1 server 200", "1 server " + pong + " eof",
		"2 client GET /mcp", "2 server 200", "2 client closed",
		"3 client POST /mcp " + ping, "3 client closed",
		"4 client GET /mcp", "4 server 200", "4 mcpmock closed",
	}
	if lines := tape.lines(t); !cmp.Equal(lines, want) {
		t.Errorf("the tape has\n%s", strings.Join(lines, "\n"))
	}
	first := tape.events(t)[0]
	if first.HTTP.Header.Get("Host") == "" || first.HTTP.Header.Get("X-Extra") != "" || first.At != 5*time.Millisecond {
		t.Errorf("first event: %+v %+v", first, first.HTTP)
	}
	noGoroutines(t)
}

// What is appended goes on counting carriers, sessions, placeholders and time.
func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	n := 0
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		n++
		w.Header().Set("Mcp-Session-Id", fmt.Sprintf("live-session-%d", n))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"result":{"token":"t%d"}}`, n)
	}))
	defer upstream.Close()
	for run := range 2 {
		file, err := cassettes.Append(path, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := New(file, WithClock(func() time.Duration { return time.Duration(run+1) * time.Second }))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: rec}).Post(upstream.URL, "application/json", strings.NewReader(ping))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(resp.Body)
		resp.Body.Close()
		if err := errors.Join(rec.Close(), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	tape, err := cassettes.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	var got []string
	for e, err := range tape.Events() {
		if err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprint(e.At, " ", line(e))
		if e.HTTP != nil {
			s += " " + e.HTTP.Header.Get("Mcp-Session-Id")
		}
		got = append(got, s)
	}
	want := []string{
		"1s 1 client POST  " + ping + " ", "1s 1 server 200 session-1", `1s 1 server {"jsonrpc":"2.0","id":1,"result":{"token":"redacted-1"}} eof`,
		"3s 2 client POST  " + ping + " ", "3s 2 server 200 session-2", `3s 2 server {"jsonrpc":"2.0","id":1,"result":{"token":"redacted-2"}} eof`,
	}
	if !cmp.Equal(got, want) {
		t.Errorf("the tape has\n%s", strings.Join(got, "\n"))
	}
}

func TestNewRefusesABadRule(t *testing.T) {
	file, err := cassettes.Create(filepath.Join(t.TempDir(), "a.cassette"), cassettes.Header{Transport: "http", Redact: []string{"params/x"}})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := New(file); err == nil || !strings.Contains(err.Error(), "write it as /params/arguments/NAME") {
		t.Errorf("error %v", err)
	}
}

func ExampleRecorder() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, pong)
	}))
	defer server.Close()
	tape := newExampleTape()
	rec, err := New(tape)
	if err != nil {
		panic(err)
	}
	defer rec.Close()
	resp, err := (&http.Client{Transport: rec}).Post(server.URL+"/mcp", "application/json", strings.NewReader(ping))
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	_, _ = io.ReadAll(resp.Body)
	for _, said := range *tape {
		fmt.Println(said)
	}
	// Output:
	// 1 client POST /mcp {"jsonrpc":"2.0","id":1,"method":"ping"}
	// 1 server 200
	// 1 server {"jsonrpc":"2.0","id":1,"result":{}} eof
}

type exampleTape []string

func newExampleTape() *exampleTape { return new(exampleTape) }

func (x *exampleTape) Write(e *cassettes.Event) error {
	*x = append(*x, line(e))
	return nil
}
