package replay

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Tester is what Start asks of a test; *testing.T, *testing.B and *testing.F
// have it.
type Tester interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A Server is a Player that listens.
type Server struct {
	URL    string // of the endpoint, such as http://127.0.0.1:41237/mcp
	SSE    string // where clients of HTTP+SSE find it, such as http://127.0.0.1:41237/sse; "" where that is not served
	Player *Player

	base string
	http *http.Server
	done chan struct{}
	once sync.Once

	parting time.Duration // how long answers under way have to finish
}

// Start plays the cassette at path on a free port of the loopback interface
// until the test ends. Where there is no such file, path may be the name of a
// stock tape, such as weather; where it ends in .yaml or .yml, the stubs of the
// scenario there are served. A request that the tape cannot answer fails that very
// test with the near miss. It is safe under t.Parallel: each call makes a
// mock of its own, and nothing of it is left when the test has ended.
func Start(t Tester, path string, opts ...Option) *Server {
	t.Helper()
	if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" {
		s, err := scenarios.Load(path)
		if err == nil {
			err = CheckStubs(s, path)
		}
		if err != nil {
			t.Fatalf("%v", err)
			return nil
		}
		return start(t, path, nil, append([]Option{WithScenario(s)}, opts...))
	}
	tape, err := cassettes.Load(path)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(cassettes.StockNames(), path) {
		tape, err = cassettes.Stock(path)
	}
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	return start(t, path, tape, opts)
}

// Stub serves the stubs of a scenario, as Start plays a cassette: a mock
// server that is written down in the test itself.
func Stub(t Tester, s *scenarios.Scenario, opts ...Option) *Server {
	t.Helper()
	return start(t, cmp.Or(s.Name, "stubs"), nil, append([]Option{WithScenario(s)}, opts...))
}

// start plays a tape, or stubs, until the test ends.
func start(t Tester, name string, tape *cassettes.Tape, opts []Option) *Server {
	t.Helper()
	var s *Server
	opts = append([]Option{WithOnMismatch(func(m *Mismatch) { t.Errorf("%s: %v", name, m) })}, opts...)
	player, err := New(tape, opts...)
	if err == nil {
		s, err = Listen("127.0.0.1:0", player)
	}
	if err != nil {
		closeTape(tape)
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		_ = s.Close()
		closeTape(tape)
	})
	return s
}

func closeTape(tape *cassettes.Tape) {
	if tape != nil {
		_ = tape.Close()
	}
}

// Listen serves a Player at an address such as 127.0.0.1:6625 until Close.
func Listen(address string, p *Player) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{Player: p, base: "http://" + reachable(listener.Addr()), done: make(chan struct{}), parting: time.Second}
	s.URL = s.base + p.gate.Endpoint()
	if p.transport != "http" {
		s.SSE = s.base + p.old.stream
	}
	if p.transport == "sse" {
		s.URL = s.SSE
	}
	s.http = &http.Server{
		Handler:        p,
		ReadTimeout:    10 * time.Second, // of a whole request; a wait lifts it
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       say.Defects(os.Stderr),
	}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(listener) // it ends when Close is called
	}()
	return s, nil
}

// reachable is where a client on this machine finds a listener: one on all
// interfaces is found on the loopback one.
func reachable(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return addr.String()
}

// Space returns the URL of the space with that name: a mock of its own on the
// same tape, for a client or a test worker that must not meet others.
func (s *Server) Space(name string) string {
	if s.Player.transport == "sse" {
		return s.base + "/s/" + name + s.Player.old.stream
	}
	return s.base + "/s/" + name + "/mcp"
}

// Close ends all streams, lets the answers under way finish for a second, and
// stops listening. It may be called twice.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.Player.hush()
		ctx, cancel := context.WithTimeout(context.Background(), s.parting)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close()
		}
		<-s.done
	})
	return s.Player.Close()
}
