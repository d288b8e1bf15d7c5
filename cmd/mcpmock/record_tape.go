package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/recorder"
)

func (r *recording) rules() []string {
	if r.noRedact {
		return r.redact
	}
	return append([]string{cassettes.RedactSecrets}, r.redact...)
}

func (r *recording) exists() error {
	return wrongUse("%s exists already", r.file).
		hint("record after it:  %s", r.again("--append")).
		hint("replace it:       %s", r.again("--force"))
}

// again is the command with one more flag. It repeats what was typed, but for
// what a secret may be in.
func (r *recording) again(flag string) string {
	words := []string{"mcpmock record", flag, "-o", say.File(r.file)}
	if r.stdio {
		words = append(words, "--stdio")
	}
	for _, f := range [...]struct{ name, value string }{{"listen", r.listen}, {"transport", r.transport}} {
		if r.given(f.name) && !strings.HasPrefix(flag, "--"+f.name) {
			words = append(words, "--"+f.name, say.Word(f.value))
		}
	}
	for _, h := range r.typed {
		name, _, _ := strings.Cut(h, ":")
		words = append(words, "--header", say.Word(strings.TrimSpace(name)+": ..."))
	}
	u, err := url.Parse(r.upstream)
	switch {
	case r.from != "":
		words = append(words, "--from", say.File(r.from))
		if r.server != "" {
			words = append(words, "--server", say.Word(r.server))
		}
	case len(r.command) > 0:
		words = append(words, "-- COMMAND...")
	case err != nil || u.User != nil || u.RawQuery != "":
		words = append(words, "--upstream URL")
	default:
		words = append(words, "--upstream", say.Word(r.upstream))
	}
	return strings.Join(words, " ")
}

// header is what is known of the tape before anything is said.
func (r *recording) header() cassettes.Header {
	return cassettes.Header{Transport: r.transport, Redact: r.rules()}
}

// create opens the cassette to write.
func (r *recording) create() (*cassettes.File, error) {
	header := r.header()
	if r.probe {
		header = r.learned
	}
	open := cassettes.Create
	isTape := false
	switch {
	case r.append, r.stdio && !r.force:
		open = cassettes.Append
		var err error
		if isTape, err = r.sameRules(); err != nil {
			return nil, err
		}
	case r.force:
		open = cassettes.Replace
	}
	file, err := open(r.file, header, r.fileOptions()...)
	if r.stdio { // clients begin anew before the last one has ended
		for late := time.Now().Add(untilFree); errors.Is(err, cassettes.ErrBusy) && time.Now().Before(late); {
			time.Sleep(untilFree / 100)
			file, err = open(r.file, header, r.fileOptions()...)
		}
	}
	return file, r.cannotOpen(err, isTape)
}

// untilFree is how long a recorder that its client started waits for one that
// is ending.
const untilFree = 5 * time.Second

func (r *recording) fileOptions() (opts []cassettes.FileOption) {
	if r.compact {
		opts = append(opts, cassettes.WithLayout(cassettes.Compact))
	}
	if r.sync {
		opts = append(opts, cassettes.WithSync())
	}
	return opts
}

// cannotOpen says what to do where the cassette could not be opened; isTape
// tells that there is one.
func (r *recording) cannotOpen(err error, isTape bool) error {
	place, misread := errors.AsType[*cassettes.Error](err)
	switch {
	case misread && !isTape:
		return (&failure{code: exitUse, err: place}).hint("it is no cassette: record to another file, or replace it with --force")
	case misread:
		return (&failure{code: exitUse, err: place}).hint("record to another file, or replace it with --force")
	case errors.Is(err, cassettes.ErrTransport):
		had, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "cassettes: "+r.file+": "), ": ")
		return wrongUse("%s was %s", r.file, had).hint("record to another file, or replace it with --force")
	case errors.Is(err, cassettes.ErrExists):
		return r.exists()
	case errors.Is(err, cassettes.ErrBusy):
		f := wrongUse("another recorder is writing %s", r.file).hint("end that one, or record to another file")
		if r.stdio {
			f.hint("two clients that bridge at a time need a FILE each")
		}
		return f
	case errors.Is(err, fs.ErrPermission):
		return wrongUse("cannot write %s: %w", r.file, cause(err)).hint("record to another file, or let this user write that one and its directory")
	case errors.Is(err, fs.ErrNotExist):
		return wrongUse("cannot write %s: there is no such directory", r.file)
	}
	return err
}

