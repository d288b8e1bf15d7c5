package recorder

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/tidwall/gjson"
)

const ferryVar = "MCPMOCK_TEST_FERRY"

// TestFerryProcess is a ferry over stdio.
func TestFerryProcess(t *testing.T) {
	if os.Getenv(ferryVar) == "" {
		t.Skip("a part of the tests of the modern era")
	}
	_ = ferry().Run(context.Background(), &mcp.StdioTransport{}) // until its input ends
	os.Exit(0)
}

func ferryCommand() *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFerryProcess$")
	cmd.Env = append(os.Environ(), ferryVar+"=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// taped runs f with a recorder, and returns the tape.
func taped(t *testing.T, transport string, f func(rec *Recorder)) *cassettes.Tape {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ferry.cassette")
	file, err := cassettes.Create(path, cassettes.Header{Transport: transport, Redact: []string{cassettes.RedactSecrets, "/params/arguments/pin"}})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := New(file)
	if err != nil {
		t.Fatal(err)
	}
	f(rec)
	if err := rec.Close(); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	tape, err := cassettes.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}

// sailing is one way in which a client gets to a ferry, with the recorder in
// the middle.
type sailing struct {
	name      string
	transport string // of the tape
	visit     func(t *testing.T, rec *Recorder) ([]string, error)
}

func sailings() []sailing {
	overHTTP := func(t *testing.T, endpoint string, by http.RoundTripper) ([]string, error) {
		own := &http.Transport{}
		defer own.CloseIdleConnections()
		if by == nil {
			by = own
		}
		return sail(t.Context(), &mcp.StreamableClientTransport{Endpoint: endpoint, HTTPClient: &http.Client{Transport: by}, MaxRetries: -1})
	}
	return []sailing{
		{"proxy", "http", func(t *testing.T, rec *Recorder) ([]string, error) {
			server := httptest.NewServer(ferryHandler())
			defer server.Close()
			u, err := url.Parse(server.URL)
			if err != nil {
				return nil, err
			}
			proxy := httptest.NewServer(rec.Proxy(u))
			defer proxy.Close()
			return overHTTP(t, proxy.URL+"/mcp", nil)
		}},
		{"RoundTrip", "http", func(t *testing.T, rec *Recorder) ([]string, error) {
			server := httptest.NewServer(ferryHandler())
			defer server.Close()
			return overHTTP(t, server.URL+"/mcp", rec)
		}},
		{"command", "stdio", func(t *testing.T, rec *Recorder) ([]string, error) {
			in, toServer := io.Pipe()
			fromServer, out := io.Pipe()
			done := make(chan error, 1)
			go func() {
				_, err := rec.Command(t.Context(), ferryCommand(), in, out, io.Discard)
				_ = out.Close()
				done <- err
			}()
			saw, err := sail(t.Context(), &mcp.IOTransport{Reader: fromServer, Writer: toServer})
			if derr := <-done; err == nil {
				err = derr
			}
			return saw, err
		}},
		{"bridge", "stdio", func(t *testing.T, rec *Recorder) ([]string, error) {
			b := rec.Bridge(ferryCommand, os.Stderr)
			server := httptest.NewServer(b)
			defer b.Close()
			defer server.Close() // first: it waits until the bridge has noticed that the client left
			return overHTTP(t, server.URL+"/mcp", nil)
		}},
		{"caller", "http", func(t *testing.T, rec *Recorder) ([]string, error) {
			server := httptest.NewServer(ferryHandler())
			defer server.Close()
			u, err := url.Parse(server.URL + "/mcp")
			if err != nil {
				return nil, err
			}
			in, toServer := io.Pipe()
			fromServer, out := io.Pipe()
			done := make(chan error, 1)
			go func() {
				err := rec.Stdio(t.Context(), u, false, in, out)
				_ = out.Close()
				done <- err
			}()
			saw, err := sail(t.Context(), &mcp.IOTransport{Reader: fromServer, Writer: toServer})
			if derr := <-done; err == nil {
				err = derr
			}
			return saw, err
		}},
	}
}

// A real client and server of the modern era do not notice the recorder,
// however they meet; and the golden tape is the same whenever they do.
func TestModernPeers(t *testing.T) {
	server := httptest.NewServer(ferryHandler())
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	want, err := sail(t.Context(), &mcp.StreamableClientTransport{Endpoint: server.URL + "/mcp", HTTPClient: &http.Client{Transport: transport}, MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(want[0], "2026-07-28") || !slices.Contains(want, `heard ["tools changed"]`) {
		t.Fatalf("the peers do not speak the modern era: %q", want)
	}
	for _, by := range sailings() {
		t.Run(by.name, func(t *testing.T) {
			golden := ""
			for i := range 3 {
				tape := taped(t, by.transport, func(rec *Recorder) {
					saw, err := by.visit(t, rec)
					if err != nil {
						t.Error(err)
					}
					if diff := cmp.Diff(want, saw); diff != "" {
						t.Errorf("the client sees something else by the recorder:\n%s", diff)
					}
				})
				aboard(t, tape)
				var b bytes.Buffer
				if err := cassettes.WriteGolden(&b, tape, cassettes.Pretty); err != nil {
					t.Fatal(err)
				}
				if golden == "" {
					golden = b.String()
				}
				if diff := cmp.Diff(golden, b.String()); diff != "" {
					t.Fatalf("recording %d differs:\n%s", i, diff)
				}
			}
		})
	}
}

// aboard looks at what a tape has of a visit to a ferry.
func aboard(t *testing.T, tape *cassettes.Tape) {
	t.Helper()
	ix, err := cassettes.NewIndex(tape, nil)
	if err != nil {
		t.Fatal(err)
	}
	if legacy, modern := ix.Eras(); legacy || !modern {
		t.Errorf("the tape has the legacy era %v, the modern one %v", legacy, modern)
	}
	states := map[string]int{}
	berths, listens := 0, 0
	for x := range ix.Len() {
		ex, err := ix.Exchange(x)
		if err != nil {
			t.Fatal(err)
		}
		m := gjson.ParseBytes(ex.Message)
		method := m.Get("method").Str
		if ix.Flags(x)&cassettes.Modern == 0 {
			t.Errorf("%s is none of the modern era", method)
		}
		if tape.Header.Transport == "http" {
			mirrored(t, ex.Request.HTTP.Header, m)
		}
		if strings.Contains(string(ex.Message), "1234") {
			t.Errorf("a redacted argument is on the tape: %s", ex.Message)
		}
		switch {
		case m.Get("params.name").Str == "berth":
			berths++
		case method == "subscriptions/listen":
			listens++
			heard := 0
			for _, r := range ex.Replies {
				if gjson.GetBytes(r.Message, "method").Str == "notifications/tools/list_changed" {
					e, err := ix.Event(r.After)
					if err != nil || gjson.GetBytes(e.Message, "params.name").Str != "build" {
						t.Errorf("the change follows %+v, not the call that made it", e)
					}
					heard++
				}
			}
			if heard != 1 || ix.Flags(x)&(cassettes.Left|cassettes.Ended|cassettes.Answered) == 0 {
				t.Errorf("the subscription has %d changes and flags %b", heard, ix.Flags(x))
			}
		}
		if s := m.Get("params.requestState"); s.Exists() {
			states[s.Str]++
		}
		for _, r := range ex.Replies {
			if s := gjson.GetBytes(r.Message, "result.requestState"); s.Exists() {
				states[s.Str]++
			}
		}
	}
	if berths != 2 || listens != 1 || len(states) != 1 {
		t.Errorf("%d calls of berth, %d subscriptions, states %v", berths, listens, states)
	}
	for s, n := range states {
		if n != 2 {
			t.Errorf("the state %q is on the tape %d times, want 2: the result and the retry", s, n)
		}
	}
}

// mirrored looks at the header of a request whose body it repeats.
func mirrored(t *testing.T, h http.Header, m gjson.Result) {
	t.Helper()
	want := http.Header{"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {m.Get("method").Str}}
	name := m.Get("params.name").Str + m.Get("params.uri").Str
	if name != "" {
		want.Set("Mcp-Name", name)
	}
	if name == "berth" {
		switch m.Get("params.arguments.quay").Str {
		case "east":
			want.Set("Mcp-Param-Quay", "east")
		default:
			want.Set("Mcp-Param-Quay", "=?base64?WsO8cmljaA==?=")
			want.Set("Mcp-Param-Pin", m.Get("params.arguments.pin").Str)
			want.Set("Mcp-Param-Ship-Length", "42")
		}
	}
	got := http.Header{}
	for k, v := range h {
		if strings.HasPrefix(k, "Mcp-") {
			got[k] = v
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the header of %s:\n%s", m.Raw, diff)
	}
}

// A client on stdio need not know that an argument is to stand in a header:
// where the server asks for it, the tools are asked for, and the call is sent
// once more.
func TestCallerLearnsTools(t *testing.T) {
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	call := func(id, arguments string) string {
		return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"berth","arguments":` + arguments + `,` + meta + `}}` + "\n"
	}
	server := httptest.NewServer(ferryHandler())
	defer server.Close()
	u, err := url.Parse(server.URL + "/mcp")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	tape := taped(t, "http", func(rec *Recorder) {
		if err := rec.Stdio(t.Context(), u, false, strings.NewReader(call("1", `{"quay":"east"}`)), &out); err != nil {
			t.Error(err)
		}
	})
	if text := gjson.Get(out.String(), "result.content.0.text").Str; text != `berthed: {"quay":"east"}` || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("the client gets %s", out.String())
	}
	ix, err := cassettes.NewIndex(tape, nil)
	if err != nil {
		t.Fatal(err)
	}
	var has []string
	for x := range ix.Len() {
		ex, err := ix.Exchange(x)
		if err != nil {
			t.Fatal(err)
		}
		is := gjson.GetBytes(ex.Message, "method").Str + " " + ex.Request.HTTP.Header.Get("Mcp-Param-Quay")
		if ix.Flags(x)&cassettes.Refused != 0 {
			is += "refused"
		}
		has = append(has, is)
	}
	if want := []string{"tools/call refused", "tools/list ", "tools/call east"}; !slices.Equal(has, want) {
		t.Errorf("the tape has %q, want %q", has, want)
	}
}

// A subscription does not keep a recorder from ending: it may stay open for
// ever.
func TestShutdownEndsSubscriptions(t *testing.T) {
	server := httptest.NewServer(ferryHandler())
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	taped(t, "http", func(rec *Recorder) {
		proxy := httptest.NewServer(rec.Proxy(u))
		defer proxy.Close()
		body := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, proxy.URL+"/mcp", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}, "Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"subscriptions/listen"}}
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		first := make([]byte, 16)
		if _, err := io.ReadFull(resp.Body, first); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %v", resp.StatusCode, err)
		}
		if err := rec.Shutdown(t.Context()); err != nil { // which waits for exchanges, and so for ever
			t.Error(err)
		}
	})
}
