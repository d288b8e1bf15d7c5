package check

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/probes"
)

// TestEveryServerSurvives holds that the probes by which dialects are told apart exist
// and that every known server survives them.
func TestEveryServerSurvives(t *testing.T) {
	list := Probes()
	if names := strings.Fields(tellingNames); len(list) != len(names) {
		t.Errorf("%d of %d names are probes", len(list), len(names))
	}
	for _, p := range list {
		if p.Harmful || p.Heavy {
			t.Errorf("%s is not for a server of somebody else's", p.Name)
		}
	}
}

// TestFits holds that each dialect is told from the others.
func TestFits(t *testing.T) {
	for _, dialect := range []string{"spec", "go-sdk-1.8", "python-sdk-1.9.1", "typescript-sdk-1.32"} {
		t.Run(dialect, func(t *testing.T) {
			answers, err := mocking{"required", "legacy", Probes()}.answers(t.Context(), dialect)
			if err != nil {
				t.Fatal(err)
			}
			l, err := resembling(t.Context(), answers, nil, true)
			if err != nil {
				t.Fatal(err)
			}
			if l.Name != dialect || l.Same != l.Of {
				t.Errorf("%s", l)
			}
		})
	}
}

// TestFitsByItsSessions holds that of two dialects which answer alike the one
// is named that has sessions, or has none, as the server does.
func TestFitsByItsSessions(t *testing.T) {
	for _, c := range []struct {
		sessions, want string
		issued         bool
	}{
		{"stateless", "go-sdk-1.8-stateless", false},
		{"required", "go-sdk-1.8", true},
	} {
		answers, err := mocking{c.sessions, "legacy", Probes()}.answers(t.Context(), c.want)
		if err != nil {
			t.Fatal(err)
		}
		l, err := resembling(t.Context(), answers, nil, c.issued)
		if err != nil {
			t.Fatal(err)
		}
		if l.Name != c.want || l.All[0].Name != c.want {
			t.Errorf("sessions %s: %s", c.sessions, l)
		}
	}
}

// TestSurveyCannot is about servers that answer, and yet cannot be asked.
func TestSurveyCannot(t *testing.T) {
	opened := false
	for _, c := range []struct {
		why    string
		server http.HandlerFunc
		is     func(error) bool
	}{
		{"the end of a session would close it for good", func(w http.ResponseWriter, r *http.Request) {
			if opened {
				http.Error(w, "Invalid Request: Server already initialized", 400)
				return
			}
			opened = true
			(&pliant{protocol: "2025-11-25"}).ServeHTTP(w, r)
		}, func(err error) bool { return errors.Is(err, ErrOneClient) }},
		{"HTTP+SSE has no refusals to tell it by", func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" {
				http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
				return
			}
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: endpoint\ndata: /messages?session_id=1\n\n")
		}, func(err error) bool { return errors.Is(err, ErrOldTransport) }},
		{"nobody gets past initialize", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}`)
		}, func(err error) bool {
			u, ok := errors.AsType[*Unreachable](err)
			return ok && len(u.Hints) > 0 && strings.Contains(u.Error(), "refuses initialize")
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := httptest.NewServer(c.server)
			defer s.Close()
			if _, err := Survey(t.Context(), s.URL+"/mcp"); !c.is(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestFitsOfBothEras holds that those who speak 2026-07-28 are told apart, by
// it alone and by both eras.
func TestFitsOfBothEras(t *testing.T) {
	for _, c := range []struct {
		dialect, sessions string
		alone             bool // of 2026-07-28 alone
	}{
		{"spec", "required", false},
		{"python-sdk-2.3", "required", false},
		{"typescript-v2-handler", "stateless", false},
		{"typescript-v2-handler", "stateless", true},
		{"go-sdk-1.8-stateless", "stateless", false},
		{"go-sdk-1.8-stateless", "stateless", true},
	} {
		t.Run(fmt.Sprintf("%s alone %v", c.dialect, c.alone), func(t *testing.T) {
			t.Parallel()
			legacy, modern := map[string]probes.Answer{}, map[string]probes.Answer{}
			how := mocking{c.sessions, "both", append(Probes(), ModernProbes()...)}
			if c.alone {
				how, legacy = mocking{c.sessions, "modern", ModernProbes()}, nil
			}
			answers, err := how.answers(t.Context(), c.dialect)
			if err != nil {
				t.Fatal(err)
			}
			for name, a := range answers {
				if strings.HasPrefix(name, "modern-") {
					modern[name] = a
				} else {
					legacy[name] = a
				}
			}
			l, err := resembling(t.Context(), legacy, modern, c.sessions == "required")
			if err != nil {
				t.Fatal(err)
			}
			if l.Name != c.dialect || l.Same != l.Of || l.All[1].Same > l.Of-2 {
				t.Errorf("%s; next %v", l, l.All[:3])
			}
		})
	}
}
