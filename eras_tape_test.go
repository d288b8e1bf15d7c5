package mcpmock_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/harbour"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// An era is one age of the protocol, as a real server and a real client speak
// it.
type era struct {
	name    string
	version string
	serve   func() http.Handler
}

func eras() []era {
	return []era{
		{"legacy", mcp.V20251125, harbour.Legacy},
		{"modern", mcp.V20260728, harbour.Modern},
	}
}

// tape is the cassette on which a client of this era uses everything.
func (e era) tape() string { return "testdata/everything-" + e.name + ".cassette" }

// TestEraTapes holds that the tapes of both eras are what is recorded today.
// UPDATE_TAPES=1 records them anew.
func TestEraTapes(t *testing.T) {
	for _, e := range eras() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			live := httptest.NewServer(e.serve())
			defer live.Close()
			path := recordThrough(t, live.URL+harbour.Path, cassettes.Pretty, func(proxy string) {
				if _, err := harbour.Walk(t.Context(), harbour.Over(proxy), e.version); err != nil {
					t.Fatal(err)
				}
			})
			if err := cassettes.RewriteGolden(path, cassettes.Pretty); err != nil {
				t.Fatal(err)
			}
			recorded, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if os.Getenv("UPDATE_TAPES") != "" {
				if err := os.WriteFile(e.tape(), recorded, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(e.tape())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(kept), string(recorded)); diff != "" {
				t.Errorf("%s is not what is recorded today: run this test with UPDATE_TAPES=1 (-kept +today)\n%s", e.tape(), diff)
			}
		})
	}
}
