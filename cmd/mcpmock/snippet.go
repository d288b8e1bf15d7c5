package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/spf13/cobra"
)

// defaultURL is where a client finds what replay serves.
const defaultURL = "http://" + defaultListen + "/mcp"

// A snippet is what the flags of snippet say.
type snippet struct {
	file      string
	client    string
	stdio     bool
	http      bool
	url       string
	name      string
	scenarios []string
	era       string
	list      bool
}

func newSnippet(c *console) *cobra.Command {
	var s snippet
	cmd := &cobra.Command{
		Use:   "snippet FILE",
		Short: "print the configuration with which a client talks to a cassette",
		Long: `print the configuration with which a client talks to a cassette

What it prints on stdout is ready to be pasted, and nothing is written to any
file. Where it goes is said on stderr. Over stdio, which is the default, the
client itself starts the mock; over HTTP, mcpmock replay must be running.`,
		Example: `  mcpmock snippet weather
  mcpmock snippet --client vscode -s session-404-no-reinit weather
  mcpmock snippet --client cursor --http weather
  mcpmock snippet --client vscode --era both weather
  mcpmock snippet --list`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			if s.list {
				if err := none(cmd, args); err != nil {
					return err
				}
				return listClients(c)
			}
			var err error
			if s.file, err = one(cmd, args, "a cassette", "mcpmock snippet weather"); err != nil {
				return err
			}
			if err := chosen(cmd); err != nil {
				return err
			}
			return s.run(c, cmd.Flags().Changed("name"))
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.client, "client", clients[0].name, "print it for the client `NAME`")
	f.BoolVar(&s.stdio, "stdio", false, "let the client start the mock and speak over stdin and stdout (the default)")
	f.BoolVar(&s.http, "http", false, "let the client speak over HTTP to a mock that is running")
	f.StringVar(&s.url, "url", "", "the mock listens at `URL` (default "+defaultURL+"); implies --http")
	f.StringVar(&s.name, "name", "", "call the server `NAME` (default: the cassette's name)")
	f.StringArrayVarP(&s.scenarios, "scenario", "s", nil, "break it as the scenario `NAME|FILE` says; may be repeated")
	f.StringVar(&s.era, "era", asRecorded, "let the mock serve clients of `ERA`: legacy, modern (2026-07-28), both (translating what the tape lacks), or auto, as recorded")
	f.BoolVar(&s.list, "list", false, "list the clients that are known")
	completeWords(cmd, "client", clientNames()...)
	completeWords(cmd, "era", "auto", "legacy", "modern", "both")
	_ = cmd.RegisterFlagCompletionFunc("scenario", completeScenario) // the flag exists
	return cmd
}

func (s *snippet) run(c *console, named bool) error {
	to, m, err := s.check(named)
	if err != nil {
		return err
	}
	text, err := to.text(m)
	if err != nil {
		return err
	}
	said := advice{Client: to.name, File: to.file, Transport: m.transport, Text: text, Command: to.oneLine(m), Link: to.openLink(m), Run: s.serving(m)}
	if c.asJSON {
		return c.print(said)
	}
	if _, err := fmt.Fprint(c.out, text); err != nil {
		return err
	}
	c.talk("paste    into %s%s", to.file, to.note)
	if said.Command != "" {
		c.talk("or run   %s", said.Command)
	}
	if said.Link != "" {
		c.talk("or open  %s", said.Link)
	}
	if said.Run != "" {
		c.talk("start    %s", said.Run)
	}
	if m.transport == overStdio && madeToRunOnce(m.program) {
		c.talk("mcpmock: warning: %s is gone when go run ends: go install ./cmd/mcpmock, and ask that one", m.program)
	}
	return nil
}

// advice is what --json prints.
type advice struct {
	Client    string `json:"client"`
	File      string `json:"file"` // where text goes
	Transport string `json:"transport"`
	Text      string `json:"text"`
	Command   string `json:"command,omitempty"` // does the same
	Link      string `json:"link,omitempty"`    // does the same when it is opened
	Run       string `json:"run,omitempty"`     // must be running for it to work
}

