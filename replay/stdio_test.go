package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// process records a stdio tape: what each side says, a line a call, 10 ms
// apart.
type process struct {
	*taper
	at time.Duration
}

func newProcess(t testing.TB) *process {
	tp := &taper{t: t}
	w, err := cassettes.NewWriter(&tp.buf, cassettes.Header{Transport: "stdio"}, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	tp.w = w
	return &process{taper: tp}
}

func (p *process) says(from cassettes.From, message string) {
	p.at += 10 * time.Millisecond
	p.write(&cassettes.Event{On: 1, From: from, At: p.at, Message: json.RawMessage(message)})
}

// handshake records an initialize of a client that has roots.
func (p *process) handshake() {
	p.says(cassettes.Client, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`)
	p.says(cassettes.Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}`)
	p.says(cassettes.Client, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// call records a call and what the server says because of it.
func (p *process) call(id int, tool string, says ...string) {
	p.says(cassettes.Client, toolCall(id, tool))
	for _, message := range says {
		from := cassettes.Server
		if strings.HasPrefix(message, "client: ") {
			from, message = cassettes.Client, strings.TrimPrefix(message, "client: ")
		}
		p.says(from, message)
	}
}

func toolCall(id int, tool string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"%s"}}`, id, tool)
}

func emptyResult(id int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[]}}`, id)
}

const (
	askRoots  = `{"jsonrpc":"2.0","id":"q","method":"roots/list"}`
	giveRoots = `client: {"jsonrpc":"2.0","id":"q","result":{"roots":[]}}`
)

// A talk is a client's conversation with a player over stdio.
type talk struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	code int
	err  error
	done chan struct{}

	player *Player
}

// talk starts the player.
func (p *process) talk(t *testing.T, opts ...Option) *talk {
	t.Helper()
	player, err := New(p.tape(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return talkTo(t, player)
}

// talkTo starts a player over two pipes.
func talkTo(t *testing.T, player *Player) *talk {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	k := &talk{t: t, in: inWrite, out: bufio.NewReader(outRead), done: make(chan struct{}), player: player}
	go func() {
		defer close(k.done)
		k.code, k.err = player.Stdio(context.Background(), inRead, outWrite)
		inRead.Close()
		outWrite.Close()
	}()
	t.Cleanup(func() { inWrite.Close(); outRead.Close(); <-k.done; player.Close() })
	return k
}

func (k *talk) say(lines ...string) {
	k.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(k.in, line+"\n"); err != nil {
			k.t.Fatal(err)
		}
	}
}

// hear reads the next line.
func (k *talk) hear() gjson.Result {
	k.t.Helper()
	line, err := k.out.ReadString('\n')
	if err != nil {
		k.t.Fatalf("the player said nothing more: %v", err)
	}
	if !gjson.Valid(line) {
		k.t.Fatalf("no message: %q", line)
	}
	return gjson.Parse(line)
}

func (k *talk) begin() {
	k.t.Helper()
	k.say(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`)
	if m := k.hear(); m.Get("result.protocolVersion").Str != "2025-11-25" || m.Get("id").Raw != `"i"` {
		k.t.Fatalf("initialize: %s", m.Raw)
	}
	k.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// alive checks that the player still answers.
func (k *talk) alive() {
	k.t.Helper()
	k.say(`{"jsonrpc":"2.0","id":"alive","method":"ping"}`)
	if m := k.hear(); m.Get("id").Str != "alive" || !m.Get("result").Exists() {
		k.t.Errorf("a ping: %s", m.Raw)
	}
}

// Whatever comes in on stdin gets an answer or none, but never ends the
// player.
func TestStdinGarbage(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	k := p.talk(t)
	k.alive() // before initialize, a ping is fine
	for _, c := range []struct {
		line, reason string
		code         int64 // of the error; 0 is no answer
		id           string
	}{
		{"\x00\x01\xfe\xff", "binary", -32700, ""},
		{`{"jsonrpc":"2.0","id":1,"method":"tools/li`, "JSON that was cut off", -32700, ""},
		{strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "nested deep", -32700, ""},
		{`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"` + strings.Repeat("x", 20<<20) + `"}}`, "20 MB", -32600, ""},
		{`[]`, "an empty batch", -32600, ""},
		{`7`, "no object", -32600, ""},
		{`{"jsonrpc":"1.0","id":1,"method":"ping"}`, "another JSON-RPC", -32600, ""},
		{`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, "too early", -32600, "1"},
		{`{"jsonrpc":"2.0","id":1,"method":"server/discover"}`, "a newer revision's probe", -32601, "1"},
		{``, "an empty line", 0, ""},
		{"  \t", "blanks", 0, ""},
		{`{"jsonrpc":"2.0","method":"notifications/unheard/of"}`, "a notification is never answered", 0, ""},
		{`{"jsonrpc":"2.0","id":"x","result":{}}`, "an answer to nothing", 0, ""},
	} {
		k.say(c.line)
		if c.code == 0 {
			k.alive() // and not the answer to it
			continue
		}
		m := k.hear()
		if m.Get("error.code").Int() != c.code || m.Get("id").Raw != c.id {
			t.Errorf("%s: %s, want code %d with id %q", c.reason, m.Raw, c.code, c.id)
		}
		k.alive()
	}
	k.begin()
	k.say(`{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}`)
	if m := k.hear(); m.Get("error.code").Int() != -32600 || !strings.Contains(m.Get("error.message").Str, "initialized already") {
		t.Errorf("a second initialize: %s", m.Raw)
	}
	k.say(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"unheard of"}}`)
	if m := k.hear(); m.Get("error.code").Int() != CodeMismatch {
		t.Errorf("what was never recorded: %s", m.Raw)
	}
	k.alive()
}

// While one answer waits for the client, others go on; and each request has
// its own.
func TestAnswersInterleave(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "asks", askRoots, giveRoots, emptyResult(1))
	p.call(2, "quick", emptyResult(2))
	k := p.talk(t)
	k.begin()
	k.say(toolCall(11, "asks"))
	question := k.hear()
	if question.Get("method").Str != "roots/list" {
		t.Fatalf("not the question: %s", question.Raw)
	}
	k.say(toolCall(12, "quick"))
	if m := k.hear(); m.Get("id").Int() != 12 {
		t.Errorf("the quick answer did not come first: %s", m.Raw)
	}
	k.say(`{"jsonrpc":"2.0","id":` + question.Get("id").Raw + `,"result":{"roots":[]}}`)
	if m := k.hear(); m.Get("id").Int() != 11 {
		t.Errorf("the answer after the question: %s", m.Raw)
	}
}

// A cancelled request is not answered.
func TestCancelledOverStdio(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "asks", askRoots, giveRoots, emptyResult(1))
	k := p.talk(t)
	k.begin()
	k.say(toolCall(11, "asks"))
	question := k.hear()
	k.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":11}}`,
		`{"jsonrpc":"2.0","id":`+question.Get("id").Raw+`,"result":{"roots":[]}}`)
	k.alive() // and nothing before it
}

