package replay

import (
	"bufio"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// Progress comes before the result, to those who asked for it, at even
// distances within the delay; on every transport.
func TestStubProgress(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Text: "done", Delay: 3 * time.Second,
		Progress: []scenarios.StubProgress{{Progress: 1, Total: 2, Message: "{{args.m}}"}, {Progress: 1.5}}})
	const call = `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"m":"half"},"_meta":{"progressToken":"t"}}}`
	wants := []string{
		`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1,"total":2,"message":"half"}}`,
		`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1.5}}`,
		`{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"done"}]}}`,
	}
	synctest.Test(t, func(t *testing.T) {
		player, err := New(nil, WithScenario(s))
		if err != nil {
			t.Fatal(err)
		}
		k := talkTo(t, player)
		k.begin()
		began := time.Now()
		k.say(call)
		for i, want := range wants {
			got := k.hear().Raw
			if d := time.Since(began); d < time.Duration(i+1)*time.Second || d > time.Duration(i+1)*time.Second+250*time.Millisecond || strings.TrimSpace(got) != want {
				t.Errorf("after %v: %s", d, got)
			}
		}
		began = time.Now()
		k.say(`{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"echo"}}`)
		if m := k.hear(); m.Get("id").Int() != 6 || time.Since(began) != 3*time.Second {
			t.Errorf("without a token, after %v: %s", time.Since(began), m.Raw)
		}
	})
	clock := newHandClock()
	cl := stubPlayer(t, s, WithClock(clock))
	cl.begin("tester")
	stream := cl.open("POST", call)
	for i, want := range wants {
		for waited := time.Duration(0); waited < time.Second; { // the pause between progress and result counts, too
			waited += clock.pass()
		}
		if got := message(stream); got != want {
			t.Errorf("line %d: %s", i, got)
		}
	}
}

// A batch is answered when the slowest of its answers is there, on every transport;
// over stdio other requests are answered meanwhile.
func TestStubDelayInBatch(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Text: "done", Delay: 3 * time.Second})
	const open = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`
	batch := "[" + toolCall(5, "echo") + "," + toolCall(6, "echo") + `,{"jsonrpc":"2.0","id":7,"method":"ping"}]`
	const done = `"result":{"content":[{"type":"text","text":"done"}]}}`
	const want = `[{"jsonrpc":"2.0","id":5,` + done + `,{"jsonrpc":"2.0","id":6,` + done + `,{"jsonrpc":"2.0","id":7,"result":{}}]`
	synctest.Test(t, func(t *testing.T) {
		player, err := New(nil, WithScenario(s))
		if err != nil {
			t.Fatal(err)
		}
		k := talkTo(t, player)
		k.say(open)
		k.hear()
		began := time.Now()
		k.say(batch, `{"jsonrpc":"2.0","id":8,"method":"ping"}`)
		if m := k.hear(); m.Get("id").Int() != 8 || time.Since(began) != 0 {
			t.Errorf("after %v: %s", time.Since(began), m.Raw)
		}
		if m := k.hear(); strings.TrimSpace(m.Raw) != want || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %s", time.Since(began), m.Raw)
		}
	})
	clock := newHandClock()
	cl := stubPlayer(t, s, WithClock(clock))
	cl.session = cl.post(open).header.Get("Mcp-Session-Id")
	answered := make(chan reply)
	go func() { answered <- cl.post(batch) }()
	if d := clock.pass(); d != 3*time.Second {
		t.Errorf("it waits %v", d)
	}
	if r := <-answered; r.status != 200 || r.body != want {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// A request of a batch can be cancelled like one that came alone: the others are
// answered when theirs is the slowest answer.
func TestStubCancelledInBatch(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Text: "done", Delay: 3 * time.Second})
	const open = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}`
	const done = `"result":{"content":[{"type":"text","text":"done"}]}}`
	for _, c := range []struct {
		why, batch string
		cancels    []string
		want       string // empty where there is no answer
		after      time.Duration
	}{
		{"one of two", toolCall(5, "echo") + "," + toolCall(6, "echo"), []string{"5"}, `[{"jsonrpc":"2.0","id":6,` + done + `]`, 3 * time.Second},
		{"the only slow one", toolCall(5, "echo") + `,{"jsonrpc":"2.0","id":6,"method":"ping"}`, []string{"5"}, `[{"jsonrpc":"2.0","id":6,"result":{}}]`, time.Second},
		{"all of them", toolCall(5, "echo") + "," + toolCall(6, "echo"), []string{"6", "5"}, "", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			player, err := New(nil, WithScenario(s))
			if err != nil {
				t.Fatal(err)
			}
			k := talkTo(t, player)
			k.say(open)
			k.hear()
			began := time.Now()
			k.say("[" + c.batch + "]")
			time.Sleep(time.Second)
			for _, id := range c.cancels {
				k.say(cancelledOf(id, ""))
			}
			if c.want != "" {
				if m := k.hear(); strings.TrimSpace(m.Raw) != c.want || time.Since(began) != c.after {
					t.Errorf("%s: after %v: %s", c.why, time.Since(began), m.Raw)
				}
			}
			time.Sleep(10 * time.Second)
			k.alive() // with nothing said before
		})
		clock := newHandClock()
		cl := stubPlayer(t, s, WithClock(clock))
		cl.session = cl.post(open).header.Get("Mcp-Session-Id")
		answered := make(chan reply, 1)
		go func() { answered <- cl.post("[" + c.batch + "]") }()
		<-clock.waits
		for _, id := range c.cancels {
			cl.post(cancelledOf(id, ""))
		}
		if c.after == 3*time.Second {
			clock.pass()
		}
		if r := <-answered; r.status != 200 || r.body != c.want {
			t.Errorf("%s, over HTTP: %d %s", c.why, r.status, r.body)
		}
	}
}

