package cassettes

import (
	"strings"
	"testing"
)

func TestPassage(t *testing.T) {
	const begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
	for _, c := range []struct {
		why    string
		pieces []string
		want   string
	}{
		{"no key", []string{"starting\n", "ready\n"}, "starting\nready\n"},
		{"a key, line by line", []string{"a\n", begin + "\n", "MIIE\n", "AAAA\n", end + "\n", "b\n"},
			"a\nredacted-1\nredacted-2\nredacted-3\nredacted-4\nb\n"},
		{"lines that end in CR LF", []string{begin + "\r\n", "MIIE\r\n", end + "\r\n"}, "redacted-1\r\nredacted-2\r\nredacted-3\r\n"},
		{"text around it", []string{"key: " + begin + "\n", "MIIE\n", end + " loaded\n"}, "key: redacted-1\nredacted-2\nredacted-3 loaded\n"},
		{"an empty line within", []string{begin + "\n", "Proc-Type: 4,ENCRYPTED\n", "\n", "MIIE\n", end + "\n"},
			"redacted-1\nredacted-2\n\nredacted-3\nredacted-4\n"},
		{"a key that is whole in one piece", []string{begin + "\nMIIE\n" + end + "\n"}, "redacted-1\n"},
		{"a whole key and half of another", []string{begin + "\nMIIE\n" + end + "\n" + begin + "\nMI", "IE\n" + end + "\nb\n"},
			"redacted-1\nredacted-2\nredacted-3redacted-4\nredacted-5\nb\n"},
		{"two keys that are the same", []string{begin + "\n", "MIIE\n", end + "\n", begin + "\n", "MIIE\n", end + "\n"},
			strings.Repeat("redacted-1\nredacted-2\nredacted-3\n", 2)},
		{"another end", []string{begin + "\n", "-----END CERTIFICATE-----\n", "MIIE\n"}, "redacted-1\nredacted-2\nredacted-3\n"},
		{"a certificate", []string{"-----BEGIN CERTIFICATE-----\n", "MIIE\n"}, "-----BEGIN CERTIFICATE-----\nMIIE\n"},
		{"a key that is torn", []string{begin + "\n", "MIIE"}, "redacted-1\nredacted-2"},
		{"other secrets", []string{"token ghp_0123456789abcdefABCD\n"}, "token redacted-1\n"},
		{"a placeholder within", []string{begin + "\n", "redacted-7\n", "MIIE\n"}, "redacted-1\nredacted-7\nredacted-8\n"},
		{"a line of JSON that names the beginning", []string{`{"want":"` + begin + `"}` + "\n", "ready\n"}, `{"want":"redacted-1"}` + "\nready\n"},
		{"a beginning that is only named", []string{begin + "\n", strings.Repeat("x", maxKey) + "\n", "ready\n"}, "redacted-1\nredacted-2\nready\n"},
	} {
		r, err := NewRedactor([]string{RedactSecrets})
		if err != nil {
			t.Fatal(err)
		}
		var of Passage
		var got strings.Builder
		for _, p := range c.pieces {
			got.Write(r.Piece(&of, []byte(p)))
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", c.why, got.String(), c.want)
		}
	}
	r, err := NewRedactor(nil)
	if err != nil {
		t.Fatal(err)
	}
	var of Passage
	if got := string(r.Piece(&of, []byte(begin+"\n"))) + string(r.Piece(&of, []byte("MIIE\n"))); got != begin+"\nMIIE\n" {
		t.Errorf("without rules: %q", got)
	}
}
