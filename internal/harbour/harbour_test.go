package harbour

import (
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestWalk has a client of each era see the same over each transport, each time.
func TestWalk(t *testing.T) {
	for _, era := range []struct {
		version string
		serve   func() *httptest.Server
	}{
		{"2025-11-25", func() *httptest.Server { return httptest.NewServer(Legacy()) }},
		{"2026-07-28", func() *httptest.Server { return httptest.NewServer(Modern()) }},
	} {
		t.Run(era.version, func(t *testing.T) {
			srv := era.serve()
			defer srv.Close()
			first := walk(t, Over(srv.URL+Path), era.version)
			if again := walk(t, Over(srv.URL+Path), era.version); !slices.Equal(first, again) {
				t.Errorf("another walk (-first +again):\n%s", cmp.Diff(first, again))
			}
			if piped := walk(t, overPipes(t), era.version); !slices.Equal(first, piped) {
				t.Errorf("over stdio (-http +stdio):\n%s", cmp.Diff(first, piped))
			}
		})
	}
}

// walk returns what a client saw, one text for each step.
func walk(t *testing.T, transport mcp.Transport, version string) (steps []string) {
	t.Helper()
	saw, err := Walk(t.Context(), transport, version)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range saw {
		text, err := json.Marshal(step)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, string(text))
	}
	return steps
}

// overPipes is stdio, to a harbour of its own.
func overPipes(t *testing.T) mcp.Transport {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = New().Run(context.Background(), &mcp.IOTransport{Reader: inRead, Writer: outWrite})
	}()
	t.Cleanup(func() { inWrite.Close(); <-done })
	return &mcp.IOTransport{Reader: outRead, Writer: inWrite}
}
