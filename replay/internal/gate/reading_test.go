package gate

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// aCall is a good request of the usual size.
var aCall = []byte(`{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"echo","arguments":{"text":"` + strings.Repeat("a text of some length ", 20) + `"},"_meta":{"progressToken":17}}}`)

// TestReadingCost holds that a good request costs what it costs under the
// specification, whatever the dialect.
func TestReadingCost(t *testing.T) {
	for _, name := range scenarios.Dialects() {
		d, err := scenarios.LoadDialect(name)
		if err != nil {
			t.Fatal(err)
		}
		g, f := New(d, Mock{}, false), Facts{Body: aCall}
		if n := testing.AllocsPerRun(100, func() { g.Read(&f) }); n > 1 || f.BodyErr != nil {
			t.Errorf("%s: %v allocations, %v", name, n, f.BodyErr)
		}
	}
}

func BenchmarkReading(b *testing.B) {
	for _, name := range []string{"spec", "python-sdk-1.26", "typescript-sdk-1.12", "typescript-sdk-1.32", "go-sdk-1.8"} {
		b.Run(name, func(b *testing.B) {
			d, err := scenarios.LoadDialect(name)
			if err != nil {
				b.Fatal(err)
			}
			g, f := New(d, Mock{}, false), Facts{Body: aCall}
			b.ReportAllocs()
			for b.Loop() {
				g.Read(&f)
			}
		})
	}
}
