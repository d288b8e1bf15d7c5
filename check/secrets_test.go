package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestSecrets holds that what was given for the server alone is in no report
// and no error, though the server says it back.
func TestSecrets(t *testing.T) {
	const token, query = `sekret"token\value99`, "Zq%2B81%2Fsecret%3D99"
	echo := func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, fmt.Sprintf("no good: %q and %s", r.Header.Get("Authorization"), r.URL), http.StatusBadRequest)
	}
	refusing := httptest.NewServer(http.HandlerFunc(echo))
	defer refusing.Close()
	serving := httptest.NewServer(&pliant{protocol: "2025-11-25", bend: func(_ *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
		if m.Get("method").String() != "ping" {
			return false
		}
		echo(w, r)
		return true
	}})
	defer serving.Close()
	for _, server := range []*httptest.Server{refusing, serving} {
		r, err := HTTP(t.Context(), server.URL+"/mcp?key="+query, WithHeader("Authorization", "Bearer "+token))
		text := ""
		if u, ok := errors.AsType[*Unreachable](err); ok {
			text = u.Error() + strings.Join(u.Hints, " ")
		} else if err != nil {
			t.Fatal(err)
		} else {
			for _, f := range r.Findings {
				text += fmt.Sprintf("%+v", *f)
			}
		}
		if strings.Contains(text, "value99") || strings.Contains(text, "81%2F") || !strings.Contains(text, "***") {
			t.Errorf("it says %s", text)
		}
	}
}

// TestHide holds that a secret is found in whatever spelling a server quotes it.
func TestHide(t *testing.T) {
	const odd = "Zq+81/s t=99\"'\\v é😀<&%end"
	twice := func(spell func(string) string) func(string) string {
		return func(s string) string { return spell(spell(s)) }
	}
	inJSON := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	latin := func(s string) string { // as servers have it that take each byte of a header for a character
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteRune(rune(c))
		}
		return b.String()
	}
	for why, spell := range map[string]func(string) string{
		"as it is": func(s string) string { return s }, "in a query": url.QueryEscape, "in a path": url.PathEscape,
		"in lower case": func(s string) string {
			return regexp.MustCompile("%..").ReplaceAllStringFunc(url.QueryEscape(s), strings.ToLower)
		},
		"in JSON": inJSON, "in JSON within JSON": twice(inJSON), "in quotes": strconv.Quote, "in quotes, ASCII alone": strconv.QuoteToASCII,
		"in quotes within quotes": twice(strconv.QuoteToASCII), "in HTML": html.EscapeString, "in a URL within a URL": twice(url.QueryEscape),
		"read as Latin-1": latin, "read as Latin-1, in JSON": func(s string) string { return inJSON(latin(s)) },
		"a URL in JSON": func(s string) string { return inJSON(url.QueryEscape(s)) }, "a report's own quotes about it": func(s string) string { return strconv.Quote(inJSON(s)) },
	} {
		text := spell("a " + odd + " z")
		got := hide(text, []string{odd})
		if got != strings.Replace(spell("a 12345678 z"), "12345678", "***", 1) {
			t.Errorf("%s: %s becomes %s", why, text, got)
		}
	}
	const token = "sekret-token-123"
	for _, c := range []struct{ why, text, want string }{
		{"one that was cut short is one", "no good: sekret-tok...", "no good: ***"},
		{"so is one that was cut within a spelling", `no good: sekret-t\u00...`, "no good: ***"},
		{"a few letters are none", "sek...", "sek..."},
		{"nor is one that goes on otherwise", "sekret-token-12 and ...", "sekret-token-12 and ..."},
		{"each is taken out", token + token + " " + token, "****** ***"},
	} {
		if got := hide(c.text, []string{token}); got != c.want {
			t.Errorf("%s: %q", c.why, got)
		}
	}
	w := &holding{given: &url.URL{RawQuery: "a=Zq%2B81%2Fsecret&b=%zz-no-escape&c&short=1"}}
	if got := w.secrets(); !slices.Equal(got, []string{"%zz-no-escape", "Zq+81/secret"}) {
		t.Errorf("secrets are %q", got)
	}
}
