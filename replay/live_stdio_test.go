package replay

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A passage is a player between a client and a server over stdio, with both of
// them in the test's hands.
type passage struct {
	t          *testing.T
	in         *io.PipeWriter // what the client says
	out        *bufio.Reader  // what it hears
	stdin      *bufio.Reader  // what the server hears
	stdout     *io.PipeWriter // what it says
	mu         sync.Mutex
	events     []*cassettes.Event
	ended      chan struct{}
	code       int
	broken     bool
	player     *Player
	clientGone *io.PipeReader
}

func passes(t *testing.T, s *scenarios.Scenario, opts ...Option) *passage {
	t.Helper()
	g := &passage{t: t, ended: make(chan struct{})}
	p, err := NewLive(nil, append(opts, WithScenario(s), WithJournal(func(e *cassettes.Event) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.events = append(g.events, e)
	}))...)
	if err != nil {
		t.Fatal(err)
	}
	g.player = p
	clientSays, in := io.Pipe()
	clientHears, out := io.Pipe()
	serverHears, stdin := io.Pipe()
	stdout, serverSays := io.Pipe()
	g.in, g.out, g.stdin, g.stdout, g.clientGone = in, bufio.NewReader(clientHears), bufio.NewReader(serverHears), serverSays, clientHears
	go func() {
		defer close(g.ended)
		defer out.Close()
		var err error
		g.code, g.broken, err = p.Through(context.Background(), clientSays, out, stdin, stdout)
		if err != nil {
			t.Error(err)
		}
		_ = stdin.Close()
		_ = stdout.Close()
	}()
	return g
}

func (g *passage) say(w io.Writer, text string) {
	if _, err := io.WriteString(w, text); err != nil {
		g.t.Errorf("saying %q: %v", text, err)
	}
}

func (g *passage) hear(r *bufio.Reader, want string) {
	g.t.Helper()
	if got, err := r.ReadString('\n'); got != want {
		g.t.Errorf("heard %.100q %v, want %.100q", got, err, want)
	}
}

// close ends the server, and waits.
func (g *passage) close() {
	_ = g.stdout.Close()
	<-g.ended
	_ = g.in.Close()
	_ = g.player.Close()
}

// A fault that delays one answer delays no other message, and changes the order
// of none.
func TestThroughKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "slow", When: scenarios.Trigger{Method: "tools/call"},
			Do: scenarios.Action{Delay: &scenarios.Delay{From: time.Hour}}}}}
		g := passes(t, s)
		go func() {
			g.say(g.in, `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`+"\n")
			g.say(g.in, `{"jsonrpc":"2.0","id":2,"method":"tools/call"}`+"\n") // is not answered for long
		}()
		g.hear(g.stdin, `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`+"\n")
		g.hear(g.stdin, `{"jsonrpc":"2.0","id":2,"method":"tools/call"}`+"\n")
		const n = 200
		go func() {
			all := `{"jsonrpc":"2.0","id":1,"result":{}}` + "\n" // at once
			for i := range n {
				all += fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/message","params":{"n":%d}}`+"\n", i)
			}
			g.say(g.stdout, all)
		}()
		begin := time.Now()
		for i := range n {
			g.hear(g.out, fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/message","params":{"n":%d}}`+"\n", i))
		}
		if time.Since(begin) > 0 {
			t.Errorf("they came after %v", time.Since(begin))
		}
		g.hear(g.out, `{"jsonrpc":"2.0","id":1,"result":{}}`+"\n")
		if time.Since(begin) != time.Hour {
			t.Errorf("the slow answer came after %v", time.Since(begin))
		}
		g.close()
	})
}

// The acknowledgement of a subscription stands for its answer, and what follows
// comes after it, edited alone.
func TestThroughSubscription(t *testing.T) {
	const (
		listen = `{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}` + "\n"
		about  = `"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":`
		acked  = `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged",` + about
		change = `{"jsonrpc":"2.0","method":"notifications/tools/list_changed",` + about
		other  = `{"jsonrpc":"2.0","method":"notifications/prompts/list_changed",` + about + `"t"}}}` + "\n"
	)
	synctest.Test(t, func(t *testing.T) {
		g := passes(t, &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "late, and of another", When: scenarios.Trigger{Method: "subscriptions/listen"},
			Do: scenarios.Action{Delay: &scenarios.Delay{From: time.Hour}, ID: json.RawMessage(`"x"`)}}}})
		go g.say(g.in, listen)
		g.hear(g.stdin, listen)
		begin := time.Now()
		go g.say(g.stdout, acked+`"s"}}}`+"\n"+change+`"s"}}}`+"\n"+other)
		g.hear(g.out, other)
		if time.Since(begin) != 0 {
			t.Errorf("another subscription waited for %v", time.Since(begin))
		}
		g.hear(g.out, acked+`"x"}}}`+"\n")
		g.hear(g.out, change+`"x"}}}`+"\n")
		if time.Since(begin) != time.Hour {
			t.Errorf("it came after %v", time.Since(begin))
		}
		g.close()
	})
}

