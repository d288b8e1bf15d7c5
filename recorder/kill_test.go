//go:build unix

package recorder_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/recorder"
)

var (
	kills    = flag.Int("kills", 40, "how many recorders TestKill kills")
	killSeed = flag.Uint64("killseed", 0, "the seed of TestKill's random points; 0 takes one from the clock")
)

// killsPerTape is how many recorders, one after the other, write one tape.
const killsPerTape = 10

// A recorder that is killed at any moment loses nothing that a client has
// read whole: no JSON answer, no frame of a stream. Its tape can be read, but
// for one torn value at its end, and the next recorder goes on after it.
func TestKill(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	rnd := rand.New(rand.NewPCG(seed, 0))
	t.Logf("again with the same points: -killseed=%d", seed)
	upstream := httptest.NewServer(http.HandlerFunc(answerByNumber))
	defer upstream.Close()
	var calls atomic.Int64 // numbers them, over all recorders
	read, torn := 0, 0
	var path string
	var heard []mark // from the recorders of the current tape
	for n := range *kills {
		if n%killsPerTape == 0 {
			path, heard = filepath.Join(t.TempDir(), "killed.cassette"), nil
		}
		got := killOne(t, rnd, path, upstream.URL, &calls)
		heard, read = append(heard, got...), read+len(got)
		tape := readKilled(t, path)
		for _, m := range heard {
			if !tape.has[m] {
				t.Errorf("kill %d: a client read message %d of call %d, the tape lacks it", n, m.nth, m.call)
			}
		}
		if tape.torn {
			torn++
		}
		if last := n == *kills-1 || (n+1)%killsPerTape == 0; last {
			mend(t, path, tape)
		}
		if t.Failed() {
			t.Fatalf("stopped after kill %d; the points are those of -killseed=%d", n, seed)
		}
	}
	t.Logf("%d kills, %d messages read whole, all on the tapes; %d torn ends", *kills, read, torn)
}

// A mark is one message of the upstream: which of those that answer a call.
type mark struct{ call, nth int }

// says returns what the upstream answers to a call: one message in a body, or
// three in a stream. Some are so long that a kill may hit their write.
func says(call int) []string {
	pad := 100
	if call%32 < 2 {
		pad = 256 << 10
	}
	result := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%d %s"}]}}`, call, call, strings.Repeat("mock ", pad/5))
	if call%2 == 0 {
		return []string{result}
	}
	var messages []string
	for nth := range 2 {
		messages = append(messages, fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"%d of call %d"}}`, nth, call))
	}
	return append(messages, result)
}

// answerByNumber is the upstream.
func answerByNumber(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	call, convErr := strconv.Atoi(string(jsonrpc.One(body).ID))
	if err != nil || convErr != nil {
		http.Error(w, "no call", http.StatusBadRequest)
		return
	}
	messages := says(call)
	rc := http.NewResponseController(w)
	if len(messages) > 1 {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, m := range messages {
			_, _ = fmt.Fprintf(w, "event: message\ndata: %s\n\n", m)
			_ = rc.Flush()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if call%4 == 0 { // the others are chunked
		w.Header().Set("Content-Length", strconv.Itoa(len(messages[0])))
	}
	half := len(messages[0]) / 2
	_, _ = io.WriteString(w, messages[0][:half])
	_ = rc.Flush()
	_, _ = io.WriteString(w, messages[0][half:])
}

// killOne starts a recorder, lets eight clients ask it, kills it, and returns
// what they had read whole: at a random message, or at a random time.
func killOne(t *testing.T, rnd *rand.Rand, path, upstream string, calls *atomic.Int64) []mark {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd, address := startRecorder(ctx, t, path, upstream)
	var once sync.Once
	kill := func() { once.Do(func() { _ = cmd.Process.Kill() }) } // its error is that it is dead
	last, after := int64(1+rnd.IntN(600)), time.Duration(rnd.IntN(80_000))*time.Microsecond
	if rnd.IntN(2) == 0 {
		last = -1
		defer time.AfterFunc(after, kill).Stop()
	}
	var read atomic.Int64
	var mu sync.Mutex
	var heard []mark
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			c := &killClient{t: t, address: address, transport: &http.Transport{}, hear: func(m mark) {
				mu.Lock()
				heard = append(heard, m)
				mu.Unlock()
				if read.Add(1) == last {
					kill()
				}
			}}
			defer c.transport.CloseIdleConnections()
			for c.ask(ctx, int(calls.Add(1))) {
			}
		})
	}
	clients.Wait()
	if ctx.Err() != nil {
		t.Errorf("the clients did not notice that the recorder was killed")
	}
	kill()
	if err := cmd.Wait(); err == nil {
		t.Errorf("the recorder ended by itself")
	}
	return heard
}

// A killClient is one of those who ask.
type killClient struct {
	t         *testing.T
	address   string
	transport *http.Transport
	hear      func(mark)
}

// ask makes one call and tells what it reads whole, even where the end never
// comes. It reports whether there may be a next call.
func (c *killClient) ask(ctx context.Context, call int) bool {
	text := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"call":%d}}}`, call, call)
	req, err := http.NewRequestWithContext(ctx, "POST", c.address, strings.NewReader(text))
	if err != nil {
		c.t.Error(err)
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return false // killed
	}
	defer resp.Body.Close()
	want, nth := says(call), 0
	whole := func(message []byte) {
		if nth >= len(want) || string(message) != want[nth] {
			c.t.Errorf("call %d: message %d is %.80q", call, nth, message)
			return
		}
		c.hear(mark{call, nth})
		nth++
	}
	if len(want) == 1 {
		body, err := io.ReadAll(resp.Body)
		if err == nil || string(body) == want[0] {
			whole(body)
		}
		return err == nil
	}
	var frames sse.Splitter
	buf := make([]byte, 8<<10)
	for {
		n, err := resp.Body.Read(buf)
		for _, frame := range frames.Feed(buf[:n]) {
			whole(sse.Parse(frame).Data)
		}
		if err != nil {
			return err == io.EOF
		}
	}
}

