package cassettes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

// turnPath is where the lock lies that is held for one event.
func turnPath(path string) string { return path + ".turn" }

// Share opens the cassette at path to record after what it holds, beside
// others that do. Where there is none, it makes one with header h; else the
// cassette's own header, with its redaction, stays in force.
//
// A cassette that it makes is begun by Begin, or with the first event; one
// that is not begun is gone when it is closed.
func Share(path string, h Header, opts ...FileOption) (*Shared, error) {
	if had, err := headerOf(path); err == nil { // else see below
		if err := had.sameTransport(h); err != nil {
			return nil, fmt.Errorf("cassettes: %s: %w", path, err)
		}
	}
	f, made, err := joinFile(path)
	if err != nil {
		return nil, err
	}
	return newShared(path, f, h, opts, func(s *Shared) error {
		s.made = made
		return s.enter(false)
	})
}

// ShareAnew is Share for a cassette that is emptied when it is begun; until
// then it is as it was, and nobody else can write it. Where another recorder
// writes it, the error is ErrBusy.
func ShareAnew(path string, h Header, opts ...FileOption) (*Shared, error) {
	return shareAnew(path, untilAlone, h, opts)
}

func shareAnew(path string, patience time.Duration, h Header, opts []FileOption) (*Shared, error) {
	f, made, err := lockFile(path, patience, (*lock).TryLockContext)
	if err != nil {
		return nil, err
	}
	return newShared(path, f, h, opts, func(s *Shared) error {
		s.made, s.anew = made, true
		return nil
	})
}

func newShared(path string, f *File, h Header, opts []FileOption, open func(*Shared) error) (*Shared, error) {
	s := &Shared{Header: h, path: path, file: f, turn: newTurn(path)}
	s.layout = f.apply(opts)
	info, err := f.f.Stat()
	if err == nil {
		s.is = info
		err = open(s)
	}
	if err == nil {
		return s, nil
	}
	closed := s.Close()
	if place, ok := errors.AsType[*Error](err); ok {
		return nil, place // it names the file itself
	}
	return nil, fmt.Errorf("cassettes: %s: %w", path, errors.Join(err, closed))
}

// busy is the failure to get a lock.
func busy(err error) error {
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		return ErrBusy
	}
	return err
}

// headerOf reads the header of the cassette at path.
func headerOf(path string) (Header, error) {
	if err := regular(path); err != nil {
		return Header{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return Header{}, err
	}
	defer f.Close()
	r, err := newReader(f, path)
	if err != nil {
		return Header{}, err
	}
	return r.Header, nil
}

// joinFile opens the cassette and takes the lock that recorders share.
func joinFile(path string) (f *File, made bool, err error) {
	return lockFile(path, untilJoined, (*lock).TryRLockContext)
}

// lockFile opens the cassette at path and takes a lock on it. It reports
// whether it made the file.
func lockFile(path string, patience time.Duration, take func(*lock, context.Context, time.Duration) (bool, error)) (_ *File, made bool, err error) {
	if err := regular(path); err != nil {
		return nil, false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		osf, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
		if made = errors.Is(err, fs.ErrNotExist); made {
			osf, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o644)
			if errors.Is(err, fs.ErrExist) {
				continue // somebody else made it just now
			}
		}
		if err != nil {
			return nil, false, fmt.Errorf("cassettes: %w", err)
		}
		f := &File{f: osf, w: &Writer{}, lock: newLock(path), shared: true}
		ok, err := take(f.lock, ctx, nextTry)
		if !ok && !errors.Is(err, fs.ErrNotExist) {
			return nil, false, fmt.Errorf("cassettes: %s: %w", path, errors.Join(busy(err), osf.Close()))
		}
		if ok && f.isAt(path) {
			return f, made, nil
		}
		if err := f.Close(); err != nil { // it was replaced meanwhile: the lock is on what was
			return nil, false, fmt.Errorf("cassettes: %s: %w", path, err)
		}
	}
}

// isAt reports whether path still leads to the file that is open and locked.
func (f *File) isAt(path string) bool {
	is, err := os.Stat(path)
	opened, openedErr := f.f.Stat()
	if err != nil || openedErr != nil || !os.SameFile(is, opened) {
		return false
	}
	if lockPath(path) != path {
		return true
	}
	locked, err := f.lock.Stat()
	return err == nil && os.SameFile(is, locked)
}

// Begin makes the header where there is none yet, and empties a cassette that
// is written anew. Take does it where nobody has; whoever would leave the
// cassette as it was where nothing comes of the recording calls it later.
func (s *Shared) Begin() error {
	s.file.mu.Lock()
	defer s.file.mu.Unlock()
	if s.file.err == nil {
		if err := s.begin(); err != nil {
			s.file.err = fmt.Errorf("cassettes: recording ended: %w", err)
		}
	}
	return s.file.err
}

func (s *Shared) begin() error {
	if s.begun {
		return nil
	}
	if s.anew {
		if err := s.empty(); err != nil {
			return err
		}
	}
	return s.enter(true)
}

// empty empties a cassette that nobody else can write, and lets others in.
func (s *Shared) empty() error {
	f := s.file
	if err := errors.Join(f.f.Truncate(0), f.lock.Unlock()); err != nil {
		return err
	}
	s.anew = false
	ctx, cancel := context.WithTimeout(context.Background(), untilJoined)
	defer cancel()
	if ok, err := f.lock.TryRLockContext(ctx, nextTry); !ok {
		return busy(err)
	}
	if !f.isAt(s.path) {
		return s.gone()
	}
	return nil
}

// enter reads what the cassette holds, or makes its header.
func (s *Shared) enter(begin bool) (err error) {
	if err := s.takeTurn(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.turn.Unlock()) }()
	info, err := s.file.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		if !begin {
			return nil
		}
		s.begun = true
		return s.put(appendHeader(nil, s.Header, s.layout))
	}
	r, err := newReader(io.NewSectionReader(s.file.f, 0, info.Size()), s.path)
	if err != nil {
		return err
	}
	if err := r.Header.sameTransport(s.Header); err != nil {
		return err
	}
	if begin && !slices.Equal(r.Header.Redact, s.Header.Redact) { // the numbers of secrets are given by now
		return fmt.Errorf("%s was begun by another recorder meanwhile, with other redaction rules", s.path)
	}
	s.begun = true
	err = s.file.skim(r)
	if !begin {
		s.Header, s.Had = r.Header, s.file.Had
	}
	return err
}

// gone is why a recording ends whose cassette is not at its path any more.
func (s *Shared) gone() error {
	return fmt.Errorf("%s was replaced or removed by another program", s.path)
}
