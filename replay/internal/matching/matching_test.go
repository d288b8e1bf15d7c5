package matching

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// An ask is a request on a tape: in a session, and answered unless it says so.
type ask struct {
	session    int
	method     string
	params     string
	unanswered bool
}

// record makes a tape of requests. Each session begins with an initialize of a
// client of its own; they are numbered from 1.
func record(t testing.TB, asks ...ask) *cassettes.Tape {
	t.Helper()
	file := filepath.Join(t.TempDir(), "t.cassette")
	f, err := cassettes.Create(file, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}})
	if err != nil {
		t.Fatal(err)
	}
	on := 0
	say := func(a ask) {
		on++
		label := fmt.Sprintf("session-%d", a.session)
		request := &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: map[string][]string{}}
		response := &cassettes.HTTP{Status: 200, Header: map[string][]string{"Content-Type": {"application/json"}}}
		if a.method == mcp.Initialize {
			response.Header[mcp.HeaderSessionID] = []string{label}
		} else if a.session > 0 {
			request.Header[mcp.HeaderSessionID] = []string{label}
		}
		if a.params == "" {
			a.params = "{}"
		}
		events := []cassettes.Event{{On: on, From: cassettes.Client, HTTP: request, Message: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, on, a.method, a.params)}}
		if !a.unanswered {
			events = append(events, cassettes.Event{On: on, From: cassettes.Server, HTTP: response, Message: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":{}}`, on), End: cassettes.EOF})
		}
		for i := range events {
			if err := f.Write(&events[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	begun := map[int]bool{0: true}
	for _, a := range asks {
		if !begun[a.session] {
			begun[a.session] = true
			say(ask{session: a.session, method: mcp.Initialize, params: fmt.Sprintf(`{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"client-%d","version":"1"}}`, a.session)})
		}
		say(a)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tape, err := cassettes.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}

// index makes the index of such a tape, and numbers its exchanges from the first
// that is no initialize.
func index(t testing.TB, asks ...ask) *Index {
	t.Helper()
	tape := record(t, asks...)
	keys, err := NewKeys(tape.Header.Redact, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := New(tape, keys)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// paramsOf reads what was asked in exchange x.
func paramsOf(t testing.TB, ix *Index, x int) string {
	t.Helper()
	ex, err := ix.Exchange(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(jsonrpc.One(ex.Message).Params)
}

// What of a request counts, and what does not.
func TestKeys(t *testing.T) {
	const tool = "tools/call"
	for _, c := range []struct {
		why            string
		redact, ignore []string
		inOrder        bool
		method         string
		a, b           string
		modern, same   bool
	}{
		{why: "the order of members is spelling", method: tool, a: `{"name":"x","arguments":{"a":1,"b":2}}`, b: `{"arguments":{"b":2,"a":1},"name":"x"}`, same: true},
		{why: "so are spaces and escapes", method: tool, a: `{"name":"x"}`, b: "{ \"name\" :\n\"\\u0078\" }", same: true},
		{why: "and how a number is written", method: tool, a: `{"n":10}`, b: `{"n":1e1}`, same: true},
		{why: "but not which large number it is", method: tool, a: `{"n":9007199254740993}`, b: `{"n":9007199254740992}`},
		{why: "the order of an array counts", method: tool, a: `{"n":[1,2]}`, b: `{"n":[2,1]}`},
		{why: "no params are empty ones", method: "tools/list", a: "", b: "{}", same: true},
		{why: "_meta is of this run", method: tool, a: `{"name":"x","_meta":{"progressToken":1}}`, b: `{"name":"x"}`, same: true},
		{why: "_meta within the arguments is the tool's", method: tool, a: `{"arguments":{"_meta":1}}`, b: `{"arguments":{"_meta":2}}`},
		{why: "a name twice has a meaning nobody knows", method: tool, a: `{"n":1,"n":2}`, b: `{"n":2}`},
		{why: "an ignored place", ignore: []string{"/params/arguments/when"}, method: tool, a: `{"arguments":{"when":1}}`, b: `{"arguments":{"when":2}}`, same: true},
		{why: "with dots and slashes in its name", ignore: []string{"/arguments/a.b~1c"}, method: tool, a: `{"arguments":{"a.b/c":1}}`, b: `{"arguments":{"a.b/c":2}}`, same: true},
		{why: "two of one array, from its end", ignore: []string{"/list/0", "/list/1"}, method: tool, a: `{"list":[1,2,3]}`, b: `{"list":[7,8,3]}`, same: true},
		{why: "a redacted place", redact: []string{"/params/arguments/token"}, method: tool, a: `{"arguments":{"token":"a"}}`, b: `{"arguments":{"token":"b"}}`, same: true},
		{why: "in order nothing counts but the name", inOrder: true, method: tool, a: `{"name":"x","arguments":1}`, b: `{"name":"x"}`, same: true},
		{why: "which does", inOrder: true, method: tool, a: `{"name":"x"}`, b: `{"name":"y"}`},
		{why: "who initializes does not count", method: mcp.Initialize, a: `{"clientInfo":{"name":"a"}}`, b: `{}`, same: true},
		{why: "all of a filter does", ignore: []string{"/notifications"}, method: mcp.Listen, a: `{"notifications":{"toolsListChanged":true}}`, b: `{"notifications":{}}`, modern: true},
		{why: "null is no response", method: tool, a: `{"name":"x","inputResponses":null,"requestState":null}`, b: `{"name":"x"}`, modern: true, same: true},
		{why: "a retry is another request, whatever is ignored", ignore: []string{"/inputResponses", "/requestState"}, method: tool, a: `{"name":"x","requestState":"s"}`, b: `{"name":"x"}`, modern: true},
	} {
		keys, err := NewKeys(c.redact, c.ignore, c.inOrder)
		if err != nil {
			t.Fatal(err)
		}
		a, b := keys.Of(c.method, []byte(c.a), c.modern), keys.Of(c.method, []byte(c.b), c.modern)
		if (a == b) != c.same {
			t.Errorf("%s: %s and %s: the same is %t, want %t", c.why, c.a, c.b, a == b, c.same)
		}
		if other := keys.Of(c.method, []byte(c.a), !c.modern); c.method != mcp.Initialize && other == a {
			t.Errorf("%s: the same key in either era", c.why)
		}
	}
}

// A client draws its own exchanges first, then those of others, and at last the
// last one again.
func TestDraw(t *testing.T) {
	list := func(session int, cursor string) ask {
		return ask{session: session, method: "tools/list", params: fmt.Sprintf(`{"_meta":{"n":%q}}`, cursor)}
	}
	ix := index(t, list(1, "a"), list(2, "b"), list(1, "c"), list(2, "d"), ask{session: 1, method: "tools/list", unanswered: true})
	for _, c := range []struct {
		why  string
		lane int
		once bool
		want []string
	}{
		{"the second session's first, then the first's", 2, false, []string{"b", "d", "a", "c", "c"}},
		{"the other way round", 1, false, []string{"a", "c", "b", "d", "d"}},
		{"each once", 1, true, []string{"a", "c", "b", "d", "4 played"}},
	} {
		var cursors Cursors
		cursors.Begin(c.lane)
		g := ix.Find("tools/list", nil, false)
		for n, want := range c.want {
			x, used := cursors.Draw(ix, g, c.once)
			got := fmt.Sprintf("%d played", used)
			if x >= 0 {
				got = gjson.Get(paramsOf(t, ix, x), "_meta.n").Str
			}
			if got != want {
				t.Errorf("%s: draw %d is %s, want %s", c.why, n+1, got, want)
			}
		}
		cursors.Follow(c.lane)
		if x, _ := cursors.Draw(ix, g, false); x < 0 || cursors.at[g].played < 4 {
			t.Errorf("%s: to follow the same lane began anew", c.why)
		}
	}
	if n := len(ix.Members(ix.Find("tools/list", nil, false))); n != 4 {
		t.Errorf("%d exchanges of the key, want 4: one has no answer", n)
	}
	if g := ix.Find("tools/list", []byte(`{"cursor":"x"}`), false); g != None {
		t.Errorf("group %d for what nobody asked", g)
	}
}

// New clients are bound to their namesakes, then in order, then from the start.
func TestBind(t *testing.T) {
	ix := index(t, ask{session: 1, method: "ping"}, ask{session: 2, method: "ping"}, ask{session: 3, method: "ping"})
	b := ix.NewBinder()
	var got []string
	for _, client := range []string{"client-3", "stranger", "client-1", "client-1", "client-3"} {
		got = append(got, ix.Sessions[b.Bind(client)].Client)
	}
	if diff := cmp.Diff([]string{"client-3", "client-1", "client-2", "client-1", "client-3"}, got); diff != "" {
		t.Error(diff)
	}
}

// What was recorded with a secret left out is found whatever stands there now.
func TestRedactedPlaces(t *testing.T) {
	ix := index(t, ask{session: 1, method: "tools/call", params: `{"name":"login","arguments":{"user":"a","list":[{"key":"redacted-1"}]}}`})
	for _, c := range []struct {
		why, params string
		found       bool
	}{
		{"any value", `{"name":"login","arguments":{"user":"a","list":[{"key":"hunter2"}]}}`, true},
		{"of any type", `{"name":"login","arguments":{"user":"a","list":[{"key":7}]}}`, true},
		{"none: the place does not count", `{"name":"login","arguments":{"user":"a","list":[{}]}}`, true},
		{"the rest must be the same", `{"name":"login","arguments":{"user":"b","list":[{"key":"hunter2"}]}}`, false},
	} {
		if found := ix.Find("tools/call", []byte(c.params), false) != None; found != c.found {
			t.Errorf("%s: found is %t, want %t", c.why, found, c.found)
		}
	}
}

// Samples know what is on the tape, and stay small on a large one.
func TestSamples(t *testing.T) {
	asks := []ask{{session: 1, method: "tools/list"}}
	for i := range 100 {
		asks = append(asks, ask{session: 1, method: "tools/call", params: fmt.Sprintf(`{"name":"tool-%d"}`, i%2)})
	}
	ix := index(t, append(asks, ask{session: 1, method: "prompts/get", params: `{"name":"p"}`, unanswered: true})...)
	if diff := cmp.Diff([]string{"initialize", "prompts/get", "tools/call", "tools/list"}, ix.Methods()); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		why       string
		got, want int
	}{
		{"some of a name", len(ix.Named("tools/call", "tool-1")), 50},
		{"of a method one of each name", len(ix.Of("tools/call")), 2},
		{"of one that is about nothing all", len(ix.Named("tools/list", "")), 1},
		{"a name that is not there", len(ix.Named("tools/call", "tool-2")), 0},
		{"a method that is not there", len(ix.Of("resources/read")), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.why, c.got, c.want)
		}
	}
	if !ix.Plays("tools/call") || ix.Plays("prompts/get") || !ix.Has("prompts/get") {
		t.Error("what was asked and what was answered are not told apart")
	}
}

// FuzzKeys: no params make keys panic, the same give the same, and a request
// is found among those recorded.
func FuzzKeys(f *testing.F) {
	f.Add("tools/call", `{"name":"x","arguments":{"a":[1,{"b":null}]},"_meta":{"progressToken":1}}`)
	f.Add("tools/call", `{"inputResponses":{"a":{"action":"accept"}},"requestState":"s"}`)
	f.Add("subscriptions/listen", `{"notifications":{}}`)
	f.Add("x", `[`)
	keys, err := NewKeys([]string{"/params/arguments/token"}, []string{"/arguments/a/0"}, false)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, params string) {
		if jsonrpc.Valid([]byte(params)) != nil {
			t.Skip()
		}
		for _, modern := range []bool{false, true} {
			before := params
			k := keys.Of(method, []byte(params), modern)
			if again := keys.Of(method, []byte(params), modern); again != k || params != before {
				t.Errorf("%s %s: two keys", method, params)
			}
			if !modern && method != mcp.Listen && keys.Of(method, jsonrpc.Compact([]byte(params)), modern) != k {
				t.Errorf("%s %s: another key without its spaces", method, params)
			}
		}
	})
}
