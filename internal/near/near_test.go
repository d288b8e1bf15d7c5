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
