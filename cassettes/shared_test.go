package cassettes

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var piped = Header{Transport: "stdio", Redact: []string{RedactSecrets}}

// share opens a shared cassette and closes it when the test ends.
func share(t *testing.T, path string) *Shared {
	t.Helper()
	s, err := Share(path, piped)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// next writes an event on a carrier of its own.
func next(s *Shared) (had Had, err error) {
	err = s.Take(func(now Had) *Event {
		had = now
		return &Event{On: now.Carriers + 1, From: Client, At: now.Last + time.Millisecond, Raw: fmt.Appendf(nil, "redacted-%d\n", now.Redacted+1)}
	})
	return had, err
}

// Several write at once, and each takes numbers that no other has.
func TestSharedByMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s := share(t, path)
			for range 50 {
				if _, err := next(s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	events, err := readAll(data)
	if err != io.EOF || len(events) != 200 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for i, e := range events {
		if e.On != i+1 || string(e.Raw) != fmt.Sprintf("redacted-%d\n", i+1) || e.At != time.Duration(i+1)*time.Millisecond {
			t.Fatalf("event %d is on %d at %v and says %q", i, e.On, e.At, e.Raw)
		}
	}
}

// What a killed writer leaves torn is cut off by whoever writes next, at
// whatever byte it was torn, and whether that one was there or comes.
func TestSharedTorn(t *testing.T) {
	value := tape(t, Pretty, session()[0])
	head := tape(t, Pretty)
	value = value[len(head):]
	for n := 1; n < len(value); n++ {
		path := filepath.Join(t.TempDir(), "a.cassette")
		a := share(t, path)
		if _, err := next(a); err != nil {
			t.Fatal(err)
		}
		b := share(t, path)
		torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := torn.Write(value[:n]); err != nil {
			t.Fatal(err)
		}
		torn.Close()
		writers := []*Shared{a, b}
		if n%2 == 0 {
			writers = []*Shared{share(t, path), a, b}
			if cut := writers[0].Had.Cut; cut == 0 && n < len(value)-1 {
				t.Errorf("torn after %d bytes: nothing was cut off", n)
			}
		}
		for i, s := range writers {
			want := i + 1
			if n == len(value)-1 {
				want++ // only the line feed is missing
			}
			if had, err := next(s); err != nil || had.Events != want {
				t.Fatalf("torn after %d bytes: writer %d finds %d events, %v", n, i, had.Events, err)
			}
		}
		data, _ := os.ReadFile(path)
		if events, err := readAll(data); err != io.EOF || len(events) < len(writers)+1 {
			t.Fatalf("torn after %d bytes: %d events, %v", n, len(events), err)
		}
	}
}

func TestSharedEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	a, b := share(t, path), share(t, path)
	for _, s := range []*Shared{a, b} {
		if _, err := next(s); err != nil {
			t.Fatal(err)
		}
	}
	calls := 0
	last := func() error {
		calls++
		return nil
	}
	for n, s := range []*Shared{a, b} {
		if err := s.CloseThen(last); err != nil || calls != n {
			t.Errorf("writer %d to end: %d calls, %v", n, calls, err)
		}
	}
	if _, err := next(a); err == nil {
		t.Error("a write after Close must fail")
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
	anew, err := ShareAnew(path, piped)
	if err != nil {
		t.Fatal(err)
	}
	if had, err := next(anew); err != nil || had.Events != 0 {
		t.Errorf("anew there are %d events, %v", had.Events, err)
	}
	if err := anew.Close(); err != nil {
		t.Error(err)
	}
}

// Nobody takes a cassette for his own that others write, nor one of another
// transport.
func TestSharedAndOthers(t *testing.T) {
	dir := t.TempDir()
	path, other, text := filepath.Join(dir, "a.cassette"), filepath.Join(dir, "b.cassette"), filepath.Join(dir, "c.txt")
	share(t, path)
	http := Header{Transport: "http"}
	if _, err := Append(path, http); !errors.Is(err, ErrBusy) {
		t.Errorf("an HTTP recorder beside others: %v", err)
	}
	if _, err := Replace(path, http); !errors.Is(err, ErrBusy) {
		t.Errorf("an HTTP recorder in place of others: %v", err)
	}
	if _, err := ShareAnew(path, piped); !errors.Is(err, ErrBusy) {
		t.Errorf("anew, beside others: %v", err)
	}
	f, err := Create(other, http)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Share(other, piped); !errors.Is(err, ErrTransport) || !strings.Contains(err.Error(), "recorded over http, not stdio") {
		t.Errorf("beside an HTTP recorder: %v", err)
	}
	if _, err := ShareAnew(other, piped); !errors.Is(err, ErrBusy) {
		t.Errorf("in place of an HTTP recorder: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Append(other, piped); !errors.Is(err, ErrTransport) {
		t.Errorf("after what an HTTP recorder wrote: %v", err)
	}
	if err := os.WriteFile(text, []byte("milk, bread"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Share(text, piped)
	if place, ok := errors.AsType[*Error](err); !ok || place.Error() != err.Error() {
		t.Errorf("what is no cassette: %v", err)
	}
	if left, err := os.ReadFile(text); err != nil || string(left) != "milk, bread" {
		t.Errorf("the file holds %q, %v", left, err)
	}
	if _, err := os.Stat(turnPath(text)); err == nil {
		t.Error("a lock is left")
	}
}

// A cassette that another program changes ends the recording, and stays as
// that program left it.
func TestSharedCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	s := share(t, path)
	if _, err := next(s); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 10); err != nil {
		t.Fatal(err)
	}
	_, err := next(s)
	if err == nil || !strings.Contains(err.Error(), "cut short by another program") || s.Err() != err {
		t.Errorf("%v, and then %v", err, s.Err())
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 10 {
		t.Errorf("%v, %v", info, err)
	}
}
