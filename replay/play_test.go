package replay

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

func TestAnswersCarryThisRunsIDs(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	for _, id := range []string{`77`, `"x"`, `0`} {
		args := `{"m":"a"}`
		if id == `"x"` {
			args = `{"m":"b"}`
		}
		if id == `0` {
			continue
		}
		r := cl.call(id, args)
		if r.get("id").Raw != id || r.get("result.content.0.text").Str == "" {
			t.Errorf("id %s: %s", id, r.body)
		}
	}
}

func TestMatching(t *testing.T) {
	for _, c := range []struct{ why, recorded, received string }{
		{"key order", `{"a":1,"b":2}`, `{"b":2,"a":1}`},
		{"escapes", `{"a":"é"}`, `{"a":"\u00e9"}`},
		{"number spelling", `{"a":1.0}`, `{"a":1}`},
		{"white space", `{"a":[1,2]}`, `{ "a" : [ 1 , 2 ] }`},
	} {
		tp := newTaper(t)
		tp.begin("session-1", "tester")
		tp.call("session-1", 2, c.recorded, "yes")
		cl := tp.play()
		cl.begin("tester")
		if r := cl.call("1", c.received); r.get("result.content.0.text").Str != "yes" {
			t.Errorf("%s: %s", c.why, r.body)
		}
	}
	for _, c := range []struct{ why, recorded, received, pointer string }{
		{"another value", `{"a":3}`, `{"a":4}`, "/params/arguments/a"},
		{"null is not absent", `{"a":null}`, `{}`, "/params/arguments/a"},
		{"integers beyond 2^53", `{"a":9007199254740993}`, `{"a":9007199254740992}`, "/params/arguments/a"},
		{"a string is no number", `{"a":"1"}`, `{"a":1}`, "/params/arguments/a"},
	} {
		tp := newTaper(t)
		tp.begin("session-1", "tester")
		tp.call("session-1", 2, c.recorded, "yes")
		cl := tp.play()
		cl.begin("tester")
		r := cl.call("1", c.received)
		if r.status != 200 || r.get("error.code").Int() != CodeMismatch || r.get("error.data.nearest.differences.0.pointer").Str != c.pointer {
			t.Errorf("%s: %d %s", c.why, r.status, r.body)
		}
	}
}

func TestMetaDoesNotCount(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	r := cl.post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":5},"name":"echo","arguments":{"m":"a"}}}`)
	if r.get("result.content.0.text").Str != "A" {
		t.Error(r.body)
	}
}

func TestPlayedOut(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	cl.call("1", `{"m":"a"}`)
	r := cl.call("2", `{"m":"a"}`)
	if !strings.Contains(r.get("error.message").Str, "already played 1 of 1") {
		t.Errorf("a second call of one recorded: %s", r.body)
	}
	for range 3 {
		if r := cl.post(list5); !r.get("result.tools.0").Exists() {
			t.Errorf("a list may be asked for again: %s", r.body)
		}
	}
	repeating := simple(t).play(WithRepeat())
	repeating.begin("tester")
	repeating.call("1", `{"m":"a"}`)
	if r := repeating.call("2", `{"m":"a"}`); r.get("result.content.0.text").Str != "A" {
		t.Errorf("with repeats: %s", r.body)
	}
}

func TestSequenceOfOneKey(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	for i, text := range []string{"first", "second", "third"} {
		tp.call("session-1", i+2, `{}`, text)
	}
	cl := tp.play()
	cl.begin("tester")
	for _, want := range []string{"first", "second", "third"} {
		if r := cl.call("1", `{}`); r.get("result.content.0.text").Str != want {
			t.Errorf("got %s, want %s", r.body, want)
		}
	}
}

// Two clients on one tape, told apart by the name in their initialize; each
// plays its own session, in whatever order they come.
func TestTwoRecordedSessions(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "alice")
	tp.begin("session-2", "bob")
	tp.call("session-1", 2, `{}`, "for alice")
	tp.call("session-2", 2, `{}`, "for bob")
	bob := tp.play()
	bob.begin("bob")
	alice := *bob
	alice.session = ""
	alice.begin("alice")
	if r := bob.call("1", `{}`); r.get("result.content.0.text").Str != "for bob" {
		t.Error(r.body)
	}
	if r := alice.call("1", `{}`); r.get("result.content.0.text").Str != "for alice" {
		t.Error(r.body)
	}
	third := *bob
	third.session = ""
	third.begin("carol") // all are bound: from the start again
	if r := third.call("1", `{}`); r.get("result.content.0.text").Str != "for alice" {
		t.Error(r.body)
	}
}

