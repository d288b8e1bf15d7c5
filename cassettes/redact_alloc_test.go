//go:build !race

package cassettes

import "testing"

// The race detector makes pools forget, so this is not for it.
func TestRedactNothingAllocatesNothing(t *testing.T) {
	r := redactor(t, RedactSecrets, "/params/arguments/pin")
	r.SessionLabel("0b8c2c1e-1111-4222-8333-000000000001")
	message := []byte(ordinary)
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { r.Message(message); dst = r.Without(dst[:0], message) }); n > 0 {
		t.Errorf("%v allocations for a message with nothing to redact", n)
	}
}
