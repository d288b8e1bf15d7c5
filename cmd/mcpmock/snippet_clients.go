package main

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/spf13/cobra"
)

// The transports, as clients name them.
const (
	overStdio = "stdio"
	overHTTP  = "http" // Streamable HTTP
	overSSE   = "sse"  // the older HTTP+SSE
)

// A mock is what a client is told of: how to start it, or where it is.
type mock struct {
	name      string
	transport string
	program   string // for stdio
	args      []string
	url       string // for http and sse
}

// A client is how one program wants to be told of a server.
type client struct {
	name  string
	file  string // where the text goes
	note  string // said after the file
	under string // the member that holds the servers; none where the file is TOML
	forms map[string]form
	line  func(m *mock) string // the command that does the same
	link  func(m *mock) string // the link that does the same
}

// A form is how a client spells one transport: what type says, where the
// client wants a type, and the member that holds the URL.
type form struct {
	kind  string
	at    string
	tools bool // name the tools that may be used: all
}

// clients is who is known, the default first. A transport without a form is
// not spoken.
var clients = [...]client{
	{
		name: "claude-code", file: ".mcp.json", under: "mcpServers",
		forms: map[string]form{overStdio: {kind: "stdio"}, overHTTP: {kind: "http", at: "url"}, overSSE: {kind: "sse", at: "url"}},
		line: func(m *mock) string {
			if m.transport == overStdio {
				return "claude mcp add " + m.name + " -- " + m.typed()
			}
			return "claude mcp add --transport " + m.transport + " " + m.name + " " + say.Word(m.url)
		},
	},
	{
		name: "claude-desktop", file: "claude_desktop_config.json", under: "mcpServers",
		note:  " (Settings, Developer, Edit Config), and restart Claude Desktop",
		forms: map[string]form{overStdio: {}},
	},
	{
		name: "cursor", file: ".cursor/mcp.json", under: "mcpServers",
		forms: map[string]form{overStdio: {kind: "stdio"}, overHTTP: {at: "url"}, overSSE: {at: "url"}},
		link: func(m *mock) string {
			config := base64.StdEncoding.EncodeToString([]byte(compact(entryOf(m, form{at: "url"}))))
			return "cursor://anysphere.cursor-deeplink/mcp/install?name=" + m.name + "&config=" + url.QueryEscape(config)
		},
	},
	{
		name: "vscode", file: ".vscode/mcp.json", under: "servers",
		forms: map[string]form{overStdio: {kind: "stdio"}, overHTTP: {kind: "http", at: "url"}, overSSE: {kind: "sse", at: "url"}},
		line: func(m *mock) string {
			e := entryOf(m, form{kind: m.transport, at: "url"})
			e.Name = m.name
			return "code --add-mcp " + say.Word(compact(e))
		},
	},
	{
		name: "codex", file: "~/.codex/config.toml",
		forms: map[string]form{overStdio: {}, overHTTP: {at: "url"}},
		line: func(m *mock) string {
			if m.transport == overStdio {
				return "codex mcp add " + m.name + " -- " + m.typed()
			}
			return "codex mcp add " + m.name + " --url " + say.Word(m.url)
		},
	},
	{
		name: "inspector", file: "~/.mcp-inspector/mcp.json", under: "mcpServers",
		forms: map[string]form{overStdio: {kind: "stdio"}, overHTTP: {kind: "streamable-http", at: "url"}, overSSE: {kind: "sse", at: "url"}},
		line: func(m *mock) string {
			if m.transport == overStdio {
				return "npx @modelcontextprotocol/inspector -- " + m.typed()
			}
			return "npx @modelcontextprotocol/inspector --server-url " + say.Word(m.url) + " --transport " + m.transport
		},
	},
	{
		name: "copilot", file: "~/.copilot/mcp-config.json", under: "mcpServers",
		forms: map[string]form{
			overStdio: {kind: "local", tools: true},
			overHTTP:  {kind: "http", at: "url", tools: true},
			overSSE:   {kind: "sse", at: "url", tools: true},
		},
		line: func(m *mock) string {
			if m.transport == overStdio {
				return "copilot mcp add " + m.name + " -- " + m.typed()
			}
			return "copilot mcp add --transport " + m.transport + " " + m.name + " " + say.Word(m.url)
		},
	},
	{
		name: "windsurf", file: "~/.codeium/windsurf/mcp_config.json", under: "mcpServers",
		forms: map[string]form{overStdio: {}, overHTTP: {at: "serverUrl"}, overSSE: {at: "serverUrl"}},
	},
	{
		name: "zed", file: "~/.config/zed/settings.json", under: "context_servers",
		forms: map[string]form{overStdio: {}, overHTTP: {at: "url"}},
	},
	{
		// Its newer releases take url with a type, too; all of them take httpUrl.
		name: "gemini-cli", file: "~/.gemini/settings.json", under: "mcpServers",
		forms: map[string]form{overStdio: {}, overHTTP: {at: "httpUrl"}, overSSE: {at: "url"}},
		line: func(m *mock) string {
			if m.transport == overStdio { // what follows -- is no flag of its own
				return "gemini mcp add --scope user " + m.name + " " + say.Word(m.program) + " -- " + say.Command(m.args)
			}
			return "gemini mcp add --scope user --transport " + m.transport + " " + m.name + " " + say.Word(m.url)
		},
	},
}

// typed is the command that starts the mock, as a person would type it.
func (m *mock) typed() string { return say.Word(m.program) + " " + say.Command(m.args) }

// oneLine is the command that does what the text does, where there is one.
func (to *client) oneLine(m *mock) string {
	if to.line == nil {
		return ""
	}
	return to.line(m)
}

// openLink is the link that does what the text does, where there is one.
func (to *client) openLink(m *mock) string {
	if to.link == nil {
		return ""
	}
	return to.link(m)
}

// transports are those the client speaks.
func (to *client) transports() []string {
	var spoken []string
	for _, t := range [...]string{overStdio, overHTTP, overSSE} {
		if _, ok := to.forms[t]; ok {
			spoken = append(spoken, t)
		}
	}
	return spoken
}

// speaks refuses a transport that the client has no form for.
func (to *client) speaks(transport, file string) error {
	if _, ok := to.forms[transport]; ok {
		return nil
	}
	if _, ok := to.forms[overHTTP]; ok {
		return wrongUse("%s does not speak HTTP+SSE: it takes a URL of Streamable HTTP", to.name).hint("such as: --url %s", defaultURL)
	}
	return wrongUse("%s takes servers over stdio alone from its configuration", to.name).
		hint("let it start the mock itself:  mcpmock snippet --client %s %s", to.name, say.File(file))
}

func clientNames() []string {
	names := make([]string, len(clients))
	for i, to := range clients {
		names[i] = to.name
	}
	return names
}

// findClient finds a client by its name.
func findClient(name string) (*client, error) {
	if i := slices.Index(clientNames(), name); i >= 0 {
		return &clients[i], nil
	}
	f := wrongUse("--client %s: no such client is known", name)
	for _, near := range nearest(clientNames(), name) {
		f.hint("did you mean: --client %s", near)
	}
	return nil, f.hint("all clients: mcpmock snippet --list")
}

// nearest returns the names that are close to one that is not there. They are
// compared as those of commands are.
func nearest(names []string, wrong string) []string {
	all := &cobra.Command{}
	for _, name := range names {
		// A command's name ends at a space; a server's need not.
		if name != "" && !strings.ContainsAny(name, " \t\n") {
			all.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
		}
	}
	return suggestions(all, wrong)
}
