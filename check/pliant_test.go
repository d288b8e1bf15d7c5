package check

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// A pliant server does all that the specification asks for, and as little
// else as possible. A test bends it: before it looks at a request, bend may
// answer.
type pliant struct {
	protocol string
	bend     func(p *pliant, w http.ResponseWriter, r *http.Request, m gjson.Result) bool

	mu       sync.Mutex
	sessions map[string]bool // whether they live
	asked    int
}

func (p *pliant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m := gjson.ParseBytes(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	if p.sessions == nil {
		p.sessions = map[string]bool{}
	}
	if p.bend != nil && p.bend(p, w, r, m) {
		return
	}
	id := r.Header.Get("Mcp-Session-Id")
	refuse := func(status int, message string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"jsonrpc":"2.0","error":{"code":-32600,"message":%q}}`, message)
	}
	version := r.Header.Get("MCP-Protocol-Version")
	switch {
	case r.URL.Path != "/mcp":
		refuse(404, "nothing here")
	case !strings.HasPrefix(r.Host, "127.0.0.1"), r.Header.Get("Origin") != "":
		refuse(403, "Forbidden")
	case r.Method == "GET" || r.Method != "POST" && r.Method != "DELETE":
		refuse(405, "Method Not Allowed")
	case m.Get("method").String() == "initialize":
		id := fmt.Sprintf("session-%024d", p.asked)
		p.sessions[id] = true
		w.Header().Set("Mcp-Session-Id", id)
		p.answer(w, m, `{"protocolVersion":"`+p.protocol+`","capabilities":{"tools":{}},"serverInfo":{"name":"pliant","version":"1"}}`)
	case id == "":
		refuse(400, "no session")
	case !p.sessions[id]:
		refuse(404, "session not found")
	case version == "1999-01-01":
		refuse(400, "unknown version")
	case r.Method == "DELETE":
		p.sessions[id] = false
		w.WriteHeader(204)
	case m.IsArray() && p.protocol == "2025-03-26":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":3,"result":{"tools":[]}}]`)
	case !m.IsObject():
		refuse(400, "not a message")
	case !m.Get("id").Exists():
		w.WriteHeader(202)
	case m.Get("method").String() == "tools/list":
		p.answer(w, m, `{"tools":[{"name":"wipe","inputSchema":{"type":"object"}},{"name":"time","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"}}]}`)
	default:
		p.answer(w, m, `{}`)
	}
}

func (p *pliant) answer(w http.ResponseWriter, m gjson.Result, result string) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.Get("id").Raw, result)
}

// checked runs the rules over a server that is reached without a network, by a
// clock that goes on when all wait: it waits for nobody, and nobody is too late.
func checked(t *testing.T, server http.Handler, path string) (*Report, error) {
	t.Helper()
	r, _, err := timed(t, server, path)
	return r, err
}

// timed is checked that says how long it took by that clock.
func timed(t *testing.T, server http.Handler, path string, opts ...Option) (r *Report, took time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &hall{come: make(chan net.Conn), shut: make(chan struct{})}
		s := &http.Server{Handler: server}
		over := make(chan error, 1)
		go func() { over <- s.Serve(l) }()
		defer func() {
			_ = s.Close() // of what is still open nothing is wanted
			<-over
		}()
		by := func(o *options) { o.probing = append(o.probing, probes.WithDial(l.dial)) }
		w, failed := newHolding("http://127.0.0.1:8000"+path, append(opts, by))
		if failed != nil {
			t.Fatal(failed)
		}
		began := time.Now()
		r, err = w.Report, w.rules(t.Context())
		took = time.Since(began)
	})
	return r, took, err
}

// checkedByTCP is checked over a network, for servers that do not end with their
// connections.
func checkedByTCP(t *testing.T, server http.Handler, path string) (*Report, error) {
	t.Helper()
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	w, err := newHolding(s.URL+path, []Option{func(o *options) {
		o.probing = []probes.Option{probes.WithPatience(20*time.Second, 50*time.Millisecond)}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return w.Report, w.rules(t.Context())
}

// A hall is where a server waits for connections that are made by pipes.
type hall struct {
	come chan net.Conn
	shut chan struct{}
	once sync.Once
}

func (l *hall) dial(ctx context.Context, _ string) (net.Conn, error) {
	mine, theirs := net.Pipe()
	select {
	case l.come <- theirs:
		return mine, nil
	case <-l.shut:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *hall) Accept() (net.Conn, error) {
	select {
	case c := <-l.come:
		return c, nil
	case <-l.shut:
		return nil, net.ErrClosed
	}
}

func (l *hall) Close() error {
	l.once.Do(func() { close(l.shut) })
	return nil
}

func (l *hall) Addr() net.Addr { return &net.TCPAddr{} }
