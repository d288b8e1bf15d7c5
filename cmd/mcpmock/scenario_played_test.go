package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// What scenario check says that each stock scenario hits is what it hits when the
// recorded client does the same again, whatever it meets.
func TestHitsAreTrue(t *testing.T) {
	t.Parallel()
	tapes := []string{"weather", "../../testdata/everything-modern.cassette", "everything", "../../testdata/everything-legacy.cassette"}
	if testing.Short() {
		tapes = tapes[:2] // one of each era
	}
	for _, name := range scenarios.Stock() {
		for _, tape := range tapes {
			t.Run(name+"/"+strings.TrimSuffix(tape[strings.LastIndex(tape, "/")+1:], ".cassette"), func(t *testing.T) {
				t.Parallel()
				s, err := scenarios.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				for i := range s.Faults {
					if s.Faults[i].Name == "" {
						s.Faults[i].Name = fmt.Sprintf("fault %d", i+1)
					}
				}
				played, r := playedAgain(t, s, tape)
				for i, f := range s.Faults {
					said, fired := []int(nil), played[f.Name]
					for _, h := range r.hits[i] {
						said = append(said, h.Line)
					}
					switch {
					case len(said) == 0 && r.apart: // not foretold
					case len(said) == 0 && len(fired) > 0:
						t.Errorf("%s: hits nothing, it is said, and it fires at line %d", f.Name, fired[0])
					case len(said) > 0 && len(fired) == 0:
						t.Errorf("%s: hits line %d, it is said, and it never fires", f.Name, said[0])
					case !slices.Equal(said, fired):
						t.Errorf("%s: hits the lines %v, it is said, and it fires at %v", f.Name, said, fired)
					}
				}
			})
		}
	}
}

// playedAgain plays a tape under a scenario to a client that does what the
// recorded one did, and returns at which lines of the tape each fault fired, and
// what was foretold of that.
func playedAgain(t *testing.T, s *scenarios.Scenario, from string) (fired map[string][]int, r *rehearsal) {
	t.Helper()
	tape, err := openTape(from, "")
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	if r, err = rehearse(s, tape); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		a := &again{r: r, fired: map[string][]int{}, running: map[int]*asking{}, live: map[string]string{}}
		p, err := replay.New(tape, replay.WithScenario(s), replay.WithRepeat(), replay.WithSeed(1), replay.WithJournal(a.hear))
		if err != nil {
			t.Fatal(err)
		}
		a.player = p
		if s.Transport == "stdio" {
			a.overStdio()
		} else {
			a.overHTTP()
		}
		_ = p.Close()
		fired = a.fired
	})
	return fired, r
}

// again is a client that does what the one on the tape did.
type again struct {
	r       *rehearsal
	player  *replay.Player
	running map[int]*asking   // by the carrier on the tape
	live    map[string]string // session ids on the tape -> those of this run

	mu    sync.Mutex
	line  int // of the tape: what is being done
	fired map[string][]int
}

func (a *again) hear(e *cassettes.Event) {
	if e.Note != nil && e.Note.Kind == "faulted" {
		a.mu.Lock()
		a.fired[e.Note.Rule] = append(a.fired[e.Note.Rule], a.line)
		a.mu.Unlock()
	}
}

func (a *again) at(line int) {
	a.mu.Lock()
	a.line = line
	a.mu.Unlock()
}

// An asking is one request in the background.
type asking struct {
	http.ResponseWriter
	leave  context.CancelFunc
	answer chan struct{} // closed at its end

	mu      sync.Mutex
	session string
}

func (k *asking) Write(b []byte) (int, error) {
	k.shows()
	return k.ResponseWriter.Write(b)
}

func (k *asking) WriteHeader(status int) {
	k.shows()
	k.ResponseWriter.WriteHeader(status)
}

// shows notes the session that the head of the answer shows.
func (k *asking) shows() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session = k.Header().Get(mcp.HeaderSessionID)
}

func (k *asking) Flush() {}

