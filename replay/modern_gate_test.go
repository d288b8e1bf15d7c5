package replay

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// ask sends a raw request: each pair of headers is a line of its own.
func (p *modernProbe) ask(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	verb := p.verb
	if verb == "" {
		verb = "POST"
	}
	req, err := http.NewRequestWithContext(t.Context(), verb, url, strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, usual := range [][2]string{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}} {
		if verb == "POST" && !slices.Contains(p.headers, usual[0]) {
			req.Header.Set(usual[0], usual[1])
		}
	}
	for i := 0; i < len(p.headers); i += 2 {
		if p.headers[i+1] != "" {
			req.Header.Add(p.headers[i], p.headers[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// Every row of what the specification's dialect answers to modern requests.
func TestModernGate(t *testing.T) {
	cl := gated(t).play()
	for _, p := range modernProbes() {
		t.Run(p.why, func(t *testing.T) {
			resp, body := p.ask(t, cl.url)
			if resp.StatusCode != p.status || p.want != anyAnswer && body != p.want || p.status == 200 && !strings.Contains(body, `"result":`) {
				t.Errorf("got  %d %s\nwant %d %s", resp.StatusCode, body, p.status, p.want)
			}
			if resp.Header.Get("Mcp-Session-Id") != "" {
				t.Error("the answer shows a session id")
			}
			switch {
			case p.status == 202 && (body != "" || resp.Header.Get("Content-Type") != ""):
				t.Errorf("202 with %q %q, want nothing", resp.Header.Get("Content-Type"), body)
			case p.status >= 400 && resp.Header.Get("Content-Type") != "application/json":
				t.Errorf("the media type is %q", resp.Header.Get("Content-Type"))
			case p.status == 405 && resp.Header.Get("Allow") != "POST":
				t.Errorf("Allow is %q, want POST", resp.Header.Get("Allow"))
			}
		})
	}
}

// Over stdio there are no headers, and all else is refused alike.
func TestModernGateSpoken(t *testing.T) {
	player, err := New(gated(t).tape())
	if err != nil {
		t.Fatal(err)
	}
	k := talkTo(t, player)
	const (
		next    = `{"jsonrpc":"2.0","id":"next","method":"no/such","params":{"_meta":` + goodMeta + `}}`
		nothing = `"next"`
	)
	for _, p := range modernProbes() {
		if p.verb != "" || p.body == "" || len(p.body) > 1<<20 {
			continue
		}
		k.say(p.body + "\n" + next) // at once: the player reads no further before its answer is read
		got := k.hear()
		silent := got.Get("id").Raw == nothing
		if !silent {
			if after := k.hear(); after.Get("id").Raw != nothing {
				t.Fatalf("%s: more than one answer: %s", p.why, after.Raw)
			}
		}
		switch headers := strings.Contains(p.want, "-32020") || p.status == 415 || p.status == 406; {
		case p.status == 202 || strings.Contains(p.want, "no responses"):
			if !silent {
				t.Errorf("%s: answered, though nothing was asked: %s", p.why, got.Raw)
			}
		case silent:
			t.Errorf("%s: no answer", p.why)
		case headers && strings.Contains(p.body, goodMeta) || p.want == anyAnswer:
			if code := got.Get("error.code").Int(); code == -32020 || strings.Contains(got.Raw, "Media Type") || strings.Contains(got.Raw, "Not Acceptable") {
				t.Errorf("%s: refused for headers, where there are none: %s", p.why, got.Raw)
			}
		case !headers:
			want := p.want
			if strings.HasPrefix(p.body, "[") { // each request of a batch gets its error
				want = strings.Replace(want, `"error"`, `"id":9,"error"`, 1)
			}
			if text := strings.TrimSpace(got.Raw); text != want {
				t.Errorf("%s\ngot  %s\nwant %s", p.why, text, want)
			}
		}
	}
}

// On a player of both eras the legacy one is as it was, and the versions of both
// are named.
func TestModernGateOfBoth(t *testing.T) {
	cl := gated(t).play(WithEra("both"))
	for _, p := range []modernProbe{
		{"GET is of the legacy era", "GET", []string{"Accept", "text/event-stream"}, "", 400,
			refused("", -32600, "Bad Request: no session id: send initialize first, then the Mcp-Session-Id of its response on every request", "")},
		{"who names no version is, too", "", nil, `{"jsonrpc":"2.0","id":9,"method":"tools/list"}`, 400,
			refused("9", -32600, "Bad Request: no session id: send initialize first, then the Mcp-Session-Id of its response on every request", "")},
		{"both eras' versions are told", "", []string{"MCP-Protocol-Version", "2099-01-01", "Mcp-Method", "tools/list"}, listsWith(metaWith("2026-07-28", "2099-01-01")), 400,
			refused("9", -32022, `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05`,
				`{"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"2099-01-01"}`)},
		{"_meta tells the era where the header is missing", "", nil, listsWith(goodMeta), 400,
			refused("9", -32020, "Header mismatch: send MCP-Protocol-Version with the version that _meta names", "")},
		{"so does the header where _meta is missing", "", sends("tools/list"), `{"jsonrpc":"2.0","id":9,"method":"tools/list"}`, 400,
			refused("9", -32602, "Invalid params: send params with _meta, which has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
		{"and a method that only the modern era has", "", []string{"MCP-Protocol-Version", "2025-11-25"}, noParams("server/discover"), 400,
			refused("9", -32020, `Header mismatch: MCP-Protocol-Version says "2025-11-25", the body has "2026-07-28" for io.modelcontextprotocol/protocolVersion`, "")},
	} {
		t.Run(p.why, func(t *testing.T) {
			resp, body := p.ask(t, cl.url)
			if resp.StatusCode != p.status || body != p.want {
				t.Errorf("got  %d %s\nwant %d %s", resp.StatusCode, body, p.status, p.want)
			}
		})
	}
}

// Leniency serves what breaks the rules, and notes each breach.
func TestModernGateLenient(t *testing.T) {
	cl := gated(t).play(WithLenient())
	p := modernProbe{headers: []string{"MCP-Protocol-Version", "2025-06-18", "Mcp-Method", "ping", "Content-Type", "text/plain", "Accept", "text/html"},
		body: `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{}}`}
	resp, body := p.ask(t, cl.url)
	if resp.StatusCode != 200 || !strings.Contains(body, `"tools":`) {
		t.Fatalf("got %d %s, want the answer", resp.StatusCode, body)
	}
	var noted []string
	for e := range cl.player.Journal().Events() {
		if e.Note != nil && e.Note.Kind == "noted" {
			noted = append(noted, e.Note.Rule)
		}
	}
	want := []string{scenarios.CheckContentType, scenarios.CheckAcceptPost, scenarios.CheckVersionAny, scenarios.CheckMetaMissing, scenarios.CheckMetaIncomplete, scenarios.CheckHeaderDiffers}
	if !slices.Equal(noted, want) {
		t.Errorf("noted %v, want %v", noted, want)
	}
	if resp, body := (&modernProbe{body: fmt.Sprintf(initialize, 9, "2025-11-25", "old")}).ask(t, cl.url); resp.StatusCode != 400 {
		t.Errorf("a handshake got %d %s: there is nothing to serve it with", resp.StatusCode, body)
	}
}

// A batch of the modern era is refused by every dialect, with leniency too, and
// by one answer.
func TestModernBatch(t *testing.T) {
	list := listsWith(goodMeta)
	for _, name := range scenarios.Dialects() {
		for _, body := range []string{`[` + list + `]`, `[` + list + `,` + list + `]`, `[` + list + `,{"jsonrpc":"2.0","method":"notifications/cancelled"}]`} {
			cl := gated(t).play(WithLenient(), WithScenario(&scenarios.Scenario{Dialect: name}))
			resp, got := (&modernProbe{headers: sends("tools/list"), body: body}).ask(t, cl.url)
			if resp.StatusCode != 400 || strings.Contains(got, `"result"`) {
				t.Errorf("%s, %s: %d %s, want a refusal", name, body, resp.StatusCode, got)
			}
		}
	}
}

// What is refused when the answer is known has words, too, of every dialect.
func TestModernRefusals(t *testing.T) {
	for _, name := range scenarios.Dialects() {
		p, err := New(gated(t).tape(), WithScenario(&scenarios.Scenario{Dialect: name}))
		if err != nil {
			t.Fatal(err)
		}
		for _, check := range []string{scenarios.CheckCapabilityMissing, scenarios.CheckStateAltered} {
			q := &visit{Facts: gate.Facts{Modern: true}, p: p, fate: &p.calm}
			q.Own().Required = []byte(`{"elicitation":{"form":{}}}`)
			resp := p.gate.Late(check)
			body, _ := q.render(resp, "say so")
			if check == scenarios.CheckCapabilityMissing && !strings.Contains(string(body), `"data":{"requiredCapabilities":{"elicitation":{"form":{}}}}`) || len(body) == 0 {
				t.Errorf("%s, %s: %s", name, check, body)
			}
		}
		p.Close()
	}
}
