package cassettes

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Rewrite replaces the file at path by what write writes, all at once: who
// reads it meanwhile, or after a crash, finds the old one or the new one
// whole. After an error the old one is still there.
func Rewrite(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("cassettes: rewriting: %w", err)
	}
	beside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("cassettes: rewriting: %w", err)
	}
	err = write(beside)
	if err == nil {
		err = beside.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = beside.Sync()
	}
	if err = errors.Join(err, beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}

// RewriteAlone is Rewrite for a cassette that nobody may record to meanwhile:
// what they record would be lost. Where somebody does, the error is ErrBusy.
func RewriteAlone(path string, write func(io.Writer) error) error {
	l := newLock(path)
	if ok, err := l.TryLock(); !ok {
		return fmt.Errorf("cassettes: %s: %w", path, busy(err))
	}
	err := Rewrite(path, write)
	err = errors.Join(err, l.Unlock())
	if lockPath(path) != path {
		_ = os.Remove(lockPath(path))
	}
	return err
}

// RewriteGolden rewrites the cassette at path in its canonical form; see
// Golden.
func RewriteGolden(path string, layout Layout) error {
	return Rewrite(path, func(w io.Writer) error {
		t, err := Load(path)
		if err != nil {
			return err
		}
		return errors.Join(WriteGolden(w, t, layout), t.Close())
	})
}
