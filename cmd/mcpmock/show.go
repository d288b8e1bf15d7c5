package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/spf13/cobra"
)

func newShow(c *console) *cobra.Command {
	var timeline bool
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "say what a cassette holds",
		Long: `say what a cassette holds

FILE is a cassette, a journal, or the name of a stock tape. With --json the
summary is one object, and the timeline one object a line.`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := one(cmd, args, "a cassette", "mcpmock show weather")
			if err != nil {
				return err
			}
			tape, err := openTape(path, "mcpmock show %s")
			if err != nil {
				return err
			}
			defer tape.Close()
			if timeline {
				return showTimeline(c, tape)
			}
			return showSummary(c, tape, path)
		},
	}
	cmd.Flags().BoolVar(&timeline, "timeline", false, "print a line for each event")
	return cmd
}

// walk calls each with every event of a tape. A torn end is no error: it is
// warned of and returned.
func walk(c *console, tape *cassettes.Tape, each func(*cassettes.Event) error) (*cassettes.TornError, error) {
	for e, err := range tape.Events() {
		if torn, ok := errors.AsType[*cassettes.TornError](err); ok {
			c.talk("mcpmock: warning: %v", torn)
			return torn, nil
		}
		if err == nil {
			err = each(e)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func showSummary(c *console, tape *cassettes.Tape, path string) error {
	var bytes int64
	if info, err := os.Stat(path); err == nil { // a stock tape has none
		bytes = info.Size()
	}
	s := newSurvey(tape, bytes)
	torn, err := walk(c, tape, func(e *cassettes.Event) error {
		if bytes == 0 || e.Pos.Offset+int64(e.Pos.Size) > s.Bytes {
			s.Bytes = e.Pos.Offset + int64(e.Pos.Size) + 1
		}
		s.add(e)
		return nil
	})
	if err != nil {
		return err
	}
	if torn != nil {
		s.Torn = &tornTail{torn.Line, torn.Offset}
	}
	s.finish(tape)
	if c.asJSON {
		return c.print(s)
	}
	w := bufio.NewWriter(c.out)
	s.print(w)
	return w.Flush()
}

// maxSessions is how many sessions people are shown.
const maxSessions = 20

func (s *survey) print(w io.Writer) {
	fmt.Fprintf(w, "%s  %s, %s in %.3f s\n", s.File, size(s.Bytes), say.Count(s.Events, "event"), float64(s.Milliseconds)/1000)
	fmt.Fprintf(w, "  recorded   over %s, %s, from %s\n", say.Printable(s.Transport), orElse(s.Protocols, "no revision negotiated"), orElse(s.Servers, "a server that gave no name"))
	fmt.Fprintf(w, "  redaction  %s\n", orElse(s.Redact, "off"))
	if s.Dialect != "" || s.Learned != nil {
		fmt.Fprintf(w, "  learned    %s of the server's own, dialect %s\n", say.Count(len(s.Learned), "refusal"), or(say.Printable(s.Dialect), "unknown"))
	}
	if s.Torn != nil {
		fmt.Fprintf(w, "  torn       at line %d; all before it is whole\n", s.Torn.Line)
	}
	fmt.Fprintf(w, "  eras       %s\n", or(strings.Join(s.Eras, " and "), "none"))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	labelled, loose := s.parted()
	if len(labelled) > 0 || loose == nil && !s.modern {
		fmt.Fprintf(table, "  sessions   %d\n", len(labelled))
	}
	abouts(table, labelled, func(a *about) string { return a.name() + "\t" + or(say.Short(a.Client, 100), "-") })
	if loose != nil {
		fmt.Fprintf(table, "  no session %s%s\n", say.Count(loose.Exchanges, "exchange"), loose.by())
	}
	if len(s.Clients) > 0 {
		fmt.Fprintf(table, "  clients    %d without sessions\n", len(s.Clients))
	}
	abouts(table, s.Clients, func(a *about) string { return or(say.Short(a.Client, 100), "no name") })
	fmt.Fprintf(table, "  exchanges  %d\n", s.Exchanges)
	for _, part := range [...]struct {
		title string
		list  []*tally
	}{{"", s.Methods}, {"notifications", s.Notifications}, {"server requests", s.Questions}, {"refusals", s.Refusals}, {"other lines", s.Lines}, {"ends", s.Exits}, {"notes", s.Notes}} {
		if part.title != "" && len(part.list) > 0 {
			fmt.Fprintf(table, "  %s\n", part.title)
		}
		for _, t := range part.list {
			fmt.Fprintf(table, "    %s\t%d", t.what(), t.Count)
			if t.Errors > 0 {
				fmt.Fprintf(table, "\t%s", say.Count(t.Errors, "error"))
			}
			if t.Rounds > 0 {
				fmt.Fprintf(table, "\t%s", say.Count(t.Rounds, "input round"))
			}
			if t.Heard > 0 {
				fmt.Fprintf(table, "\t%s", say.Count(t.Heard, "notification"))
			}
			fmt.Fprintln(table)
		}
	}
	_ = table.Flush() // into a buffer
}

// abouts prints a line for each session, or client, by its title.
func abouts(w io.Writer, list []*about, title func(*about) string) {
	for i, a := range list {
		if i == maxSessions {
			fmt.Fprintf(w, "    and %d more\n", len(list)-i)
			return
		}
		fmt.Fprintf(w, "    %s\t%s\t%s\n", title(a), or(say.Short(a.Protocol, 100), "-"), say.Count(a.Exchanges, "exchange"))
	}
}

// name is what people call a session by.
func (a *about) name() string {
	if a.Process > 0 {
		return fmt.Sprintf("process %d", a.Process)
	}
	return or(say.Short(a.Session, 100), "no label")
}

// by says who asked without a session, where that is known.
func (a *about) by() string {
	if a.Client == "" && a.Protocol == "" {
		return ""
	}
	return strings.TrimSuffix(" of "+or(say.Short(a.Client, 100), "a client that gave no name")+", "+say.Short(a.Protocol, 100), ", ")
}

// parted are the sessions that have a label, or a process, and what was asked
// without one; nil where nothing was.
func (s *survey) parted() (labelled []*about, loose *about) {
	for _, a := range s.Sessions {
		if a == s.in[""] {
			loose = a
		} else {
			labelled = append(labelled, a)
		}
	}
	return labelled, loose
}

// what a tally counts, in words.
func (t *tally) what() string {
	var words []string
	if t.Status != 0 {
		words = append(words, fmt.Sprint(t.Status))
	}
	if t.Code != 0 {
		words = append(words, fmt.Sprint(t.Code))
	}
	for _, word := range [...]string{t.From, t.Method, t.Name} {
		if word != "" {
			words = append(words, say.Short(word, 60))
		}
	}
	if t.Code != 0 && t.Text != "" {
		words = append(words, "-")
	}
	return say.Printable(strings.Join(append(words, t.Text), " "))
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func orElse(list []string, other string) string {
	return or(say.Printable(strings.Join(list, ", ")), other)
}