func TestSpacesWithoutSessionsNeverCross(t *testing.T) {
	tp := newTaper(t)
	for i := range 50 {
		tp.call("", i+2, `{}`, fmt.Sprint("n", i))
	}
	cl := tp.play()
	if cl.player.Sessions() != "stateless" {
		t.Fatalf("a tape without initialize is %s, want stateless", cl.player.Sessions())
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			mine := *cl
			mine.url = strings.Replace(cl.url, "/mcp", fmt.Sprintf("/s/w%d/mcp", i), 1)
			for n := range 20 {
				if r := mine.call("1", `{}`); r.get("result.content.0.text").Str != fmt.Sprint("n", n) {
					t.Errorf("space %d, call %d: %s", i, n, r.body)
				}
			}
		})
	}
	wg.Wait()
}

func TestSynthesized(t *testing.T) {
	for _, c := range []struct{ why, request, want string }{
		{"ping", ping, `{"jsonrpc":"2.0","id":9,"result":{}}`},
		{"setLevel, for the server has logging", `{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}}`, `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{"a list the server cannot have", `{"jsonrpc":"2.0","id":1,"method":"prompts/list"}`, `"code":-32601`},
		{"an unrecorded cursor", `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}`, `"code":-32602`},
	} {
		cl := simple(t).play()
		cl.begin("tester")
		if r := cl.post(c.request); !strings.Contains(r.body, c.want) {
			t.Errorf("%s: %s", c.why, r.body)
		}
		if n := cl.player.Journal().Count("mismatched"); n != 0 {
			t.Errorf("%s: counted as a mismatch", c.why)
		}
	}
}

// A recorded refusal is no answer for a living session.
func TestRefusalsAreNotPlayed(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", list5)
	tp.json(on, "", 404, `{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"Session not found"}}`)
	cl := tp.play()
	cl.begin("tester")
	if r := cl.post(list5); r.status != 200 || !strings.Contains(r.body, "recorded as a refusal") {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

func TestNegotiation(t *testing.T) {
	for _, c := range []struct{ why, asked, want string }{
		{"as recorded", "2025-11-25", "2025-11-25"},
		{"an older one", "2025-03-26", "2025-03-26"},
		{"the oldest", "2024-11-05", "2024-11-05"},
		{"one unheard of", "1999-01-01", "2025-11-25"},
	} {
		cl := simple(t).play()
		r := cl.post(fmt.Sprintf(initialize, 1, c.asked, "x"))
		if got := r.get("result.protocolVersion").Str; got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, path := range []string{"/mcp", "/mcp/", "/mcp/v1/messages", "/messages", "/", "/s/w1/mcp", "/s/w1"} {
		cl := simple(t).play()
		cl.url = strings.TrimSuffix(cl.url, "/mcp") + path
		r := cl.post(fmt.Sprintf(initialize, 1, "2025-03-26", "plain"), "Accept", "*/*")
		if r.status != 200 || r.header.Get("Content-Type") != "application/json" || r.header.Get("Mcp-Session-Id") == "" {
			t.Errorf("%s: %d %v %s", path, r.status, r.header, r.body)
		}
	}
	cl := simple(t).play()
	cl.url += "/nowhere"
	if r := cl.post(ping); r.status != 404 || !strings.Contains(r.body, "/mcp") {
		t.Errorf("a wrong path: %d %s, want 404 that names the right one", r.status, r.body)
	}
}

func TestIdleAndCap(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	cl := simple(t).play(WithClock(clockFunc(clock)), WithIdleTimeout(time.Minute), WithMaxSessions(1))
	cl.begin("tester")
	second := *cl
	second.session = ""
	if r := second.post(fmt.Sprintf(initialize, 1, "2025-11-25", "x")); r.status != 503 || !strings.Contains(r.body, "1 sessions are open") {
		t.Errorf("beyond the cap: %d %s", r.status, r.body)
	}
	mu.Lock()
	now = now.Add(2 * time.Minute)
	mu.Unlock()
	if r := cl.post(list5); r.status != 404 || !strings.Contains(r.body, "expired after 1m0s") {
		t.Errorf("after the idle timeout: %d %s", r.status, r.body)
	}
	second.begin("tester")
	if r := second.do("DELETE", ""); r.status/100 != 2 {
		t.Errorf("DELETE: %d", r.status)
	}
	if r := second.post(list5); r.status != 404 || !strings.Contains(r.body, "DELETE") {
		t.Errorf("after DELETE: %d %s", r.status, r.body)
	}
}

// asking is a tape on which the server asks the client in the middle of a
// call, and pushes a notification on the GET stream.
func asking(t testing.TB) *taper {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	get := tp.listen("session-1")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{},"_meta":{"progressToken":2}}}`)
	tp.stream(on)
	tp.frame(on, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1}}`)
	tp.frame(on, `{"jsonrpc":"2.0","id":0,"method":"sampling/createMessage","params":{"messages":[]}}`)
	answer := tp.post("session-1", `{"jsonrpc":"2.0","id":0,"result":{"role":"assistant"}}`)
	tp.json(answer, "", 202, "")
	tp.frame(get, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	tp.frame(on, `{"jsonrpc":"2.0","id":2,"result":{"content":[]}}`)
	tp.end(on)
	return tp
}

func (c *client) open(method, body string) *bufio.Scanner {
	c.t.Helper()
	req, _ := http.NewRequestWithContext(c.t.Context(), method, c.url, strings.NewReader(body))
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Mcp-Session-Id", c.session)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 {
		c.t.Fatalf("%s: %s", method, resp.Status)
	}
	return bufio.NewScanner(resp.Body)
}

// message reads the next message of a stream.
func message(s *bufio.Scanner) string {
	for s.Scan() {
		if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
			return data
		}
	}
	return ""
}

const able = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"sampling":{}},"clientInfo":{"name":"tester","version":"1"}}}`

