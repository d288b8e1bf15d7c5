package recorder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Neither side notices the recorder: bytes, exit code and stderr are those of
// the server alone, and the tape has every byte.
func TestCommandIsInvisible(t *testing.T) {
	asks := ping + "\n" + `{"jsonrpc":"2.0","method":"notifications/initialized"}` + "\n"
	for _, c := range []struct {
		why, mode, input string
		code             int
	}{
		{"messages", "echo", asks, 0},
		{"nothing at all", "echo", "", 0},
		{"a batch", "echo", "[" + ping + "," + pong + "]\n", 0},
		{"a banner first", "banner", asks, 0},
		{"lines that end in CR LF", "crlf", strings.ReplaceAll(asks, "\n", "\r\n"), 0},
		{"byte order marks", "bom", "\uFEFF" + asks, 0},
		{"white space around messages", "echo", "  " + ping + "\t\n\n \n" + ping + " \n", 0},
		{"messages framed by their length", "framed", "content-length: 40\r\n\r\n" + ping + "Content-Length: 40\r\n\r\n" + ping, 0},
		{"no line end at the end", "echo", asks + `{"jsonrpc":"2.0","id":1,`, 0},
		{"half a line, and then nothing", "half", asks, 0},
		{"JSON that is broken, or no JSON-RPC", "echo", "{]\n{\"a\":1}\n[]\n[1]\nnull\n\"text\"\n", 0},
		{"no UTF-8", "echo", "\xff\xfe\n" + `{"jsonrpc":"2.0","method":"` + "\xff" + `"}` + "\n", 0},
		{"lines of megabytes", "long", ping + "\n", 0},
		{"an exit code", "code 3", asks, 3},
		{"lines on stderr", "stderr", asks, 0},
		{"both sides speaking at once", "flood", strings.Repeat(ping+"\n", 50_000), 0},
	} {
		t.Run(c.mode+", "+c.why, func(t *testing.T) {
			alone := running(t, c.mode)
			var out, errs bytes.Buffer
			alone.Stdin, alone.Stdout, alone.Stderr = strings.NewReader(c.input), &out, &errs
			_ = alone.Run() // its error is the exit code
			if got := alone.ProcessState.ExitCode(); got != c.code {
				t.Fatalf("the server alone: exit code %d, %s", got, excerpt(errs.String()))
			}

			p := newPiped(t)
			var recOut, recErrs bytes.Buffer
			code, err := p.rec.Command(t.Context(), running(t, c.mode), strings.NewReader(c.input), &recOut, &recErrs)
			if code != c.code || err != nil {
				t.Errorf("exit code %d, %v", code, err)
			}
			if !bytes.Equal(recOut.Bytes(), out.Bytes()) {
				t.Errorf("the client gets\n%q, without a recorder\n%q", excerpt(recOut.String()), excerpt(out.String()))
			}
			if !bytes.Equal(recErrs.Bytes(), errs.Bytes()) {
				t.Errorf("stderr has\n%q, without a recorder\n%q", excerpt(recErrs.String()), excerpt(errs.String()))
			}
			events := p.tape.events(t)
			for from, want := range map[cassettes.From]string{cassettes.Client: c.input, cassettes.Server: out.String(), cassettes.Stderr: errs.String()} {
				if c.code != 0 && from == cassettes.Client {
					continue // it exits without having read
				}
				if got := spoken(events, from); got != want {
					t.Errorf("the tape has from %s\n%q, want\n%q", from, excerpt(got), excerpt(want))
				}
			}
			last := events[len(events)-1]
			if last.From != cassettes.Server || last.End != cassettes.Exit || last.Code != c.code {
				t.Errorf("the tape ends with %s", line(last))
			}
			p.close(t)
		})
	}
}

