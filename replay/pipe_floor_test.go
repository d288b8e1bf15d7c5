package replay

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// Nothing comes within a message that goes out in pieces: not another of its
// kind, nor one that is said at once, nor what a fault emits.
func TestNothingWithinAMessageInPieces(t *testing.T) {
	for _, c := range []struct{ why, do string }{
		{"pieces with time between them", "{split: {bytes: 7, every: 3ms}}"},
		{"slowly", "{throttle: 200}"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newProcess(t)
			p.handshake()
			for i := range 4 {
				p.call(i+1, "a", emptyResult(i+1))
			}
			k := p.talk(t, WithScenario(scenario(t, `
name: test
faults:
  - {when: {method: tools/call}, do: `+c.do+`}
  - {when: {method: ping, nth: 2}, do: {emit: {text: "[\"emitted\"]\n"}}}
`)))
			k.begin()
			heard := make(chan string, 7)
			go func() { // a client that reads at once
				for range cap(heard) {
					line, _ := k.out.ReadString('\n')
					heard <- line
				}
			}()
			k.say(toolCall(11, "a"), toolCall(12, "a"))
			synctest.Wait() // until one of them is being said
			k.say(ping9, toolCall(13, "a"), `{"jsonrpc":"2.0","id":10,"method":"ping"}`, toolCall(14, "a"))
			var got []string
			for range cap(heard) {
				line := <-heard
				if !gjson.Valid(line) {
					t.Fatalf("%s: no message: %q", c.why, line)
				}
				got = append(got, gjson.Get(line, "id").Raw)
			}
			if i := slices.Index(got, "9"); i != 1 { // after the one that was being said, before those that wait
				t.Errorf("%s: the answer to ping is number %d of %v", c.why, i+1, got)
			}
			slices.Sort(got)
			if want := []string{"", "10", "11", "12", "13", "14", "9"}; !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", c.why, got, want)
			}
			for _, said := range serverSaid(k.player) {
				if !gjson.Valid(strings.TrimPrefix(said, "raw ")) {
					t.Errorf("%s: the journal has %q", c.why, said)
				}
			}
		})
	}
}

// Nor within an event of HTTP+SSE.
func TestNothingWithinAnEventInPieces(t *testing.T) {
	base := simple(t).base(t, WithRepeat(), WithScenario(scenario(t, `
name: test
faults: [{when: {method: tools/call}, do: {split: {bytes: 9, every: 1ms}}}]
`)))
	c := oldFashioned(t, base, "/sse")
	c.begin()
	const n = 5
	for i := range n {
		c.accepted(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"m":"a"}}}`, 100+i))
		c.accepted(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"ping"}`, 200+i))
	}
	heard := map[int64]bool{}
	for range 2 * n {
		heard[c.message().Get("id").Int()] = true
	}
	if len(heard) != 2*n {
		t.Errorf("answers to %v", heard)
	}
}

// A message that goes out for ever keeps nobody from hearing that the client has
// nothing more to say, and asks no bound of what waits for it.
func TestEndOfInputWithinAMessageInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, "faults: [{when: {method: tools/call}, do: {split: {bytes: 1, every: 1h}}}]")
		k.begin()
		go func() { _, _ = io.Copy(io.Discard, k.out) }()
		k.say(toolCall(11, "a"))
		synctest.Wait()
		for range 10 {
			k.say(ping9)
		}
		begin := time.Now()
		_ = k.in.Close()
		<-k.done
		if took := time.Since(begin); took > time.Second {
			t.Errorf("it ended after %v", took)
		}
		if said := serverSaid(k.player); slices.Contains(said, `{"jsonrpc":"2.0","id":9,"result":{}}`) {
			t.Errorf("after a message that was cut off the journal has another: %q", said)
		}
	})
}

// What a fault says when the client is there, and which nobody reads, keeps no
// process from ending.
func TestUnreadGreetingEnds(t *testing.T) {
	flood := scenario(t, `
name: test
faults: [{when: {client: connect}, do: {emit: {text: "banner banner\n", repeat: 20000}}}]
`)
	closed := func(in *io.PipeWriter, _ context.CancelFunc) { _ = in.Close() }
	ended := func(_ *io.PipeWriter, end context.CancelFunc) { end() }
	for _, c := range []struct {
		why string
		end func(*io.PipeWriter, context.CancelFunc)
	}{{"stdin ends", closed}, {"it is told to end", ended}} {
		synctest.Test(t, func(t *testing.T) {
			p := newProcess(t)
			p.handshake()
			player, err := New(p.tape(), WithScenario(flood))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			in, says := io.Pipe()
			hears, out := io.Pipe()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = player.Stdio(ctx, in, out)
			}()
			synctest.Wait()
			begin := time.Now()
			c.end(says, cancel)
			<-done
			if took := time.Since(begin); took > time.Second {
				t.Errorf("%s: it ended after %v", c.why, took)
			}
			cancel()
			_, _ = hears.Close(), says.Close()
			_ = player.Close()
		})
	}
	synctest.Test(t, func(t *testing.T) { // before a live server
		player, err := NewLive(nil, WithScenario(flood))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		in, says := io.Pipe()
		hears, out := io.Pipe()
		serverHears, stdin := io.Pipe()
		stdout, serverSays := io.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _, _ = player.Through(ctx, in, out, stdin, stdout)
		}()
		synctest.Wait()
		begin := time.Now()
		cancel()
		<-done
		if took := time.Since(begin); took > time.Second {
			t.Errorf("before a live server it ended after %v", took)
		}
		for _, c := range []io.Closer{hears, says, serverHears, serverSays} {
			_ = c.Close()
		}
		_ = player.Close()
	})
}

// Nothing is heard before the greeting has been said.
func TestGreetingComesFirst(t *testing.T) {
	k := newTalk(t, `faults: [{when: {client: connect}, do: {emit: {text: "[\"hello\"]\n", repeat: 3}}}]`)
	k.say(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`)
	for range 3 {
		if m := k.hear(); m.Get("0").Str != "hello" {
			t.Errorf("before it: %s", m.Raw)
		}
	}
	k.hear()
}

// Who listens to the journal and is slow holds up what is said, and nothing else.
func TestSlowListenerHoldsUpNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		player, err := New(simple(t).tape(), WithJournal(func(e *cassettes.Event) {
			if e.From == cassettes.Server {
				<-release
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		pp := player.newPipe(t.Context(), newConversation("", player.space(""), time.Now()), 1,
			&lines{w: bufio.NewWriter(io.Discard), broken: func() {}})
		go pp.said([]byte(ping9))
		synctest.Wait()
		begun := make(chan struct{})
		go pp.begin(func() { close(begun) })
		synctest.Wait()
		select {
		case <-begun:
		default:
			t.Error("nothing can be begun")
		}
		close(release)
		synctest.Wait()
		pp.end()
		_ = player.Close()
	})
}
