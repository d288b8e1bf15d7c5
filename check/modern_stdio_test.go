package check

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// uprightOverStdio is an upright server for a client on stdin. It ends with
// its input.
func uprightOverStdio(edit func(method, message string) string) {
	u := &upright{edit: edit}
	var out sync.Mutex
	say := func(text string) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(text)
	}
	ctx, stop := context.WithCancel(context.Background())
	var streams sync.WaitGroup
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		body := lines.Text()
		step := probes.Modern(body)
		r := httptest.NewRequestWithContext(ctx, step.Method, "http://127.0.0.1/mcp", strings.NewReader(body))
		for _, l := range step.Header {
			r.Header.Add(l[0], l[1])
		}
		if r.Header.Get("Mcp-Protocol-Version") == "" && strings.Contains(body, `"tools/list"`) {
			r.Header.Set("Mcp-Protocol-Version", "2026-07-28") // there are no headers to be missing
		}
		if gjson.Get(body, "method").Str == "subscriptions/listen" {
			streams.Go(func() { u.ServeHTTP(&spoken{header: http.Header{}, say: say}, r) })
			continue
		}
		w := httptest.NewRecorder()
		u.ServeHTTP(w, r)
		if w.Body.Len() > 0 {
			say(w.Body.String())
		}
	}
	stop()
	streams.Wait()
}

// spoken is where the events of a stream are said as lines.
type spoken struct {
	header http.Header
	say    func(string)
	frames sse.Splitter
}

func (s *spoken) Header() http.Header { return s.header }
func (s *spoken) WriteHeader(int)     {}
func (s *spoken) Flush()              {}
func (s *spoken) Write(b []byte) (int, error) {
	for _, frame := range s.frames.Feed(b) {
		if f := sse.Parse(frame); f.HasData {
			s.say(string(f.Data))
		}
	}
	return len(b), nil
}

// pipedBreaches are some of those of TestModernBreaches, by name.
func pipedBreaches() map[string]breach {
	return map[string]breach{
		"":                           {},
		"no resultType":              {rule: "modern-result-type", verdict: Broken, edit: drop("resources/list", `,"resultType":"complete"`)},
		"an unknown version served":  {rule: "modern-version", verdict: Broken, edit: drop("tools/list", `,"requested":"2099-01-01"`)},
		"an id as a number":          {rule: "modern-id", verdict: Broken, edit: swap("server/discover", `"id":0`, `"id":"0"`), also: "modern-id"},
		"a subscription as a text":   {rule: "modern-listen", verdict: Broken, edit: swap("subscriptions/listen", `subscriptionId":38`, `subscriptionId":"38"`)},
		"another error for a method": {rule: "modern-method-unknown", verdict: Broken, edit: swap("mcpmock/no-such-method", "-32601", "-32600")},
		"more acknowledged":          {rule: "modern-listen-filter", verdict: Broken, edit: swap("subscriptions/listen", `"notifications":{}`, `"notifications":{"promptsListChanged":true}`)},
		"an old code":                {rule: "modern-error-codes", verdict: Broken, edit: swap("resources/read", "-32602", "-32002"), also: "modern-no-resource"},
		"a request of the server": {rule: "modern-stream", verdict: Broken, edit: func(method, message string) string {
			if method == "resources/list" {
				return `{"jsonrpc":"2.0","id":"s1","method":"roots/list"}` + "\n" + message
			}
			return message
		}},
		"initialize without a word": {rule: "modern-initialize", verdict: Note, edit: swap("initialize", "2026-07-28", "")},
		"a line that is no message": {rule: "stdout", verdict: Broken, edit: func(method, message string) string {
			if method == "resources/list" {
				return "hello\n" + message
			}
			return message
		}},
	}
}

// TestUprightOverStdio holds that a server of revision 2026-07-28 alone is held
// to its rules over stdio, too, and is not complained of but for a breach.
func TestUprightOverStdio(t *testing.T) {
	for name, c := range pipedBreaches() {
		t.Run("breach "+name, func(t *testing.T) {
			t.Setenv(asServer, "upright")
			t.Setenv(asServer+"_BREACH", name)
			r, err := Stdio(t.Context(), []string{os.Args[0]}, func(o *options) { o.answerWithin, o.quietFor = 20*time.Second, 50*time.Millisecond })
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) < 20 || !slices.Equal(r.Eras, []string{"modern"}) || r.Protocol != "2026-07-28" || r.Name != "upright 1" {
				t.Errorf("%d findings, eras %q, %s, %q", len(r.Findings), r.Eras, r.Protocol, r.Name)
			}
			for _, f := range r.Findings {
				want := OK
				if f.Rule == c.rule {
					want = c.verdict
				}
				if strings.Contains(f.Link, streamableHTTP) {
					t.Errorf("%s: a rule of HTTP, over stdio: %s", f.Rule, f.Link)
				}
				if f.Verdict != want && !strings.Contains(c.also, f.Rule) {
					t.Errorf("%s: %s, not %s: %s", f.Rule, f.Verdict, want, f.Saw)
				}
			}
			if c.rule != "" && findingOf(r, c.rule) == nil {
				t.Errorf("nothing about %s", c.rule)
			}
		})
	}
}
