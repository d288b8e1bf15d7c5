package mcpmock

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A scenario by its path is a mock that is written by hand, and never
// recorded.
func TestServeAScenario(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	text := "sessions: stateless\nstubs: {tools: [{name: forecast, answers: [{arguments: {city: Oslo}, text: rain}]}]}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	call := func(url, city string) int {
		body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"forecast","arguments":{"city":"` + city + `"}}}`
		req, err := http.NewRequestWithContext(t.Context(), "POST", url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	fake := &fakeT{name: "TestFake"}
	fake.run(func() {
		if status := call(Serve(fake, path).URL, "Oslo"); status != http.StatusOK {
			t.Errorf("a call: %d", status)
		}
	})
	if fake.Failed() {
		t.Errorf("it said %s", fake.said())
	}
	for _, c := range []struct {
		why, want string
		test      func(fake *fakeT)
	}{
		{"a call that no answer fits fails the test", "no stubbed answer to tools/call forecast", func(fake *fakeT) { call(Serve(fake, path).URL, "Rome") }},
		{"what is written by hand is not recorded over", "is written by hand", func(fake *fakeT) { Serve(fake, path, Upstream("http://127.0.0.1:1/mcp")) }},
		{"a file that is not there", "nothing.yaml", func(fake *fakeT) { Serve(fake, "nothing.yaml") }},
	} {
		fake := &fakeT{name: "TestFake"}
		fake.run(func() { c.test(fake) })
		if !fake.Failed() || !strings.Contains(fake.said(), c.want) {
			t.Errorf("%s: it said %s", c.why, fake.said())
		}
	}
}
