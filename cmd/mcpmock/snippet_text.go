package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// An entry is one server in a client's configuration. The order of its fields
// is that of the members.
type entry struct {
	Name      string   `json:"name,omitempty"`
	Type      string   `json:"type,omitempty"`
	Command   string   `json:"command,omitempty"`
	Args      []string `json:"args,omitempty"`
	URL       string   `json:"url,omitempty"`
	HTTPURL   string   `json:"httpUrl,omitempty"`
	ServerURL string   `json:"serverUrl,omitempty"`
	Tools     []string `json:"tools,omitempty"`
}

// entryOf says in a client's form how a mock is reached.
func entryOf(m *mock, f form) entry {
	e := entry{Type: f.kind}
	if f.tools {
		e.Tools = []string{"*"}
	}
	if m.transport == overStdio {
		e.Command, e.Args = m.program, m.args
		return e
	}
	switch f.at {
	case "httpUrl":
		e.HTTPURL = m.url
	case "serverUrl":
		e.ServerURL = m.url
	default:
		e.URL = m.url
	}
	return e
}

// text is what is pasted: a whole file with this one server.
func (to *client) text(m *mock) (string, error) {
	e := entryOf(m, to.forms[m.transport])
	if to.under == "" {
		return tomlText(m.name, e), nil
	}
	return jsonText(map[string]map[string]entry{to.under: {m.name: e}}, "  ")
}

// jsonText writes a value as people do: a path or a URL keeps its &.
func jsonText(v any, indent string) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	return b.String(), nil
}

// compact is an entry on one line.
func compact(e entry) string {
	line, _ := jsonText(e, "") // strings can always be encoded
	return strings.TrimSuffix(line, "\n")
}

// tomlText is an entry as a table of Codex's config.toml. A plain name needs
// no quotes there.
func tomlText(name string, e entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[mcp_servers.%s]\n", name)
	if e.URL != "" {
		fmt.Fprintf(&b, "url = %s\n", tomlString(e.URL))
		return b.String()
	}
	fmt.Fprintf(&b, "command = %s\nargs = [", tomlString(e.Command))
	for i, a := range e.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(tomlString(a))
	}
	b.WriteString("]\n")
	return b.String()
}

// tomlString is a basic string of TOML: in double quotes, with escapes for
// what may not stand there as it is.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
