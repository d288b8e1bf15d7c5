package check

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestCORS is about servers that pages in a browser can use, by half or not at
// all. None of it breaks a rule.
func TestCORS(t *testing.T) {
	const all = "Content-Type, Mcp-Protocol-Version, MCP-SESSION-ID"
	for _, c := range []struct {
		why                               string
		origin                            string
		allow, expose, methods, on, known string // on: the one method that is answered so
		verdict                           Verdict
		saw                               string
	}{
		{why: "one that has none of it is not meant for pages", verdict: OK, saw: "pages cannot use the server"},
		{why: "nor is one that admits another origin", origin: "https://app.example", allow: all, expose: "Mcp-Session-Id", methods: "DELETE", verdict: OK, saw: "pages cannot use the server"},
		{why: "all there must be", origin: page, allow: all, expose: "mcp-session-id", methods: "POST, DELETE", verdict: OK, saw: "can use the server"},
		{why: "all of everything", origin: "*", allow: "*", expose: "*", methods: "*", verdict: OK, saw: "can use the server"},
		{why: "the id cannot be read", origin: "*", allow: all, expose: "Link", methods: "DELETE", verdict: Note, saw: "Access-Control-Expose-Headers without Mcp-Session-Id", known: "cors-hides-session-id"},
		{why: "the second POST cannot be sent", origin: "*", allow: "content-type", expose: "*", methods: "DELETE", verdict: Note, saw: "Access-Control-Allow-Headers without Mcp-Protocol-Version, Mcp-Session-Id", known: "cors-preflight-rejects-mcp-headers"},
		{why: "the session cannot be ended", origin: "*", allow: "*", expose: "*", methods: "GET, POST", verdict: Note, saw: "Access-Control-Allow-Methods without DELETE"},
		{why: "OPTIONS is refused", on: "POST", origin: "*", allow: "*", expose: "*", methods: "DELETE", verdict: Note, saw: "OPTIONS before a POST: 403"},
		{why: "POST is left out", on: "OPTIONS", origin: "*", allow: "*", expose: "*", methods: "DELETE", verdict: Note, saw: "the answer to POST without Access-Control-Allow-Origin"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			r, err := checked(t, &pliant{protocol: "2025-11-25", bend: func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
				if r.Header.Get("Origin") != page || c.origin == "" || c.on != "" && c.on != r.Method {
					return false
				}
				h := w.Header()
				h.Set("Access-Control-Allow-Origin", c.origin)
				h.Set("Access-Control-Expose-Headers", c.expose)
				r.Header.Del("Origin")
				if r.Method != http.MethodOptions {
					return false
				}
				h.Set("Access-Control-Allow-Headers", c.allow)
				h.Set("Access-Control-Allow-Methods", c.methods)
				w.WriteHeader(http.StatusNoContent)
				return true
			}}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			f := findingOf(r, "cors")
			if f == nil {
				t.Fatal("nothing about it")
			}
			if f.Verdict != c.verdict || !strings.Contains(f.Saw, c.saw) || f.Level != "" {
				t.Errorf("%s: %s (%s)", f.Verdict, f.Saw, f.Level)
			}
			if !strings.Contains(strings.Join(f.Known, " "), c.known) {
				t.Errorf("known %q, not %s", f.Known, c.known)
			}
		})
	}
}

// TestCORSOfBothEras holds that pages of clients of each era are asked about.
func TestCORSOfBothEras(t *testing.T) {
	bend := func(allow string, w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Origin") != page {
			return false
		}
		r.Header.Del("Origin")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "Mcp-Session-Id")
		w.Header().Set("Access-Control-Allow-Headers", allow)
		w.Header().Set("Access-Control-Allow-Methods", "DELETE")
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
		}
		return r.Method == http.MethodOptions
	}
	const legacy = "Content-Type, Mcp-Protocol-Version, Mcp-Session-Id"
	old := &pliant{protocol: "2025-11-25", bend: func(_ *pliant, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
		return bend(legacy, w, r)
	}}
	alone := &upright{bend: func(_ *upright, w http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
		return bend(legacy, w, r)
	}}
	for why, server := range map[string]http.Handler{"both": both(old, &upright{}), "2026-07-28 alone": alone} {
		r, err := checked(t, server, "/mcp")
		if err != nil {
			t.Fatal(err)
		}
		if f := findingOf(r, "cors"); f == nil || f.Verdict != Note || !strings.Contains(f.Saw, "Access-Control-Allow-Headers without Mcp-Method, Mcp-Name") {
			t.Errorf("%s: %+v", why, f)
		}
	}
}