// What a lane hands on is on the tape, line by line, whatever the chunks.
func TestLaneTapeIsAhead(t *testing.T) {
	text := "banner\n" + ping + "\n" + pong + "\r\n\n[" + ping + "]\n\uFEFF" + pong + "\n{]\nhalf"
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		said := strings.Repeat(text+"\n", rnd.IntN(3)) + text
		if rnd.IntN(4) == 0 {
			said += "\nContent-Length: 40\r\n\r\n" + ping + "Content-Length: 40\r\n\r\n" + ping
		}
		p := newPiped(t)
		l := lane{c: &carrier{rec: p.rec, process: &process{}, waits: map[string]exchange{}}, from: cassettes.Server}
		client := &checked{t: t, tape: p.tape, seed: seed}
		l.pass(client, &pieces{rnd, []byte(said), io.EOF})
		if client.got.String() != said {
			t.Fatalf("seed %d: the client gets %q, want %q", seed, client.got.String(), said)
		}
		if got := spoken(p.tape.events(t), cassettes.Server); got != said {
			t.Fatalf("seed %d: the tape has %q, want %q", seed, got, said)
		}
	}
}

// checked is a client that looks at the tape at each byte it gets.
type checked struct {
	t    *testing.T
	tape *memory
	seed uint64
	got  bytes.Buffer
}

func (c *checked) Write(b []byte) (int, error) {
	c.got.Write(b)
	whole := bytes.LastIndexByte(c.got.Bytes(), '\n') + 1
	if got := spoken(c.tape.events(c.t), cassettes.Server); len(got) < whole {
		c.t.Fatalf("seed %d: the client has %q, the tape %q", c.seed, c.got.String(), got)
	}
	return len(b), nil
}

// A line that is too long to be kept is on the tape in parts, and what is
// passed on does not wait for its end.
func TestLaneKeepsNoEndlessLine(t *testing.T) {
	p := newPiped(t)
	l := lane{c: &carrier{rec: p.rec, process: &process{}, waits: map[string]exchange{}}, from: cassettes.Server}
	long := `{"jsonrpc":"2.0","id":1,"result":{"list":[` + strings.Repeat(`"0123456789",`, 2<<20) + `""]}}` + "\n" + pong + "\n"
	var got bytes.Buffer
	l.pass(&got, strings.NewReader(long))
	events := p.tape.events(t)
	if got.String() != long || spoken(events, cassettes.Server) != long {
		t.Error("bytes are missing")
	}
	if len(events) != 3 || len(events[0].Raw) > partSize || events[1].Raw == nil || events[2].Message == nil {
		t.Errorf("the tape has %q", p.tape.lines(t))
	}
}