func (a *again) overHTTP() {
	began := time.Now()
	for e, err := range a.r.tape.Events() {
		if err != nil {
			break
		}
		time.Sleep(e.At - time.Since(began))
		k := a.running[e.On]
		switch {
		case e.From == cassettes.Client && e.HTTP != nil:
			a.send(e)
		case e.From == cassettes.Client && e.End != "" && k != nil:
			a.at(e.Pos.Line)
			k.leave()
			<-k.answer
		case e.From == cassettes.Server && k != nil && e.HTTP != nil && e.HTTP.Header.Get(mcp.HeaderSessionID) != "":
			synctest.Wait()
			k.mu.Lock()
			if k.session != "" {
				a.live[e.HTTP.Header.Get(mcp.HeaderSessionID)] = k.session
			}
			k.mu.Unlock()
		case e.From == cassettes.Server && e.End != "" && k != nil:
			select {
			case <-k.answer:
			case <-time.After(time.Minute):
			}
		}
	}
	a.at(-1)
	for _, k := range a.running {
		k.leave()
		<-k.answer
	}
}

// send makes one request of the tape, in the era in which it is to be made.
func (a *again) send(e *cassettes.Event) {
	q := faults.Request{HTTP: e.HTTP.Method, Path: e.HTTP.Path, Header: e.HTTP.Header.Clone()}
	if a.r.scenario.Dialect == "python-sdk-1.9.1" {
		q.Path = "/mcp/" // where its endpoint is
	}
	q.Batch, q.Invalid = messageOf(e)
	body := e.Raw
	switch {
	case e.Messages != nil:
		body, _ = json.Marshal(e.Messages)
	case e.Message != nil:
		body = e.Message
	}
	if a.r.crossing {
		if a.r.cross(&q, a.r.asked[e.Pos.Offset]) == nil {
			return
		}
		body = lineOfMessage(q.Batch.Messages[0])
	}
	if label := q.Header.Get(mcp.HeaderSessionID); label != "" {
		if id := a.live[label]; id != "" {
			q.Header.Set(mcp.HeaderSessionID, id)
		} else if _, issued := a.r.labels[label]; issued {
			q.Header.Del(mcp.HeaderSessionID)
		}
	}
	ctx, leave := context.WithCancel(context.Background())
	req := httptest.NewRequestWithContext(ctx, q.HTTP, "http://127.0.0.1:6625"+q.Path+"?"+e.HTTP.Query, bytes.NewReader(body))
	req.Header, req.RemoteAddr = q.Header, "127.0.0.1:1"
	k := &asking{ResponseWriter: httptest.NewRecorder(), leave: leave, answer: make(chan struct{})}
	a.running[e.On] = k
	a.at(e.Pos.Line)
	go func() {
		defer close(k.answer)
		defer func() { _ = recover() }() // a connection that breaks off
		a.player.ServeHTTP(k, req)
	}()
	synctest.Wait()
}

// overStdio sends what one client after the other has said as lines.
func (a *again) overStdio() {
	in, client := io.Pipe()
	ended := make(chan struct{})
	for e, err := range a.r.tape.Events() {
		if err == nil && e.From == cassettes.Client {
			a.at(e.Pos.Line) // where the process is started
			break
		}
	}
	go func() {
		defer close(ended)
		_, _ = a.player.Stdio(context.Background(), in, io.Discard)
		_ = in.CloseWithError(io.ErrClosedPipe)
	}()
	synctest.Wait()
	began := time.Now()
	for e, err := range a.r.tape.Events() {
		if err != nil {
			break
		}
		time.Sleep(e.At - time.Since(began))
		if e.From != cassettes.Client {
			continue
		}
		a.at(e.Pos.Line)
		line := e.Message
		if a.r.crossing {
			q := faults.Request{HTTP: "POST"}
			if e.HTTP != nil {
				q.HTTP, q.Header = e.HTTP.Method, e.HTTP.Header
			}
			q.Batch, _ = messageOf(e)
			if a.r.cross(&q, a.r.asked[e.Pos.Offset]) == nil {
				continue
			}
			line = lineOfMessage(q.Batch.Messages[0])
		}
		if line == nil {
			continue
		}
		var compact bytes.Buffer
		_ = json.Compact(&compact, line)
		_, _ = client.Write(append(compact.Bytes(), '\n'))
		synctest.Wait()
	}
	a.at(-1)
	_ = client.Close()
	select {
	case <-ended:
	case <-time.After(time.Hour):
	}
}

// lineOfMessage spells a request anew.
func lineOfMessage(m jsonrpc.Message) []byte {
	b, _ := json.Marshal(struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id,omitempty"`
		Method  string          `json:"method"`
		Params  json.RawMessage `json:"params,omitempty"`
	}{"2.0", m.ID, m.Method, m.Params})
	return b
}
