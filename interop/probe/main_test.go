package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	says := func(body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL + "/mcp"
	}
	no, never := says("no"), says("never")
	for _, c := range []struct {
		why  string
		args []string
		code int
		want []string
	}{
		{"like answers", []string{"-real", no, "-mock", no, "-only", "put,options"}, 0, []string{"ok   put\n", "ok   options\n", "2 ok, 0 failed"}},
		{"unlike ones", []string{"-real", no, "-mock", never, "-only", "pu*", "-skip", "put-*"}, 1, []string{"FAIL put\n", `body: real "no", mock "never"`, "0 ok, 1 failed"}},
		{"the same for programs", []string{"-real", no, "-mock", never, "-only", "put", "-json"}, 1, []string{`{"probe":"put","ok":false,"differences":["body:`}},
		{"one server alone", []string{"-ask", no, "-only", "put"}, 0, []string{"put: PUT without a session\n  400\n", `"no"`}},
		{"as JSON", []string{"-ask", no, "-only", "put", "-json"}, 0, []string{`"status":400`, `"body":"no"`}},
		{"a list", []string{"-list"}, 0, []string{"\nput "}},
		{"harmful ones by name", []string{"-ask", no, "-only", "method-unknown"}, 0, []string{"method-unknown: "}},
		{"modern ones by name", []string{"-ask", no, "-only", "modern-d*"}, 0, []string{"modern-discover: ", "modern-delete: "}},
		{"no server", nil, 2, nil},
		{"half a comparison", []string{"-real", no}, 2, nil},
		{"no such probe", []string{"-ask", no, "-only", "putt"}, 2, nil},
		{"no URL", []string{"-ask", "nonsense"}, 2, nil},
		{"no such flag", []string{"-nonsense"}, 2, nil},
	} {
		var out, errs strings.Builder
		if code := run(t.Context(), c.args, &out, &errs); code != c.code {
			t.Errorf("%s: exit code %d, not %d: %s%s", c.why, code, c.code, out.String(), errs.String())
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: %q is missing in:\n%s", c.why, want, out.String())
			}
		}
		if c.code == 2 && errs.Len() == 0 {
			t.Errorf("%s: no word about it", c.why)
		}
	}
}
