package replay

import (
	"bufio"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// newTalk is a client over stdio that has begun with a player in that scenario.
func newTalk(t *testing.T, faults string, opts ...Option) *talk {
	t.Helper()
	p := newProcess(t)
	p.handshake()
	p.call(1, "a", emptyResult(1))
	return p.talk(t, append(opts, WithScenario(scenario(t, "name: test\n"+faults)))...)
}

// serverSaid lists what the journal has of the server, but for initialize:
// messages as they are, other bytes after "raw ", the end of the carrier, and
// before it the name of the event where there is one.
func serverSaid(p *Player) (all []string) {
	for e := range p.Journal().Events() {
		text := ""
		switch {
		case e.From != cassettes.Server:
			continue
		case e.Message != nil:
			text = string(e.Message)
		case e.Messages != nil:
			text = "batch"
		case e.Raw != nil:
			text = "raw " + string(e.Raw)
		case e.End != "":
			text = "end " + string(e.End)
		}
		if text != "" && !strings.Contains(text, "protocolVersion") {
			all = append(all, text)
		}
	}
	return all
}

const ping9 = `{"jsonrpc":"2.0","id":9,"method":"ping"}`

// An answer that a fault has in place of the mock's, and that takes time, keeps
// nothing else from being heard.
func TestSlowAnswerInPlaceOverStdio(t *testing.T) {
	for _, c := range []struct{ why, do string }{
		{"it never comes", "{error: {code: -32000, message: no}, stall: before_headers}"},
		{"it waits for another to change places with", "{result: {}, swap: true}"},
		{"it comes late", "{result: {}, delay: 10s}"},
	} {
		synctest.Test(t, func(t *testing.T) {
			k := newTalk(t, "faults: [{when: {method: tools/call}, do: "+c.do+"}]")
			k.begin()
			begin := time.Now()
			k.say(toolCall(11, "a"), ping9)
			if m := k.hear(); m.Get("id").Raw != "9" || time.Since(begin) > time.Second {
				t.Errorf("%s: after %v came %s, want the answer to ping at once", c.why, time.Since(begin), m.Raw)
			}
			_ = k.in.Close()
			<-k.done
		})
	}
}

// The journal has a message where the client got all of it, and else the bytes
// that it got.
func TestJournalOfWhatAPipeCuts(t *testing.T) {
	for _, c := range []struct{ why, do, want string }{
		{"it breaks off within the message", "{drop: {bytes: 10}}", `raw {"jsonrpc"; end exit`},
		{"it is truncated", "{truncate: 12}", `raw {"jsonrpc":"; end exit`},
		{"it breaks off before", "{drop: fin}", `end exit`},
		{"it breaks off while it is sent slowly", "{throttle: 10, drop: {bytes: 3}}", `raw {"j; end exit`},
		{"it is sent in pieces", "{split: {pieces: 3}}", emptyResult(11) + `; end exit`},
		{"something stands before it", "{emit: {text: \"starting\\n\"}}", `raw starting; ` + emptyResult(11) + `; end exit`},
	} {
		k := newTalk(t, "faults: [{when: {method: tools/call}, do: "+c.do+"}]")
		k.begin()
		k.say(toolCall(11, "a"))
		if strings.Contains(c.do, "drop") {
			_, _ = io.ReadAll(k.out)
		} else if _, err := k.out.ReadString('\n'); err != nil {
			t.Errorf("%s: %v", c.why, err)
		}
		_ = k.in.Close()
		go func() { _, _ = io.Copy(io.Discard, k.out) }()
		<-k.done
		if got := strings.Join(serverSaid(k.player), "; "); got != c.want {
			t.Errorf("%s: the journal has\n%s, want\n%s", c.why, got, c.want)
		}
	}
}

// A process whose stdout is closed lives on, and nothing that it would say
// counts as said.
func TestClosedStdoutLivesOn(t *testing.T) {
	k := newTalk(t, "faults: [{when: {method: tools/call}, do: close_stdout}]")
	k.begin()
	k.say(toolCall(11, "a"))
	if m := k.hear(); m.Get("id").Raw != "11" {
		t.Fatalf("the answer: %s", m.Raw)
	}
	if line, err := k.out.ReadString('\n'); err != io.EOF {
		t.Errorf("after the end of stdout: %q %v", line, err)
	}
	for range 3 { // it hears: a process that had ended would not
		k.say(ping9)
	}
	select {
	case <-k.done:
		t.Error("the process has ended with its stdout")
	default:
	}
	_ = k.in.Close()
	<-k.done
	if got := strings.Join(serverSaid(k.player), "; "); got != emptyResult(11)+"; end exit" {
		t.Errorf("the journal has %s", got)
	}
}

// Each response of a batch is edited, and its request is in flight no more.
func TestBatchOverStdioIsEdited(t *testing.T) {
	p := newProcess(t)
	p.says(cassettes.Client, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`)
	p.says(cassettes.Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-03-26","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}`)
	p.call(1, "a", emptyResult(1))
	p.call(2, "b", emptyResult(2))
	k := p.talk(t, WithScenario(scenario(t, `
name: test
faults:
  - when: {kind: batch}
    do: {set: {/result/edited: true}}
  - when: {method: ping, in_flight: 2}
    do: {error: {code: -32000, message: still in flight}}
`)))
	k.say(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`)
	k.hear()
	k.say(`[` + toolCall(11, "a") + `,` + toolCall(12, "b") + `]`)
	m := k.hear()
	for i, id := range []string{"11", "12"} {
		if one := m.Array()[i]; one.Get("id").Raw != id || !one.Get("result.edited").Bool() {
			t.Errorf("of the batch: %s, want %s, edited", one.Raw, id)
		}
	}
	k.say(ping9)
	if m := k.hear(); m.Get("error").Exists() {
		t.Errorf("after the batch was answered: %s", m.Raw)
	}
}

// What is noted about answers is forgotten when they have been said, together
// or not, and where there will be none.
func TestEditsAreForgotten(t *testing.T) {
	player, err := New(simple(t).tape(), WithScenario(scenario(t, "name: test\nfaults: [{when: {}, do: {pad: 5}}]")))
	if err != nil {
		t.Fatal(err)
	}
	defer player.Close()
	do := &scenarios.Action{Pad: 5}
	one, two := `{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":2,"result":{}}`
	for _, c := range []struct {
		why string
		end func(*pipe, []jsonrpc.Message)
	}{
		{"answers one by one", func(pp *pipe, _ []jsonrpc.Message) { pp.send([]byte(one)); pp.send([]byte(two)) }},
		{"answers in one message", func(pp *pipe, _ []jsonrpc.Message) { pp.send([]byte("[" + one + "," + two + "]")) }},
		{"no answers", func(pp *pipe, requests []jsonrpc.Message) { pp.unedit(requests) }},
	} {
		pp := player.newPipe(t.Context(), newConversation("", player.space(""), time.Now()), 1,
			&lines{w: bufio.NewWriter(io.Discard), broken: func() {}})
		requests := []jsonrpc.Message{{ID: []byte("1")}, {ID: []byte("2")}}
		pp.edit(requests, do, nil)
		c.end(pp, requests)
		if pp.editing.Load() || len(pp.edits) > 0 {
			t.Errorf("%s: %d edits are still noted", c.why, len(pp.edits))
		}
		pp.end()
	}
}

// What a fault was to do to an answer that has not come it does to no other
// request of that id.
func TestEditsEndWithTheirRequest(t *testing.T) {
	for _, c := range []struct {
		why  string
		tape func(*process)
	}{
		{"it was cancelled", func(p *process) { p.call(1, "a", askRoots, giveRoots, emptyResult(1)) }},
		{"and it was on the tape, which has no answer", func(p *process) { p.call(1, "a", askRoots); p.says(cassettes.Client, cancelledOf("1", "")) }},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newProcess(t)
			p.handshake()
			c.tape(p)
			k := p.talk(t, WithScenario(scenario(t, "name: test\nfaults: [{when: {method: tools/call}, do: {set: {/result/edited: true}}, times: 1}]")))
			k.begin()
			k.say(toolCall(9, "a"))
			k.hear() // the question
			k.say(cancelledOf("9", ""))
			synctest.Wait()
			k.say(ping9)
			if m := k.hear(); m.Get("id").Raw != "9" || m.Get("result.edited").Exists() {
				t.Errorf("%s: the answer to ping is %s", c.why, m.Raw)
			}
		})
	}
}

// Only the end of stdin is one: a player that closes is no doing of the client.
func TestClosingIsNoEndOfStdin(t *testing.T) {
	const eof = "faults: [{name: ends, when: {client: eof}, do: {exit: 7}}]"
	k := newTalk(t, eof)
	k.begin()
	k.player.hush()
	<-k.done
	if n := k.player.Journal().Count("faulted"); n != 0 || k.code != 0 {
		t.Errorf("the player closed: the fault has acted %d times, code %d", n, k.code)
	}
	k = newTalk(t, eof)
	k.begin()
	_ = k.in.Close()
	<-k.done
	if k.code != 7 {
		t.Errorf("stdin has ended: code %d, want 7", k.code)
	}
}

// A server that starts slowly hears the client, but later; one that dies at its
// start does not.
func TestConnectIsDelayedOrDropped(t *testing.T) {
	for _, c := range []struct {
		why, do string
		after   time.Duration
		dies    bool
	}{
		{"a slow start", "{delay: 3s}", 3 * time.Second, false},
		{"one that hangs for a while", "{stall: {at: before_headers, for: 5s}}", 5 * time.Second, false},
		{"one that dies at once", "{drop: fin}", 0, true},
		{"one that dies later", "{drop: {after: 2s}}", 2 * time.Second, true},
		{"one that says why, slowly", "{delay: 2s, exit: 1}", 2 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			k := newTalk(t, "faults: [{when: {client: connect}, do: "+c.do+"}]")
			if c.dies {
				<-k.done
				if k.code != 1 {
					t.Errorf("%s: code %d", c.why, k.code)
				}
			} else {
				k.begin()
			}
			if took := time.Since(begin); took < c.after || took > c.after+time.Second {
				t.Errorf("%s: it took %v, want %v", c.why, took, c.after)
			}
			_ = k.in.Close()
			<-k.done
		})
	}
}

// A fault may last until the client does something else than sending.
func TestUntilTheClientConnectsOrLeaves(t *testing.T) {
	k := newTalk(t, `faults:
  - {name: marked, when: {method: ping}, do: {result: {marked: true}}, until: {client: eof}}
  - {name: last words, when: {client: eof}, do: {emit: {text: "bye\n"}}}
`)
	k.begin()
	k.say(ping9)
	if m := k.hear(); !m.Get("result.marked").Bool() {
		t.Errorf("before: %s", m.Raw)
	}
	base := simple(t).base(t, WithScenario(scenario(t, `
name: test
faults:
  - {name: marked, when: {method: ping}, do: {result: {marked: true}}, until: {client: connect}}
`)))
	for i, marked := range []bool{true, false} {
		c := oldFashioned(t, base, "/sse")
		c.begin()
		c.accepted(ping9)
		if m := c.message(); m.Get("result.marked").Bool() != marked {
			t.Errorf("connection %d: %s", i+1, m.Raw)
		}
	}
}
