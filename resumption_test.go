package mcpmock_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A cutter passes HTTP on, but breaks the connection in the middle of each
// answer that has progress: after the first event that reports it.
type cutter struct {
	httputil.ReverseProxy

	mu   sync.Mutex
	cuts int
	back []string // the event ids with which the client came back
}

func newCutter(t *testing.T, target string) (*cutter, string) {
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{}
	c.Rewrite = func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: u.Scheme, Host: u.Host})
		// Whole before it is passed on: net/http closes the client's body when the answer begins, and a body still being read
		// then breaks the answer off where no cut was meant.
		if r.Out.Body != nil {
			body, err := io.ReadAll(r.In.Body)
			if err != nil {
				t.Errorf("reading what the client sent: %v", err)
			}
			r.Out.Body = io.NopCloser(bytes.NewReader(body))
		}
		if last := r.In.Header.Get("Last-Event-ID"); last != "" {
			c.mu.Lock()
			c.back = append(c.back, last)
			c.mu.Unlock()
		}
	}
	c.FlushInterval = -1
	c.ModifyResponse = func(resp *http.Response) error {
		if resp.Request.Method == http.MethodPost && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			resp.Body = &cutBody{ReadCloser: resp.Body, c: c}
		}
		return nil
	}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	return c, srv.URL + u.Path
}

// A cutBody breaks off after the first event that reports progress.
type cutBody struct {
	io.ReadCloser
	c    *cutter
	seen []byte
	cut  bool
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.cut {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.ReadCloser.Read(p)
	begin := len(b.seen)
	b.seen = append(b.seen, p[:n]...)
	if i := bytes.Index(b.seen, []byte(`"progress":1,`)); i >= 0 {
		if end := bytes.Index(b.seen[i:], []byte("\n\n")); end >= 0 {
			b.cut = true
			b.c.mu.Lock()
			b.c.cuts++
			b.c.mu.Unlock()
			return i + end + 2 - begin, nil
		}
	}
	return n, err
}

// A real client whose answer breaks off in the middle comes back for the rest
// and sees what it sees live: where the break was recorded, where it was not,
// and where it comes on top.
func TestResumptionByRealClient(t *testing.T) {
	server := everything()
	live := httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{EventStore: mcp.NewMemoryEventStore(nil)}))
	t.Cleanup(live.Close)
	retrying := func(url string) mcp.Transport { return &mcp.StreamableClientTransport{Endpoint: url} }
	var seen []string
	whole := recordThrough(t, live.URL, cassettes.Pretty, func(proxy string) { seen = tourOver(t, retrying(proxy), false) })
	broken := recordThrough(t, live.URL, cassettes.Pretty, func(proxy string) {
		c, cut := newCutter(t, proxy)
		sameTour(t, seen, tourOver(t, retrying(cut), false))
		if c.cuts != 1 || len(c.back) == 0 {
			t.Errorf("while recording: %d cuts, and the client came back with %q", c.cuts, c.back)
		}
	})
	for name, path := range map[string]string{"whole": whole, "broken": broken} {
		t.Run("recorded "+name, func(t *testing.T) {
			sameTour(t, seen, tourOver(t, retrying(replay.Start(t, path).URL), false))
		})
		t.Run("recorded "+name+", cut while played", func(t *testing.T) {
			t.Parallel()
			c, cut := newCutter(t, replay.Start(t, path).URL)
			sameTour(t, seen, tourOver(t, retrying(cut), false))
			if c.cuts != 1 || len(c.back) != 1 || slices.Contains(c.back, "") {
				t.Errorf("%d cuts, and the client came back with %q", c.cuts, c.back)
			}
		})
	}
}
