// Command probe asks two MCP servers every probe and tells where the second,
// a mock, answers otherwise than the first, a real one; or tells what one
// server answers.
//
//	go run ./interop/probe -real URL -mock URL [-only a,b] [-skip a,b] [-heavy] [-harmful] [-modern] [-json]
//	go run ./interop/probe -ask URL [-only a,b] [-skip a,b] [-heavy] [-harmful] [-modern] [-json]
//	go run ./interop/probe -list
//
// Heavy and harmful probes, and those for servers of revision 2026-07-28, are
// asked when they are asked for: by their flag or by name. A name may end in a
// star. It exits with 1 where answers differ.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/probes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type asker struct {
	out  io.Writer
	json bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	flags.SetOutput(stderr)
	realURL := flags.String("real", "", "the `URL` of the real server")
	mockURL := flags.String("mock", "", "the `URL` of the mock")
	askURL := flags.String("ask", "", "the `URL` of a server whose answers are dumped")
	skip := flags.String("skip", "", "`names` that are left out, with commas between")
	only := flags.String("only", "", "`names` that are asked, with commas between")
	heavy := flags.Bool("heavy", false, "ask those that send megabytes, too")
	harmful := flags.Bool("harmful", false, "ask those that not every server survives, too")
	modern := flags.Bool("modern", false, "ask those for servers of revision 2026-07-28, too")
	tidy := flags.Bool("tidy", false, "end each session with DELETE")
	asJSON := flags.Bool("json", false, "one JSON value for each probe")
	list := flags.Bool("list", false, "name the probes")
	version := flags.String("version", "", "the protocol `version` that is offered")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *list {
		for _, p := range probes.All() {
			fmt.Fprintf(stdout, "%-38s %s\n", p.Name, p.About)
		}
		return 0
	}
	if (*askURL == "") == (*realURL == "" || *mockURL == "") {
		fmt.Fprintln(stderr, "probe: give -real URL and -mock URL, or -ask URL")
		return 2
	}
	var opts []probes.Option
	if *tidy {
		opts = append(opts, probes.WithTidy())
	}
	if *version != "" {
		opts = append(opts, probes.WithVersion(*version))
	}
	first, err := probes.NewClient(cmp.Or(*askURL, *realURL), opts...)
	if err != nil {
		fmt.Fprintln(stderr, "probe:", err)
		return 2
	}
	var second *probes.Client
	if *askURL == "" {
		if second, err = probes.NewClient(*mockURL, opts...); err != nil {
			fmt.Fprintln(stderr, "probe:", err)
			return 2
		}
	}
	a := asker{stdout, *asJSON}
	asked, failed := 0, 0
	for _, p := range probes.All() {
		if !chosen(p, *only, *skip, *heavy, *harmful, *modern) {
			continue
		}
		if ctx.Err() != nil {
			fmt.Fprintln(stderr, "probe: interrupted")
			return 130
		}
		asked++
		if second == nil {
			a.dump(p, ask(ctx, first, p))
			continue
		}
		if !a.compare(p, ask(ctx, first, p), ask(ctx, second, p)) {
			failed++
		}
	}
	if asked == 0 {
		fmt.Fprintln(stderr, "probe: no probe has such a name: -list names them")
		return 2
	}
	if second != nil && !a.json {
		fmt.Fprintf(stdout, "%d ok, %d failed\n", asked-failed, failed)
	}
	if failed > 0 {
		return 1
	}
	return 0
}

func ask(ctx context.Context, c *probes.Client, p probes.Probe) probes.Answer {
	a, err := c.Ask(ctx, p)
	if err != nil {
		return probes.Answer{Err: err}
	}
	return a
}

func chosen(p probes.Probe, only, skip string, heavy, harmful, modern bool) bool {
	switch {
	case named(p.Name, skip):
		return false
	case only != "":
		return named(p.Name, only)
	}
	return (heavy || !p.Heavy) && (harmful || !p.Harmful) && (modern || !p.Modern)
}

func named(name, list string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(n string) bool {
		stem, star := strings.CutSuffix(n, "*")
		return n == name || star && strings.HasPrefix(name, stem)
	})
}

// told is an answer as JSON tells it.
type told struct {
	Status int         `json:"status,omitempty"`
	Header http.Header `json:"header,omitempty"`
	Body   string      `json:"body,omitempty"`
	Open   bool        `json:"open,omitempty"`
	Error  string      `json:"error,omitempty"`
}

func tell(a probes.Answer) *told {
	t := &told{Status: a.Status, Header: a.Header, Body: strings.ToValidUTF8(string(a.Body), string(utf8.RuneError)), Open: a.Open}
	if a.Err != nil {
		t.Error = a.Err.Error()
	}
	return t
}

func (a asker) value(v any) {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a closed stdout has no remedy
}

func (a asker) compare(p probes.Probe, real, mock probes.Answer) bool {
	differences := probes.Difference(real, mock)
	ok := len(differences) == 0
	if a.json {
		a.value(struct {
			Probe       string   `json:"probe"`
			OK          bool     `json:"ok"`
			Differences []string `json:"differences,omitempty"`
			Real        *told    `json:"real"`
			Mock        *told    `json:"mock"`
		}{p.Name, ok, differences, tell(real), tell(mock)})
		return ok
	}
	if ok {
		fmt.Fprintf(a.out, "ok   %s\n", p.Name)
		return true
	}
	fmt.Fprintf(a.out, "FAIL %s\n", p.Name)
	for _, d := range differences {
		fmt.Fprintf(a.out, "     %s\n", d)
	}
	return false
}

func (a asker) dump(p probes.Probe, got probes.Answer) {
	if a.json {
		a.value(struct {
			Probe  string `json:"probe"`
			Answer *told  `json:"answer"`
		}{p.Name, tell(got)})
		return
	}
	fmt.Fprintf(a.out, "%s: %s\n", p.Name, p.About)
	if got.Status != 0 {
		fmt.Fprintf(a.out, "  %d\n", got.Status)
	}
	for _, name := range slices.Sorted(maps.Keys(got.Header)) {
		for _, v := range got.Header[name] {
			fmt.Fprintf(a.out, "  %s: %s\n", name, v)
		}
	}
	if len(got.Body) > 0 {
		fmt.Fprintf(a.out, "  %q\n", got.Body)
	}
	if got.Open {
		fmt.Fprintln(a.out, "  (the stream stays open)")
	}
	if got.Err != nil {
		fmt.Fprintf(a.out, "  %s\n", got.Err)
	}
	fmt.Fprintln(a.out)
}
