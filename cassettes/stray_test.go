package cassettes

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const strayHead = "{\"mcpmock\":1,\"transport\":\"http\"}\n"

// An editor that begins a file with a byte order mark spoils no cassette, and
// one who records on finds the right place after it.
func TestByteOrderMark(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marked.cassette")
	const had = byteOrderMark + strayHead + `{"on":1,"from":"client","http":{"method":"GET","path":"/mcp"}}` + "\n"
	if err := os.WriteFile(path, []byte(had), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Append(path, Header{Transport: "http"}, WithLayout(Compact))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Write(&Event{On: 2, From: Client, HTTP: &HTTP{Method: "GET", Path: "/mcp"}}), f.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(data), had) {
		t.Fatalf("%v: what was there is another:\n%s", err, data)
	}
	tape, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	ix, err := NewIndex(tape, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := ix.Event(1); err != nil || e.On != 2 {
		t.Errorf("the second event: %+v, %v", e, err)
	}
}

// What a loss of power leaves at the end of a file, zero bytes in place of what
// was to be written, is a torn end like any other.
func TestZerosAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zeros.cassette")
	const whole = strayHead + `{"on":1,"from":"client","http":{"method":"GET","path":"/mcp"}}` + "\n"
	if err := os.WriteFile(path, []byte(whole+strings.Repeat("\x00", 600<<10)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Append(path, Header{Transport: "http"})
	if err != nil {
		t.Fatal(err)
	}
	if f.Had.Events != 1 || f.Had.Cut != 600<<10 {
		t.Errorf("had %d events, cut %d bytes", f.Had.Events, f.Had.Cut)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != whole {
		t.Errorf("%v: left is %q", err, data[:min(len(data), 200)])
	}
}
