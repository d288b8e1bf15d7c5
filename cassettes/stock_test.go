package cassettes

import (
	"strings"
	"testing"
)

// Every stock tape is whole, clean and small.
func TestStock(t *testing.T) {
	if len(StockNames()) < 2 {
		t.Fatalf("stock tapes: %v", StockNames())
	}
	for _, name := range StockNames() {
		tape, err := Stock(name)
		if err != nil {
			t.Fatal(err)
		}
		if tape.size > 128<<10 {
			t.Errorf("%s: %d bytes", name, tape.size)
		}
		ix, err := NewIndex(tape, nil)
		if err != nil || ix.Torn != nil || ix.Len() == 0 {
			t.Errorf("%s: %d exchanges, %v, torn: %v", name, ix.Len(), err, ix.Torn)
		}
		r := redactor(t)
		for e, err := range tape.Events() {
			if err != nil {
				t.Fatal(err)
			}
			if e.Message != nil && string(r.Message(e.Message)) != string(e.Message) {
				t.Errorf("%s:%d: a secret is left", name, e.Pos.Line)
			}
			if e.HTTP != nil && !strings.HasPrefix(e.HTTP.Header.Get("Mcp-Session-Id"), "session-") && e.HTTP.Header.Get("Mcp-Session-Id") != "" {
				t.Errorf("%s:%d: a live session id is left", name, e.Pos.Line)
			}
		}
	}
	if _, err := Stock("none"); err == nil || !strings.Contains(err.Error(), "everything, weather") {
		t.Errorf("an unknown one: %v, want the names there are", err)
	}
}
