package mcpmock_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// pages are those that readers find: the README and docs.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range append(paths, "README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

var (
	fenced   = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")
	inlined  = regexp.MustCompile("`[^`\n]*`")
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	whole    = regexp.MustCompile(`(?m)^(faults|stubs):`) // a scenario, and not a part of one
	headings = regexp.MustCompile(`(?m)^#+ +(.*)$`)
)

// anchors are the places of a page that a link may name, as forges make them
// of its headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range headings.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		anchor := strings.Map(func(c rune) rune {
			switch {
			case c == ' ':
				return '-'
			case c == '-' || c == '_' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
				return c
			}
			return -1
		}, strings.ToLower(m[1]))
		all[anchor] = true
	}
	return all
}

// TestNoLinkIsDead holds that what a page links to in the repository is there,
// down to the heading.
func TestNoLinkIsDead(t *testing.T) {
	all := pages(t)
	found := 0
	for path, text := range all {
		text = inlined.ReplaceAllString(fenced.ReplaceAllString(text, ""), "`x`")
		for _, m := range links.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			found++
			file, anchor, named := strings.Cut(m[1], "#")
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(file))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
				continue
			}
			if target, isPage := all[to]; named && isPage && !anchors(target)[anchor] {
				t.Errorf("%s links to %s: there is no such heading", path, m[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d links were found", found)
	}
}

// examples are the scenarios that a page shows, by their names.
func examples(t *testing.T, page string) map[string]*scenarios.Scenario {
	t.Helper()
	all := map[string]*scenarios.Scenario{}
	for _, m := range fenced.FindAllStringSubmatch(pages(t)[page], -1) {
		if m[1] != "yaml" || !whole.MatchString(m[2]) {
			continue
		}
		s, err := scenarios.Parse(page, []byte(m[2]))
		if err != nil {
			t.Errorf("an example in %s: %v\n%s", page, err, m[2])
			continue
		}
		all[s.Name] = s
	}
	return all
}

// TestExamplesLoad holds that the scenarios on the pages are scenarios.
func TestExamplesLoad(t *testing.T) {
	for page, atLeast := range map[string]int{"docs/scenarios.md": 4, "docs/stubs.md": 1} {
		page = filepath.FromSlash(page)
		if n := len(examples(t, page)); n < atLeast {
			t.Errorf("%s shows %d scenarios, not %d", page, n, atLeast)
		}
	}
}

// TestExamplesDo holds that those about calls do what the page says of them.
func TestExamplesDo(t *testing.T) {
	all := examples(t, filepath.Join("docs", "scenarios.md"))
	play := func(t *testing.T, name string) (ask func(method, body string, header ...string) (*http.Response, string)) {
		tape, err := cassettes.Stock("weather")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tape.Close() })
		player, err := replay.New(tape, replay.WithScenario(all[name]), replay.WithRepeat())
		if err != nil {
			t.Fatal(err)
		}
		server, err := replay.Listen("127.0.0.1:0", player)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		session := ""
		ask = func(method, body string, header ...string) (*http.Response, string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
			if session != "" {
				r.Header.Set("Mcp-Session-Id", session)
			}
			for i := 0; i < len(header); i += 2 {
				r.Header.Set(header[i], header[i+1])
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var said strings.Builder
			for lines := bufio.NewReader(resp.Body); ; {
				line, err := lines.ReadString('\n')
				said.WriteString(line)
				if err == io.EOF || strings.Contains(line, `"result"`) {
					break
				}
				if err != nil {
					said.WriteString("(" + err.Error() + ")")
					break
				}
			}
			return resp, said.String()
		}
		resp, _ := ask("POST", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"reader","version":"1"}}}`)
		session = resp.Header.Get("Mcp-Session-Id")
		ask("POST", `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		return ask
	}
	const call = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"Oslo"}}}`
	t.Run("busy twice", func(t *testing.T) {
		ask := play(t, "busy-twice")
		for range 2 {
			if resp, _ := ask("POST", call); resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "1" {
				t.Errorf("%d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
			}
		}
		if resp, said := ask("POST", call); resp.StatusCode != 200 || !strings.Contains(said, `"result"`) {
			t.Errorf("the third call: %d %s", resp.StatusCode, said)
		}
	})
	t.Run("dies and comes back", func(t *testing.T) {
		ask := play(t, "dies-and-comes-back")
		_, said := ask("POST", call)
		if !strings.Contains(said, "halfway") || strings.Contains(said, `"result"`) || !strings.Contains(said, "(unexpected EOF)") {
			t.Fatalf("before the answer came: %q", said)
		}
		last := ""
		for line := range strings.Lines(said) {
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				last = strings.TrimSpace(id)
			}
		}
		if _, said := ask("GET", "", "Last-Event-ID", last); !strings.Contains(said, `"id":7`) || strings.Contains(said, "halfway") {
			t.Errorf("what came with Last-Event-ID %q: %q", last, said)
		}
	})
}