// The end of the input ends the player, whatever is open: what waits for the
// client is given up.
func TestEndOfInput(t *testing.T) {
	for _, c := range []struct {
		says   []string
		reason string
	}{
		{nil, "nothing was said"},
		{[]string{toolCall(11, "asks")}, "a question is open"},
		{[]string{`{"jsonrpc":"2.0","id":1,"me`}, "in the middle of a line"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newProcess(t)
			p.handshake()
			p.call(1, "asks", askRoots, giveRoots, emptyResult(1))
			k := p.talk(t)
			go func() { _, _ = io.Copy(io.Discard, k.out) }()
			if len(c.says) > 0 {
				io.WriteString(k.in, `{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"c","version":"1"}}}`+"\n")
			}
			for _, line := range c.says {
				io.WriteString(k.in, line)
				io.WriteString(k.in, "\n")
			}
			synctest.Wait()
			began := time.Now()
			k.in.Close()
			<-k.done
			if took := time.Since(began); took > time.Second || k.code != 0 || k.err != nil {
				t.Errorf("%s: it ended after %v with code %d, %v", c.reason, took, k.code, k.err)
			}
		})
	}
}

// What has begun is said to its end, though the client has closed its side:
// the pause between progress and result is no reason to lose the result.
func TestSaidAfterEndOfInput(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.says(cassettes.Client, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"works","_meta":{"progressToken":1}}}`)
	p.says(cassettes.Server, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}`)
	p.says(cassettes.Server, emptyResult(1))
	tape := p.tape()
	in := `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}` + "\n" +
		`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"works","_meta":{"progressToken":"t"}}}` + "\n"
	synctest.Test(t, func(t *testing.T) {
		player, err := New(tape, WithPace(1))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if code, err := player.Stdio(t.Context(), strings.NewReader(in), &out); code != 0 || err != nil {
			t.Fatal(code, err)
		}
		if !strings.Contains(out.String(), `"id":5`) || !strings.Contains(out.String(), `"progressToken":"t"`) {
			t.Errorf("it said %s", out.String())
		}
	})
}