func TestQuestionsWaitForTheirAnswers(t *testing.T) {
	cl := asking(t).play()
	cl.session = cl.post(able).header.Get("Mcp-Session-Id")
	cl.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	get := cl.open("GET", "")
	post := cl.open("POST", `{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"ask","arguments":{},"_meta":{"progressToken":"tok"}}}`)
	if m := message(post); gjson.Get(m, "params.progressToken").Str != "tok" {
		t.Errorf("progress goes under the live token: %s", m)
	}
	question := message(post)
	if gjson.Get(question, "method").Str != "sampling/createMessage" {
		t.Fatalf("want the question, got %s", question)
	}
	if r := cl.post(`{"jsonrpc":"2.0","id":` + gjson.Get(question, "id").Raw + `,"result":{"role":"user"}}`); r.status != 202 {
		t.Fatalf("the answer: %d %s", r.status, r.body)
	}
	if m := message(post); gjson.Get(m, "id").Str != "q" {
		t.Errorf("the result: %s", m)
	}
	if m := message(get); gjson.Get(m, "method").Str != "notifications/tools/list_changed" {
		t.Errorf("on the GET stream: %s", m)
	}
	if cl.player.Journal().Count("diverged") != 1 {
		t.Error("an answer other than the recorded one is noted")
	}
}

func TestNoQuestionWithoutTheCapability(t *testing.T) {
	cl := asking(t).play()
	cl.begin("tester")
	r := cl.post(`{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":"ask","arguments":{}}}`)
	if strings.Contains(r.body, "sampling") || strings.Contains(r.body, "progress") || !strings.Contains(r.body, `"id":"q"`) {
		t.Errorf("want the result alone: %s", r.body)
	}
}

func TestRedactedPlacesDoNotCount(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	tp.call("session-1", 2, `{"password":"redacted-1","city":"Oslo"}`, "in")
	tp.call("session-1", 3, `{"note":"redacted-2","city":"Oslo"}`, "shape")
	cl := tp.play()
	cl.begin("tester")
	if r := cl.call("1", `{"city":"Oslo","password":"hunter2"}`); r.get("result.content.0.text").Str != "in" {
		t.Errorf("a live secret: %s", r.body)
	}
	if r := cl.call("1", `{"city":"Oslo","note":"anything else"}`); r.get("result.content.0.text").Str != "shape" {
		t.Errorf("any value where one was redacted: %s", r.body)
	}
	if r := cl.call("1", `{"city":"Rome","password":"hunter2"}`); r.get("error.code").Int() != CodeMismatch {
		t.Errorf("the rest still counts: %s", r.body)
	}
}

