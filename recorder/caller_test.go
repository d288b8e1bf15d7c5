package recorder

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdkweather "github.com/mcpmock/mcpmock/internal/weather"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A desk is a client's end of Stdio.
type desk struct {
	t    testing.TB
	tape *memory
	rec  *Recorder
	in   io.WriteCloser // what the client says
	out  *bufio.Reader  // what it hears
	ears io.ReadCloser  // under out
	done chan error     // what Stdio returned
	stop context.CancelFunc
}

// newDesk starts Stdio before an upstream.
func newDesk(t testing.TB, upstream string, sse bool, opts ...Option) *desk {
	t.Helper()
	u, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, tape: newMemory(t), done: make(chan error, 1)}
	if d.rec, err = New(d.tape, opts...); err != nil {
		t.Fatal(err)
	}
	d.rec.waits = untiring()
	stdin, in := io.Pipe()
	ears, stdout := io.Pipe()
	d.in, d.ears, d.out = in, ears, bufio.NewReader(ears)
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	go func() {
		err := d.rec.Stdio(ctx, u, sse, stdin, stdout)
		stdout.Close()
		d.done <- err
	}()
	t.Cleanup(func() {
		stop()
		stdin.Close()
		ears.Close()
		_ = d.rec.Close()
		noGoroutines(t)
	})
	return d
}

func (d *desk) say(lines ...string) {
	d.t.Helper()
	for _, l := range lines {
		if _, err := io.WriteString(d.in, l+"\n"); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) hear() string {
	d.t.Helper()
	line, err := d.out.ReadString('\n')
	if err != nil {
		d.t.Fatalf("the client hears %q, %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// leave ends the client, and returns what it still hears and what Stdio
// returns.
func (d *desk) leave() (string, error) {
	d.t.Helper()
	d.in.Close()
	rest, err := io.ReadAll(d.out)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(rest), <-d.done
}

// has fails where one of some lines is not on the tape.
func (d *desk) has(want ...string) {
	d.t.Helper()
	lines := d.tape.lines(d.t)
	for _, l := range want {
		if !slices.Contains(lines, l) {
			d.t.Errorf("the tape lacks %q:\n%s", l, strings.Join(lines, "\n"))
		}
	}
}

const (
	hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`
	ready = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
)

func welcome(version string) string {
	return `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"` + version + `","capabilities":{},"serverInfo":{"name":"s","version":"1"}}}`
}

// A client on stdio sees through the bridge what one sees that speaks to the
// server itself.
func TestStdioVisit(t *testing.T) {
	handler := sdkweather.Handler()
	sse := mcp.NewSSEHandler(func(*http.Request) *mcp.Server { return sdkweather.New() }, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/sse" {
			sse.ServeHTTP(w, req)
			return
		}
		handler.ServeHTTP(w, req)
	}))
	defer server.Close()
	want, err := sdkweather.Visit(t.Context(), server.URL+sdkweather.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why  string
		path string
		tape []string // among its lines
	}{
		{"Streamable HTTP", "/mcp", []string{"3 client GET /mcp", "3 client closed", "11 client DELETE /mcp"}},
		{"HTTP+SSE", "/sse", []string{"1 client GET /sse", `1 server sse event=endpoint raw "/sse?sessionid=session-1"`, "3 server 202 eof"}},
	} {
		d := newDesk(t, server.URL+c.path, c.path == "/sse")
		got, err := sdkweather.VisitBy(t.Context(), &mcp.IOTransport{Reader: d.ears, Writer: d.in})
		if err != nil {
			t.Fatalf("%s: %v", c.why, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: by the bridge the client sees something else:\n%s", c.why, diff)
		}
		if err := <-d.done; err != nil {
			t.Errorf("%s: %v", c.why, err)
		}
		if lines := d.tape.lines(t); !ended(lines) {
			t.Errorf("%s: not all on the tape has ended:\n%s", c.why, strings.Join(lines, "\n"))
		}
		d.has(c.tape...)
	}
}

// A client of the modern era finds its server: what it says once in a message
// is repeated in the header, as that server demands.
func TestStdioModern(t *testing.T) {
	endpoint := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return sdkweather.New() }, &mcp.StreamableHTTPOptions{Stateless: true})
	server := httptest.NewServer(endpoint)
	defer server.Close()
	d := newDesk(t, server.URL+"/mcp", false)
	client := mcp.NewClient(&mcp.Implementation{Name: "traveller", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.IOTransport{Reader: d.ears, Writer: d.in}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := session.InitializeResult().ProtocolVersion; v != "2026-07-28" {
		t.Errorf("they agreed on %s", v)
	}
	r, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_forecast", Arguments: map[string]any{"city": "Zürich"}})
	if err != nil || r.IsError {
		t.Errorf("%+v, %v", r, err)
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := <-d.done; err != nil {
		t.Error(err)
	}
}
