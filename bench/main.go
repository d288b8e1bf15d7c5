// Bench measures what mcpmock costs beside plain net/http, as ratios of
// processor time per request that hold on a busy machine:
//
//	go run ./bench                       all of it, a few minutes
//	go run ./bench -rounds 5 -only json  a first look
//
// Each server is a process of its own: mcpmock is the command itself, the
// others are this program again. In each round every server gets the same
// requests, in an order that rotates, and a ratio is taken within its round.
//
// The exit code is 1 where a median falls short of its target.
//
// What this does not do: it compares no throughput, for the program that asks
// shares the processors with those that answer.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A bench is one run of this program.
type bench struct {
	ctx      context.Context
	rounds   int
	requests int // to each server in a round
	conns    int
	dir      string // for tapes; it is removed at the end
	mcpmock  string // the command
	figures  []figure
}

// parts are what can be measured.
func parts() []part {
	return []part{
		{"json", "replay of JSON answers", (*bench).json},
		{"sse", "replay of event streams", (*bench).sse},
		{"eras", "requests of both eras", (*bench).eras},
		{"tape", "replay of a long tape", (*bench).tape},
		{"start", "first answer after the start", (*bench).start},
		{"memory", "memory for a long tape", (*bench).memory},
		{"record", "the recorder as a proxy", (*bench).record},
		{"stdio", "replay over stdio", (*bench).stdio},
		{"streams", "streams that are open", (*bench).streams},
	}
}

type part struct {
	name    string
	about   string
	measure func(*bench) error
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == serveMode {
		serve(os.Args[2:])
		return
	}
	ok, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run() (ok bool, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{ctx: ctx}
	var names []string
	about := "measure only these `parts`, separated by commas:"
	for _, p := range parts() {
		names = append(names, p.name)
		about += "\n" + p.name + ": " + p.about
	}
	flag.IntVar(&b.rounds, "rounds", 20, "the number of interleaved rounds")
	flag.IntVar(&b.requests, "requests", 2000, "the requests to each server in a round")
	flag.IntVar(&b.conns, "conns", 16, "the connections they come on")
	flag.StringVar(&b.mcpmock, "mcpmock", "", "the mcpmock `command` to measure; built from this module where it is not given")
	dir := flag.String("dir", "", "the `directory` for tapes: a million exchanges take a gigabyte")
	only := flag.String("only", strings.Join(names, ","), about)
	flag.Parse()
	for name := range strings.SplitSeq(*only, ",") {
		if !slices.Contains(names, name) {
			return false, fmt.Errorf("-only %s: the parts are %s", name, strings.Join(names, ", "))
		}
	}
	if b.rounds < 1 || b.conns < 1 || b.requests < b.conns {
		return false, fmt.Errorf("-rounds and -conns must be at least 1, -requests at least -conns")
	}
	if b.dir, err = os.MkdirTemp(*dir, "mcpmock-bench-"); err != nil {
		return false, err
	}
	defer os.RemoveAll(b.dir)
	if err := b.build(); err != nil {
		return false, err
	}
	for _, p := range parts() {
		if !slices.Contains(strings.Split(*only, ","), p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%-7s %s\n", p.name, p.about)
		if err := p.measure(b); err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return b.print(os.Stdout), nil
}

// build builds the command, unless one was named.
func (b *bench) build() error {
	if b.mcpmock != "" {
		return nil
	}
	b.mcpmock = filepath.Join(b.dir, "mcpmock")
	if runtime.GOOS == "windows" {
		b.mcpmock += ".exe"
	}
	out, err := exec.CommandContext(b.ctx, "go", "build", "-o", b.mcpmock, "github.com/mcpmock/mcpmock/cmd/mcpmock").CombinedOutput()
	if err != nil {
		return fmt.Errorf("building mcpmock: %w\n%s", err, out)
	}
	return nil
}
