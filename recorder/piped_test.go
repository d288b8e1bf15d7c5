package recorder

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// piped is a recorder of stdio servers and its tape.
type piped struct {
	tape *memory
	rec  *Recorder
}

func newPiped(t testing.TB, rules ...string) *piped {
	t.Helper()
	redact, err := cassettes.NewRedactor(rules)
	if err != nil {
		t.Fatal(err)
	}
	p := &piped{tape: newMemory(t)}
	if p.rec, err = New(p.tape, WithRedactor(redact)); err != nil {
		t.Fatal(err)
	}
	p.rec.waits = untiring()
	return p
}

func (p *piped) close(t testing.TB) {
	t.Helper()
	if err := p.rec.Close(); err != nil {
		t.Error(err)
	}
	noGoroutines(t)
}

// answered reports that the last word on the tape is an answer to ping.
func answered(lines []string) bool {
	return len(lines) > 0 && strings.HasSuffix(lines[len(lines)-1], pong)
}

// spoken is what one side has said by the tape.
func spoken(events []*cassettes.Event, from cassettes.From) string {
	var b bytes.Buffer
	for _, e := range events {
		switch {
		case e.From != from:
		case e.Message != nil:
			b.Write(append(bytes.Clone(jsonrpc.Compact(e.Message)), '\n'))
		case e.Messages != nil:
			for i, m := range e.Messages {
				b.WriteString(string("[,"[min(i, 1)]) + string(jsonrpc.Compact(m)))
			}
			b.WriteString("]\n")
		default:
			b.Write(e.Raw)
		}
	}
	return b.String()
}

// serverVar says how the test binary behaves where it is a server.
const serverVar = "MCPMOCK_TEST_SERVER"

// running is the command of a server.
func running(t testing.TB, mode string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerProcess$")
	cmd.Env = append(os.Environ(), serverVar+"="+mode, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// TestServerProcess is the server that tests start.
func TestServerProcess(t *testing.T) {
	mode, ok := os.LookupEnv(serverVar)
	if !ok {
		t.Skip("a part of other tests")
	}
	mode, argument, _ := strings.Cut(mode, " ")
	os.Exit(serverModes[mode](argument))
}

// serverModes are the ways a server behaves; each returns its exit code.
var serverModes = map[string]func(argument string) int{
	"echo": func(string) int { return answerLines("", "\n") },
	"banner": func(string) int {
		fmt.Print("STDIO server started\n\x1b[32mready\x1b[0m\n")
		return answerLines("", "\n")
	},
	"crlf": func(string) int { return answerLines("", "\r\n") },
	"bom":  func(string) int { return answerLines("\uFEFF", "\n") },
	"framed": func(string) int {
		_, _ = io.Copy(io.Discard, os.Stdin)
		for range 2 {
			fmt.Printf("Content-Length: %d\r\n\r\n%s", len(pong), pong)
		}
		return 0
	},
	"gossip": func(string) int { // says what it hears
		_, _ = io.Copy(os.Stdout, os.Stdin)
		return 0
	},
	"blab": func(string) int { // on both of its pipes
		_, _ = io.Copy(io.MultiWriter(os.Stdout, os.Stderr), os.Stdin)
		return 0
	},
	"half": func(string) int {
		fmt.Print(pong[:20])
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	},
	"long": func(string) int {
		_, _ = io.Copy(io.Discard, os.Stdin)
		message := `{"jsonrpc":"2.0","id":1,"result":{"text":"` + strings.Repeat("mock ", 1<<18) + `"}}`
		fmt.Println(message)
		fmt.Println(strings.Repeat("no message, ", 1<<18))
		fmt.Println(message)
		return 0
	},
	"code": func(argument string) int {
		code, _ := strconv.Atoi(argument)
		return code
	},
	"stderr": func(string) int {
		fmt.Fprint(os.Stderr, "starting\r\n", pong, "\nno UTF-8: \xff\n")
		code := answerLines("", "\n")
		fmt.Fprint(os.Stderr, "no end")
		return code
	},
	"flood": func(string) int {
		var heard sync.WaitGroup
		heard.Go(func() { _, _ = io.Copy(io.Discard, os.Stdin) })
		for range 1000 {
			fmt.Print(strings.Repeat(pong+"\n", 100))
		}
		heard.Wait()
		return 0
	},
	"chatter": func(string) int { // until nobody listens
		for {
			if _, err := fmt.Println(pong); err != nil {
				return 1
			}
		}
	},
	"shut": func(string) int { // reads no more, and says so
		_ = os.Stdin.Close()
		fmt.Println("shut")
		return 0
	},
	"deaf": func(string) int { return answerUntilTerminated() },
	"dies": func(string) int {
		answerLines("", "\n")
		me, _ := os.FindProcess(os.Getpid())
		_ = me.Kill()
		select {}
	},
	"parent": func(address string) int { // until it is told to leave its child
		orders, err := net.Dial("tcp", address)
		if err != nil {
			return 1
		}
		child := exec.Command(os.Args[0], "-test.run=^TestServerProcess$")
		child.Env = append(os.Environ(), serverVar+"=child "+address)
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		fmt.Println("parent")
		if err := child.Start(); err != nil {
			return 1
		}
		return obey(orders)
	},
	"family": func(string) int { // two that do not end with their input
		child := exec.Command(os.Args[0], "-test.run=^TestServerProcess$")
		child.Env = append(os.Environ(), serverVar+"=deaf", "GORACE=atexit_sleep_ms=0")
		child.Stderr = os.Stderr
		said, err := child.StdoutPipe()
		if err != nil {
			return 1
		}
		asks, err := child.StdinPipe()
		if err != nil {
			return 1
		}
		if err := child.Start(); err != nil {
			return 1
		}
		fmt.Fprintln(asks, ping)
		if _, err := bufio.NewReader(said).ReadString('\n'); err != nil { // it hears signals now
			return 1
		}
		_ = asks.Close()
		defer func() { _ = child.Wait() }()
		return answerUntilTerminated()
	},
	"child": func(address string) int {
		orders, err := net.Dial("tcp", address)
		if err != nil {
			return 1
		}
		return obey(orders)
	},
}

// obey says what it is told, and ends with that.
func obey(orders io.Reader) int {
	_, _ = io.Copy(os.Stdout, orders)
	return 0
}

// answerUntilTerminated is a server that does not end with its input.
func answerUntilTerminated() int {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	answerLines("", "\n")
	<-terminated
	fmt.Fprintln(os.Stderr, "terminated")
	return 7
}

// answerLines answers each request among the lines of stdin, until that ends.
func answerLines(before, after string) int {
	in := bufio.NewReader(os.Stdin)
	for {
		text, err := in.ReadBytes('\n')
		if err != nil {
			return 0
		}
		batch, err := jsonrpc.Parse(bytes.TrimPrefix(text, []byte("\uFEFF")))
		if err != nil {
			continue
		}
		for _, m := range batch.Messages {
			if m.Kind == jsonrpc.Request {
				fmt.Printf(`%s{"jsonrpc":"2.0","id":%s,"result":{}}%s`, before, m.ID, after)
			}
		}
	}
}