// A client that cancels waits no longer: not for a delay that is written, over
// any transport.
func TestStubCancelled(t *testing.T) {
	s := echoing(scenarios.StubAnswer{Text: "late", Delay: time.Hour})
	synctest.Test(t, func(t *testing.T) {
		player, err := New(nil, WithScenario(s))
		if err != nil {
			t.Fatal(err)
		}
		k := talkTo(t, player)
		k.begin()
		began := time.Now()
		k.say(toolCall(5, "echo"), `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}`)
		k.alive()
		k.in.Close()
		<-k.done
		if took := time.Since(began); took > time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
	cl := stubPlayer(t, s)
	cl.begin("tester")
	answered := make(chan reply)
	go func() { answered <- cl.post(toolCall(5, "echo")) }()
	for { // until it is under way
		r := cl.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}`)
		if r.status != 202 {
			t.Fatal(r.body)
		}
		select {
		case r := <-answered:
			if r.body != "" {
				t.Errorf("cancelled, and answered with %s", r.body)
			}
			return
		default:
		}
	}
}

// An answer that broke off is gone on with, and not made anew.
func TestStubResumed(t *testing.T) {
	clock := newHandClock()
	cl := stubPlayer(t, echoing(scenarios.StubAnswer{Text: "{{seq}}", Delay: 2 * time.Second, Progress: []scenarios.StubProgress{{Progress: 1}}}), WithResumable(), WithClock(clock))
	cl.begin("tester")
	stream := cl.open("POST", `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","_meta":{"progressToken":1}}}`)
	var id string
	for stream.Scan() {
		if rest, ok := strings.CutPrefix(stream.Text(), "id: "); ok {
			id = rest
			break
		}
	}
	if id == "" {
		t.Fatal("no priming event")
	}
	resumed := openStream(t, cl, "Last-Event-Id", id)
	defer resumed.Body.Close()
	again := bufio.NewScanner(resumed.Body)
	go func() {
		for w := range clock.waits {
			w.pass <- time.Time{}
		}
	}()
	var said []string
	for again.Scan() {
		if data, ok := strings.CutPrefix(again.Text(), "data: "); ok && data != "" {
			said = append(said, data)
		}
		if len(said) == 2 {
			break
		}
	}
	if len(said) != 2 || gjson.Get(said[0], "method").Str != "notifications/progress" || gjson.Get(said[1], "result.content.0.text").Str != "1" {
		t.Errorf("it said %q", said)
	}
}