// sameRules refuses to go on with a cassette whose own redaction rules, which
// stay in force, lack one that is asked for. It reports whether there is a
// cassette; what else may be there is for Append to judge.
func (r *recording) sameRules() (isTape bool, err error) {
	tape, err := cassettes.Load(r.file)
	if err != nil {
		return false, nil
	}
	lacks := lacking(tape.Header, r.rules())
	if err := tape.Close(); err != nil {
		return true, err
	}
	if len(lacks) == 0 {
		return true, nil
	}
	f := wrongUse("%s was begun with other redaction rules: it lacks %s", r.file, strings.Join(lacks, ", ")).
		hint("record to another file, or replace it with --force")
	if lacks[0] == cassettes.RedactSecrets {
		f.hint("it was begun with --no-redact: add --no-redact to go on without")
	}
	return true, f
}

// lacking are the rules that a cassette was begun without.
func lacking(h cassettes.Header, rules []string) (lacks []string) {
	for _, rule := range rules {
		if !slices.Contains(h.Redact, rule) {
			lacks = append(lacks, rule)
		}
	}
	return lacks
}

// newRecorder makes the recorder; with -v, one whose events are told.
func newRecorder(c *console, file *cassettes.File, opts []recorder.Option) (*recorder.Recorder, error) {
	opts = append(opts, recorder.WithLog(slog.New(talker{c})))
	if !c.verbose {
		return recorder.New(file, opts...)
	}
	redact, err := cassettes.NewRedactor(file.Header.Redact)
	if err != nil {
		return nil, err
	}
	redact.Continue(file.Had)
	return recorder.New(&told{file, newTicker(c)}, append(opts, recorder.WithRedactor(redact))...)
}

// told is a tape whose events are told while they are written.
type told struct {
	file   *cassettes.File
	ticker *ticker
}

func (t *told) Write(e *cassettes.Event) error {
	// A recorder counts from the beginning where its tape is no File.
	here := *e
	here.On += t.file.Had.Carriers
	here.At += t.file.Had.Last
	t.ticker.hear(&here)
	return t.file.Write(&here)
}

// finish closes the tape and says what is on it.
func (r *recording) finish(c *console, file *cassettes.File, rec *recorder.Recorder, failed error) error {
	if err := errors.Join(failed, file.Close()); err != nil {
		return (&failure{code: exitCheck, err: err}).hint("what was written before is whole: mcpmock show %s", say.File(r.file))
	}
	if r.golden {
		if err := cassettes.RewriteGolden(r.file, r.layout()); err != nil {
			return (&failure{code: exitCheck, err: err}).hint("the recording itself is whole: mcpmock show %s", say.File(r.file))
		}
	}
	r.saved(c, rec.Stats())
	return nil
}

// saved says what is on the tape.
func (r *recording) saved(c *console, s recorder.Stats) {
	bytes := int64(0)
	if info, err := os.Stat(r.file); err == nil {
		bytes = info.Size()
	}
	sessions := ""
	if s.Sessions > 0 { // the modern era has none
		sessions = say.Count(s.Sessions, "session") + ", "
	}
	c.talk("saved   %s: %s%s, %s, %s redacted", r.file, sessions, say.Count(s.Exchanges, "exchange"), size(bytes), say.Count(s.Redacted, "value"))
	c.talk("next    mcpmock replay %s", say.File(r.file))
}

func (r *recording) layout() cassettes.Layout {
	if r.compact {
		return cassettes.Compact
	}
	return cassettes.Pretty
}
