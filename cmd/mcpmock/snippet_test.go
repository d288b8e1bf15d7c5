package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSnippetTexts holds what is pasted, byte for byte: a client that is told
// in another form's words does not see the server, and says nothing.
func TestSnippetTexts(t *testing.T) {
	started := &mock{name: "weather", transport: overStdio, program: "/bin/mcpmock", args: []string{"replay", "/t/weather.cassette", "--stdio"}}
	running := &mock{name: "weather", transport: overHTTP, url: "http://127.0.0.1:6625/mcp"}
	older := &mock{name: "weather", transport: overSSE, url: "http://127.0.0.1:6625/sse"}
	for _, c := range []struct {
		why    string
		client string
		mock   *mock
		text   string
		line   string
	}{
		{
			"the shape that most clients take", "claude-code", started,
			`{
  "mcpServers": {
    "weather": {
      "type": "stdio",
      "command": "/bin/mcpmock",
      "args": [
        "replay",
        "/t/weather.cassette",
        "--stdio"
      ]
    }
  }
}
`, "claude mcp add weather -- /bin/mcpmock replay /t/weather.cassette --stdio",
		},
		{
			"a URL without a type is taken for a command", "claude-code", running,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"type\": \"http\",\n      \"url\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			"claude mcp add --transport http weather http://127.0.0.1:6625/mcp",
		},
		{
			"a path that ends in /sse is the older transport", "claude-code", older,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"type\": \"sse\",\n      \"url\": \"http://127.0.0.1:6625/sse\"\n    }\n  }\n}\n",
			"claude mcp add --transport sse weather http://127.0.0.1:6625/sse",
		},
		{
			"VS Code says servers", "vscode", running,
			"{\n  \"servers\": {\n    \"weather\": {\n      \"type\": \"http\",\n      \"url\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			`code --add-mcp '{"name":"weather","type":"http","url":"http://127.0.0.1:6625/mcp"}'`,
		},
		{
			"Codex reads TOML", "codex", started,
			"[mcp_servers.weather]\ncommand = \"/bin/mcpmock\"\nargs = [\"replay\", \"/t/weather.cassette\", \"--stdio\"]\n",
			"codex mcp add weather -- /bin/mcpmock replay /t/weather.cassette --stdio",
		},
		{
			"and needs no type there", "codex", running,
			"[mcp_servers.weather]\nurl = \"http://127.0.0.1:6625/mcp\"\n",
			"codex mcp add weather --url http://127.0.0.1:6625/mcp",
		},
		{
			"the Inspector's own word works in all of its versions", "inspector", running,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"type\": \"streamable-http\",\n      \"url\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			"npx @modelcontextprotocol/inspector --server-url http://127.0.0.1:6625/mcp --transport http",
		},
		{
			"Copilot offers no tool that is not named", "copilot", running,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"type\": \"http\",\n      \"url\": \"http://127.0.0.1:6625/mcp\",\n      \"tools\": [\n        \"*\"\n      ]\n    }\n  }\n}\n",
			"copilot mcp add --transport http weather http://127.0.0.1:6625/mcp",
		},
		{
			"Windsurf says serverUrl", "windsurf", running,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"serverUrl\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			"",
		},
		{
			"Zed says context_servers", "zed", running,
			"{\n  \"context_servers\": {\n    \"weather\": {\n      \"url\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			"",
		},
		{
			"to Gemini CLI url is HTTP+SSE", "gemini-cli", running,
			"{\n  \"mcpServers\": {\n    \"weather\": {\n      \"httpUrl\": \"http://127.0.0.1:6625/mcp\"\n    }\n  }\n}\n",
			"gemini mcp add --scope user --transport http weather http://127.0.0.1:6625/mcp",
		},
	} {
		to, err := findClient(c.client)
		if err != nil {
			t.Fatal(err)
		}
		text, err := to.text(c.mock)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.text, text); d != "" {
			t.Errorf("%s: %s: -want +got\n%s", c.why, c.client, d)
		}
		if line := to.oneLine(c.mock); line != c.line {
			t.Errorf("%s: %s: the command is\n%s\nand should be\n%s", c.why, c.client, line, c.line)
		}
	}
}

// TestSnippetIsReadBack holds that every text is what record --from takes, and
// that what a path may hold survives both ways.
func TestSnippetIsReadBack(t *testing.T) {
	for _, path := range []struct{ why, is string }{
		{"what most have", "/home/me/weather.cassette"},
		{"backslashes begin an escape in JSON and in TOML", `C:\Users\me\new\tape.cassette`},
		{"quotes end a string, and & and < are HTML", `/t/"a" & <b>/ü	tab.cassette`},
		{"a control character may not stand in either", "/t/a\x01\x7f\nb.cassette"},
	} {
		for _, to := range clients {
			for _, transport := range to.transports() {
				m := &mock{name: "weather", transport: transport, program: path.is, args: []string{"replay", path.is, "--stdio"}, url: "http://127.0.0.1:6625/mcp?a=1&b=2"}
				want := &realServer{transport: transport, url: m.url}
				switch transport {
				case overStdio:
					want = &realServer{transport: overStdio, command: m.program, args: m.args}
				case overSSE:
					m.url = "http://127.0.0.1:6625/sse"
					want.url = m.url
				}
				text, err := to.text(m)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(t.TempDir(), "client.json")
				if to.under == "" {
					file = filepath.Join(filepath.Dir(file), "client.toml")
				} else if !json.Valid([]byte(text)) {
					t.Errorf("%s: %s over %s: no valid JSON:\n%s", path.why, to.name, transport, text)
				}
				if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				got, err := fromConfig(file, "weather")
				if err != nil {
					t.Errorf("%s: %s over %s: %v\n%s", path.why, to.name, transport, err, text)
					continue
				}
				if d := cmp.Diff(want, got, cmp.AllowUnexported(realServer{})); d != "" {
					t.Errorf("%s: %s over %s: -want +got\n%s", path.why, to.name, transport, d)
				}
			}
		}
	}
}

func TestPlainName(t *testing.T) {
	for _, c := range []struct{ why, path, name string }{
		{"the extension says nothing", "/tapes/weather.cassette", "weather"},
		{"a stock tape has none", "everything", "everything"},
		{"Claude Code refuses spaces and dots", "my weather v1.2.cassette", "my-weather-v1-2"},
		{"a name that begins with - is taken for a flag", "--x.cassette", "x"},
		{"a name of nothing else needs one", "天気.cassette", "mock"},
	} {
		if got := plainName(c.path); got != c.name {
			t.Errorf("%s: the name of %s is %s, and should be %s", c.why, c.path, got, c.name)
		}
	}
}

func TestMadeToRunOnce(t *testing.T) {
	for _, c := range []struct {
		why, program string
		once         bool
	}{
		{"go run builds there, and removes it", "/tmp/go-build123/b001/exe/mcpmock", true},
		{"an installed one stays", "/home/me/go/bin/mcpmock", false},
		{"so does one that somebody built into a directory of that name", "/srv/exe/mcpmock", false},
	} {
		if got := madeToRunOnce(c.program); got != c.once {
			t.Errorf("%s: %s: %v", c.why, c.program, got)
		}
	}
}
