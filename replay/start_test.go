package replay

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A trial is a Tester that keeps what it is told.
type trial struct {
	mu       sync.Mutex
	errors   []string
	fatal    string
	cleanups []func()
}

func (tr *trial) Helper()          {}
func (tr *trial) Cleanup(f func()) { tr.cleanups = append(tr.cleanups, f) }
func (tr *trial) Errorf(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.errors = append(tr.errors, fmt.Sprintf(format, args...))
}
func (tr *trial) Fatalf(format string, args ...any) { tr.fatal = fmt.Sprintf(format, args...) }
func (tr *trial) end() {
	for i := len(tr.cleanups) - 1; i >= 0; i-- {
		tr.cleanups[i]()
	}
}

func (tp *taper) file() string {
	path := filepath.Join(tp.t.TempDir(), "test.cassette")
	if err := os.WriteFile(path, tp.buf.Bytes(), 0o600); err != nil {
		tp.t.Fatal(err)
	}
	return path
}

func TestStartFailsTheTestOnAMismatch(t *testing.T) {
	path := simple(t).file()
	var good, bad trial
	for tr, m := range map[*trial]string{&good: "a", &bad: "z"} {
		cl := &client{t: t, url: Start(tr, path).URL}
		cl.begin("tester")
		cl.call("1", `{"m":"`+m+`"}`)
		tr.end()
	}
	if len(good.errors) != 0 {
		t.Errorf("a test without a mismatch failed: %v", good.errors)
	}
	if len(bad.errors) != 1 || !strings.Contains(bad.errors[0], "/params/arguments/m") || !strings.Contains(bad.errors[0], "exchange 3") {
		t.Errorf("want one failure with the near miss: %v", bad.errors)
	}
}

func TestStartWithoutACassette(t *testing.T) {
	var tr trial
	Start(&tr, filepath.Join(t.TempDir(), "none.cassette"))
	if !strings.Contains(tr.fatal, "mcpmock record") {
		t.Errorf("want the command that records one: %s", tr.fatal)
	}
}

// Whatever is open when the test ends, nothing of the mock is left.
// Where nothing was recorded yet a stock tape will do; and a scenario in Go whose
// must nobody could fail is none to start with.
func TestStartPlaysAStockTape(t *testing.T) {
	var good, bad trial
	if Start(&good, "weather") == nil || good.fatal != "" {
		t.Error(good.fatal)
	}
	good.end()
	unsound := &scenarios.Scenario{Name: "mine", Expect: []scenarios.Expectation{{Level: "Must", What: scenarios.AssertAlive}}}
	if Start(&bad, "weather", WithScenario(unsound)) != nil || !strings.Contains(bad.fatal, `did you mean "must"?`) {
		t.Errorf("it started, or said %q", bad.fatal)
	}
	bad.end()
}

func TestStartLeavesNothing(t *testing.T) {
	path := asking(t).file()
	before := runtime.NumGoroutine()
	for range 3 {
		var tr trial
		cl := &client{t: t, url: Start(&tr, path).URL}
		cl.session = cl.post(able).header.Get("Mcp-Session-Id")
		get := cl.open("GET", "")
		post := cl.open("POST", `{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"ask","arguments":{}}}`)
		message(post) // the question, which nobody answers
		tr.end()
		if message(get) != "" || message(post) != "" {
			t.Error("a stream went on after the end")
		}
	}
	http.DefaultClient.CloseIdleConnections()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		buf := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", n, before, buf[:runtime.Stack(buf, true)])
	}
}

// Hostile bodies are refused, and others are served meanwhile.
func TestHostileBodies(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	for _, c := range []struct {
		why, body string
		status    int
	}{
		{"8 MB of [", strings.Repeat("[", 8<<20), 413},
		{"3 MB of [", strings.Repeat("[", 3<<20), 400},
		{"1 KB of [", strings.Repeat("[", 1<<10), 400},
		{"1 KB of {\"a\":", strings.Repeat(`{"a":`, 200), 400},
		{"5 MB of a string", `"` + strings.Repeat("a", 5<<20) + `"`, 413},
		{"half a message", `{"jsonrpc":"2.0","id":1,"met`, 400},
		{"not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", 400},
		{"an empty batch", `[]`, 400},
		{"a number", `7`, 400},
	} {
		if r := cl.post(c.body); r.status != c.status {
			t.Errorf("%s: %d %s, want %d", c.why, r.status, r.body, c.status)
		}
		if r := cl.post(list5); r.status != 200 {
			t.Errorf("after %s nobody is served: %d", c.why, r.status)
		}
	}
	big := strings.Repeat("a", 5<<20)
	req, _ := http.NewRequest("POST", cl.url, io.MultiReader(strings.NewReader(`{"a":"`), strings.NewReader(big))) // no length
	req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}, "Mcp-Session-Id": {cl.session}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Errorf("a chunked body over the limit: %d", resp.StatusCode)
	}
}

// TestHostileToDialects holds that what a dialect's reader makes of a body, and
// what it quotes of it, costs no more than the body is long: no answer is a
// flood, none takes all day, which what is squared would, and the server lives.
func TestHostileToDialects(t *testing.T) {
	var unknown strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&unknown, `,"k%d":0`, i)
	}
	bodies := []struct{ why, body string }{
		{"members that nobody knows", `{"jsonrpc":"2.0","id":1,"method":"ping"` + unknown.String() + `}`},
		{"the same of what is no message", `{"jsonrpc":"2.0","id":1.5` + unknown.String() + `}`},
		{"much, deep down, in place of 2.0", `{"jsonrpc":` + strings.Repeat("[", 122) + strings.Repeat("0,", 60_000) + "0" + strings.Repeat("]", 122) + `}`},
		{"much in a batch that is no message", `[{}` + strings.Repeat(",{}", 200_000) + `]`},
		{"4 MiB of [", strings.Repeat("[", 4<<20)},
		{"4 MB of {\"a\":", strings.Repeat(`{"a":`, 800_000)},
	}
	for _, dialect := range scenarios.Dialects() {
		cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect}))
		cl.begin("tester")
		for _, c := range bodies {
			began := time.Now()
			r := cl.post(c.body)
			if passed := time.Since(began); r.status == 0 || len(r.body) > 6<<20 || passed > 3*time.Minute {
				t.Errorf("%s: %s: %d, %d bytes in %v", dialect, c.why, r.status, len(r.body), passed)
			}
		}
		if r := cl.post(list5); r.status != 200 {
			t.Errorf("%s: then nobody is served: %d %s", dialect, r.status, r.body)
		}
	}
}

// Clients that never finish what they began keep nobody else waiting.
func TestSlowClients(t *testing.T) {
	var tr trial
	srv := Start(&tr, simple(t).file())
	defer tr.end()
	address := strings.TrimSuffix(strings.TrimPrefix(srv.URL, "http://"), "/mcp")
	for i := range 1000 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		begun := "POST /mcp HTTP/1.1\r\nHost: localhost\r\n"
		if i%2 == 0 {
			begun += "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
		}
		if _, err := io.WriteString(conn, begun); err != nil {
			t.Fatal(err)
		}
	}
	cl := &client{t: t, url: srv.URL}
	cl.begin("tester")
	if r := cl.call("1", `{"m":"a"}`); r.get("result.content.0.text").Str != "A" {
		t.Errorf("a good client: %s", r.body)
	}
}
