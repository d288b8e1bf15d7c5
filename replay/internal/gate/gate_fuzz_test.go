package gate

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// FuzzAsk holds, of any facts and every dialect, that the gate answers alike
// each time; that what it names is a check of the dialect, and what it says is
// said; that a lenient gate refuses nothing that a strict one lets pass, and
// notes what that refuses or refuses it, too; and that the words of a refusal
// are JSON where they mean to be. All of that holds, too, where the body has not
// been read, or nothing is known but the HTTP method.
func FuzzAsk(f *testing.F) {
	f.Add(uint8(0), uint8(0), uint16(0), "POST", "/mcp", "application/json, text/event-stream", "2025-11-25", "", []byte(list))
	f.Add(uint8(1), uint8(1), uint16(0xff), "GET", "/mcp/", "text/event-stream", "2026-07-28", "7", []byte(nil))
	f.Add(uint8(2), uint8(2), uint16(0x3f), "POST", "/", "*/*", "2099-01-01", "", []byte("["+begins+","+list+"]"))
	f.Add(uint8(3), uint8(0), uint16(0x81), "POST", "/mcp", "application/json", "", "", []byte(query))
	f.Add(uint8(0), uint8(0), uint16(0x80), "POST", "/mcp", "", "2026-07-28", "", []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":1,"name":2,"_meta":[],"inputResponses":{"a":1}}}`))
	f.Add(uint8(0), uint8(0), uint16(0x1010), "POST", "/mcp", "application/json, text/event-stream", "", "", []byte(nil))
	f.Add(uint8(0), uint8(0), uint16(0x3000), "POST", "", "", "", "", []byte(nil))
	dialects, modes := scenarios.Dialects(), []string{"required", "optional", "stateless"}
	gates := map[string][2]*Gate{}
	for _, d := range dialects {
		for _, mode := range modes {
			gates[d+mode] = [2]*Gate{gateOf(f, d, mode, false), gateOf(f, d, mode, true)}
		}
	}
	f.Fuzz(func(t *testing.T, dialect, mode uint8, bits uint16, verb, path, accept, version, event string, body []byte) {
		if len(body) > 1<<12 {
			return // what is larger no mock reads
		}
		d := dialects[int(dialect)%len(dialects)]
		pair := gates[d+modes[int(mode)%len(modes)]]
		made := func() *Facts { return fuzzed(pair[0], bits, verb, path, accept, version, event, body) }
		first, again := made(), made()
		pair[0].Opens(first)
		noted, refused := pair[0].Ask(first)
		for range 2 { // of the same facts, and of others that are alike
			if n, r := pair[0].Ask(again); !reflect.DeepEqual(n, noted) || !reflect.DeepEqual(r, refused) {
				t.Fatalf("%s: %v and %v, then %v and %v", d, noted, refused, n, r)
			}
		}
		bears(t, d, noted, refused)
		leniently, unbent := pair[1].Ask(made())
		bears(t, d, leniently, unbent)
		switch {
		case refused == nil && unbent != nil:
			t.Fatalf("%s: only a lenient gate refuses for %s", d, unbent.Check)
		case refused != nil && !(unbent != nil && *unbent == *refused) && !slices.ContainsFunc(leniently, func(b Breach) bool { return b.Check == refused.Check }):
			t.Fatalf("%s: a lenient gate does not say %s", d, refused.Check)
		}
		if refused == nil {
			return
		}
		header := http.Header{}
		fill := pair[0].Fill(first, refused.Refuse, refused.Detail, "a-session")
		if resp := refused.Refuse; resp.Message != "" || resp.Code != 0 {
			if out := pair[0].Error(first, resp, fill, header); !json.Valid(out) {
				t.Fatalf("%s: %s is refused with %q", d, refused.Check, out)
			}
		}
		if out := first.Spell(refused.Refuse, first.RequestID(), fill); out != nil && !json.Valid(out) {
			t.Fatalf("%s: %s is refused over a pipe with %q", d, refused.Check, out)
		}
	})
}

// bears holds that what a gate says is its dialect's to say.
func bears(t *testing.T, dialect string, noted []Breach, refused *Breach) {
	all := slices.Clone(noted)
	for _, b := range noted {
		if b.Refuse != nil {
			t.Fatalf("%s: %s is noted, and has a refusal", dialect, b.Check)
		}
	}
	if refused != nil {
		if all = append(all, *refused); refused.Refuse == nil {
			t.Fatalf("%s: %s is refused without words", dialect, refused.Check)
		}
	}
	for _, b := range all {
		if b.Detail == "" || !slices.Contains(scenarios.CheckNames(), b.Check) {
			t.Fatalf("%s: %+v", dialect, b)
		}
	}
}

// fuzzed makes facts as replay makes them.
func fuzzed(g *Gate, bits uint16, verb, path, accept, version, event string, body []byte) *Facts {
	has := func(n int) bool { return bits>>n&1 == 1 }
	f := &Facts{Verb: verb, Body: body, Way: Way(bits % uint16(ways)), Standing: Standing(bits >> 2 % 4), Place: PlaceNone,
		Initialized: has(4), Ready: has(5), Opened: has(6), Modern: has(7), Full: has(8)}
	if f.Standing != SessionNone {
		f.ID, f.Version = "an-id", "2025-06-18"
	}
	if f.Standing == SessionEnded {
		f.Why = "it was ended with DELETE"
	}
	if f.Way != OverHTTP {
		f.Verb = http.MethodPost
	}
	if !has(13) && (f.Way != AsMessage || has(9)) { // a message of HTTP+SSE came by HTTP
		f.HTTP = &http.Request{Method: f.Verb, Host: "localhost:1", URL: &url.URL{Path: path}, Header: http.Header{}}
		for name, value := range map[string]string{"Content-Type": "application/json", "Accept": accept, mcp.HeaderProtocolVersion: version,
			mcp.HeaderLastEventID: event, mcp.HeaderMethod: "tools/list", "X-Session-Id": strings.Repeat("x", int(bits>>15))} {
			if value != "" {
				f.HTTP.Header[name] = []string{value}
			}
		}
		f.Protocol = strings.TrimSpace(g.Field(f.HTTP.Header, mcp.HeaderProtocolVersion))
	}
	if f.Verb == http.MethodGet {
		f.Place = Place(1 + bits>>10%4)
	}
	if f.Verb == http.MethodPost && !has(12) {
		g.Read(f)
	}
	return f
}
