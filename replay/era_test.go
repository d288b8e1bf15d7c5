package replay

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Tapes of each era, with a call of echo and one of a tool of its own.
func tapeOf(t testing.TB, era string) *taper {
	tp := newTaper(t)
	if era == "legacy" || era == "mixed" {
		tp.begin("session-1", "tester")
		tp.json(tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`), "", 200, `{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}}`)
		tp.call("session-1", 3, `{"m":"legacy"}`, "L")
	}
	if era == "modern" || era == "mixed" {
		tp.modern("tester", 4, "tools/list", "", `{"resultType":"complete","tools":[{"name":"echo","inputSchema":{"type":"object"}}],"ttlMs":5,"cacheScope":"public"}`)
		tp.modern("tester", 5, "tools/call", of("echo", `{"m":"modern"}`), said("M"))
	}
	return tp
}

// What is served of each tape, and what becomes of a call that the tape has in
// one era. A call is told by what it says, the code of its error, or the reason
// of a mismatch.
func TestEras(t *testing.T) {
	const (
		vanished = "-32022" // initialize is answered with the versions that there are
		unmodern = "-32600" // refused, as a legacy server refuses it
		elsewise = "recorded in the %s era"
		never    = "never recorded"
		differs  = "differs from what was recorded"
	)
	inLegacy, inModern := fmt.Sprintf(elsewise, "legacy"), fmt.Sprintf(elsewise, "modern")
	for _, c := range []struct {
		tape, era, serves string
		legacy            [2]string // a legacy client's calls: what was recorded legacy, what modern
		modern            [2]string // a modern client's
		translated        int
	}{
		{"legacy", "auto", "legacy", [2]string{"L", differs}, [2]string{unmodern, unmodern}, 0},
		{"legacy", "legacy", "legacy", [2]string{"L", differs}, [2]string{unmodern, unmodern}, 0},
		{"legacy", "modern", "modern", [2]string{vanished, vanished}, [2]string{"L", differs}, 1},
		{"legacy", "both", "both", [2]string{"L", differs}, [2]string{"L", differs}, 1},
		{"modern", "auto", "modern", [2]string{vanished, vanished}, [2]string{differs, "M"}, 0},
		{"modern", "legacy", "legacy", [2]string{differs, "M"}, [2]string{unmodern, unmodern}, 1},
		{"modern", "modern", "modern", [2]string{vanished, vanished}, [2]string{differs, "M"}, 0},
		{"modern", "both", "both", [2]string{differs, "M"}, [2]string{differs, "M"}, 1},
		{"mixed", "auto", "both", [2]string{"L", inModern}, [2]string{inLegacy, "M"}, 0},
		{"mixed", "legacy", "legacy", [2]string{"L", "M"}, [2]string{unmodern, unmodern}, 1},
		{"mixed", "modern", "modern", [2]string{vanished, vanished}, [2]string{"L", "M"}, 1},
		{"mixed", "both", "both", [2]string{"L", "M"}, [2]string{"L", "M"}, 2},
		{"empty", "auto", "legacy", [2]string{never, never}, [2]string{unmodern, unmodern}, 0},
		{"empty", "modern", "modern", [2]string{vanished, vanished}, [2]string{never, never}, 0},
		{"empty", "both", "both", [2]string{never, never}, [2]string{never, never}, 0},
	} {
		why := c.tape + " tape, era " + c.era
		cl := tapeOf(t, c.tape).play(WithEra(c.era))
		if got := cl.player.Eras(); got != c.serves {
			t.Errorf("%s: serves %s, want %s", why, got, c.serves)
		}
		what := func(r reply) string {
			if reason := r.get("error.data.reason").Str; reason != "" {
				return reason
			}
			return r.text() + r.get("error.code").Raw
		}
		opened := cl.post(opening("2025-11-25", `{}`))
		cl.session = opened.header.Get("Mcp-Session-Id")
		for i, m := range []string{"legacy", "modern"} {
			got := what(cl.call("1", `{"m":"`+m+`"}`))
			if c.legacy[i] == vanished { // there it is the handshake that is refused
				got = what(opened)
			}
			if got != c.legacy[i] {
				t.Errorf("%s: a legacy client that calls what is %s: %s, want %s", why, m, got, c.legacy[i])
			}
		}
		cl.session = ""
		for i, m := range []string{"legacy", "modern"} {
			r := cl.told("1", "tools/call", of("echo", `{"m":"`+m+`"}`))
			if got := what(r); got != c.modern[i] {
				t.Errorf("%s: a modern client that calls what is %s: %s, want %s: %s", why, m, got, c.modern[i], r.body)
			}
			if served := r.get("result").Exists(); served && (r.get("result.resultType").Str != "complete" || r.header.Get("Mcp-Session-Id") != "") {
				t.Errorf("%s: %v %s, want a result of that era", why, r.header, r.body)
			}
			if strings.HasPrefix(c.modern[i], "recorded in") && !strings.Contains(r.get("error.data.hint").Str, "--era both") {
				t.Errorf("%s: %s, want the hint", why, r.body)
			}
		}
		translated := 0
		for _, note := range cl.notes("translated") {
			if !strings.Contains(note, "initialize") {
				translated++
			}
		}
		if translated != c.translated {
			t.Errorf("%s: translated %q, want %d", why, cl.notes("translated"), c.translated)
		}
	}
}

func TestEraErrors(t *testing.T) {
	for _, c := range []struct {
		why, tape string
		opts      []Option
		want      string
	}{
		{"a word that is none", "legacy", []Option{WithEra("new")}, `era "new"`},
		{"HTTP+SSE has no modern era", "legacy", []Option{WithEra("modern"), WithTransport("sse")}, "transport sse"},
		{"nor has a tape that was recorded in it", "modern", []Option{WithTransport("sse")}, "era both"},
		{"a tape that is translated has", "modern", []Option{WithTransport("sse"), WithEra("both")}, ""},
		{"sessions went with the modern era", "legacy", []Option{WithEra("modern"), WithSessions("required")}, "sessions required: that is of the revisions with a handshake"},
		{"they are not optional there, either", "modern", []Option{WithSessions("optional")}, "sessions optional"},
		{"without sessions is what it is", "modern", []Option{WithSessions("stateless")}, ""},
		{"the last word counts", "modern", []Option{WithSessions("required"), WithSessions("auto")}, ""},
		{"legacy clients beside it may have them", "modern", []Option{WithSessions("required"), WithEra("both")}, ""},
		{"a scenario's sessions are those of its legacy clients", "modern", []Option{WithScenario(scenario(t, "sessions: required\nfaults:\n  - when: {}\n    do: ignore\n"))}, ""},
		{"its streams are not resumed", "legacy", []Option{WithEra("modern"), WithResumable()}, "resumable: resuming a stream"},
		{"nor on a tape of it", "modern", []Option{WithResumable()}, "era both"},
		{"those of legacy clients are", "modern", []Option{WithResumable(), WithEra("both")}, ""},
	} {
		_, err := New(tapeOf(t, c.tape).tape(), c.opts...)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.why, err, c.want)
		}
	}
	if _, err := NewLive(http.NotFoundHandler(), WithEra("modern"), WithScenario(onEveryPost(scenarios.Action{Status: 500}))); err == nil || !strings.Contains(err.Error(), "live server") {
		t.Errorf("before a live server: %v, want an error", err)
	}
	if _, err := NewLive(http.NotFoundHandler(), WithScenario(scenario(t, "era: modern\nfaults:\n  - when: {tool: echo}\n    do: {status: 503}\n"))); err != nil {
		t.Errorf("before a live server, an era of the scenario: %v", err)
	}
	broken := newTaper(t)
	broken.json(broken.post("", opening("2025-11-25", `{}`)), "", 200, `{"jsonrpc":"2.0","id":1,"result":"hello"}`)
	if _, err := New(broken.tape(), WithEra("both")); err == nil || !strings.Contains(err.Error(), "server/discover") {
		t.Errorf("a handshake that cannot be told: %v, want an error", err)
	}
	if _, err := New(broken.tape()); err != nil {
		t.Errorf("the same, as recorded: %v", err)
	}
}

// Where there is no legacy era there is no HTTP+SSE.
func TestModernHasNoOldTransport(t *testing.T) {
	for era, want := range map[string]bool{"modern": false, "both": true, "legacy": true} {
		p, err := New(tapeOf(t, "legacy").tape(), WithEra(era))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Listen("127.0.0.1:0", p)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		if era == "modern" {
			p.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/sse", nil))
		}
		if got := s.SSE != ""; got != want || era == "modern" && w.Code != 404 {
			t.Errorf("%s: SSE at %q, GET /sse %d", era, s.SSE, w.Code)
		}
		s.Close()
	}
}

// Options about matching hold in both eras, and across them.
func TestErasMatchAlike(t *testing.T) {
	for _, tape := range []string{"legacy", "modern"} {
		for _, c := range []struct {
			why  string
			opts []Option
		}{
			{"a place that does not count", []Option{WithIgnore("/params/arguments/m")}},
			{"by order alone", []Option{WithOrder()}},
		} {
			want := map[string]string{"legacy": "L", "modern": "M"}[tape]
			cl := tapeOf(t, tape).play(append(c.opts, WithEra("both"), WithRepeat())...)
			if r := cl.told("1", "tools/call", of("echo", `{"m":"else"}`)); r.text() != want {
				t.Errorf("%s, %s tape, modern client: %s", c.why, tape, r.body)
			}
			cl.opens("2025-11-25", `{}`)
			if r := cl.call("2", `{"m":"other"}`); r.text() != want {
				t.Errorf("%s, %s tape, legacy client: %s", c.why, tape, r.body)
			}
		}
	}
	cl := tapeOf(t, "modern").play(WithEra("both"))
	cl.opens("2025-11-25", `{}`)
	cl.call("1", `{"m":"modern"}`)
	if r := cl.call("2", `{"m":"modern"}`); r.get("error.data.reason").Str != "already played 1 of 1" {
		t.Errorf("a call that is repeated within a session: %s", r.body)
	}
	for range 2 {
		if r := cl.told("3", "tools/call", of("echo", `{"m":"modern"}`)); r.text() != "M" {
			t.Errorf("one that stands alone: %s", r.body)
		}
	}
}

// How answers go out is chosen for those of the modern era, too, but that no
// stream of it can be come back to.
func TestStyleOfModern(t *testing.T) {
	for _, tape := range []string{"legacy", "modern"} {
		for how, want := range map[string]string{"json": "application/json", "sse": "text/event-stream", "recorded": "application/json"} {
			cl := tapeOf(t, tape).play(WithEra("both"), WithAnswers(how), WithResumable())
			r := cl.told("1", "tools/call", of("echo", `{"m":"`+tape+`"}`))
			if got := r.header.Get("Content-Type"); got != want || strings.Contains(r.body, "\nid:") || strings.HasPrefix(r.body, "id:") {
				t.Errorf("%s tape, answers %s: %s %q", tape, how, got, r.body)
			}
		}
	}
}

// A space is a mock of its own, in both eras.
func TestErasInSpaces(t *testing.T) {
	tp := newTaper(t)
	for i, text := range []string{"one", "two"} {
		tp.modern("tester", i+1, "tools/call", of("echo", `{}`), said(text))
	}
	cl := tp.play(WithEra("both"))
	base := strings.TrimSuffix(cl.url, "/mcp")
	for _, space := range []string{"", "/s/a", "/s/b"} {
		cl.url = base + space + "/mcp"
		for _, want := range []string{"one", "two", "two"} {
			if r := cl.told("1", "tools/call", of("echo", `{}`)); r.text() != want {
				t.Errorf("%s: %s, want %s", cl.url, r.body, want)
			}
		}
	}
}

// Faults stand in front of modern requests, as of all others.
func TestFaultsBeforeModern(t *testing.T) {
	s := scenario(t, "faults:\n  - when: {tool: echo}\n    do: {status: 503}\n    times: 1\n")
	for _, tape := range []string{"legacy", "modern"} {
		cl := tapeOf(t, tape).play(WithEra("both"), WithScenario(s))
		for i, want := range []int{503, 200} {
			if r := cl.told("1", "tools/call", of("echo", `{"m":"`+tape+`"}`)); r.status != want {
				t.Errorf("%s tape, call %d: %d %s, want %d", tape, i+1, r.status, r.body, want)
			}
		}
	}
}

// Stubs are played to clients of either era.
func TestStubsInBothEras(t *testing.T) {
	cl := stubPlayer(t, byHand(), WithEra("both"))
	if r := cl.told("1", "server/discover", ""); r.get("result.capabilities.tools").Raw == "" || r.get("result.resultType").Str != "complete" {
		t.Errorf("discover: %s", r.body)
	}
	list := cl.told("2", "tools/list", "")
	tool := list.get("result.tools.0.name").Str
	if tool == "" || list.get("result.resultType").Str != "complete" || !list.get("result.ttlMs").Exists() || list.get("result.cacheScope").Str != "private" {
		t.Fatalf("the list: %s", list.body)
	}
	for _, id := range []string{`7`, `"{}"`, `"1"`} { // what stands in an id must not be taken for the result
		r := cl.told(id, "tools/list", "")
		if r.get("id").Raw != id || r.get("result.tools.0.name").Str != tool {
			t.Errorf("id %s: %s", id, r.body)
		}
	}
}

// A request of the modern era that names a version which nobody speaks learns
// which are spoken: where both eras are served, those of both.
func TestUnknownVersion(t *testing.T) {
	for _, c := range []struct {
		era  string
		want string
	}{
		{"modern", `["2026-07-28"]`},
		{"both", `["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"]`},
	} {
		cl := tapeOf(t, "legacy").play(WithEra(c.era))
		m := modernRequest("1", "tools/list", strings.ReplaceAll(metaOf("tester", `{}`), "2026-07-28", "2099-01-01"), "")
		r := cl.ask(m, "Mcp-Protocol-Version", "2099-01-01")
		if r.status != 400 || r.get("error.code").Int() != -32022 || r.get("error.data.supported").Raw != c.want || r.get("error.data.requested").Str != "2099-01-01" {
			t.Errorf("%s: %d %s, want %s", c.era, r.status, r.body, c.want)
		}
	}
}

// No byte of a request makes the player panic or hang, whatever is on the tape.
func FuzzModern(f *testing.F) {
	tp := rounds(f)
	tp.begin("session-1", "tester")
	tp.call("session-1", 90, `{"m":"a"}`, "A")
	p, err := New(tp.tape(), WithEra("both"), WithRepeat(), WithSeed(1))
	if err != nil {
		f.Fatal(err)
	}
	state := p.seal.state(0, 0)
	f.Add([]byte(modernRequest("1", "tools/call", metaOf("tester", allCapable), of("deploy", `{}`))), "2026-07-28", "tools/call", "deploy")
	f.Add([]byte(modernRequest("2", "tools/call", metaOf("tester", allCapable), of("deploy", `{}`, responding(state, accepted)))), "2026-07-28", "tools/call", "deploy")
	f.Add([]byte(modernRequest("2", "tools/call", metaOf("tester", allCapable), of("deploy", `{}`, `"requestState":5,"inputResponses":[null]`))), "2026-07-28", "tools/call", "deploy")
	f.Add([]byte(modernRequest("3", "tools/call", metaOf("tester", `[]`), of("echo", `{"m":"a"}`, responding(p.seal.state(4, 1), `{"input-1":{"action":1}}`)))), "", "tools/call", "echo")
	f.Add([]byte(modernRequest("4", "server/discover", metaOf("tester", allCapable), "")), "2026-07-28", "server/discover", "")
	f.Add([]byte(modernRequest(`[]`, "subscriptions/listen", metaOf("tester", allCapable), everything)), "2026-07-28", "subscriptions/listen", "")
	f.Add([]byte(modernRequest("6", "subscriptions/listen", metaOf("tester", allCapable), `"notifications":{"resourceSubscriptions":[1,null,"x"],"toolsListChanged":"yes"}`)), "2026-07-28", "subscriptions/listen", "")
	f.Add([]byte(modernRequest(`"5"`, "tools/list", metaOf("tester", allCapable), `"cursor":"x"`)), "2026-07-28", "tools/list", "")
	f.Add([]byte(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"_meta":7,"requestId":1}}`), "2026-07-28", "", "")
	f.Add([]byte(`[{"jsonrpc":"2.0","id":1,"method":"tools/call"}]`), "2026-07-28", "tools/call", "=?base64?AA==?=")
	f.Fuzz(func(t *testing.T, body []byte, version, method, name string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		listens := bytes.Contains(body, []byte("listen")) || bytes.Contains(body, []byte(`\u`))
		if listens { // a subscription stays open until its client leaves: this one has left
			cancel()
		}
		r := httptest.NewRequestWithContext(ctx, "POST", "http://127.0.0.1/mcp", bytes.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"},
			"Mcp-Protocol-Version": {version}, "Mcp-Method": {method}, "Mcp-Name": {name}}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if ctx.Err() != nil && !listens {
			t.Error("it waits for what will not come")
		}
		if w.Code >= 500 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// A tape on which a modern server has introduced itself promises the modern
// era to nobody where that is not served, and a request of that era is refused
// with a note of what would serve it.
func TestLegacyAlonePromisesNothing(t *testing.T) {
	tp := tapeOf(t, "modern")
	tp.modern("tester", 6, "server/discover", "", `{"resultType":"complete","supportedVersions":["2026-07-28","2025-11-25"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}`)
	cl := tp.play(WithEra("legacy"))
	if r := cl.told("1", "server/discover", ""); r.status != 400 || r.get("error.code").Int() != -32600 {
		t.Errorf("discover: %d %s", r.status, r.body)
	}
	if r := cl.told("2", "tools/list", ""); r.status != 400 || r.get("error.code").Int() != -32600 || strings.Contains(r.body, "--era") {
		t.Errorf("list: %d %s", r.status, r.body)
	}
	said := false
	for e := range cl.player.Journal().Events() {
		said = said || e.Note != nil && e.Note.Kind == "refused" && strings.HasSuffix(e.Note.Text, "this request is of 2026-07-28: replay with --era both to serve it")
	}
	if !said {
		t.Error("the journal does not say what would serve it")
	}
}

// A call whose answer asks too much of its client is refused, and plays nothing.
func TestOvertaxedPlaysNothing(t *testing.T) {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("ask", `{}`), `{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}}}`)
	cl := tp.play()
	r := cl.ask(modernRequest("2", "tools/call", metaOf("tester", `{}`), of("ask", `{}`)))
	if r.status != 400 || r.get("error.code").Int() != -32021 || r.get("error.data.requiredCapabilities").Raw != `{"roots":{}}` {
		t.Errorf("%d %s", r.status, r.body)
	}
	if j := cl.player.Journal(); j.Count("matched") != 0 || j.Count("refused") != 1 {
		t.Errorf("%d matched, %d refused", j.Count("matched"), j.Count("refused"))
	}
}
