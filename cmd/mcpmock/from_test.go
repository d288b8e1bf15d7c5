package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// put writes a configuration into a new directory, which is the current one
// for the test and no project of the user's.
func put(t *testing.T, name, text string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFromConfig(t *testing.T) {
	t.Setenv("WEATHER_TOKEN", "t0ken")
	t.Setenv("EMPTY", "")
	t.Setenv("NESTED", "${WEATHER_TOKEN}")
	for _, c := range []struct {
		why    string
		file   string
		text   string
		server string
		given  []string
		want   realServer // HERE is the directory
	}{
		{
			why: "a command without a type is stdio", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"command": "node", "args": ["server.js", 8080], "env": {"B": "2", "A": 1, "C": true, "D": null}}}}`,
			want: realServer{transport: "stdio", command: "node", args: []string{"server.js", "8080"}, env: []string{"B=2", "A=1", "C=true"}},
		},
		{
			why: "null is as good as nothing", file: "mcp.json",
			text: `{"mcpServers": {"w": {"type": null, "command": "w", "args": null, "env": null, "cwd": null}}, "projects": null}`,
			want: realServer{transport: "stdio", command: "w"},
		},
		{
			why: "a URL without a type is http", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"url": "http://h/mcp", "headers": {"X-A": "1"}}}}`,
			want: realServer{transport: "http", url: "http://h/mcp", headers: []string{"X-A: 1"}},
		},
		{
			why: "and sse where its path ends so", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"url": "http://h/v1/sse"}}}`,
			want: realServer{transport: "sse", url: "http://h/v1/sse"},
		},
		{
			why: "a type counts for more than the path", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"type": "streamable-http", "url": "http://h/sse"}}}`,
			want: realServer{transport: "http", url: "http://h/sse"},
		},
		{
			why: "HTTP+SSE may be anywhere", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"type": "sse", "url": "http://h/events"}}}`,
			want: realServer{transport: "sse", url: "http://h/events"},
		},
		{
			why: "Copilot calls stdio local", file: "mcp.json", server: "w",
			text: `{"mcpServers": {"w": {"type": "local", "command": "w", "tools": ["*"]}}}`,
			want: realServer{transport: "stdio", command: "w"},
		},
		{
			why: "the only server needs no name", file: "mcp.json",
			text: `{"mcpServers": {"w": {"command": "w"}}}`,
			want: realServer{transport: "stdio", command: "w"},
		},
		{
			why: "a project's server runs in the project", file: ".mcp.json",
			text: `{"mcpServers": {"w": {"command": "./w"}}}`,
			want: realServer{transport: "stdio", command: "./w", dir: "HERE"},
		},
		{
			why: "VS Code has comments, commas, variables and servers", file: ".vscode/mcp.json", server: "w",
			text: "\uFEFF" + `{
  // the weather, from "its" /* own */ server
  "inputs": [],
  "servers": {
    "w": { /* stdio */
      "type": "stdio",
      "command": "${workspaceFolder}/bin/w",
      "args": ["http://not/a//comment", "a,}", "${env:WEATHER_TOKEN}", "${workspaceFolderBasename}", ], // so it is
      "cwd": "${workspaceFolder}/run",
    },
  },
}`,
			want: realServer{transport: "stdio", command: "HERE/bin/w", args: []string{"http://not/a//comment", "a,}", "t0ken", "BASE"}, dir: "HERE/run"},
		},
		{
			why: "a cwd of a project's file is seen from the project", file: ".cursor/mcp.json",
			text: `{"mcpServers": {"w": {"command": "w", "cwd": "sub"}}}`,
			want: realServer{transport: "stdio", command: "w", dir: "HERE/sub"},
		},
		{
			why: "the settings of VS Code have them one deeper", file: "settings.json",
			text: `{"editor.tabSize": 2, "mcp": {"servers": {"w": {"command": "w"}}}}`,
			want: realServer{transport: "stdio", command: "w"},
		},
		{
			why: "Windsurf, Zed and Gemini CLI have words of their own", file: "mcp.json", server: "c",
			text: `{"mcpServers": {"a": {"serverUrl": "http://h/a"}}, "context_servers": {"c": {"httpUrl": "http://h/sse"}}}`,
			want: realServer{transport: "http", url: "http://h/sse"},
		},
		{
			why: "variables are expanded everywhere, once", file: "mcp.json",
			text: `{"mcpServers": {"w": {"url": "http://${HOST_UNSET:-h}/mcp", "headers": {"Authorization": "Bearer ${WEATHER_TOKEN}", "X-Empty": "a${EMPTY:-b}c", "X-Nested": "${NESTED}", "X-Price": "$5 ${}"}}}}`,
			want: realServer{transport: "http", url: "http://h/mcp", headers: []string{"Authorization: Bearer t0ken", "X-Empty: ac", "X-Nested: ${WEATHER_TOKEN}", "X-Price: $5 ${}"}},
		},
		{
			why: "what the caller gives need not be known", file: "mcp.json", given: []string{"KEY", "authorization"},
			text: `{"servers": {"w": {"command": "w", "env": {"KEY": "${input:key}", "A": "1"}}}}`,
			want: realServer{transport: "stdio", command: "w", env: []string{"A=1"}},
		},
		{
			why: "a header's name has no case", file: "mcp.json", given: []string{"KEY", "authorization"},
			text: `{"servers": {"w": {"url": "http://h/mcp", "headers": {"Authorization": "${input:key}"}}}}`,
			want: realServer{transport: "http", url: "http://h/mcp"},
		},
		{
			why: "Codex writes TOML", file: "config.toml", server: "w",
			text: "model = \"o\"\nnan = nan\n[mcp_servers.w]\ncommand = 'npx'\nargs = [\"-y\", \"w\"]\n[mcp_servers.w.env]\nB = \"2\"\nA = \"${WEATHER_TOKEN}\"\n[mcp_servers.other]\nurl = \"http://h/mcp\"\n",
			want: realServer{transport: "stdio", command: "npx", args: []string{"-y", "w"}, env: []string{"A=${WEATHER_TOKEN}", "B=2"}}, // Codex takes it as it is
		},
		{
			why: "and headers in three ways", file: "config.toml",
			text: "[mcp_servers.w]\nurl = \"http://h/mcp\"\nhttp_headers = { X-A = \"1\" }\nenv_http_headers = { X-B = \"WEATHER_TOKEN\" }\nbearer_token_env_var = \"WEATHER_TOKEN\"\n",
			want: realServer{transport: "http", url: "http://h/mcp", headers: []string{"X-A: 1", "X-B: t0ken", "Authorization: Bearer t0ken"}},
		},
	} {
		file := put(t, c.file, c.text)
		here, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*string{&c.want.command, &c.want.dir} {
			if rest, ok := strings.CutPrefix(*s, "HERE"); ok {
				*s = here + rest
			}
		}
		for i, a := range c.want.args {
			if a == "BASE" {
				c.want.args[i] = filepath.Base(here)
			}
		}
		got, err := fromConfig(file, c.server, c.given...)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		got.dir = filepath.ToSlash(got.dir)
		c.want.dir = filepath.ToSlash(c.want.dir)
		if d := cmp.Diff(&c.want, got, cmp.AllowUnexported(realServer{})); d != "" {
			t.Errorf("%s: -want +got\n%s", c.why, d)
		}
	}
}

// TestFromClaude holds where Claude Code looks: a project's own servers, which
// are those of the current directory or of its repository, before those of the
// user.
func TestFromClaude(t *testing.T) {
	file := put(t, "claude.json", "")
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	path, err := jsonText(here, "")
	if err != nil {
		t.Fatal(err)
	}
	text := `{"mcpServers": {"both": {"command": "not this"}, "user": {"command": "user's"}}, "projects": {
		"/nowhere": {"mcpServers": {"far": {"command": "far"}}},
		` + strings.TrimSpace(path) + `: {"mcpServers": {"both": {"command": "project's"}, "near": {"command": "near"}}}}}`
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, command := range map[string]string{"both": "project's", "near": "near", "user": "user's"} {
		got, err := fromConfig(file, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got.command != command {
			t.Errorf("%s: the command is %s, and should be %s", name, got.command, command)
		}
	}
	if _, err := fromConfig(file, "far"); err == nil || !strings.Contains(err.Error(), `no server "far": it has both, near, user`) {
		t.Errorf("another project's server: %v", err)
	}

	if err := os.MkdirAll("deep/down", 0o777); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(here, file)
	t.Chdir("deep/down")
	if got, err := fromConfig(file, "both"); err != nil || got.command != "not this" {
		t.Errorf("below the project, without a repository: %v, %v", got, err)
	}
	if err := os.Mkdir(filepath.Join(here, ".git"), 0o777); err != nil {
		t.Fatal(err)
	}
	if got, err := fromConfig(file, "both"); err != nil || got.command != "project's" {
		t.Errorf("below the project, in its repository: %v, %v", got, err)
	}
}

// TestFromConfigErrors holds that a mistake is named with its place and its
// cure, and that no value of the file is: each holds a secret.
func TestFromConfigErrors(t *testing.T) {
	for _, c := range []struct {
		why    string
		file   string
		text   string
		server string
		says   string // the error
		cure   string // one of its hints
	}{
		{"two to choose from", "mcp.json", `{"mcpServers": {"a": {"command": "s3cret"}, "b": {}}}`, "", "mcp.json holds 2 servers: a, b", "--server a"},
		{"a slip of the pen", "mcp.json", `{"mcpServers": {"weather": {"command": "s3cret"}, "b": {}}}`, "wether", `mcp.json holds no server "wether": it has weather, b`, "did you mean: --server weather"},
		{"nothing like it", "mcp.json", `{"mcpServers": {"weather": {"command": "s3cret"}}}`, "zzzzzz", `holds no server "zzzzzz": it has weather`, "--server weather"},
		{"none", "mcp.json", `{"mcpServers": {}}`, "", "mcp.json holds no server", "add one"},
		{"those of Claude Code in other projects", "claude.json", `{"projects": {"/elsewhere": {"mcpServers": {"a": {"command": "s3cret"}}}}}`, "", "claude.json holds servers of other projects alone, such as /elsewhere", "cd /elsewhere"},
		{"another file", "package.json", `{"scripts": {"a": "s3cret"}}`, "", "package.json is no configuration of MCP servers", "name the file"},
		{"no object", "mcp.json", `["s3cret"]`, "", "mcp.json: it is no JSON object", "name the file"},
		{"broken JSON", "mcp.json", "{\n  \"mcpServers\": {\n    \"a\": \"s3cret\" \"b\"\n}}", "", "mcp.json:3: it is no JSON", "correct that line"},
		{"JSON that ends too soon", "mcp.json", "{\n  \"a\": \"s3cret", "", "mcp.json:2: it is no JSON", "correct that line"},
		{"a comment that does not end", "mcp.json", "{} /* s3cret", "", "is no configuration", "name the file"},
		{"broken TOML", "config.toml", "[mcp_servers.a]\ncommand = s3cret\n", "", "config.toml:2: it is no TOML", "correct that line"},
		{"no variable of that name", "mcp.json", "{\"mcpServers\": {\"a\": {\n\"url\": \"http://s3cret/${NOT_SET_ANYWHERE}\"}}}", "", "mcp.json:2: server a: the variable NOT_SET_ANYWHERE is not set", "export NOT_SET_ANYWHERE="},
		{"nor for VS Code", "mcp.json", `{"servers": {"a": {"command": "s3cret", "args": ["${env:NOT_SET_ANYWHERE}"]}}}`, "", "the variable NOT_SET_ANYWHERE is not set", "export"},
		{"nor for Codex", "config.toml", "[mcp_servers.a]\nurl = \"http://s3cret/\"\nbearer_token_env_var = \"NOT_SET_ANYWHERE\"\n", "", "config.toml: server a: the variable NOT_SET_ANYWHERE is not set", "export"},
		{"an input is asked for by VS Code", "mcp.json", "{\"servers\": {\"a\": {\"command\": \"s3cret\",\n\n\"env\": {\"K\": \"s3cret${input:key}\"}}}}", "", "mcp.json:3: server a: the client asks for ${input:key}", "--env NAME=VALUE"},
		{"what only an editor knows", "mcp.json", `{"servers": {"a": {"command": "${command:s.pick}", "env": {"K": "s3cret"}}}}`, "", "${command:...} is known to the client alone", "write the value"},
		{"a default that lacks its dash", "mcp.json", `{"servers": {"a": {"command": "a", "env": {"K": "${K:s3cret}"}}}}`, "", "${K:...} is known to the client alone", "a default is written ${K:-VALUE}"},
		{"neither command nor URL", "mcp.json", `{"mcpServers": {"a": {"env": {"K": "s3cret"}}}}`, "", "server a: it has neither a command nor a url", "one of the two"},
		{"stdio without a command", "mcp.json", `{"mcpServers": {"a": {"type": "stdio", "env": {"K": "s3cret"}}}}`, "", "its type is stdio, and it has no command", "give it the command"},
		{"http without a URL", "mcp.json", `{"mcpServers": {"a": {"type": "http", "command": "s3cret"}}}`, "", "its type is http, and it has no url", "give it the url"},
		{"a transport that is none of MCP's", "mcp.json", `{"mcpServers": {"a": {"type": "ws", "url": "http://s3cret/"}}}`, "", "its type is none that can be recorded", "stdio, http and sse"},
		{"a URL of another kind", "mcp.json", `{"mcpServers": {"a": {"url": "ws://s3cret/"}}}`, "", "url is no URL with http or https", "such as"},
		{"a line of a shell in place of a list", "mcp.json", `{"mcpServers": {"a": {"command": "a", "args": "--key s3cret"}}}`, "", "args should be a list", "such as"},
		{"a list in place of a command", "mcp.json", `{"mcpServers": {"a": {"command": ["a", "s3cret"]}}}`, "", "command should be a string", "quotes"},
		{"a list in a list", "mcp.json", `{"mcpServers": {"a": {"command": "a", "args": [["s3cret"]]}}}`, "", "an element of args should be a string", "quotes"},
		{"a list in place of variables", "mcp.json", `{"mcpServers": {"a": {"command": "a", "env": ["K=s3cret"]}}}`, "", "env should be an object", "such as"},
		{"nor for headers of Codex", "config.toml", "[mcp_servers.a]\nurl = \"http://s3cret/\"\nenv_http_headers = \"s3cret\"\n", "", "config.toml: server a: env_http_headers should be an object", "such as"},
		{"a header that is an object", "mcp.json", `{"mcpServers": {"a": {"url": "http://h/", "headers": {"K": {"v": "s3cret"}}}}}`, "", "K should be a string", "quotes"},
		{"a file of variables", "mcp.json", `{"servers": {"a": {"command": "s3cret", "envFile": "s3cret/.env"}}}`, "", "envFile is not read", "put its values under env"},
	} {
		_, err := fromConfig(put(t, c.file, c.text), c.server)
		if err == nil {
			t.Errorf("%s: no error", c.why)
			continue
		}
		f, ok := err.(*failure)
		if !ok {
			t.Errorf("%s: it has no cure: %v", c.why, err)
			continue
		}
		hints := strings.Join(f.hints, "\n")
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: it says\n%v\nand should say\n%s", c.why, err, c.says)
		}
		if !strings.Contains(hints, c.cure) {
			t.Errorf("%s: the cure is\n%s\nand should be\n%s", c.why, hints, c.cure)
		}
		if strings.Contains(err.Error()+hints, "s3cret") {
			t.Errorf("%s: it holds a value of the file: %v\n%s", c.why, err, hints)
		}
	}
	if _, err := fromConfig(filepath.Join(t.TempDir(), "none.json"), ""); err == nil || !strings.Contains(err.Error(), "no file") {
		t.Errorf("no file: %v", err)
	}
}
