// Package eras says what a message of one protocol era is in the other. The
// legacy era has the initialize handshake and servers that ask their clients
// questions (2025-11-25 and earlier); in the modern one each request carries
// its own metadata, and a server asks by a result that wants the request sent
// again (2026-07-28).
//
//	result, err := eras.ModernResult("tools/list", recorded, serverInfo)
//	if errors.Is(err, eras.ErrUntranslatable) {
//		... err says what the other era cannot say, and what to do
//	}
//	inputs, state, hasState, err := eras.Inputs(result)
//	for _, input := range inputs {
//		params, err := eras.LegacyInput(input.Method, input.Params, id)
//		... ask it of a legacy client
//	}
//
// All of it is pure functions over JSON texts, safe for concurrent use. They
// change no argument, and what they return may share memory with it. What a
// translation does not change keeps its spelling: numbers, escapes, the order
// of members. Of a member that stands twice the last one counts, as for most
// decoders. The arguments are taken for valid JSON; of anything else the
// outcome is some text or an error, and no panic.
//
// A translation takes away what the other revision's schema refuses or gives
// another meaning to, and adds what it demands. A member that a revision
// merely does not know, such as a title or an icon, stays: receivers let those
// pass, and servers that speak several revisions send them.
//
// What this does not do: it plays nothing and remembers nothing. Which request
// a retry belongs to, and what a requestState stands for, is the player's.
package eras

import (
	"errors"
	"fmt"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// ErrUntranslatable is what an error wraps that says why a message of one era
// has none in the other that means the same, and what to do about it.
var ErrUntranslatable = errors.New("not to be said in the other era")

// The cures that errors end with.
const (
	recordModern = "record the server at " + mcp.V20260728
	recordLegacy = "record the server at " + mcp.V20251125 + " or earlier"
)

// untranslatable makes an error of what cannot be said and the cure for it.
func untranslatable(cure, format string, args ...any) error {
	return fmt.Errorf("eras: %s: %w; %s", fmt.Sprintf(format, args...), ErrUntranslatable, cure)
}

// before reports whether legacy revision v is older than the other one.
// Revisions are dates, so they compare as texts.
func before(v, other string) bool { return v < other }
