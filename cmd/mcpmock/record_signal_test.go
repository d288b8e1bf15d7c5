//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A signal that comes while the upstream is asked ends the asking, and leaves
// no tape behind.
func TestProbeIsInterrupted(t *testing.T) {
	var once sync.Once
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() {
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		})
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees the client go
		<-r.Context().Done()
	}))
	defer silent.Close()
	tape := filepath.Join(t.TempDir(), "a.cassette")
	var out, said bytes.Buffer
	code := run([]string{"record", "--probe", "-o", tape, "--listen", "127.0.0.1:0", "--upstream", silent.URL + "/mcp"}, &out, &said)
	if code != exitInterrupted || !strings.Contains(said.String(), "the probe of the upstream was interrupted: nothing is recorded") {
		t.Errorf("exit code %d, said %q", code, said.String())
	}
	if _, err := os.Stat(tape); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the tape: %v", err)
	}
}
