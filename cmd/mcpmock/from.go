package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A realServer is a server as a client's configuration has it, with its
// variables expanded.
type realServer struct {
	command   string
	args      []string
	env       []string // K=V, beside what is inherited
	dir       string   // where it runs; "" is the current directory
	url       string
	transport string   // stdio, http or sse
	headers   []string // K: V
}

// fromConfig reads the server of that name from the configuration of a
// client: JSON, or TOML where the file is called so. Without a name it is the
// only one there. given are the names of variables and headers whose values
// the caller has himself: the file's are not looked at, and are left out.
//
// No error holds a value of the file, for it may be a secret.
func fromConfig(file, name string, given ...string) (*realServer, error) {
	doc, err := openConfig(file)
	if err != nil {
		return nil, err
	}
	e, err := doc.choose(name)
	if err != nil {
		return nil, err
	}
	return doc.server(e, given)
}

// A config is the configuration of a client.
type config struct {
	file    string // as it was typed
	text    string // JSON; that of a TOML file is made from it
	lined   bool   // text has the lines of the file
	literal bool   // the client does not expand variables
	servers []configured
}

// configured is one server in a config.
type configured struct {
	name string
	body gjson.Result
}

// openConfig reads a file and finds its servers.
func openConfig(file string) (*config, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, wrongUse("no file %s", file).
			hint("clients keep their servers in .mcp.json, .vscode/mcp.json, .cursor/mcp.json, ~/.claude.json or ~/.codex/config.toml")
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	data = []byte(strings.TrimPrefix(string(data), "\uFEFF")) // editors on Windows begin files with it
	doc := &config{file: file, lined: true}
	if strings.EqualFold(filepath.Ext(file), ".toml") {
		doc.lined, doc.literal = false, true
		doc.text, err = jsonOfTOML(file, data)
	} else {
		doc.text, err = plainJSON(file, data)
	}
	if err != nil {
		return nil, err
	}
	return doc, doc.find(gjson.Parse(doc.text))
}

// find collects the servers, wherever clients keep them.
func (doc *config) find(root gjson.Result) error {
	known := false
	take := func(under gjson.Result) {
		known = known || under.Exists()
		under.ForEach(func(name, body gjson.Result) bool {
			// Of two by one name the first counts.
			if body.IsObject() && !slices.ContainsFunc(doc.servers, func(c configured) bool { return c.name == name.Str }) {
				doc.servers = append(doc.servers, configured{name.Str, body})
			}
			return true
		})
	}
	// Those of Claude Code for one project go before those for all.
	here, elsewhere := projectHere(), ""
	root.Get("projects").ForEach(func(path, project gjson.Result) bool {
		its := project.Get("mcpServers")
		if here(path.Str) {
			take(its)
		} else if len(its.Map()) > 0 {
			elsewhere = path.Str
		}
		return true
	})
	for _, key := range [...]string{
		"mcpServers",      // of most clients
		"servers",         // of VS Code
		"mcp.servers",     // of VS Code, in its settings
		"context_servers", // of Zed
		"mcp_servers",     // of Codex
	} {
		if under := root.Get(key); under.IsObject() {
			take(under)
		}
	}
	switch {
	case len(doc.servers) > 0:
		return nil
	case elsewhere != "":
		return wrongUse("%s holds servers of other projects alone, such as %s", doc.file, say.Printable(elsewhere)).
			hint("go to the project of the server:  cd %s", say.Word(elsewhere))
	case known:
		return wrongUse("%s holds no server", doc.file).hint("add one to it, or name another file")
	}
	return wrongUse("%s is no configuration of MCP servers: it has none of mcpServers, servers, context_servers, mcp_servers", doc.file).
		hint("name the file in which your client keeps its servers")
}

// projectHere tells whether a path is the project that one works at in the
// current directory: this directory, or the root of its repository.
func projectHere() func(path string) bool {
	var these []os.FileInfo
	dir, err := os.Getwd()
	for up := dir; err == nil; up = filepath.Dir(up) {
		_, missing := os.Lstat(filepath.Join(up, ".git"))
		if up == dir || missing == nil {
			if info, err := os.Stat(up); err == nil {
				these = append(these, info)
			}
		}
		if missing == nil || up == filepath.Dir(up) {
			break
		}
	}
	return func(path string) bool {
		its, err := os.Stat(path)
		return err == nil && slices.ContainsFunc(these, func(i os.FileInfo) bool { return os.SameFile(i, its) })
	}
}