// check looks at the flags, and at the tape and the scenarios as replay would:
// a snippet that cannot work is not printed.
func (s *snippet) check(named bool) (*client, *mock, error) {
	to, err := findClient(s.client)
	if err != nil {
		return nil, nil, err
	}
	m := &mock{name: s.name, url: s.url, transport: overStdio}
	if s.stdio && (s.http || s.url != "") {
		return nil, nil, wrongUse("--stdio excludes --http and --url: either the client starts the mock, or it is running").
			hint("all flags: mcpmock snippet --help")
	}
	if s.http || s.url != "" {
		if m.url == "" {
			m.url = defaultURL
		}
		if m.transport, err = transportOf(m.url); err != nil {
			return nil, nil, wrongUse("--url %s: %w", s.url, err).hint("such as: --url %s", defaultURL)
		}
	}
	if err := to.speaks(m.transport, s.file); err != nil {
		return nil, nil, err
	}
	if !named {
		m.name = plainName(s.file)
	} else if m.name != plainName(m.name) {
		return nil, nil, wrongUse("--name %q: clients take letters, digits, - and _ alone", m.name).hint("such as: --name %s", plainName(m.name))
	}
	if err := s.try(m.transport); err != nil {
		return nil, nil, err
	}
	return to, m, s.spawn(m)
}

// try makes the player that the snippet's client is to meet, over its transport.
func (s *snippet) try(transport string) error {
	opts := []replay.Option{replay.WithEra(s.era)}
	if transport == overSSE {
		opts = append(opts, replay.WithTransport(overSSE))
	}
	for _, name := range s.scenarios {
		broken, err := loadScenario(name)
		if err != nil {
			return err
		}
		opts = append(opts, replay.WithScenario(broken))
	}
	tape, err := openTape(s.file, "mcpmock snippet %s")
	if err != nil {
		return err
	}
	defer tape.Close()
	player, err := replay.New(tape, opts...)
	if err != nil {
		return err
	}
	return player.Close()
}

// spawn says how a client starts the mock. Clients run it in a directory of
// their own choice and with a PATH of their own, so all paths are absolute.
func (s *snippet) spawn(m *mock) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the path of mcpmock: %w", err)
	}
	file, err := absolute(s.file, cassettes.StockNames(), true)
	if err != nil {
		return err
	}
	m.program, m.args = program, []string{"replay", file, "--stdio"}
	for _, name := range s.scenarios {
		if name, err = absolute(name, slices.Concat(scenarios.Stock(), scenarios.Dialects()), false); err != nil {
			return err
		}
		m.args = append(m.args, "--scenario", name)
	}
	if s.era != asRecorded {
		m.args = append(m.args, "--era", s.era)
	}
	return nil
}

// absolute makes a path absolute, and leaves a stock name as it is. Whether a
// file of that name comes first differs: it does for a tape, and does not for
// a scenario.
func absolute(path string, stock []string, fileFirst bool) (string, error) {
	if slices.Contains(stock, path) {
		if _, err := os.Stat(path); err != nil || !fileFirst {
			return path, nil
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("finding the current directory: %w", err)
	}
	return path, nil
}

// serving is the command that must be running for a client over HTTP, as it
// would be typed here.
func (s *snippet) serving(m *mock) string {
	if m.transport == overStdio {
		return ""
	}
	line := "mcpmock replay " + say.File(s.file)
	for _, name := range s.scenarios {
		line += " -s " + say.Word(name)
	}
	if s.era != asRecorded {
		line += " --era " + s.era
	}
	// A URL of another machine, or with https, is that of something between.
	u, err := url.Parse(m.url)
	if err == nil && u.Scheme == "http" && u.Host != defaultListen && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()) {
		port := u.Port()
		if port == "" {
			port = "80"
		}
		line += " --listen " + net.JoinHostPort(u.Hostname(), port)
	}
	return line
}

// transportOf tells by its path what a URL speaks, as clients do.
func transportOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("it must be a URL with http or https")
	}
	if strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/sse") {
		return overSSE, nil
	}
	return overHTTP, nil
}

// plainName makes a name of a path that every client takes: letters, digits,
// - and _, and a letter or a digit first.
func plainName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".cassette")
	words := strings.FieldsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
	if name = strings.Trim(strings.Join(words, "-"), "-_"); name == "" {
		return "mock"
	}
	return name
}

// madeToRunOnce reports whether a program was built by go run.
func madeToRunOnce(program string) bool {
	return strings.Contains(filepath.ToSlash(program), "/go-build") && filepath.Base(filepath.Dir(program)) == "exe"
}

func listClients(c *console) error {
	type line struct {
		Client     string   `json:"client"`
		File       string   `json:"file"`
		Transports []string `json:"transports"`
	}
	var lines []line
	for _, to := range clients {
		lines = append(lines, line{to.name, to.file, to.transports()})
	}
	if c.asJSON {
		return c.print(lines)
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLIENT\tFILE\tTRANSPORTS")
	for _, l := range lines {
		fmt.Fprintf(table, "%s\t%s\t%s\n", l.Client, l.File, strings.Join(l.Transports, ", "))
	}
	return table.Flush()
}
