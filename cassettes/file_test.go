package cassettes

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAppendToWhatIsNoCassette(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(path, []byte("milk, bread"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Append(path, Header{Transport: "http"})
	if place, ok := errors.AsType[*Error](err); !ok || place.Error() != err.Error() || strings.Count(err.Error(), path) != 1 {
		t.Errorf("%v: want an *Error that names the file once", err)
	}
	if left, err := os.ReadFile(path); err != nil || string(left) != "milk, bread" {
		t.Errorf("the file holds %q, %v", left, err)
	}
}

// A failed flush ends the recording as a failed write does.
func TestFailedFlushIsSticky(t *testing.T) {
	f, err := Create(filepath.Join(t.TempDir(), "a.cassette"), Header{Transport: "http"}, WithSync())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.f.Close(); err != nil { // under the File's feet
		t.Fatal(err)
	}
	first := f.flush(f.size)
	if first == nil || f.Err() != first {
		t.Errorf("the flush failed with %v, the file with %v", first, f.Err())
	}
	if err := f.Write(&Event{On: 1, From: Client, Raw: []byte("x")}); err != first {
		t.Errorf("a write after it: %v, want %v", err, first)
	}
	_ = f.Close()
	if err := f.flush(f.size); err != first {
		t.Errorf("a flush after Close: %v, want %v", err, first)
	}
}
