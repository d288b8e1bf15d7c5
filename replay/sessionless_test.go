package replay

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// In front of a live server of the era without sessions a fault that ends one
// does nothing, and nobody is to open a new one.
func TestLiveWithoutSessions(t *testing.T) {
	server := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}`)
	})
	s, err := scenarios.Load("session-404-no-reinit")
	if err != nil {
		t.Fatal(err)
	}
	judge := verdicts.New(s)
	faulted := 0
	p, err := NewLive(server, WithScenario(s), WithJournal(func(e *cassettes.Event) {
		judge.Hear(e)
		if e.Note != nil && e.Note.Kind == "faulted" {
			faulted++
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 3 {
		r := httptest.NewRequest("POST", "http://127.0.0.1/mcp", strings.NewReader(modernRequest("1", "tools/call", metaOf("a", "{}"), of("echo", "{}"))))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		r.Header.Set("MCP-Protocol-Version", "2026-07-28")
		w := httptest.NewRecorder()
		if p.ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	}
	judge.Done(p.elapsed())
	for _, v := range judge.Verdicts(p.elapsed()) {
		if v.Result != verdicts.NotReached || v.Evidence != "no fault fired" {
			t.Errorf("%s %s: %s (%s)", v.Level, v.Expectation, v.Result, v.Evidence)
		}
	}
	if faulted != 0 {
		t.Errorf("%d requests were faulted", faulted)
	}
}
