package check

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestUprightServer holds that a server that keeps to revision 2026-07-28 is
// not complained of, that all of it is looked at, and that nothing is called
// but what says that it is read-only.
func TestUprightServer(t *testing.T) {
	u := &upright{}
	r, err := checked(t, u, "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Verdict != OK {
			t.Errorf("%s: %s: %s", f.Rule, f.Verdict, f.Saw)
		}
		if f.Revision != "2026-07-28" || !strings.HasPrefix(f.Link, "https://modelcontextprotocol.io/specification/2026-07-28/") {
			t.Errorf("%s: revision %s, link %s", f.Rule, f.Revision, f.Link)
		}
	}
	if len(r.Findings) < 30 {
		t.Errorf("only %d rules were walked", len(r.Findings))
	}
	if slices.Contains(u.called, "wipe") || !slices.Contains(u.called, "time") {
		t.Errorf("called %q", u.called)
	}
	if r.Protocol != "2026-07-28" || !slices.Equal(r.Eras, []string{"modern"}) || r.Name != "upright 1" || r.Sessions != "none" {
		t.Errorf("%s, eras %q, name %q, sessions %s", r.Protocol, r.Eras, r.Name, r.Sessions)
	}
}

// TestBothEras holds that a server of both is held to the rules of both.
func TestBothEras(t *testing.T) {
	r, err := checked(t, both(&pliant{protocol: "2025-11-25"}, &upright{}), "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
		if f.Verdict != OK {
			t.Errorf("%s: %s: %s", f.Rule, f.Verdict, f.Saw)
		}
	}
	if !slices.Contains(rules, "session-ended") || !slices.Contains(rules, "modern-listen") || !slices.Equal(r.Eras, []string{"legacy", "modern"}) || r.Protocol != "2025-11-25" {
		t.Errorf("eras %q, %s, rules %q", r.Eras, r.Protocol, rules)
	}
}

// both serves those requests as of 2026-07-28 that say so.
func both(legacy, modern http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		if v := versionOf(gjson.ParseBytes(body)).Str; v > "2026" || r.Header.Get("Mcp-Protocol-Version") > "2026" {
			modern.ServeHTTP(w, r)
			return
		}
		legacy.ServeHTTP(w, r)
	})
}

// TestOneEra is about servers that have initialize alone, and how they meet
// clients of both eras.
func TestOneEra(t *testing.T) {
	modernly := func(r *http.Request, m gjson.Result) bool { return versionOf(m).Exists() }
	for _, c := range []struct {
		why      string
		protocol string
		verdict  Verdict
		status   int // in place of the refusal; 0 for its own
		asks     string
		known    string
	}{
		{"an error is what they expect", "2025-11-25", OK, 0, "server/discover", ""},
		{"python-sdk before 1.9.4 does not survive server/discover", "2025-03-26", OK, 0, "tools/list", ""},
		{"a server that fails is no legacy server", "2025-11-25", Note, 503, "server/discover", "discover-5xx"},
		{"nor is one that asks for a token", "2025-11-25", Note, 401, "server/discover", "discover-401"},
		{"nor one that forbids it", "2025-11-25", Note, 403, "server/discover", "discover-403"},
		{"nor one that says nothing", "2025-11-25", Note, 204, "server/discover", "discover-empty-2xx"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			var asked []string
			r, err := checked(t, &pliant{protocol: c.protocol, bend: func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
				if !modernly(r, m) {
					return false
				}
				asked = append(asked, m.Get("method").Str)
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				return c.status != 0
			}}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			f := findingOf(r, "modern-probe")
			if f == nil || f.Verdict != c.verdict || !slices.Equal(asked, []string{c.asks}) || !slices.Equal(r.Eras, []string{"legacy"}) {
				t.Errorf("%+v, asked %q, eras %q", f, asked, r.Eras)
			}
			if f != nil && strings.Join(f.Known, " ") != c.known {
				t.Errorf("known %q, not %q", f.Known, c.known)
			}
		})
	}
}

func findingOf(r *Report, rule string) *Finding {
	if i := slices.IndexFunc(r.Findings, func(f *Finding) bool { return f.Rule == rule }); i >= 0 {
		return r.Findings[i]
	}
	return nil
}

// A breach bends an upright server in one way.
type breach struct {
	name    string
	rule    string
	verdict Verdict
	bend    func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	edit    func(method, message string) string
	also    string // rules that the same breach breaks
}

// drop takes a text out of what is said to requests of a method.
func drop(method, text string) func(string, string) string { return swap(method, text, "") }

// swap puts a text in the place of another in what is said to requests of a
// method; "" is all of them.
func swap(method, from, to string) func(string, string) string {
	return func(of, message string) string {
		if method == "" || of == method {
			return strings.ReplaceAll(message, from, to)
		}
		return message
	}
}

// blind has the server not see a header.
func blind(name string) func(*upright, http.ResponseWriter, *http.Request, gjson.Result) bool {
	return func(_ *upright, _ http.ResponseWriter, r *http.Request, m gjson.Result) bool {
		right := map[string]string{
			"Mcp-Protocol-Version": versionOf(m).Str, "Mcp-Method": m.Get("method").Str,
			"Mcp-Name": m.Get("params.name").Str + m.Get("params.uri").Str, "Mcp-Param-Region": m.Get("params.arguments.region").Str,
		}
		if v := right[name]; v != "" {
			r.Header.Set(name, v)
		}
		return false
	}
}

// when answers requests that are asked for in a way of its own.
func when(is func(r *http.Request, m gjson.Result) bool, status int, contentType, body string) func(*upright, http.ResponseWriter, *http.Request, gjson.Result) bool {
	return func(_ *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
		if !is(r, m) {
			return false
		}
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(body, "ID", m.Get("id").Raw))
		return true
	}
}

func methodIs(name string) func(*http.Request, gjson.Result) bool {
	return func(r *http.Request, m gjson.Result) bool {
		return m.Get("method").Str == name && r.Header.Get("Origin") == ""
	}
}