func TestCommandKeepsSecretsOffTheTape(t *testing.T) {
	const secret = "sk-live0123456789abcdef"
	call := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":{"pin":"1234","token":"` + secret + `"}}}`
	p := newPiped(t, "secrets", "/params/arguments/pin")
	var out bytes.Buffer
	input := call + "\n \uFEFF" + call + "\n\uFEFF" + call + "\r\n[" + call + "] \n"
	if _, err := p.rec.Command(t.Context(), running(t, "gossip"), strings.NewReader(input), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if out.String() != input {
		t.Errorf("the client gets %q", out.String())
	}
	tape := p.tape.buf.String()
	if strings.Contains(tape, secret) || strings.Contains(tape, "1234") {
		t.Errorf("a secret is on the tape:\n%s", tape)
	}
	if got := p.rec.Stats(); got.Redacted != 2 || got.Sessions != 1 || got.Exchanges != 3 {
		t.Errorf("%+v", got)
	}
	p.close(t)
}

// A private key is many lines, each of which comes by itself.
func TestCommandKeepsKeysOffTheTape(t *testing.T) {
	const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
	p := newPiped(t, "secrets")
	input := "key:\n" + key + pong + "\nready\n"
	if _, err := p.rec.Command(t.Context(), running(t, "blab"), strings.NewReader(input), io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	if tape := p.tape.buf.String(); strings.Contains(tape, "MIIEvQ") || strings.Contains(tape, "hkiG9w") || strings.Contains(tape, "PRIVATE") {
		t.Errorf("a key is on the tape:\n%s", tape)
	}
	hidden := "key:\nredacted-1\nredacted-2\nredacted-3\nredacted-4\n" + pong + "\nready\n"
	events := p.tape.events(t)
	for _, from := range []cassettes.From{cassettes.Client, cassettes.Server, cassettes.Stderr} {
		if got := spoken(events, from); got != hidden {
			t.Errorf("%s said by the tape %q, want %q", from, got, hidden)
		}
	}
	p.close(t)
}

// The server need not wait for its client, nor the recorder.
func TestCommandEndsWithTheServer(t *testing.T) {
	p := newPiped(t)
	stdin, client := io.Pipe()
	code, err := p.rec.Command(t.Context(), running(t, "code 3"), stdin, io.Discard, io.Discard)
	if code != 3 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the client can still write: %v", err)
	}
	p.close(t)
}

// A client that closes its end, or reads no more, is to the server as it
// would be without a recorder.
func TestCommandPassesEndsOn(t *testing.T) {
	p := newPiped(t)
	pipe, gone := io.Pipe()
	if err := pipe.Close(); err != nil {
		t.Fatal(err)
	}
	never, client := io.Pipe()
	defer client.Close()
	code, err := p.rec.Command(t.Context(), running(t, "chatter"), never, gone, io.Discard)
	if code == 0 || err != nil {
		t.Errorf("the server did not notice that nobody reads: exit code %d, %v", code, err)
	}
	// A server that reads no more: its client cannot write any more.
	stdin, client := io.Pipe()
	out := make(chan []byte, 1)
	stdout, server := io.Pipe()
	go func() {
		b, _ := io.ReadAll(stdout)
		out <- b
	}()
	done := make(chan int, 1)
	go func() {
		code, _ := p.rec.Command(t.Context(), running(t, "shut"), stdin, server, io.Discard)
		done <- code
	}()
	for {
		if _, err := io.WriteString(client, ping+"\n"); err != nil {
			break
		}
	}
	if code := <-done; code != 0 || string(<-out) != "shut\n" {
		t.Errorf("exit code %d", code)
	}
	p.close(t)
}

// A server that goes on when its client has gone is not killed by the
// recorder, but when that is stopped.
func TestCommandStops(t *testing.T) {
	for _, c := range []struct {
		why  string
		stop func(p *piped, cancel context.CancelFunc)
		want error
	}{
		{"by its context", func(_ *piped, cancel context.CancelFunc) { cancel() }, context.Canceled},
		{"by Close", func(p *piped, _ context.CancelFunc) { p.close(t) }, ErrStopped},
	} {
		p := newPiped(t)
		ctx, cancel := context.WithCancel(t.Context())
		var code int
		var err error
		var command sync.WaitGroup
		command.Go(func() {
			code, err = p.rec.Command(ctx, running(t, "deaf"), strings.NewReader(ping+"\n"), io.Discard, io.Discard)
		})
		p.tape.wait(t, answered)
		c.stop(p, cancel)
		command.Wait()
		if !errors.Is(err, c.want) || code != 7 && code >= 0 {
			t.Errorf("%s: exit code %d, %v", c.why, code, err)
		}
		events := p.tape.events(t)
		if last := events[len(events)-1]; last.End != cassettes.Exit || last.Code != code {
			t.Errorf("%s: the tape ends with %s", c.why, line(last))
		}
		if said := spoken(events, cassettes.Stderr); code == 7 && !strings.HasSuffix(said, "terminated\n") {
			t.Errorf("%s: by the tape the server said %q", c.why, said)
		}
		cancel()
		p.close(t)
	}
}

// Shutdown lets a server end by itself.
func TestCommandShutdown(t *testing.T) {
	p := newPiped(t)
	stdin, client := io.Pipe()
	done := make(chan error, 1)
	go func() {
		code, err := p.rec.Command(t.Context(), running(t, "echo"), stdin, io.Discard, io.Discard)
		done <- errors.Join(err, codeError(code))
	}()
	if _, err := io.WriteString(client, ping+"\n"); err != nil {
		t.Fatal(err)
	}
	p.tape.wait(t, answered)
	if err := p.rec.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	lines := p.tape.lines(t)
	if last := lines[len(lines)-1]; last != "1 server exit" {
		t.Errorf("the tape ends with %q", last)
	}
	if _, err := p.rec.Command(t.Context(), running(t, "echo"), stdin, io.Discard, io.Discard); !errors.Is(err, ErrStopped) {
		t.Errorf("after Shutdown: %v", err)
	}
	p.close(t)
}

func codeError(code int) error {
	if code == 0 {
		return nil
	}
	return fmt.Errorf("exit code %d", code)
}

// Servers side by side on one recorder are carriers of their own.
func TestCommandsTogether(t *testing.T) {
	p := newPiped(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			input := strings.Repeat(strings.Replace(ping, "1", fmt.Sprint(i), 1)+"\n", 50)
			if _, err := p.rec.Command(t.Context(), running(t, "echo"), strings.NewReader(input), io.Discard, io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	on := map[int]map[string]int{}
	for _, e := range p.tape.events(t) {
		if on[e.On] == nil {
			on[e.On] = map[string]int{}
		}
		if e.Message != nil {
			on[e.On][string(jsonrpc.One(e.Message).ID)]++
		}
	}
	for carrier, ids := range on {
		if len(ids) != 1 {
			t.Errorf("carrier %d has the requests of %d clients", carrier, len(ids))
		}
	}
	if len(on) != 8 {
		t.Errorf("%d carriers", len(on))
	}
	p.close(t)
}

func TestCommandThatCannotStart(t *testing.T) {
	p := newPiped(t)
	if _, err := p.rec.Command(t.Context(), exec.Command("no-such-server"), strings.NewReader(""), io.Discard, io.Discard); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if lines := p.tape.lines(t); len(lines) != 0 {
		t.Errorf("the tape has %q", lines)
	}
	cmd := running(t, "echo")
	cmd.Stdin = os.Stdin
	if _, err := p.rec.Command(t.Context(), cmd, strings.NewReader(""), io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "leave them unset") {
		t.Errorf("%v", err)
	}
	p.close(t)
}

// A tape that fails stops the recording, not the traffic.
func TestCommandOnFullDisk(t *testing.T) {
	p := newPiped(t)
	p.tape.fail = 2
	input := strings.Repeat(ping+"\n", 3)
	var out bytes.Buffer
	if code, err := p.rec.Command(t.Context(), running(t, "echo"), strings.NewReader(input), &out, io.Discard); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	if want := strings.Repeat(pong+"\n", 3); out.String() != want {
		t.Errorf("the client gets %q", out.String())
	}
	if err := p.rec.Close(); !errors.Is(err, errDisk) {
		t.Errorf("Close: %v", err)
	}
}

// One of the server's children holds its pipes open: what it says is not lost,
// and where it says nothing it is not waited for.
func TestCommandWithChildren(t *testing.T) {
	for _, c := range []struct{ why, says string }{
		{"a child that speaks, and ends", "child\n"},
		{"a child that keeps silent", ""},
	} {
		p := newPiped(t)
		if c.says == "" {
			p.rec.waits.silence = time.Millisecond
		}
		orders, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		var code int
		var failed error
		var command sync.WaitGroup
		command.Go(func() {
			code, failed = p.rec.Command(t.Context(), running(t, "parent "+orders.Addr().String()), strings.NewReader(""), &out, io.Discard)
		})
		parent, child := accept(t, orders), accept(t, orders)
		p.tape.wait(t, func(lines []string) bool { return len(lines) == 1 }) // its parent's word
		if err := parent.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, parent) // until it has exited
		parent.Close()
		if c.says == "" {
			command.Wait()
		}
		_, _ = io.WriteString(child, c.says)
		child.Close()
		command.Wait()
		if want := "parent\n" + c.says; code != 0 || failed != nil || out.String() != want {
			t.Errorf("%s: exit code %d, %v, the client gets %q, want %q", c.why, code, failed, out.String(), want)
		}
		orders.Close()
		p.close(t)
	}
}

// accept returns the next that dials, which TCP lets in one after the other.
func accept(t *testing.T, l net.Listener) *net.TCPConn {
	t.Helper()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}
