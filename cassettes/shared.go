package cassettes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// A Shared is a cassette that several recorders may write at once, in
// processes of their own: clients start a stdio server again when they like,
// or two of them at a time. What each writes is whole on it, and each knows
// what the others have written before it gives a number away.
//
// It takes two locks. One is shared and held as long as the recording lasts,
// so that nobody takes the cassette for his own. The other, on a file beside
// the cassette, is held for one event: whoever has it looks at what the others
// wrote, cuts off what a killed one left torn, and writes his own. The last
// recorder to end takes the file away.
//
// A Shared is safe for concurrent use.
type Shared struct {
	Header Header
	// Had is what the cassette held before this recorder came.
	Had Had

	path string
	turn *lock // for one event
	file *File // its Had is what the cassette holds, without others' latest events
	buf  []byte

	once     sync.Once
	closeErr error
}

// How long to wait for others that have the cassette for themselves: a
// recorder that makes the golden form at its end, or one that is ending.
const (
	untilJoined = 10 * time.Second
	untilAlone  = time.Second
	nextTry     = 5 * time.Millisecond
)

// turnPath is where the lock lies that is held for one event.
func turnPath(path string) string { return path + ".turn" }

// Share opens the cassette at path to record after what it holds, beside
// others that do. Where there is none, it makes one with header h; else the
// cassette's own header, with its redaction, stays in force.
func Share(path string, h Header, opts ...FileOption) (*Shared, error) {
	if had, err := headerOf(path); err == nil { // else see below
		if err := had.sameTransport(h); err != nil {
			return nil, fmt.Errorf("cassettes: %s: %w", path, err)
		}
	}
	f, err := joinFile(path)
	if err != nil {
		return nil, err
	}
	s := &Shared{path: path, file: f, turn: newLock(turnPath(path))}
	layout := f.apply(opts)
	err = s.open(h, layout)
	if err == nil {
		return s, nil
	}
	closed := s.Close()
	if place, ok := errors.AsType[*Error](err); ok {
		return nil, place // it names the file itself
	}
	return nil, fmt.Errorf("cassettes: %s: %w", path, errors.Join(err, closed))
}

// ShareAnew is Share for a cassette that is emptied first. Where another
// recorder writes it, the error is ErrBusy.
func ShareAnew(path string, h Header, opts ...FileOption) (*Shared, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cassettes: %w", err)
	}
	alone := newLock(lockPath(path))
	ctx, cancel := context.WithTimeout(context.Background(), untilAlone)
	defer cancel()
	if ok, err := alone.TryLockContext(ctx, nextTry); !ok {
		return nil, fmt.Errorf("cassettes: %s: %w", path, errors.Join(busy(err), f.Close()))
	}
	if err := errors.Join(f.Truncate(0), f.Close(), alone.Unlock()); err != nil {
		return nil, fmt.Errorf("cassettes: %s: %w", path, err)
	}
	return Share(path, h, opts...)
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
func joinFile(path string) (*File, error) {
	ctx, cancel := context.WithTimeout(context.Background(), untilJoined)
	defer cancel()
	for {
		osf, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
		if err != nil {
			return nil, fmt.Errorf("cassettes: %w", err)
		}
		f := &File{f: osf, w: &Writer{}, lock: newLock(lockPath(path)), shared: true}
		if ok, err := f.lock.TryRLockContext(ctx, nextTry); !ok {
			return nil, fmt.Errorf("cassettes: %s: %w", path, errors.Join(busy(err), osf.Close()))
		}
		if f.isAt(path) {
			return f, nil
		}
		if err := f.Close(); err != nil { // it was rewritten meanwhile: the lock is on what was
			return nil, fmt.Errorf("cassettes: %s: %w", path, err)
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

// open reads what the cassette holds, or makes its header.
func (s *Shared) open(h Header, layout Layout) (err error) {
	if err := s.turn.Lock(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.turn.Unlock()) }()
	info, err := s.file.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		s.Header = h
		return s.put(appendHeader(nil, h, layout))
	}
	r, err := newReader(io.NewSectionReader(s.file.f, 0, info.Size()), s.path)
	if err != nil {
		return err
	}
	s.Header = r.Header
	if err := r.Header.sameTransport(h); err != nil {
		return err
	}
	err = s.file.skim(r)
	s.Had = s.file.Had
	return err
}

// Write appends one event as it is; see Take for one with numbers in it.
func (s *Shared) Write(e *Event) error {
	return s.Take(func(Had) *Event { return e })
}

// Take appends the event that make returns. make is called while no other
// recorder can write, with what the cassette holds by then: numbers above
// those are free. After a failure the recording has ended: all later calls
// return the same error.
func (s *Shared) Take(make func(had Had) *Event) error {
	f := s.file
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	err := s.take(make)
	if err == nil && f.sync {
		err = f.f.Sync()
	}
	if err != nil {
		f.err = fmt.Errorf("cassettes: recording ended: %w", err)
	}
	return f.err
}

func (s *Shared) take(make func(had Had) *Event) (err error) {
	if err := s.turn.Lock(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.turn.Unlock()) }()
	if err := s.catchUp(); err != nil {
		return err
	}
	e := make(s.file.Had)
	s.buf = appendEvent(s.buf[:0], e, s.file.w.layout)
	if err := s.put(s.buf); err != nil {
		return err
	}
	s.file.Had.count(e, s.buf)
	if cap(s.buf) > maxKept {
		s.buf = nil
	}
	return nil
}

// put appends a whole value.
func (s *Shared) put(value []byte) error {
	_, err := s.file.write(value)
	return err
}

// catchUp takes in what other recorders have written, and cuts off what a
// killed one has left torn: nobody else has the turn, so it is not in the
// middle of a value.
func (s *Shared) catchUp() error {
	f := s.file
	info, err := f.f.Stat()
	if err != nil {
		return err
	}
	from, more := f.size, info.Size()-f.size
	switch {
	case more == 0:
		return nil
	case more < 0:
		return fmt.Errorf("%s was cut short by another program", s.path)
	}
	section := io.NewSectionReader(f.f, from, more)
	r := &Reader{file: s.path, r: bufio.NewReaderSize(section, int(min(more, 256<<10))), offset: from, line: 1}
	err = f.skim(r)
	if place, ok := errors.AsType[*Error](err); ok {
		place.Line += countLines(f.f, 0, from)
	}
	return err
}

// Err returns the failure that ended the recording, or nil.
func (s *Shared) Err() error { return s.file.Err() }

// Close ends the recording. It may be called twice.
func (s *Shared) Close() error { return s.CloseThen(nil) }

// CloseThen ends the recording. Where no other recorder writes the cassette
// any more, it calls last before another can begin.
func (s *Shared) CloseThen(last func() error) error {
	s.once.Do(func() { s.closeErr = s.end(last) })
	return s.closeErr
}

func (s *Shared) end(last func() error) error {
	f := s.file
	err := f.Close()
	if alone, lockErr := f.lock.TryLock(); !alone || lockErr != nil {
		return err // the others will see to the rest
	}
	if gone := os.Remove(turnPath(s.path)); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if last != nil {
		err = errors.Join(err, last())
	}
	err = errors.Join(err, f.lock.Unlock())
	f.removeLock()
	return err
}