// A client that takes no more ends the player, and so do its context and
// Close.
func TestOtherEnds(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	player, err := New(p.tape())
	if err != nil {
		t.Fatal(err)
	}
	in, feed := io.Pipe()
	defer feed.Close()
	out, sink := io.Pipe()
	out.Close() // the client does not read
	go func() {
		_, _ = io.WriteString(feed, `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n")
	}()
	if code, err := player.Stdio(t.Context(), in, sink); code != 0 || err != nil {
		t.Errorf("a client that takes nothing: %d, %v", code, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, err := player.Stdio(ctx, in, io.Discard); code != 0 || err != nil {
		t.Errorf("a context that is done: %d, %v", code, err)
	}
	player.hush()
	if code, err := player.Stdio(t.Context(), in, io.Discard); code != 0 || err != nil {
		t.Errorf("a player that is closing: %d, %v", code, err)
	}
	player.Close()
	if _, err := player.Stdio(t.Context(), in, io.Discard); err == nil {
		t.Error("a closed player plays")
	}
}

// Where the recorded process broke off in the middle of a call, so does the
// player, with its exit code.
func TestCrash(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "crashes")
	p.write(&cassettes.Event{On: 1, From: cassettes.Server, End: cassettes.Exit, Code: 134})
	k := p.talk(t)
	k.begin()
	k.say(toolCall(11, "crashes"))
	<-k.done
	if k.code != 134 {
		t.Errorf("it ended with code %d, want the process's", k.code)
	}
}

// Faults act over stdio as they do over HTTP, in the words that it has.
func TestFaultsOverStdio(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "a", emptyResult(1))
	s, err := scenarios.Parse("test.yaml", []byte(`
name: test
faults:
  - when: {method: tools/call, nth: 1}
    do:
      respond: {status: 503, code: -32000, message: "come back later"}
    times: 1
`))
	if err != nil {
		t.Fatal(err)
	}
	k := p.talk(t, WithScenario(s))
	k.begin()
	k.say(toolCall(11, "a"))
	if m := k.hear(); m.Get("error.message").Str != "come back later" || m.Get("id").Int() != 11 {
		t.Errorf("the first call: %s", m.Raw)
	}
	k.say(toolCall(12, "a"))
	if m := k.hear(); !m.Get("result").Exists() {
		t.Errorf("the second: %s", m.Raw)
	}
}

// Recorded time is kept on a pipe too: of answers, and of what the server says
// by itself; and no gap is longer than the cap.
func TestPaceOverStdio(t *testing.T) {
	for _, c := range []struct {
		pace   float64
		cap    time.Duration
		want   time.Duration
		reason string
	}{
		{0, 0, 20 * time.Millisecond, "no pace: at once, but for what keeps progress apart from the result"},
		{10, 0, 300 * time.Millisecond, "ten times as recorded: three gaps of 100 ms"},
		{5, 0, 150 * time.Millisecond, "half of that"},
		{10, 60 * time.Millisecond, 180 * time.Millisecond, "no gap longer than the cap"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newProcess(t)
			p.handshake()
			p.says(cassettes.Client, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"works","_meta":{"progressToken":1}}}`)
			for _, message := range []string{
				`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`,
				`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}`,
				emptyResult(1),
			} {
				p.says(cassettes.Server, message)
			}
			k := p.talk(t, WithPace(c.pace), WithPaceCap(c.cap))
			k.begin()
			began := time.Now()
			k.say(`{"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"works","_meta":{"progressToken":"mine"}}}`)
			for k.hear().Get("id").Int() != 11 {
			}
			if took := time.Since(began); took != c.want {
				t.Errorf("%s: it took %v, want %v", c.reason, took, c.want)
			}
		})
	}
}

// What a stdio replay writes is lines of messages and nothing else, and the
// journal has both sides.
func TestStdioJournal(t *testing.T) {
	p := newProcess(t)
	p.handshake()
	p.call(1, "a", emptyResult(1))
	player, err := New(p.tape())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	in := `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}` + "\n" + toolCall(4, "a") + "\n"
	if _, err := player.Stdio(t.Context(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"); len(lines) != 2 || gjson.Get(lines[1], "id").Int() != 4 {
		t.Errorf("it wrote %q", out.String())
	}
	var from []cassettes.From
	for e := range player.Journal().Events() {
		from = append(from, e.From)
		if e.HTTP != nil || e.SSE != nil {
			t.Errorf("an event of HTTP: %+v", e)
		}
	}
	if got := fmt.Sprint(from); got != "[client mcpmock server client mcpmock mcpmock server server]" {
		t.Errorf("the journal: %s", got)
	}
}

// Whatever comes in, the player says lines of JSON and ends with its input.
func FuzzStdin(f *testing.F) {
	p := newProcess(f)
	p.handshake()
	p.call(1, "a", emptyResult(1))
	p.call(2, "asks", askRoots, giveRoots, emptyResult(2))
	player, err := New(p.tape())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}` + "\n" + toolCall(1, "a") + "\n"))
	f.Add([]byte("[]\n\n{}\n\"\n[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]"))
	f.Add([]byte(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{"roots":{}}}}` + "\n" + toolCall(1, "asks") +
		"\n" + `{"jsonrpc":"2.0","id":1,"result":{}}` + "\r\n" + `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		if _, err := player.Stdio(t.Context(), bytes.NewReader(in), &out); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\n"), "\n") {
			if line != "" && !gjson.Valid(line) {
				t.Errorf("no JSON: %q", line)
			}
		}
	})
}
