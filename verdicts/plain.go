package verdicts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
)

// maxShown is how many characters of a client's text stand in evidence.
const maxShown = 80

// cut makes of a client's text one that can stand in evidence: short, and on one
// line.
func cut(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxShown {
			text = text[:i] + "…"
			break
		}
	}
	return strings.ReplaceAll(strings.Clone(say.Lines(text)), "\n", " ")
}

// maxKept is how many bytes are kept of an id or a method. A client may send one
// of megabytes.
const maxKept = 512

// bounded is what is kept of an id or a method, in memory of its own: of a long
// one its beginning, and a sum that tells it from others.
func bounded(text []byte) string {
	if len(text) <= maxKept {
		return string(text)
	}
	sum := sha256.Sum256(text)
	return string(text[:maxKept]) + "…" + hex.EncodeToString(sum[:])
}
