package stock_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/tidwall/gjson"
)

// A visitor is a raw client of a mock of its own.
type visitor struct {
	t       *testing.T
	tape    string
	clock   *stillClock
	judge   *verdicts.Judge
	player  *replay.Player
	url     string
	sse     string // where HTTP+SSE is
	session string // Mcp-Session-Id, once there is one
	version string // MCP-Protocol-Version, likewise
	stderr  spill  // of the mock over stdio
	ids     int

	mu    sync.Mutex
	notes map[string]int // what the journal told
	asked map[int]string // the ids of requests, by their carriers
	more  chan struct{}  // closed when any of that has changed
}

// patience is how long anything real may take.
const patience = time.Minute

// opened is a stock tape, or that of testdata which has the newest revision.
func opened(t *testing.T, name string) *cassettes.Tape {
	t.Helper()
	load := cassettes.Stock
	if name == "modern" {
		load = func(string) (*cassettes.Tape, error) { return cassettes.Load("testdata/modern.cassette") }
	}
	tape, err := load(name)
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

// visit starts a mock of a tape, in an era, that does what a stock scenario says.
func visit(t *testing.T, name, on string) *visitor {
	t.Helper()
	s, err := scenarios.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return visitOf(t, s, on)
}

// visitOf is visit for any scenario.
func visitOf(t *testing.T, s *scenarios.Scenario, on string, opts ...replay.Option) *visitor {
	t.Helper()
	tape, era, _ := strings.Cut(on, "/")
	if era == "" {
		era = "auto"
	}
	recorded := opened(t, tape)
	v := newVisitor(t, tape, verdicts.New(s.Scaled()))
	var err error
	v.player, err = replay.New(recorded, append([]replay.Option{replay.WithScenario(s), replay.WithEra(era), replay.WithRepeat(), replay.WithClock(v.clock),
		replay.WithSeed(1), replay.WithStderr(&v.stderr), replay.WithJournal(v.hear)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	srv, err := replay.Listen("127.0.0.1:0", v.player)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	v.url, v.sse = srv.URL, srv.SSE
	return v
}

// newVisitor makes a visitor of a mock that is still to be started.
func newVisitor(t *testing.T, tape string, judge *verdicts.Judge) *visitor {
	return &visitor{t: t, tape: tape, clock: newStillClock(), judge: judge, notes: map[string]int{}, asked: map[int]string{}, more: make(chan struct{})}
}

// hear takes in the journal.
func (v *visitor) hear(e *cassettes.Event) {
	v.judge.Hear(e)
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.Note != nil {
		v.notes[e.Note.Kind]++
	}
	switch {
	case e.HTTP == nil:
	case e.From == cassettes.Client:
		v.asked[e.On] = gjson.GetBytes(e.Message, "id").Raw
	case e.From == cassettes.Server:
		v.notes["answer to "+v.asked[e.On]]++
	}
	if e.End != "" {
		v.notes["end of "+string(e.From)]++
	}
	close(v.more)
	v.more = make(chan struct{})
}

// heard waits until the journal has told so many times what: the kind of a
// note, such as faulted or refused; "answer to 1" for one to that id; or "end of
// client" or "end of server".
func (v *visitor) heard(what string, n int) {
	v.t.Helper()
	late := time.After(patience)
	for {
		v.mu.Lock()
		count, more := v.notes[what], v.more
		v.mu.Unlock()
		if count >= n {
			return
		}
		select {
		case <-more:
		case <-late:
			v.t.Fatalf("%q was told %d times, want %d", what, count, n)
		}
	}
}

// count is how many times the journal has told what.
func (v *visitor) count(what string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.notes[what]
}

// passes lets so much time pass.
func (v *visitor) passes(d time.Duration) { v.clock.pass(d) }

// rests waits until the mock waits for the clock, in so many places.
func (v *visitor) rests(n int) {
	v.t.Helper()
	late := time.After(patience)
	for v.clock.waiting() < n {
		select {
		case <-v.clock.asked:
		case <-late:
			v.t.Fatalf("the mock waits in %d places, want %d", v.clock.waiting(), n)
		}
	}
}

// verdicts are those at the visitor's end.
func (v *visitor) verdicts() []verdicts.Verdict {
	now := v.clock.Now().Sub(beginning)
	v.judge.Done(now)
	return v.judge.Verdicts(now)
}

// request makes a request with the next id; params may be empty.
func (v *visitor) request(method, params string) string {
	v.ids++
	if params != "" {
		params = `,"params":` + params
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q%s}`, v.ids, method, params)
}

// handshake is an initialize for a revision.
func (v *visitor) handshake(version string) string {
	return v.request("initialize", `{"protocolVersion":"`+version+`","capabilities":{},"clientInfo":{"name":"visitor","version":"1"}}`)
}

const initializedNote = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

// initialize opens a session, without the headers of an older one.
func (v *visitor) initialize(headers ...string) answer {
	v.t.Helper()
	v.session, v.version = "", ""
	a := v.post(v.handshake("2025-11-25"), headers...)
	if a.status == http.StatusOK && a.get("result").Exists() {
		v.session, v.version = a.header.Get("Mcp-Session-Id"), a.get("result.protocolVersion").Str
	}
	return a
}

func (v *visitor) initialized(headers ...string) answer {
	v.t.Helper()
	return v.post(initializedNote, headers...)
}

// begin does the handshake. It takes what it gets.
func (v *visitor) begin() {
	v.t.Helper()
	v.initialize()
	v.initialized()
}

// listing asks for the tools, calling calls one that is on the tape.
func (v *visitor) listing() string { return v.request("tools/list", "") }

func (v *visitor) calling() string {
	if v.tape == "everything" {
		return v.request("tools/call", `{"name":"echo","arguments":{"message":"hello, tape"}}`)
	}
	return v.request("tools/call", `{"name":"get_forecast","arguments":{"city":"Oslo"}}`)
}

func (v *visitor) list(headers ...string) answer {
	v.t.Helper()
	return v.post(v.listing(), headers...)
}

func (v *visitor) call(headers ...string) answer {
	v.t.Helper()
	return v.post(v.calling(), headers...)
}

func (v *visitor) ping(headers ...string) answer {
	v.t.Helper()
	return v.post(v.request("ping", ""), headers...)
}
