package replay

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// What is a matter of HTTP changes nothing over stdio: the answer comes as it is,
// and no fault has happened.
func TestOverStdioNothingOfHTTP(t *testing.T) {
	for _, do := range []string{
		"{redirect: {status: 307, to: add_slash}}", `{challenge: {status: 401, body: "{}"}}`, "{latch: {status: 500, body: dead}}",
		"{status: 503}", "{headers: {a: b}}", "{stream: {hold: true}}", "gzip", "{close_idle: 1s}", "{request: {headers: {a: b}}}",
	} {
		k := newTalk(t, "faults: [{when: {method: tools/call}, do: "+do+"}]")
		k.begin()
		k.say(toolCall(11, "a"))
		if m := k.hear(); m.Get("id").Raw != "11" || !m.Get("result.content").IsArray() {
			t.Errorf("%s: the answer is %s", do, m.Raw)
		}
		_ = k.in.Close()
		<-k.done
		if n := k.player.Journal().Count("faulted"); n != 0 {
			t.Errorf("%s has happened %d times", do, n)
		}
	}
}

// What is a matter of stdio changes nothing over HTTP+SSE.
func TestOverSSENothingOfStdio(t *testing.T) {
	for _, do := range []string{"{exit: 3}", "{emit: {text: noise}}", `{emit: {text: noise, to: stderr}}`, "{frame: pretty}", "close_stdout"} {
		p, base := oldPlayer(t, "faults: [{when: {method: ping}, do: "+do+"}]")
		c := oldFashioned(t, base, "/sse")
		for range 2 {
			c.accepted(ping9)
			if event, data := c.event(); event != "message" || data != `{"jsonrpc":"2.0","id":9,"result":{}}` {
				t.Errorf("%s: got %s %s", do, event, data)
			}
		}
		if n := p.Journal().Count("faulted"); n != 0 {
			t.Errorf("%s has happened %d times", do, n)
		}
	}
}

// An HTTP response that stands in place of the mock's answers the POST of
// HTTP+SSE, and breaks off where it is to.
func TestResponseToAPostOfSSEBreaksOff(t *testing.T) {
	_, base := oldPlayer(t, "faults: [{when: {method: ping}, do: {respond: {status: 200, body: 0123456789}, drop: {bytes: 4}}}]")
	c := oldFashioned(t, base, "/sse")
	resp, err := http.Post(base+c.endpoint, "application/json", strings.NewReader(ping9))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "0123" || err == nil {
		t.Errorf("got %q, %v: want four bytes and a break", body, err)
	}
}

// Where a client of HTTP+SSE connects there is no process, either.
func TestConnectOverSSEHasNoProcess(t *testing.T) {
	p, base := oldPlayer(t, `faults: [{when: {client: connect}, do: {exit: 3}}, {when: {client: connect}, do: {emit: {text: noise}, send: {message: {jsonrpc: "2.0", method: a}}}}, {when: {client: connect}, do: bom}]`)
	c := oldFashioned(t, base, "/sse")
	if event, data := c.event(); event != "message" || data != `{"jsonrpc":"2.0","method":"a"}` {
		t.Errorf("got %s %s", event, data)
	}
	c.accepted(ping9)
	if _, data := c.event(); data != `{"jsonrpc":"2.0","id":9,"result":{}}` {
		t.Errorf("got %s", data)
	}
	if n := p.Journal().Count("faulted"); n != 2 {
		t.Errorf("%d faults have happened, want those with something to do", n)
	}
}

// Stdout begins with a byte order mark where that is what happens as the server
// starts, and no other line has one.
func TestStdoutBeginsWithAMark(t *testing.T) {
	k := newTalk(t, "faults: [{when: {client: connect}, do: bom}]")
	if mark, err := k.out.ReadString('\xbf'); mark != "\ufeff" {
		t.Fatalf("stdout begins with %q, %v", mark, err)
	}
	for range 2 {
		k.say(ping9)
		if line, err := k.out.ReadString('\n'); !strings.HasPrefix(line, "{") {
			t.Errorf("a line is %q, %v", line, err)
		}
	}
	_ = k.in.Close()
	<-k.done
}
