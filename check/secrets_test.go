package check

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestSecrets holds that what was given for the server alone is in no report
// and no error, though the server says it back.
func TestSecrets(t *testing.T) {
	const token, query = "sekret-token-123", "hunter2hunter2"
	echo := func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no good: "+r.Header.Get("Authorization")+" and "+r.URL.Query().Get("key"), http.StatusBadRequest)
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
		if strings.Contains(text, token) || strings.Contains(text, query) || !strings.Contains(text, "***") {
			t.Errorf("it says %s", text)
		}
	}
	for _, c := range []struct{ why, text, want string }{
		{"one that was cut short is one", "no good: sekret-tok...", "no good: ***"},
		{"a few letters are none", "sek...", "sek..."},
	} {
		if got := hide(c.text, []string{token}); got != c.want {
			t.Errorf("%s: %q", c.why, got)
		}
	}
}
