package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
)

// Two replays write one journal, and no placeholder stands for two values.
func TestJoinedJournalPlaceholders(t *testing.T) {
	tape, err := cassettes.LoadBytes("played", []byte(`{"mcpmock":1,"transport":"stdio","redact":["secrets"]}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "j.cassette")
	var both [2]*journalFile
	for i := range both {
		if both[i], err = newJournalFile(path, cassettes.OfMock, tape, overStdio); err != nil {
			t.Fatal(err)
		}
	}
	for i, secret := range []string{"first-secret", "second-secret"} {
		both[i].hear(&cassettes.Event{On: 1, From: cassettes.Client, Message: []byte(`{"jsonrpc":"2.0","method":"m","params":{"password":"` + secret + `"}}`)})
	}
	for _, j := range both {
		if err := j.close(); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []string{`"redacted-1"`, `"redacted-2"`} {
		if n := strings.Count(string(text), one); n != 1 {
			t.Errorf("%s stands %d times in\n%s", one, n, text)
		}
	}
}