func TestOrderAndIgnore(t *testing.T) {
	ordered := simple(t).play(WithOrder())
	ordered.begin("tester")
	for _, want := range []string{"A", "B"} {
		if r := ordered.call("1", `{"m":"whatever"}`); r.get("result.content.0.text").Str != want {
			t.Errorf("in order: %s, want %s", r.body, want)
		}
	}
	ignoring := simple(t).play(WithIgnore("/params/arguments/when"))
	ignoring.begin("tester")
	if r := ignoring.call("1", `{"m":"b","when":"now"}`); r.get("result.content.0.text").Str != "B" {
		t.Errorf("with /params/arguments/when ignored: %s", r.body)
	}
}

func TestSeed(t *testing.T) {
	first := simple(t).play(WithSeed(7)).begin("x").header.Get("Mcp-Session-Id")
	again := simple(t).play(WithSeed(7)).begin("x").header.Get("Mcp-Session-Id")
	other := simple(t).play().begin("x").header.Get("Mcp-Session-Id")
	if first != again || first == other || len(first) != 36 {
		t.Errorf("seeded %q and %q, unseeded %q", first, again, other)
	}
}

func TestJournalIsATape(t *testing.T) {
	cl := simple(t).play()
	cl.begin("tester")
	cl.call("3", `{"m":"a"}`)
	cl.call("4", `{"m":"z"}`)
	var kinds []string
	for e := range cl.player.Journal().Events() {
		if e.Note != nil {
			kinds = append(kinds, e.Note.Kind)
		}
		if e.Message != nil && !json.Valid(e.Message) {
			t.Errorf("an event's message is no JSON: %s", e.Message)
		}
	}
	if got := strings.Join(kinds, " "); got != "matched matched mismatched" {
		t.Errorf("notes: %s", got)
	}
	if m := cl.player.Journal().Mismatches(); len(m) != 1 || !strings.Contains(m[0].Error(), `/params/arguments/m   recorded "a"   received "z"`) {
		t.Errorf("mismatches: %v", m)
	}
}

// A server may name its session in what it says, and a client in what it asks.
func TestSessionIDsWithinMessages(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	tp.call("session-1", 2, `{"session":"session-1","note":"of {{session-1}}"}`, "hello {{session-1}}, not session-1x")
	cl := tp.play()
	cl.begin("tester")
	r := cl.call("1", `{"session":"`+cl.session+`","note":"of `+cl.session+`"}`)
	if got := r.get("result.content.0.text").Str; got != "hello "+cl.session+", not session-1x" {
		t.Errorf("got %s", r.body)
	}
}

// A plain client gets JSON for one message, whatever frames stood beside it.
func TestPlainClientOfAPrimedStream(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", list5)
	tp.stream(on)
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, SSE: &cassettes.SSE{ID: "e1", HasID: true}, Raw: []byte{}})
	tp.frame(on, `{"jsonrpc":"2.0","id":5,"result":{"tools":[]}}`)
	tp.end(on)
	cl := tp.play()
	cl.begin("tester")
	if r := cl.post(list5, "Accept", "*/*"); r.header.Get("Content-Type") != "application/json" || r.body != `{"jsonrpc":"2.0","id":5,"result":{"tools":[]}}` {
		t.Errorf("Accept */*: %v %s", r.header, r.body)
	}
	if r := cl.post(list5); r.header.Get("Content-Type") != "text/event-stream" || !strings.HasPrefix(r.body, "id: ") || strings.Contains(r.body, "e1") {
		t.Errorf("a client of streams: %v %q, want the priming frame under an id of this run", r.header, r.body)
	}
}

// A message that was spread over several data lines is so again.
func TestSeveralDataLines(t *testing.T) {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", list5)
	tp.stream(on)
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, Message: json.RawMessage(`{"jsonrpc":"2.0","id":5,"result":{}}`),
		SSE: &cassettes.SSE{Frame: "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":5,\"result\":{}}\n\n"}})
	tp.end(on)
	cl := tp.play()
	cl.begin("tester")
	if r := cl.post(`{"jsonrpc":"2.0","id":77,"method":"tools/list"}`); r.body != "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":77,\"result\":{}}\n\n" {
		t.Errorf("got %q", r.body)
	}
}

// A clockFunc tells the time as a function does, and waits as the machine
// does.
type clockFunc func() time.Time

func (c clockFunc) Now() time.Time { return c() }

func (clockFunc) After(d time.Duration) (<-chan time.Time, func()) { return machine{}.After(d) }
