package replay

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// What makes JSON no JSON-RPC has a name, by which a dialect words it.
func TestFlaw(t *testing.T) {
	for _, c := range []struct{ why, body, want string }{
		{"nothing at all", `null`, "null"},
		{"a batch of nothing", ` [ ]`, "empty-batch"},
		{"a number", `42`, "shape"},
		{"a text", `"a"`, "shape"},
		{"no version", `{"hello":"world"}`, "version"},
		{"another version", `{"jsonrpc":"1.0","id":null,"method":"ping"}`, "version"},
		{"a version that is a number", `{"jsonrpc":2.0,"id":1,"method":"ping"}`, "version"},
		{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "id-null"},
		{"an id between two integers", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, "id-fraction"},
		{"an id with an exponent", `{"jsonrpc":"2.0","id":1e3,"method":"ping"}`, "id-fraction"},
		{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, "id-type"},
		{"an id that is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, "id-type"},
		{"params that are an array", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}`, "params"},
		{"neither asked nor answered", `{"jsonrpc":"2.0","id":1}`, "other"},
		{"the first flawed message of a batch counts", `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":null,"method":"ping"},7]`, "id-null"},
	} {
		if got := flaw([]byte(c.body)); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.why, c.body, got, c.want)
		}
	}
}

// FuzzFlaw holds that each body that is JSON and no JSON-RPC has a flaw that
// dialects can name.
func FuzzFlaw(f *testing.F) {
	for _, body := range []string{`null`, `[]`, `[[]]`, `{"jsonrpc":"2.0","id":1e9}`, `[{"jsonrpc":"2.0","method":"a","result":1}]`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := jsonrpc.Parse(body)
		if _, ok := errors.AsType[*jsonrpc.EnvelopeError](err); ok && !slices.Contains(scenarios.Flaws(), flaw(body)) {
			t.Errorf("%q has the flaw %q, which is none of %v", body, flaw(body), scenarios.Flaws())
		}
	})
}

// An event's id, in whatever form, says which event it is.
func TestEventIDs(t *testing.T) {
	for _, dialect := range []string{"spec", "go-sdk-1.0"} {
		p := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect})).player
		for _, want := range [][2]int{{1, 1}, {70_000, 4096}} {
			id := p.eventID(want[0], want[1])
			if stream, n, ok := p.eventOf(id); !ok || stream != want[0] || n != want[1] {
				t.Errorf("%s: %s is event %d of stream %d (%v), want %v", dialect, id, n, stream, ok, want)
			}
		}
		for _, alien := range []string{"", "1", "_", "-", "no-such-event", "AAAAAAAAAAAAAAAAAAAAAAAAAA_0", "AAAAAAAA_0"} {
			if _, _, ok := p.eventOf(alien); ok && dialect == "go-sdk-1.0" {
				t.Errorf("%s: %q is taken for an id of this run", dialect, alien)
			}
		}
	}
}

// The accept checks compare as the dialect has it.
func TestAcceptMatch(t *testing.T) {
	const media = "text/event-stream"
	for _, c := range []struct {
		why, accept, match string
		wildcards, want    bool
	}{
		{"by media type, whatever its case and parameters", "application/json, Text/Event-Stream;q=0.5", "", false, true},
		{"exactly", "application/json, text/event-stream", "exact", false, true},
		{"not with a parameter", "text/event-stream;q=1", "exact", false, false},
		{"not in another case", "Text/Event-Stream", "exact", false, false},
		{"nor what only begins like it", "text/event-streams", "exact", false, false},
		{"a wildcard for its own kind", "text/*", "exact", true, true},
		{"but no other", "application/*", "exact", true, false},
		{"nor where there are none", "*/*", "exact", false, false},
		{"what begins like it", "text/event-stream;q=1", "prefix", false, true},
		{"not what ends like it", "x-text/event-stream", "prefix", false, false},
		{"anywhere in the header", "x-text/event-streams", "contains", false, true},
		{"but in its case", "TEXT/EVENT-STREAM", "contains", false, false},
	} {
		r := &http.Request{Header: http.Header{"Accept": {c.accept}}}
		if got := comes(r.Header["Accept"], media, &scenarios.Check{Match: c.match, Wildcards: c.wildcards}); got != c.want {
			t.Errorf("%s: Accept: %s by %q is %v, want %v", c.why, c.accept, c.match, got, c.want)
		}
	}
}

// Variables in an error's data are escaped as JSON asks, and nothing else of
// it changes.
func TestFillJSON(t *testing.T) {
	fill := strings.NewReplacer("${version}", `a "b" \`, "${method}", "<m>").Replace
	for _, c := range []struct{ text, want string }{
		{`{"requested":"${version}"}`, `{"requested":"a \"b\" \\"}`},
		{`"${method} of ${version}"`, `"<m> of a \"b\" \\"`},
		{`{"a":1.50,"b":"$"}`, `{"a":1.50,"b":"$"}`},
	} {
		if got := string(fillJSON(c.text, fill)); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// A client that wants the connection closed is not told that it stays open.
func TestClientCloses(t *testing.T) {
	cl := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: "typescript-sdk-1.32", Sessions: "required"}))
	for _, c := range []struct {
		close bool
		want  string
	}{{false, "timeout=5"}, {true, ""}} {
		req, err := http.NewRequestWithContext(t.Context(), "PUT", cl.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = c.close
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got := resp.Header.Get("Keep-Alive"); got != c.want {
			t.Errorf("asked to close: %v, Keep-Alive is %q, want %q", c.close, got, c.want)
		}
	}
}

// What a scenario says about sessions wins over the dialect.
func TestDialectSessions(t *testing.T) {
	for _, c := range []struct{ dialect, scenario, want string }{
		{"typescript-v2-handler", "", "stateless"},
		{"go-sdk-1.8-stateless", "", "stateless"},
		{"go-sdk-1.8-stateless", "required", "required"},
	} {
		p := simple(t).play(WithScenario(&scenarios.Scenario{Dialect: c.dialect, Sessions: c.scenario})).player
		if got := p.Sessions(); got != c.want {
			t.Errorf("%s: %s, want %s", fmt.Sprint(c.dialect, " and ", c.scenario), got, c.want)
		}
	}
}
