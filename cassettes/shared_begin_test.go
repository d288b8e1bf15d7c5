package cassettes

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A cassette's own header stays as it is, whatever the size of the event that
// is read after it.
func TestHeaderOutlivesEvents(t *testing.T) {
	own := Header{Transport: "stdio", Redact: []string{RedactSecrets, "/params/arguments/pin"}}
	for n := range 200 {
		path := filepath.Join(t.TempDir(), "a.cassette")
		events := tape(t, Compact, &Event{On: 1, From: Stderr, Raw: []byte(strings.Repeat("x", n))})
		held := append(appendHeader(nil, own, Compact), events[len(tape(t, Compact)):]...)
		for open, header := range map[string]func() (Header, error){
			"Share": func() (Header, error) {
				s, err := Share(path, own)
				if err != nil {
					return Header{}, err
				}
				return s.Header, s.Close()
			},
			"Append": func() (Header, error) {
				f, err := Append(path, own)
				if err != nil {
					return Header{}, err
				}
				return f.Header, f.Close()
			},
		} {
			if err := os.WriteFile(path, held, 0o600); err != nil {
				t.Fatal(err)
			}
			if h, err := header(); err != nil || !reflect.DeepEqual(h, own) {
				t.Fatalf("%s, an event of %d bytes: %+v, %v", open, len(events), h, err)
			}
		}
	}
}

// A cassette is left as it was where nothing comes of the recording.
func TestSharedBegins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	if err := sharing(path, Share, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a recording that never began left a file: %v", err)
	}
	if err := sharing(path, Share, func(s *Shared) error { _, err := next(s); return err }); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := sharing(path, ShareAnew, nil); err != nil {
		t.Fatal(err)
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, was) {
		t.Errorf("anew, and never begun: %q, %v", is, err)
	}
	if err := sharing(path, ShareAnew, (*Shared).Begin); err != nil {
		t.Fatal(err)
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, tape(t, Pretty)) && len(is) >= len(was) {
		t.Errorf("anew: %q, %v", is, err)
	}
	// Who comes while it is not begun has the same rules, or ends.
	other := filepath.Join(t.TempDir(), "b.cassette")
	first, err := Share(other, piped)
	if err != nil {
		t.Fatal(err)
	}
	if err := sharing(other, func(path string, h Header, opts ...FileOption) (*Shared, error) {
		return Share(path, Header{Transport: "stdio"}, opts...)
	}, (*Shared).Begin); err != nil {
		t.Fatal(err)
	}
	if err := first.Begin(); err == nil || !strings.Contains(err.Error(), "with other redaction rules") {
		t.Errorf("begun by another with other rules: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}

// sharing opens, works and closes.
func sharing(path string, open func(string, Header, ...FileOption) (*Shared, error), work func(*Shared) error) error {
	s, err := open(path, piped)
	if err == nil && work != nil {
		err = work(s)
	}
	if err == nil {
		err = s.Close()
	}
	return err
}

// A cassette that is replaced while somebody waits for it is not taken for
// the one that was there.
func TestShareAnewWaitsForTheRewriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	a := share(t, path)
	if _, err := next(a); err != nil {
		t.Fatal(err)
	}
	anew := make(chan error, 1)
	err := a.CloseThen(func() error {
		go func() {
			patiently := func(path string, h Header, opts ...FileOption) (*Shared, error) {
				return shareAnew(path, time.Minute, h, opts)
			}
			anew <- sharing(path, patiently, func(s *Shared) error { _, err := next(s); return err })
		}()
		time.Sleep(20 * nextTry) // it waits for the lock
		return Rewrite(path, func(w io.Writer) error {
			_, err := w.Write(appendHeader(nil, piped, Compact))
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-anew; err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if events, err := readAll(data); err != io.EOF || len(events) != 1 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// A cassette that is not there any more ends the recording, and no other is
// made in its place.
func TestSharedGone(t *testing.T) {
	for why, spoil := range map[string]func(path string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return Rewrite(path, func(io.Writer) error { return nil }) },
	} {
		path := filepath.Join(t.TempDir(), "a.cassette")
		var both [2]*Shared
		for i := range both {
			var err error
			if both[i], err = Share(path, piped); err != nil {
				t.Fatal(err)
			}
			if _, err := next(both[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := spoil(path); err != nil {
			t.Skip("not on this system:", err)
		}
		was, _ := os.Stat(path)
		const want = "was replaced or removed by another program"
		if _, err := next(both[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the next event: %v", why, err)
		}
		if err := both[0].Close(); err != nil {
			t.Errorf("%s: what was told already: %v", why, err)
		}
		if err := both[1].Close(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the end: %v", why, err)
		}
		if is, err := os.Stat(path); was == nil && err == nil || was != nil && !os.SameFile(was, is) {
			t.Errorf("%s: another one is there: %v, %v", why, is, err)
		}
	}
}

// A recorder that stops in the middle of an event ends the others'
// recordings, and does not hang them.
func TestSharedTurnIsNotForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	s := share(t, path)
	if err := s.Begin(); err != nil {
		t.Fatal(err)
	}
	stopped := newTurn(path)
	if ok, err := stopped.TryLock(); !ok {
		t.Fatal(err)
	}
	defer stopped.Unlock()
	begin := time.Now()
	if _, err := next(s); err == nil || !strings.Contains(err.Error(), "another recorder has been in the middle of an event") {
		t.Errorf("%v", err)
	}
	if took := time.Since(begin); took > untilTurn+time.Minute {
		t.Errorf("it took %v", took)
	}
}

// Nobody rewrites what is being recorded.
func TestRewriteAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	s := share(t, path)
	if _, err := next(s); err != nil {
		t.Fatal(err)
	}
	blank := func(io.Writer) error { return nil }
	if err := RewriteAlone(path, blank); !errors.Is(err, ErrBusy) {
		t.Errorf("while it is recorded: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := RewriteAlone(path, blank); err != nil {
		t.Error(err)
	}
}

// What is no file is neither read nor written.
func TestNoRegularFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "is a directory", os.DevNull: "is no regular file"} {
		for name, open := range map[string]func() error{
			"Load":      func() error { _, err := Load(path); return err },
			"Create":    func() error { _, err := Create(path, piped); return err },
			"Replace":   func() error { _, err := Replace(path, piped); return err },
			"Append":    func() error { _, err := Append(path, piped); return err },
			"Share":     func() error { _, err := Share(path, piped); return err },
			"ShareAnew": func() error { _, err := ShareAnew(path, piped); return err },
		} {
			if err := open(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s(%s): %v", name, path, err)
			}
		}
	}
}