// A killedTape is what is on the tape of a killed recorder.
type killedTape struct {
	has  map[mark]bool
	torn bool
}

// readKilled reads a tape and holds it against what the upstream says.
func readKilled(t *testing.T, path string) killedTape {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := cassettes.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	tape := killedTape{has: map[mark]bool{}}
	next := map[int]*mark{} // of each carrier
	for {
		e, err := r.Next()
		switch {
		case err == io.EOF:
			return tape
		case errors.Is(err, cassettes.ErrTorn):
			tape.torn = true
			return tape
		case err != nil:
			t.Fatalf("the tape of a killed recorder: %v", err)
		}
		if e.Message == nil {
			continue
		}
		message := jsonrpc.Compact(e.Message)
		if e.From == cassettes.Client {
			call, _ := strconv.Atoi(string(jsonrpc.One(message).ID))
			next[e.On] = &mark{call: call}
			continue
		}
		m := next[e.On]
		if m == nil {
			t.Fatalf("line %d: an answer without its request", e.Pos.Line)
		}
		if want := says(m.call); m.nth >= len(want) || string(message) != want[m.nth] {
			t.Fatalf("line %d: not message %d of call %d: %.80q", e.Pos.Line, m.nth, m.call, message)
		}
		tape.has[*m] = true
		m.nth++
	}
}

// mend appends to a tape for the last time: then it is whole, and its
// carriers make sense.
func mend(t *testing.T, path string, before killedTape) {
	t.Helper()
	file, err := cassettes.Append(path, cassettes.Header{Transport: "http"})
	if err != nil {
		t.Fatal(err)
	}
	if before.torn != (file.Had.Cut > 0) {
		t.Errorf("%d bytes were cut off a tape that was torn: %v", file.Had.Cut, before.torn)
	}
	e := cassettes.Event{On: file.Had.Carriers + 1, From: cassettes.Client, At: file.Had.Last, HTTP: &cassettes.HTTP{Method: "GET", Path: "/mcp"}}
	if err := errors.Join(file.Write(&e), file.Close()); err != nil {
		t.Fatal(err)
	}
	tape, err := cassettes.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	index, err := cassettes.NewIndex(tape, nil)
	if err != nil {
		t.Fatal(err)
	}
	if index.Torn != nil {
		t.Error(index.Torn)
	}
	if after := readKilled(t, path); len(after.has) != len(before.has) {
		t.Errorf("%d messages before the tape was appended to, %d after", len(before.has), len(after.has))
	}
}

// The environment of a recorder's process.
const (
	killedTapeVar     = "MCPMOCK_TEST_TAPE"
	killedUpstreamVar = "MCPMOCK_TEST_UPSTREAM"
)

// startRecorder starts this test binary as a recorder.
func startRecorder(ctx context.Context, t *testing.T, path, upstream string) (cmd *exec.Cmd, address string) {
	t.Helper()
	cmd = exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledProcess$")
	cmd.Env = append(os.Environ(), killedTapeVar+"="+path, killedUpstreamVar+"="+upstream)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() })
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if !strings.HasPrefix(line, "http://") {
		_ = cmd.Process.Kill()
		t.Fatalf("the recorder did not start: %q, %v, %v", line, err, cmd.Wait())
	}
	return cmd, strings.TrimSpace(line)
}

// TestKilledProcess is the recorder that TestKill starts and kills.
func TestKilledProcess(t *testing.T) {
	path := os.Getenv(killedTapeVar)
	if path == "" {
		t.Skip("a part of TestKill")
	}
	upstream, err := url.Parse(os.Getenv(killedUpstreamVar))
	if err != nil {
		t.Fatal(err)
	}
	file, err := cassettes.Append(path, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recorder.New(file)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: rec.Proxy(upstream), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	fmt.Printf("http://%s/mcp\n", listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or its parent is gone
	os.Exit(0)
}
