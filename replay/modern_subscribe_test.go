package replay

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// subscriptionOf is the id under which a message of a subscription goes.
func subscriptionOf(message string) string {
	for _, member := range []string{"params", "result"} {
		if v := gjson.Get(message, member+`._meta.io\.modelcontextprotocol/subscriptionId`); v.Exists() {
			return v.Raw
		}
	}
	return ""
}

// tagged is a notification on a recorded subscription.
func tagged(method, params string) string {
	if params != "" {
		params += ","
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":{%s"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`, method, params)
}

// everything is a filter that lets all changes pass.
const everything = `"notifications":{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["file:///a"]}`

// subscribed is a tape on which a client subscribes, calls a tool, and is told
// of two changes; end is how the server ends the subscription, if it does.
func subscribed(t testing.TB, end string) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true}},"ttlMs":0,"cacheScope":"private"}`)
	on := tp.asked(modernRequest("1", "subscriptions/listen", metaOf("tester", allCapable), everything))
	tp.stream(on)
	tp.frame(on, tagged("notifications/subscriptions/acknowledged", `"notifications":{"toolsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["file:///a"]}`))
	tp.modern("tester", 2, "tools/call", of("change", `{}`), said("changed"))
	tp.frame(on, tagged("notifications/tools/list_changed", ""))
	tp.frame(on, tagged("notifications/resources/updated", `"uri":"file:///a/b"`))
	tp.modern("tester", 3, "tools/call", of("rest", `{}`), said("rested"))
	switch end {
	case "result":
		tp.frame(on, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`)
		tp.end(on)
	case "nothing":
		tp.end(on)
	case "reset":
		tp.write(&cassettes.Event{On: on, From: cassettes.Server, End: cassettes.Reset})
	case "left":
		tp.write(&cassettes.Event{On: on, From: cassettes.Client, End: cassettes.Closed})
	}
	return tp
}

// subscribe subscribes, and returns the stream and what ends it from this side.
func (c *client) subscribe(id, filter string) (*bufio.Scanner, context.CancelFunc) {
	c.t.Helper()
	body := modernRequest(id, "subscriptions/listen", metaOf("tester", allCapable), filter)
	ctx, cancel := context.WithCancel(c.t.Context())
	c.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "POST", c.url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for name, value := range map[string]string{"Accept": "application/json, text/event-stream", "Content-Type": "application/json",
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"} {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		c.t.Fatalf("listen: %s %v", resp.Status, resp.Header)
	}
	s := bufio.NewScanner(resp.Body)
	if m := message(s); gjson.Get(m, "method").Str != "notifications/subscriptions/acknowledged" || subscriptionOf(m) != id {
		c.t.Fatalf("the acknowledgement comes first, under the id of the request: %s", m)
	}
	return s, cancel
}

// methods reads the next messages of a subscription.
func methods(t *testing.T, s *bufio.Scanner, id string, n int) (all string) {
	t.Helper()
	for range n {
		m := message(s)
		if subscriptionOf(m) != id {
			t.Errorf("%s: want the id %s", m, id)
		}
		all += strings.TrimPrefix(gjson.Get(m, "method").Str, "notifications/") + " "
	}
	return all
}

// Subscriptions are told what was recorded, each thing after the request that
// preceded it, under the id of the request that opened them, and end as the
// recorded one did.
func TestSubscription(t *testing.T) {
	const told = "tools/list_changed resources/updated "
	for _, c := range []struct{ why, id, end string }{
		{"the server ends it with a result", `7`, "result"},
		{"the server ends it without one", `"seven"`, "nothing"},
		{"the connection is reset", `-3`, "reset"},
		{"the recorded client left: this one stays until it leaves, too", `"{}"`, "left"},
	} {
		cl := subscribed(t, c.end).play()
		s, leave := cl.subscribe(c.id, everything)
		cl.told("2", "tools/call", of("change", `{}`))
		if got := methods(t, s, c.id, 2); got != told {
			t.Errorf("%s: %q, want %q", c.why, got, told)
		}
		cl.told("3", "tools/call", of("rest", `{}`))
		switch c.end {
		case "result":
			if m := message(s); gjson.Get(m, "id").Raw != c.id || gjson.Get(m, "result.resultType").Str != "complete" || subscriptionOf(m) != c.id {
				t.Errorf("%s: %s", c.why, m)
			}
			fallthrough
		case "nothing":
			if m := message(s); m != "" || s.Err() != nil {
				t.Errorf("%s: %q, %v, want the end", c.why, m, s.Err())
			}
		case "reset":
			if m := message(s); m != "" || s.Err() == nil {
				t.Errorf("%s: %q, %v, want the connection to break", c.why, m, s.Err())
			}
		case "left":
			leave()
			message(s)
			if r := cl.told("4", "tools/call", of("rest", `{}`)); r.text() != "rested" {
				t.Errorf("%s: afterwards: %s", c.why, r.body)
			}
		}
	}
}

// Several subscriptions are told alike, each under its own id; one that comes
// late hears of what happens from then on, which is what a call causes whenever
// it is made.
func TestSeveralSubscriptions(t *testing.T) {
	cl := subscribed(t, "result").play()
	one, _ := cl.subscribe(`1`, everything)
	two, _ := cl.subscribe(`"1"`, everything)
	cl.told("2", "tools/call", of("change", `{}`))
	for id, s := range map[string]*bufio.Scanner{`1`: one, `"1"`: two} {
		if got := methods(t, s, id, 2); got != "tools/list_changed resources/updated " {
			t.Errorf("%s: %q", id, got)
		}
	}
	late, _ := cl.subscribe(`"late"`, everything)
	cl.told("3", "tools/call", of("change", `{}`))
	for id, s := range map[string]*bufio.Scanner{`1`: one, `"1"`: two, `"late"`: late} {
		if got := methods(t, s, id, 2); got != "tools/list_changed resources/updated " {
			t.Errorf("%s, when it is called again: %q", id, got)
		}
	}
	cl.told("4", "tools/call", of("rest", `{}`))
	for id, s := range map[string]*bufio.Scanner{`1`: one, `"1"`: two, `"late"`: late} {
		if m := message(s); gjson.Get(m, "id").Raw != id {
			t.Errorf("the end of %s: %s", id, m)
		}
	}
}

// Of a subscription that nobody recorded the filter is honoured, as far as the
// server can.
func TestSubscriptionFilter(t *testing.T) {
	for _, c := range []struct{ why, filter, honoured, want string }{
		{"tools alone", `"notifications":{"toolsListChanged":true}`, `{"toolsListChanged":true}`, "tools/list_changed"},
		{"a resource, of which the change is a part", `"notifications":{"resourceSubscriptions":["file:///a"]}`, `{"resourceSubscriptions":["file:///a"]}`, "resources/updated"},
		{"prompts, which the server has not, and tools", `"notifications":{"promptsListChanged":true,"toolsListChanged":true}`, `{"toolsListChanged":true}`, "tools/list_changed"},
	} {
		cl := subscribed(t, "left").play()
		s, _ := cl.subscribe("9", c.filter)
		cl.told("2", "tools/call", of("change", `{}`))
		if got := methods(t, s, "9", 1); got != c.want+" " {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
		var acknowledged string
		for e := range cl.player.Journal().Events() {
			if n := gjson.GetBytes(e.Message, "params.notifications"); n.Exists() && gjson.GetBytes(e.Message, "method").Str != "subscriptions/listen" {
				acknowledged = n.Raw
			}
		}
		if acknowledged != c.honoured {
			t.Errorf("%s: acknowledged %s, want %s", c.why, acknowledged, c.honoured)
		}
	}
}

// When the player closes, it ends subscriptions as a server does that shuts
// down: with the result.
func TestSubscriptionEndsGracefully(t *testing.T) {
	cl := subscribed(t, "left").play()
	s, _ := cl.subscribe(`"x"`, everything)
	cl.player.Close()
	if m := message(s); gjson.Get(m, "id").Raw != `"x"` || subscriptionOf(m) != `"x"` || gjson.Get(m, "result.resultType").Str != "complete" {
		t.Errorf("got %q, want the result", m)
	}
	if m := message(s); m != "" {
		t.Errorf("got %s after the end", m)
	}
}

// listened is a tape on which clients listened to one thing each, one after the
// other, and a tool was called while the other one did.
func listened(t testing.TB) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},"prompts":{"listChanged":true}},"ttlMs":0,"cacheScope":"private"}`)
	listen := func(filter string) int {
		on := tp.asked(modernRequest("1", "subscriptions/listen", metaOf("tester", allCapable), `"notifications":`+filter))
		tp.stream(on)
		tp.frame(on, tagged("notifications/subscriptions/acknowledged", `"notifications":`+filter))
		return on
	}
	leave := func(on int) { tp.write(&cassettes.Event{On: on, From: cassettes.Client, End: cassettes.Closed}) }
	prompts := listen(`{"promptsListChanged":true}`)
	tools := listen(`{"toolsListChanged":true}`)
	for id := range 3 {
		tp.modern("tester", 10+id, "tools/call", of("tools", `{}`), said("tools"))
		tp.frame(tools, tagged("notifications/tools/list_changed", ""))
	}
	leave(prompts)
	leave(tools)
	prompts = listen(`{"promptsListChanged":true}`)
	tp.modern("tester", 20, "tools/call", of("prompts", `{}`), said("prompts"))
	tp.frame(prompts, tagged("notifications/prompts/list_changed", ""))
	leave(prompts)
	return tp
}

// A change is told once, after the call that causes it, to whoever listens to
// such: whichever recorded subscription heard of it, and however far its client
// has come.
func TestSubscriptionHearsWhatItsClientCauses(t *testing.T) {
	for _, c := range []struct {
		why, filter   string
		before, calls []string
		want          string
	}{
		{"another recorded subscription than the first of this filter heard it", `{"promptsListChanged":true}`, nil, []string{"prompts"}, "prompts/list_changed "},
		{"what it has not asked for comes in between", `{"promptsListChanged":true}`, nil, []string{"tools", "prompts"}, "prompts/list_changed "},
		{"one change for each call", `{"toolsListChanged":true}`, nil, []string{"tools", "tools", "tools"}, "tools/list_changed tools/list_changed tools/list_changed "},
		{"one for the last, though the others were before it listened", `{"toolsListChanged":true}`, []string{"tools", "tools"}, []string{"tools"}, "tools/list_changed "},
		{"one for each, though the tape has no more of them", `{"toolsListChanged":true}`, []string{"tools", "tools", "tools"}, []string{"tools", "tools"}, "tools/list_changed tools/list_changed "},
		{"nobody recorded both", `{"toolsListChanged":true,"promptsListChanged":true}`, nil, []string{"prompts", "tools"}, "prompts/list_changed tools/list_changed "},
	} {
		cl := listened(t).play()
		for _, tool := range c.before {
			cl.told("5", "tools/call", of(tool, `{}`))
		}
		s, _ := cl.subscribe("9", `"notifications":`+c.filter)
		got := ""
		for _, tool := range c.calls {
			cl.told("6", "tools/call", of(tool, `{}`))
			if strings.Contains(c.filter, tool) {
				got += methods(t, s, "9", 1)
			}
		}
		cl.player.Close()
		if m := message(s); gjson.Get(m, "id").Raw != "9" {
			t.Errorf("%s: after %q there is %s", c.why, got, m)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

// A client hears nothing that it has not asked for, however loosely requests are
// compared: a subscription goes by its filter alone.
func TestSubscriptionIsDrawnByItsFilter(t *testing.T) {
	const filter, honoured = `{"resourceSubscriptions":["file:///other"]}`, `{"resourceSubscriptions":["file:///other"]}`
	for _, c := range []struct {
		why string
		opt Option
	}{
		{"in the order of the tape", WithOrder()},
		{"the filter is ignored", WithIgnore("/params/notifications")},
	} {
		cl := subscribed(t, "result").play(c.opt)
		s, _ := cl.subscribe("9", `"notifications":`+filter)
		cl.told("2", "tools/call", of("change", `{}`))
		cl.told("3", "tools/call", of("rest", `{}`))
		cl.player.Close()
		if m := message(s); gjson.Get(m, "id").Raw != "9" {
			t.Errorf("%s: it hears %s", c.why, m)
		}
		for e := range cl.player.Journal().Events() {
			if n := gjson.GetBytes(e.Message, "params.notifications"); gjson.GetBytes(e.Message, "method").Str == "notifications/subscriptions/acknowledged" && n.Raw != honoured {
				t.Errorf("%s: acknowledged %s", c.why, n.Raw)
			}
		}
	}
}

// What a client does while another begins to listen is not lost.
func TestListenerOpens(t *testing.T) {
	player, err := New(subscribed(t, "left").tape())
	if err != nil {
		t.Fatal(err)
	}
	const session, call = 0, 1 << 20
	ls := &listeners{}
	var told sync.WaitGroup
	l, err := ls.open(func() (*listener, error) {
		if ls.n.Load() == 0 {
			t.Error("nobody would tell a listener that is about to begin")
		}
		told.Go(func() { ls.tell(player, session, call) })
		return &listener{session: session, reached: -1, woken: make(chan struct{}, 1)}, nil
	})
	told.Wait()
	if err != nil || l.reached != call || len(l.due) != 0 {
		t.Errorf("reached %d, %d due, %v", l.reached, len(l.due), err)
	}
}

// There are bounds to how much is listened to at a time, and room again when
// that has ended.
func TestListenersAreBounded(t *testing.T) {
	ls := &listeners{}
	one := func() (*listener, error) { return &listener{}, nil }
	var last *listener
	for range maxSpaceListeners {
		last, _ = ls.open(one)
	}
	if l, err := ls.open(one); l != nil || err == nil {
		t.Error("one too many in a space")
	}
	ls.remove(last)
	if l, err := ls.open(one); l == nil || err != nil {
		t.Errorf("there is room again: %v", err)
	}

	player, err := New(subscribed(t, "left").tape())
	if err != nil {
		t.Fatal(err)
	}
	k := talkTo(t, player)
	listen := func(id int) gjson.Result {
		k.say(modernRequest(strconv.Itoa(id), "subscriptions/listen", metaOf("tester", allCapable), `"notifications":{}`))
		return k.hear()
	}
	for id := range maxPipeListeners {
		if m := listen(id); subscriptionOf(m.Raw) != strconv.Itoa(id) {
			t.Fatalf("%d: %s", id, m.Raw)
		}
	}
	if m := listen(5000); m.Get("error.code").Int() != -32603 || !strings.Contains(m.Get("error.message").Str, "too many subscriptions") || m.Get("id").Raw != "5000" {
		t.Errorf("one too many on a pipe: %s", m.Raw)
	}
}

// A pipe that is ended from this side ends its subscriptions first: with the
// result, and with the cancellation that the revision asks for. A client that
// hangs up itself is told nothing.
func TestSubscriptionEndsWithItsPipe(t *testing.T) {
	for _, c := range []struct {
		why  string
		end  func(player *Player, cancel, hangUp func())
		want []string
	}{
		{"the command is told to end", func(_ *Player, cancel, _ func()) { cancel() }, []string{
			`{"jsonrpc":"2.0","id":"x","result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"x"}}}`,
			`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}`}},
		{"the player closes", func(p *Player, _, _ func()) { p.hush() }, []string{
			`{"jsonrpc":"2.0","id":"x","result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"x"}}}`,
			`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}`}},
		{"the client has no more to say", func(_ *Player, _, hangUp func()) { hangUp() }, nil},
	} {
		player, err := New(subscribed(t, "left").tape())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in, say := io.Pipe()
		hear, out := io.Pipe()
		var played sync.WaitGroup
		played.Go(func() {
			if _, err := player.Stdio(ctx, in, out); err != nil {
				t.Errorf("%s: %v", c.why, err)
			}
			out.Close()
		})
		fmt.Fprintln(say, modernRequest(`"x"`, "subscriptions/listen", metaOf("tester", allCapable), everything))
		lines := bufio.NewScanner(hear)
		if !lines.Scan() || subscriptionOf(lines.Text()) != `"x"` {
			t.Fatalf("%s: %s", c.why, lines.Text())
		}
		c.end(player, cancel, func() { say.Close() })
		var got []string
		for lines.Scan() {
			got = append(got, lines.Text())
		}
		played.Wait()
		say.Close()
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

// Over stdio several subscriptions share the one way out, and each ends when its
// client cancels it.
func TestSubscriptionsOverStdio(t *testing.T) {
	player, err := New(subscribed(t, "left").tape())
	if err != nil {
		t.Fatal(err)
	}
	k := talkTo(t, player)
	meta := metaOf("tester", allCapable)
	for _, id := range []string{`1`, `"two"`} {
		k.say(modernRequest(id, "subscriptions/listen", meta, everything))
		if m := k.hear(); m.Get("method").Str != "notifications/subscriptions/acknowledged" || subscriptionOf(m.Raw) != id {
			t.Fatalf("the acknowledgement: %s", m.Raw)
		}
	}
	k.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, modernRequest("3", "tools/call", meta, of("change", `{}`)))
	seen := map[string]int{}
	for range 3 {
		m := k.hear()
		seen[subscriptionOf(m.Raw)+m.Get("method").Str+m.Get("id").Raw]++
	}
	if len(seen) != 3 || seen[`"two"notifications/tools/list_changed`]+seen[`"two"notifications/resources/updated`]+seen["3"] != 3 {
		t.Errorf("got %v, want the answer and what the second is told", seen)
	}
	k.say(modernRequest("4", "tools/call", meta, of("rest", `{}`)))
	if m := k.hear(); m.Get("id").Raw != "4" {
		t.Errorf("afterwards: %s", m.Raw)
	}
}

// What a legacy server said on its own a modern client is told on its
// subscription, and the other way round.
func TestSubscriptionTranslated(t *testing.T) {
	tp := newTaper(t)
	tp.json(tp.post("", opening("2025-11-25", `{}`)), "session-1", 200, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1"}}}`)
	get := tp.listen("session-1")
	tp.call("session-1", 2, `{}`, "A")
	tp.frame(get, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	cl := tp.play(WithEra("both"))
	s, _ := cl.subscribe(`"m"`, everything)
	cl.told("2", "tools/call", of("echo", `{}`))
	if got := methods(t, s, `"m"`, 1); got != "tools/list_changed " {
		t.Errorf("a modern client of a legacy tape: %q", got)
	}

	cl = subscribed(t, "left").play(WithEra("both"))
	cl.opens("2025-11-25", `{}`)
	cl.post(`{"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"file:///a/b"}}`)
	stream := cl.open("GET", "")
	cl.post(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"change","arguments":{}}}`)
	for _, want := range []string{"notifications/tools/list_changed", "notifications/resources/updated"} {
		if m := message(stream); gjson.Get(m, "method").Str != want || subscriptionOf(m) != "" {
			t.Errorf("a legacy client of a modern tape: %s, want %s", m, want)
		}
	}
}
