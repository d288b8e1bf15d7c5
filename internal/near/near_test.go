package near_test

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/near"
)

func TestWord(t *testing.T) {
	t.Parallel()
	words := []string{"name", "sessions", "expire_session", "stall"}
	tests := []struct{ why, wrong, want string }{
		{"a letter is missing", "sesions", "sessions"},
		{"two letters changed places", "naem", "name"},
		{"a dash for an underscore", "expire-session", "expire_session"},
		{"capitals", "STALL", "stall"},
		{"a word of its own", "delay", ""},
		{"longer than any name", strings.Repeat("n", 100), ""},
		{"nothing at all is near to no word of some length", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if got := near.Word(tt.wrong, words); got != tt.want {
				t.Errorf("Word(%q) = %q, want %q", tt.wrong, got, tt.want)
			}
		})
	}
}

func TestHolds(t *testing.T) {
	t.Parallel()
	const name = "session-404-no-reinit"
	for _, tt := range []struct {
		why, typed, text string
		want             bool
	}{
		{"a word of it", "404", name, true},
		{"words in another order", "reinit session", name, true},
		{"capitals, and no sign between", "Session404", name, true},
		{"a part of a word", "init", name, true},
		{"one word too many", "session 405", name, false},
		{"a part of a number is another number", "40", name, false},
		{"nor is a number a part of a longer one", "808", "https://example.com/issues/1808", false},
		{"letters beside those of ASCII", "Äpfel", "saure-äpfel", true},
		{"nothing", " - ", name, false},
	} {
		if got := near.Holds(tt.typed, tt.text); got != tt.want {
			t.Errorf("%s: Holds(%q, %q) = %v", tt.why, tt.typed, tt.text, got)
		}
	}
}
