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

	path   string
	is     fs.FileInfo // the file, whatever is at path by now
	turn   *lock       // for one event
	file   *File       // its Had is what the cassette holds, without others' latest events
	layout Layout
	buf    []byte
	made   bool // there was none at path
	anew   bool // it is to be emptied, and locked until then
	begun  bool // it has a header

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

// How long to wait for another recorder's event: one that has stopped in the
// middle of it must not stop the traffic of all others.
const (
	untilTurn = 5 * time.Second
	nextTurn  = 500 * time.Microsecond
)

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
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.takeTurn(); err != nil {
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

// takeTurn takes the lock that is held for one event.
func (s *Shared) takeTurn() error {
	ctx, cancel := context.WithTimeout(context.Background(), untilTurn)
	defer cancel()
	ok, err := s.turn.TryLockContext(ctx, nextTurn)
	switch {
	case ok:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("another recorder has been in the middle of an event for %v: end it, or let it go on", untilTurn)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("beside the cassette lies the lock that its recorders take turns by: %w: let all who record to it write there", err)
	}
	return err
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
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(info, s.is):
		return s.gone()
	case err != nil:
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
	failed := f.Err() != nil
	err := f.Close()
	alone, lockErr := f.lock.TryLock()
	here, statErr := os.Stat(s.path)
	isOurs := statErr == nil && os.SameFile(here, s.is)
	if s.begun && !isOurs && !failed {
		err = errors.Join(err, s.gone())
	}
	if errors.Is(statErr, fs.ErrNotExist) || alone && isOurs {
		if gone := os.Remove(turnPath(s.path)); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if !alone || lockErr != nil || !isOurs {
		return errors.Join(err, f.lock.Unlock()) // the others will see to the rest
	}
	if s.made && here.Size() == 0 {
		err = errors.Join(err, os.Remove(s.path))
	}
	if last != nil && s.begun {
		err = errors.Join(err, last())
	}
	err = errors.Join(err, f.lock.Unlock())
	f.removeLock()
	return err
}