// What no fault meets passes byte for byte: blank lines, ends of lines, spaces,
// lines that are too large to be looked at, and a last one without its end.
func TestThroughTouchesNothing(t *testing.T) {
	g := passes(t, meetsNobody(), WithMaxBody(1000))
	long := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"text":"` + strings.Repeat("x", 3_000_000) + "\"}}\n"
	for _, text := range []string{"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\":\"ping\"}\r\n", "\n", "  \t{\"jsonrpc\":\"2.0\",\"method\":\"x\"} \n", "no JSON\n", long, "after\n"} {
		go g.say(g.in, text)
		g.hear(g.stdin, text)
		go g.say(g.stdout, text)
		g.hear(g.out, text)
	}
	go func() {
		g.say(g.stdout, `{"jsonrpc":"2.0","id":1,"result":{}}`)
		_ = g.stdout.Close()
	}()
	g.hear(g.out, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	g.close()
}

// A line of the server that is too large to be held passes in parts.
func TestThroughPours(t *testing.T) {
	if testing.Short() {
		t.Skip("it passes 65 MiB")
	}
	g := passes(t, meetsNobody())
	const n = maxLine + 1<<20
	go func() {
		part := strings.Repeat("x", 1<<20)
		for range n / len(part) {
			g.say(g.stdout, part)
		}
		g.say(g.stdout, "\nafter\n")
	}()
	line, err := g.out.ReadSlice('\n')
	got := len(line)
	for err == bufio.ErrBufferFull {
		line, err = g.out.ReadSlice('\n')
		got += len(line)
	}
	if got != n+1 || err != nil {
		t.Errorf("of %d bytes came %d: %v", n+1, got, err)
	}
	g.hear(g.out, "after\n")
	g.close()
}

// A process that a fault ends is ended, whatever its status: the caller is told.
func TestThroughBreaks(t *testing.T) {
	zero := 0
	for why, do := range map[string]scenarios.Action{
		"with status 0":       {Exit: &zero},
		"its session expires": {ExpireSession: true},
		"it starts anew":      {Restart: true},
	} {
		g := passes(t, &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "ends", When: scenarios.Trigger{Method: "ping"}, Do: do}}})
		g.say(g.in, `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n")
		<-g.ended
		if g.code != 0 || !g.broken {
			t.Errorf("%s: code %d, broken %v", why, g.code, g.broken)
		}
		_ = g.in.Close()
		_ = g.player.Close()
	}
	g := passes(t, meetsNobody())
	g.close()
	if g.broken {
		t.Error("a server that ends by itself is taken for one that a fault has ended")
	}
}

// A server that a fault ends has answered what came earlier, as a tape has when
// it is played, however slow the server is; but nobody waits for ever.
func TestThroughAnswersWhatCameEarlier(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call"}` + "\n"
	const answer = `{"jsonrpc":"2.0","id":1,"result":{}}` + "\n"
	one := 1
	for _, c := range []struct {
		why      string
		do       scenarios.Action
		inFlight int
		first    string
		server   time.Duration // after which it answers; 0 is never
		answers  bool
		after    time.Duration
	}{
		{"its session expires", scenarios.Action{ExpireSession: true}, 0, call, 3 * time.Second, true, 3 * time.Second},
		{"it exits", scenarios.Action{Exit: &one}, 0, call, 3 * time.Second, true, 3 * time.Second},
		{"it exits with an answer of its own", scenarios.Action{Exit: &one, Error: &scenarios.RPCError{Code: -1, Message: "no"}}, 0, call, 3 * time.Second, true, 3 * time.Second},
		{"a server that does not answer", scenarios.Action{ExpireSession: true}, 0, call, 0, false, patience},
		{"nothing is in flight", scenarios.Action{ExpireSession: true}, 0, "", 0, false, 0},
		{"a subscription has no answer", scenarios.Action{ExpireSession: true}, 0, strings.Replace(call, "tools/call", "subscriptions/listen", 1), 0, false, 0},
		{"what was called off has none", scenarios.Action{ExpireSession: true}, 0, call + cancelledOf("1", "") + "\n", 0, false, 0},
		{"it is to end while a request is in flight", scenarios.Action{ExpireSession: true}, 2, call, 3 * time.Second, false, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := passes(t, &scenarios.Scenario{Faults: []scenarios.Fault{{Name: "ends", When: scenarios.Trigger{Method: "ping", InFlight: c.inFlight}, Do: c.do}}})
			served := make(chan struct{})
			go func() { // a server
				defer close(served)
				r := bufio.NewReader(g.stdin)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if c.server > 0 && line == call {
						time.Sleep(c.server)
						_, _ = io.WriteString(g.stdout, answer)
					}
				}
			}()
			begin := time.Now()
			go g.say(g.in, c.first+`{"jsonrpc":"2.0","id":2,"method":"ping"}`+"\n"+call) // what follows is not heard
			if c.answers {
				g.hear(g.out, answer)
			}
			rest, _ := io.ReadAll(g.out)
			if strings.Contains(string(rest), `"result"`) {
				t.Errorf("%s: it answers %s, too", c.why, rest)
			}
			<-g.ended
			if took := time.Since(begin); took != c.after || !g.broken {
				t.Errorf("%s: it ended after %v, want %v", c.why, took, c.after)
			}
			_ = g.in.Close()
			_, _ = g.clientGone.Close(), g.stdout.Close()
			<-served
			_ = g.player.Close()
		})
	}
}

// What comes when all is over is neither passed on nor on the journal.
func TestThroughHearsNothingAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := passes(t, meetsNobody())
		const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n"
		go g.say(g.in, ping)
		g.hear(g.stdin, ping)
		synctest.Wait() // until the next line is awaited
		_ = g.player.Close()
		<-g.ended
		g.say(g.in, ping) // somebody reads it
		synctest.Wait()
		_ = g.in.Close()
		if last := g.events[len(g.events)-1]; last.End != cassettes.Exit {
			t.Errorf("after the end the journal has %+v", last)
		}
	})
}
