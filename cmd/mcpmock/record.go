package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/spf13/cobra"
)

// A recording is what the flags of record say.
type recording struct {
	file     string
	upstream string
	listen   string
	headers  []string
	golden   bool
	compact  bool
	append   bool
	force    bool
	redact   []string
	noRedact bool
	sync     bool
}

func newRecord(c *console) *cobra.Command {
	var r recording
	cmd := &cobra.Command{
		Use:   "record -o FILE --upstream URL",
		Short: "record what clients and a real server say to each other",
		Long: `record what clients and a real server say to each other

It serves the path of the upstream's URL on an address of its own: give that URL
to the client. What is said is on the tape before the other side has it, so a
recording that is killed is whole up to there. Secrets are replaced before they
reach the disk.`,
		Example: `  mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp
  mcpmock record -o weather.cassette --upstream https://mcp.example/mcp --header "Authorization: Bearer $TOKEN"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := none(cmd, args); err != nil {
				return err
			}
			return r.run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&r.file, "output", "o", "", "write the cassette `FILE`")
	f.StringVar(&r.upstream, "upstream", "", "record the server at `URL`")
	f.StringVar(&r.listen, "listen", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 is a free one")
	f.StringArrayVar(&r.headers, "header", nil, "add the header `K:V` towards the upstream, and only there; may be repeated")
	f.BoolVar(&r.golden, "golden", false, "rewrite the cassette at the end so that the same traffic gives the same file")
	f.BoolVar(&r.compact, "compact", false, "write one event a line")
	f.BoolVar(&r.append, "append", false, "record after what FILE holds")
	f.BoolVar(&r.force, "force", false, "record in place of what FILE holds")
	f.StringArrayVar(&r.redact, "redact", nil, "keep the values that JSON Pointer `PTR` names off the tape, such as /params/arguments/pin; may be repeated")
	f.BoolVar(&r.noRedact, "no-redact", false, "leave well-known secrets on the tape")
	f.BoolVar(&r.sync, "sync", false, "wait for the disk at each event, so that a loss of power loses nothing")
	return cmd
}

func (r *recording) run(ctx context.Context, c *console) error {
	upstream, err := r.check()
	if err != nil {
		return err
	}
	var opts []recorder.Option
	for _, h := range r.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return err
		}
		opts = append(opts, recorder.WithHeader(name, value))
	}
	if err := reach(ctx, upstream); err != nil {
		return err
	}
	c.warnExposed(r.listen, "listen on 127.0.0.1 unless they are meant to")
	listener, err := net.Listen("tcp", r.listen)
	if err != nil {
		return cannotListen(r.listen, err, r.again("--listen 127.0.0.1:0"))
	}
	defer listener.Close()
	file, err := r.create()
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Had.Cut > 0 {
		c.talk("mcpmock: %s ended in a torn value: %d bytes cut off", r.file, file.Had.Cut)
	}
	rec, err := newRecorder(c, file, opts)
	if err != nil {
		return err
	}
	spendMemory()
	return r.serve(ctx, c, file, rec, listener, upstream)
}

// check looks at the flags, before anything is touched.
func (r *recording) check() (*url.URL, error) {
	const example = "mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp"
	switch {
	case r.file == "":
		return nil, wrongUse("record needs the cassette to write: -o FILE").hint(example)
	case r.upstream == "":
		return nil, wrongUse("record needs the server to record: --upstream URL").hint(example)
	case r.append && r.force:
		return nil, wrongUse("--append and --force exclude each other: one keeps what %s holds, the other does not", r.file)
	}
	u, err := url.Parse(r.upstream)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, wrongUse("--upstream %s: it must be a URL with http or https", r.upstream).hint(example)
	}
	if _, err := cassettes.NewRedactor(r.rules()); err != nil {
		return nil, err
	}
	if _, err := os.Stat(r.file); err == nil && !r.append && !r.force {
		return nil, r.exists()
	}
	return u, nil
}

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

// again is the command with one more flag.
func (r *recording) again(flag string) string {
	upstream := word(r.upstream)
	if u, err := url.Parse(r.upstream); err != nil || u.User != nil || u.RawQuery != "" {
		upstream = "URL" // a secret may be in it
	}
	return "mcpmock record " + flag + " -o " + word(r.file) + " --upstream " + upstream
}

func parseHeader(h string) (name, value string, err error) {
	name, value, ok := strings.Cut(h, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || name == "" || strings.ContainsAny(name, " \t\r\n\"(),/;<=>?@[\\]{}") || strings.ContainsAny(value, "\r\n\x00") {
		// Not the whole of it: what does not look like a header may be a secret.
		return "", "", wrongUse("--header %.12q...: it must be a name, a colon and a value", h).hint(`such as: --header "Authorization: Bearer TOKEN"`)
	}
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Connection", "Trailer":
		return "", "", wrongUse("--header %s: it belongs to the connection, and each request has its own", name)
	}
	return name, value, nil
}

// reach tries whether somebody listens where the upstream is.
func reach(ctx context.Context, upstream *url.URL) error {
	at := upstream
	// The error is about the proxy's own URL, which the requests will name.
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: upstream}); err == nil && proxy != nil {
		at = proxy
	}
	port := at.Port()
	if port == "" {
		port = at.Scheme
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), port))
	if err != nil {
		f := &failure{code: exitUpstream, err: fmt.Errorf("cannot reach the upstream %s: %w", at.Redacted(), err)}
		return f.hint("start the server first, and check host and port")
	}
	return conn.Close()
}

// create opens the cassette to write.
func (r *recording) create() (*cassettes.File, error) {
	header := cassettes.Header{Transport: "http", Redact: r.rules()}
	var opts []cassettes.FileOption
	if r.compact {
		opts = append(opts, cassettes.WithLayout(cassettes.Compact))
	}
	if r.sync {
		opts = append(opts, cassettes.WithSync())
	}
	open := cassettes.Create
	isTape := false
	switch {
	case r.append:
		open = cassettes.Append
		var err error
		if isTape, err = r.sameRules(); err != nil {
			return nil, err
		}
	case r.force:
		open = cassettes.Replace
	}
	file, err := open(r.file, header, opts...)
	place, misread := errors.AsType[*cassettes.Error](err)
	switch {
	case misread && !isTape:
		return nil, (&failure{code: exitUse, err: place}).hint("it is no cassette: record to another file, or replace it with --force")
	case misread:
		return nil, (&failure{code: exitUse, err: place}).hint("record to another file, or replace it with --force")
	case errors.Is(err, cassettes.ErrExists):
		return nil, r.exists()
	case errors.Is(err, cassettes.ErrBusy):
		return nil, wrongUse("another recorder is writing %s", r.file).hint("end that one, or record to another file")
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrongUse("cannot write %s: there is no such directory", r.file)
	}
	return file, err
}

// sameRules refuses to go on with a cassette whose own redaction rules, which
// stay in force, lack one that is asked for. It reports whether there is a
// cassette; what else may be there is for Append to judge.
func (r *recording) sameRules() (isTape bool, err error) {
	tape, err := cassettes.Load(r.file)
	if err != nil {
		return false, nil
	}
	had := tape.Header.Redact
	if err := tape.Close(); err != nil {
		return true, err
	}
	var lacks []string
	for _, rule := range r.rules() {
		if !slices.Contains(had, rule) {
			lacks = append(lacks, rule)
		}
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

// serve records until a signal comes.
func (r *recording) serve(ctx context.Context, c *console, file *cassettes.File, rec *recorder.Recorder, listener net.Listener, upstream *url.URL) error {
	proxy := serveOn(listener, rec.Proxy(upstream))
	defer proxy.Close()
	ctx, stop := untilSignal(ctx)
	defer stop()
	address := proxy.url.String() + upstream.EscapedPath()
	redaction := "redaction on"
	if len(file.Header.Redact) == 0 {
		redaction = "redaction off"
	}
	err := c.ready(ready{URL: address},
		fmt.Sprintf("recording %s to %s  %s", upstream.Redacted(), r.file, redaction),
		"  url   "+address,
		"  stop  ctrl-c")
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-proxy.served:
		}
	}
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	failed := rec.Shutdown(grace)
	proxy.Close()
	if failed == nil && file.Err() == nil && err != nil {
		failed = err // the listener broke
	}
	return r.finish(c, file, rec, failed)
}

// finish closes the tape and says what is on it.
func (r *recording) finish(c *console, file *cassettes.File, rec *recorder.Recorder, failed error) error {
	if err := errors.Join(failed, file.Close()); err != nil {
		return (&failure{code: exitCheck, err: err}).hint("what was written before is whole: mcpmock show %s", word(r.file))
	}
	if r.golden {
		if err := cassettes.RewriteGolden(r.file, r.layout()); err != nil {
			return (&failure{code: exitCheck, err: err}).hint("the recording itself is whole: mcpmock show %s", word(r.file))
		}
	}
	s := rec.Stats()
	bytes := int64(0)
	if info, err := os.Stat(r.file); err == nil {
		bytes = info.Size()
	}
	c.talk("saved   %s: %s, %s, %s, %s redacted", r.file, count(s.Sessions, "session"), count(s.Exchanges, "exchange"), size(bytes), count(s.Redacted, "value"))
	c.talk("next    mcpmock replay %s", word(r.file))
	return nil
}

func (r *recording) layout() cassettes.Layout {
	if r.compact {
		return cassettes.Compact
	}
	return cassettes.Pretty
}
