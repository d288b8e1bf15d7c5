package replay

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// Clients that say who they are have each their own of what was recorded, in
// order, whatever the others do; none ever gets what another was answered.
func TestClientsNeverCross(t *testing.T) {
	const clients, calls = 12, 8
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		tp := newTaper(t)
		next := [clients]int{}
		for n := 0; n < clients*calls; {
			c := random.IntN(clients)
			if next[c] == calls {
				continue
			}
			next[c]++
			n++
			tp.modern(fmt.Sprint("client-", c), n, "tools/call", of("echo", `{}`), said(fmt.Sprintf("%d of %d", next[c], c)))
		}
		cl := tp.play()
		var all sync.WaitGroup
		for _, c := range random.Perm(clients) {
			all.Go(func() {
				for i := range calls {
					want := fmt.Sprintf("%d of %d", i+1, c)
					r := cl.ask(modernRequest("1", "tools/call", metaOf(fmt.Sprint("client-", c), allCapable), of("echo", `{}`)))
					if r.text() != want {
						t.Errorf("seed %d, client %d, call %d: %q, want %q", seed, c, i+1, r.text(), want)
					}
				}
			})
		}
		all.Wait()
	}
}

// Who was not recorded gets what comes closest to it.
func TestWhoseExchanges(t *testing.T) {
	tp := newTaper(t)
	record := func(id int, client, capabilities, text string) {
		on := tp.asked(modernRequest(fmt.Sprint(id), "tools/call", metaOf(client, capabilities), of("echo", `{}`)))
		tp.json(on, "", 200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, id, said(text)))
	}
	record(1, "first", `{}`, "the first")
	record(2, "browser", `{"roots":{}}`, "of the browser")
	record(3, "editor", `{"sampling":{},"roots":{}}`, "of the editor")
	for _, c := range []struct{ why, client, capabilities, want string }{
		{"its very own", "editor", `{"sampling":{},"roots":{}}`, "of the editor"},
		{"its own, spelled in another order", "editor", `{ "roots":{}, "sampling":{} }`, "of the editor"},
		{"one that can do the same, whatever its name", "unheard-of", `{"roots":{}}`, "of the browser"},
		{"what it can do counts before what it is called", "editor", `{"roots":{}}`, "of the browser"},
		{"a namesake where nobody can do the same", "editor", `{"elicitation":{}}`, "of the editor"},
		{"else the first", "unheard-of", `{"elicitation":{}}`, "the first"},
	} {
		cl := tp.play()
		if r := cl.ask(modernRequest("1", "tools/call", metaOf(c.client, c.capabilities), of("echo", `{}`))); r.text() != c.want {
			t.Errorf("%s: %s, want %s", c.why, r.body, c.want)
		}
	}
}

// Over a pipe there is one client at a time: one that says to be another has that
// one's exchanges, from their beginning.
func TestClientsOfOnePipe(t *testing.T) {
	tp := newTaper(t)
	for i, client := range []string{"a", "b", "a", "b"} {
		tp.modern(client, i+1, "tools/call", of("echo", `{}`), said(fmt.Sprint(client, i/2+1)))
	}
	player, err := New(tp.tape())
	if err != nil {
		t.Fatal(err)
	}
	k := talkTo(t, player)
	for i, c := range []struct{ client, want string }{{"b", "b1"}, {"a", "a1"}, {"a", "a2"}, {"b", "b1"}} {
		k.say(modernRequest("1", "tools/call", metaOf(c.client, allCapable), of("echo", `{}`)))
		if got := k.hear().Get("result.content.0.text").Str; got != c.want {
			t.Errorf("call %d: %s, want %s", i+1, got, c.want)
		}
	}
}

// Clients that give themselves ever new names are served, and cost no memory
// without end.
func TestManyNames(t *testing.T) {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("echo", `{}`), said("hello"))
	p, err := New(tp.tape())
	if err != nil {
		t.Fatal(err)
	}
	sp := p.space("")
	for i := range maxClients + 100 {
		params := []byte(`{"_meta":` + metaOf(fmt.Sprint("c", i), `{}`) + `}`)
		m := messageOf(params)
		q := &visit{p: p, space: sp}
		if sp.client(p, q.Told(m), m.Params) == nil {
			t.Fatal("no conversation")
		}
	}
	if n := len(sp.clients); n > maxClients+1 {
		t.Errorf("%d conversations are kept", n)
	}
}
