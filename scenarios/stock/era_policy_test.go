package stock_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A scenario says which eras its server is of; who starts the mock may say
// otherwise.
func TestEraOfScenario(t *testing.T) {
	t.Parallel()
	v := &visitor{t: t}
	old, newer := v.handshake("2025-11-25"), v.modern("tools/list", "")
	for _, tt := range []struct {
		why, scenario, option string
		old, newer            int
	}{
		{"as recorded", "", "auto", 200, 400},
		{"the scenario's", "modern", "auto", 400, 200},
		{"both of them", "both", "auto", 200, 200},
		{"the option goes before it", "modern", "legacy", 200, 400},
	} {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			tape, err := cassettes.Stock("weather")
			if err != nil {
				t.Fatal(err)
			}
			p, err := replay.New(tape, replay.WithScenario(&scenarios.Scenario{Era: tt.scenario}), replay.WithEra(tt.option))
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			for body, want := range map[string]int{old: tt.old, newer: tt.newer} {
				r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
				headers := []string{"Accept", "application/json, text/event-stream", "Content-Type", "application/json"}
				if body == newer {
					headers = mirrored(body, headers)
				}
				for i := 0; i+1 < len(headers); i += 2 {
					r.Header.Set(headers[i], headers[i+1])
				}
				r.Header.Del("Mcp-Session-Id")
				w := httptest.NewRecorder()
				if p.ServeHTTP(w, r); w.Code != want {
					t.Errorf("%.60s: got %d %s, want %d", body, w.Code, w.Body, want)
				}
			}
		})
	}
}