// choose picks the server of that name, or the only one.
func (doc *config) choose(name string) (*configured, error) {
	var names []string
	for i, s := range doc.servers {
		if s.name == name {
			return &doc.servers[i], nil
		}
		names = append(names, s.name)
	}
	if name == "" {
		if len(names) == 1 {
			return &doc.servers[0], nil
		}
		return nil, wrongUse("%s holds %s: %s", doc.file, say.Count(len(names), "server"), strings.Join(names, ", ")).
			hint("choose one:  --server %s", say.Word(names[0]))
	}
	f := wrongUse("%s holds no server %q: it has %s", doc.file, name, strings.Join(names, ", "))
	for _, near := range nearest(names, name) {
		f.hint("did you mean: --server %s", say.Word(near))
	}
	if len(f.hints) == 0 {
		f.hint("choose one:  --server %s", say.Word(names[0]))
	}
	return nil, f
}

// server reads one server.
func (doc *config) server(c *configured, given []string) (*realServer, error) {
	r := &reading{doc: doc, name: c.name, given: given}
	s := &realServer{
		command: r.text(c.body, "command"),
		args:    r.list(c.body, "args"),
		dir:     r.text(c.body, "cwd"),
	}
	kind := r.text(c.body, "type")
	urlKind := ""
	for _, at := range [...]struct{ key, kind string }{{"url", ""}, {"serverUrl", ""}, {"httpUrl", overHTTP}} {
		if s.url == "" && c.body.Get(at.key).Exists() {
			s.url, urlKind = r.address(c.body, at.key), at.kind
		}
	}
	if kind == "" {
		kind = urlKind
	}
	s.transport = r.transport(c.body, kind, s)
	if s.transport == overStdio {
		s.url = ""
		s.env = r.pairs(c.body, "env", "=")
		if v := c.body.Get("envFile"); v.Exists() {
			r.fail(v, "envFile is not read").hint("put its values under env, or name the command itself: mcpmock record -o FILE -- COMMAND")
		}
		s.dir = doc.runsIn(s.dir)
	} else {
		s.command, s.args, s.dir = "", nil, ""
		s.headers = slices.Concat(r.pairs(c.body, "headers", ": "), r.codexHeaders(c.body))
	}
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

// transport tells how a server is spoken to: by its type or, without one, by
// what else is said of it.
func (r *reading) transport(body gjson.Result, kind string, s *realServer) string {
	if r.err != nil {
		return ""
	}
	switch strings.ReplaceAll(strings.ToLower(kind), "_", "-") {
	case "":
		switch {
		case s.command != "":
			return overStdio
		case s.url != "":
			t, _ := transportOf(s.url) // address has looked at it
			return t
		}
		r.fail(body, "it has neither a command nor a url").hint("give it one of the two")
		return ""
	case "stdio", "local": // Copilot says local
		if s.command == "" {
			r.fail(body, "its type is stdio, and it has no command").hint("give it the command that starts the server")
		}
		return overStdio
	case "http", "streamable-http", "streamablehttp":
		kind = overHTTP
	case "sse":
		kind = overSSE
	default:
		r.fail(body.Get("type"), "its type is none that can be recorded").hint("the types are stdio, http and sse")
		return ""
	}
	if s.url == "" {
		r.fail(body, "its type is %s, and it has no url", kind).hint("give it the url of the server")
	}
	return kind
}

// address reads the member key, which is a URL.
func (r *reading) address(body gjson.Result, key string) string {
	s := r.text(body, key)
	if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		r.fail(body.Get(key), "%s is no URL with http or https", key).hint("such as http://127.0.0.1:3001/mcp")
	}
	return s
}

// workspace is the directory that the file is in or, where that is the one of
// an editor, such as .vscode, the directory above. own tells that the file
// belongs to a project there, and not to all that the user does.
func (doc *config) workspace() (dir string, own bool) {
	path, err := filepath.Abs(doc.file)
	if err != nil {
		path = doc.file
	}
	dir = filepath.Dir(path)
	own = filepath.Base(path) == ".mcp.json"
	if strings.HasPrefix(filepath.Base(dir), ".") {
		dir, own = filepath.Dir(dir), true
	}
	home, err := os.UserHomeDir()
	return dir, own && (err != nil || dir != home)
}

// runsIn is the directory in which the client would start a server: that of
// the project, else the current one.
func (doc *config) runsIn(cwd string) string {
	workspace, own := doc.workspace()
	if !own || filepath.IsAbs(cwd) {
		return cwd
	}
	return filepath.Join(workspace, cwd)
}
