package say

import (
	"net/url"
	"testing"
	"unicode/utf8"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		why, noun, want string
		n               int
	}{
		{"none are many", "note", "0 notes", 0},
		{"one is one", "note", "1 note", 1},
		{"a noun that hisses", "mismatch", "2 mismatches", 2},
	} {
		if got := Count(c.n, c.noun); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	for n, want := range map[int]string{0: "0 times", 1: "once", 2: "twice", 3: "3 times"} {
		if got := Times(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		why, text, want string
		n               int
	}{
		{"what fits stays", "no", "no", 2},
		{"it is one line, whatever it was", " Bad\r\n\tRequest ", "Bad Request", 80},
		{"a cut is seen", "Bad Request", "Bad...", 3},
		{"no letter is cut in two", "né", "n...", 2},
		{"nothing moves a terminal", "\x1b[2Jno\u009b", "[2Jno", 80},
		{"nor is the direction turned", "a\u202eb", "ab", 80},
	} {
		if got := Short(c.text, c.n); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestLines(t *testing.T) {
	if got, want := Lines("a\x1b[1m\nb\r\n"), "a[1m\nb\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzShort holds that nothing gets past it that a terminal would obey, and
// that it keeps to its length.
func FuzzShort(f *testing.F) {
	f.Add("Bad\x1b Request\u2066", 5)
	f.Add("\xff\xfe", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n &= 0xff
		got := Short(s, n)
		if len(got) > n+len("...") || got != Printable(got) {
			t.Errorf("%q", got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q is cut within a letter", got)
		}
	})
}

func TestPlace(t *testing.T) {
	u, err := url.Parse("https://me:secret@mcp.example:8443/mcp?token=secret#x")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Place(u), "https://mcp.example:8443/mcp"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
