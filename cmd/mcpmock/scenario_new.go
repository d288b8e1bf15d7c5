package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

// schemaFile is where a new scenario looks for its schema.
const schemaFile = "mcpmock.schema.json"

// A beginning is what the flags of scenario new say.
type beginning struct {
	output string
	schema bool
}

func newScenarioNew(c *console) *cobra.Command {
	var b beginning
	cmd := &cobra.Command{
		Use:   "new [NAME]",
		Short: "print a scenario to begin with, its keys explained",
		Long: `print a scenario to begin with, its keys explained

It breaks something as it stands, so try it at once. An editor that knows the
YAML language server completes and checks the file by ` + schemaFile + `
beside it; --schema writes that, too. No file is ever overwritten.`,
		Example: `  mcpmock scenario new > mine.yaml
  mcpmock scenario new lost-call -o lost-call.yaml --schema`,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongUse("one name, not %d words", len(args)).hint("mcpmock scenario new lost-call")
			}
			name := "mine"
			switch {
			case len(args) == 1:
				name = args[0]
			case b.output != "":
				name = scenarioName(strings.TrimSuffix(filepath.Base(b.output), filepath.Ext(b.output)))
			}
			return b.run(c, name)
		},
	}
	cmd.Flags().StringVarP(&b.output, "output", "o", "", "write it to `FILE`, which must not exist")
	cmd.Flags().BoolVar(&b.schema, "schema", false, "with -o: write "+schemaFile+" beside it")
	return cmd
}

func (b *beginning) run(c *console, name string) error {
	odd := strings.ContainsFunc(name, func(r rune) bool { return !goodInName(r) })
	if odd || strings.Trim(name, "-.") == "" {
		return wrongUse("%q cannot be the name of a scenario", name).hint("letters, digits and dashes make a good one:  mcpmock scenario new lost-call")
	}
	text := skeleton(name)
	if s, err := scenarios.Parse(name+".yaml", text); err != nil || s.Name != name {
		return wrongUse("%q cannot be the name of a scenario", name).hint("letters, digits and dashes make a good one:  mcpmock scenario new lost-call")
	}
	if b.output == "" {
		if b.schema {
			return wrongUse("--schema needs -o FILE: the schema goes beside it").hint("or:  mcpmock scenario schema > %s", schemaFile)
		}
		if c.asJSON {
			return c.print(struct {
				Name string `json:"name"`
				Text string `json:"text"`
			}{name, string(text)})
		}
		_, err := c.out.Write(text)
		return err
	}
	schema := ""
	if b.schema {
		schema = filepath.Join(filepath.Dir(b.output), schemaFile)
		wrote, err := writeSchema(schema)
		switch {
		case err != nil:
			return err
		case wrote && !c.asJSON:
			c.talk("mcpmock: wrote %s", say.Printable(schema))
		case !c.asJSON:
			c.talk("mcpmock: %s is there already", say.Printable(schema))
		}
	}
	if err := writeNew(b.output, text); err != nil {
		return err
	}
	if c.asJSON {
		return c.print(struct {
			Name   string `json:"name"`
			File   string `json:"file"`
			Schema string `json:"schema,omitempty"` // the file beside it
		}{name, b.output, schema})
	}
	c.talk("mcpmock: wrote %s; try it:  mcpmock replay weather -s %s", say.Printable(b.output), say.File(b.output))
	return nil
}

// writeSchema writes the schema, unless this very one is there, and reports
// whether it did.
func writeSchema(path string) (wrote bool, err error) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, scenarios.Schema()) {
		return false, nil
	}
	err = writeNew(path, scenarios.Schema())
	return err == nil, err
}

// writeNew writes a file that must not exist.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return wrongUse("%s exists: it is left as it is", path).hint("write to another file, or take this one away first")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return wrongUse("cannot write %s: no directory %s", path, filepath.Dir(path)).hint("make it first:  mkdir -p %s", say.File(filepath.Dir(path)))
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// skeleton is a scenario that breaks something, and says what else it could.
func skeleton(name string) []byte {
	if strings.ContainsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-')
	}) || !('a' <= name[0] && name[0] <= 'z') || name == "null" || name == "true" || name == "false" {
		name = strconv.Quote(name)
	}
	return fmt.Appendf(nil, skeletonText, schemaFile, schemaFile, name)
}

const skeletonText = `# yaml-language-server: $schema=./%s
# (that file: mcpmock scenario schema > %s)
#
# What the client sees: its second tools/call finds the session gone, and so
# does all that follows, until it initializes anew.
name: %s
about: a URL or a sentence that says which bug this is
good: It opens a new session and goes on.

# Whose manners the server has, and what it does about sessions.
dialect: spec
sessions: required # or optional, stateless

# Policies hold all the time:
# idle: 5m                                  # sessions end when unused for so long
# version: echo                             # initialize is answered with the client's version
# replicas: {n: 2, policy: round-robin}     # servers that know nothing of each other's sessions
# rate: {requests: 10, per: 1s}             # one too many gets 429
# auth: {tokens: [secret]}                  # others get 401
# scale: 0.01                               # makes all durations shorter
# seed: 1                                   # makes chance repeatable

# Faults happen when a request meets a trigger. All that is said must hold.
faults:
  - name: session expires
    when: {method: tools/call, nth: 2} # also: http, tool, header, session, state, every, after, ...
    do: expire_session
    until: {method: initialize, session: none}
  # - when: {tool: get_*}
  #   do: {delay: 2s}
  # - when: {http: POST, header: {Mcp-Session-Id: absent}, not: {method: initialize}}
  #   do: {respond: {status: 400, code: -32600, message: "Bad Request: Missing session ID"}}
  #   times: 3
  # - when: {method: tools/list}
  #   do: {stream: {end: 0}} # the stream ends before its first event

# What a good client does: must (the specification demands it), should, advice.
expect:
  - must: {reinitialize: {within: 5s}}
  - advice: {replays: {within: 5s}}
`
