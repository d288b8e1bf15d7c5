package cassettes

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A File is a cassette being recorded. Each event is on its way to the disk
// when Write returns: killing the process afterwards loses nothing of it. A
// File is safe for concurrent use, and no other process can record to the
// same file meanwhile; see Shared for one that several record to.
type File struct {
	Header Header
	// Had is what an appended cassette held before.
	Had Had

	mu   sync.Mutex
	f    *os.File
	w    *Writer
	lock *lock
	size int64 // of what is whole
	err  error // the failure that ended the recording

	shared   bool // see Shared
	sync     bool
	syncMu   sync.Mutex
	synced   int64
	closeErr error
}

// Had counts what a cassette holds, so that a recording that is appended goes
// on counting.
type Had struct {
	Events    int
	Exchanges int           // requests of clients
	Carriers  int           // the highest carrier number
	Sessions  int           // the highest number of a session label
	Redacted  int           // the highest number of a placeholder
	Last      time.Duration // the time of the last event
	Cut       int64         // bytes of a torn last value that were cut off
}

// count takes in an event of an appended cassette; value is its text.
func (h *Had) count(e *Event, value []byte) {
	h.Events++
	h.Carriers = max(h.Carriers, e.On)
	h.Last = max(h.Last, e.At)
	text := string(value)
	for {
		_, rest, ok := strings.Cut(text, placeholder)
		if !ok {
			break
		}
		text = rest
		digits := 0
		for digits < len(rest) && digits < 9 && isDigit(rest[digits]) {
			digits++
		}
		n, _ := strconv.Atoi(rest[:digits])
		h.Redacted = max(h.Redacted, n)
	}
	label := func(s string) {
		if n, ok := numbered(s, sessionLabel); ok {
			h.Sessions = max(h.Sessions, int(n))
		}
	}
	if e.HTTP != nil {
		for _, v := range e.HTTP.Header[mcp.HeaderSessionID] {
			label(v)
		}
		queryValues(e.HTTP.Query, label)
	}
	if e.SSE != nil && e.SSE.Event == "endpoint" {
		_, query, _ := strings.Cut(string(e.Raw), "?")
		queryValues(query, label)
	}
	if e.From == Client {
		each(e, func(_ int, raw []byte) {
			if jsonrpc.One(raw).Kind == jsonrpc.Request {
				h.Exchanges++
			}
		})
	}
}

// A FileOption is a choice about a cassette being recorded.
type FileOption func(*File)

// WithLayout lays the values out otherwise than Pretty.
func WithLayout(l Layout) FileOption { return func(f *File) { f.w.layout = l } }

// WithSync makes Write return only when the event is on the disk itself, so
// that even a loss of power loses nothing. Writers that wait at the same time
// share one flush.
func WithSync() FileOption { return func(f *File) { f.sync = true } }

// ErrExists is returned by Create for a cassette that is there already.
var ErrExists = errors.New("it exists already: --append records after it, --force replaces it")

// ErrBusy is returned where another recorder writes the cassette.
var ErrBusy = errors.New("another recorder is writing it: end that one, or record to another file")

// ErrTransport is returned for a cassette that is there already and was
// recorded from another transport.
var ErrTransport = errors.New("a cassette is of one transport: record to another file, or replace it with --force")

// A lock is on a file, between processes.
type lock = flock.Flock

// newLock is the lock of a cassette, which is there: where it lies on the
// cassette itself, taking it must not make another one.
func newLock(cassette string) *lock {
	path, flag := lockPath(cassette), os.O_RDONLY
	if path != cassette {
		flag |= os.O_CREATE
	}
	return flock.New(path, flock.SetFlag(flag), flock.SetPermissions(0o644))
}

// newTurn is the lock that is held for one event; see Shared.
func newTurn(cassette string) *lock {
	return flock.New(turnPath(cassette), flock.SetPermissions(0o644))
}

// regular refuses what is there and is no file.
func regular(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // opening it tells what is wrong
	case info.IsDir():
		return fmt.Errorf("cassettes: %s is a directory: name a file in it", path)
	}
	return fmt.Errorf("cassettes: %s is no regular file: name another one", path)
}

// Create makes a new cassette at path. Where there is one already the error
// is ErrExists.
func Create(path string, h Header, opts ...FileOption) (*File, error) {
	return create(path, h, os.O_EXCL, opts)
}

// Replace makes a new cassette at path in place of one that may be there.
func Replace(path string, h Header, opts ...FileOption) (*File, error) {
	return create(path, h, 0, opts)
}

func create(path string, h Header, flag int, opts []FileOption) (*File, error) {
	f, err := openFile(path, os.O_CREATE|flag)
	if err != nil {
		return nil, err
	}
	f.Header = h
	if err := f.f.Truncate(0); err != nil {
		return nil, f.abandon(path, err)
	}
	return f.begin(path, appendHeader(nil, h, f.apply(opts)))
}

// Append opens the cassette at path to record after what it holds; a torn
// last value is cut off first. Where there is none, it makes one with header
// h; else the cassette's own header, with its redaction, stays in force.
func Append(path string, h Header, opts ...FileOption) (*File, error) {
	f, err := openFile(path, os.O_CREATE)
	if err != nil {
		return nil, err
	}
	layout := f.apply(opts)
	r, err := newReader(f.f, path)
	if err != nil {
		if info, statErr := f.f.Stat(); statErr == nil && info.Size() == 0 {
			f.Header = h
			return f.begin(path, appendHeader(nil, h, layout))
		}
		return nil, f.abandon(path, err)
	}
	f.Header = r.Header
	if err := r.Header.sameTransport(h); err != nil {
		return nil, f.abandon(path, err)
	}
	if err := f.skim(r); err != nil {
		return nil, f.abandon(path, err)
	}
	return f.begin(path, nil)
}

// sameTransport refuses to go on with a cassette of another transport.
func (h Header) sameTransport(other Header) error {
	if h.Transport == other.Transport {
		return nil
	}
	return fmt.Errorf("recorded over %s, not %s: %w", h.Transport, other.Transport, ErrTransport)
}

// skim walks over what a cassette still holds and cuts off a torn end.
func (f *File) skim(r *Reader) error {
	r.lean = new(leanEvent)
	for {
		var e Event
		err := r.next(&e)
		torn, isTorn := errors.AsType[*TornError](err)
		switch {
		case isTorn:
			f.Had.Cut += r.offset - torn.Offset
			f.size = torn.Offset
			return f.f.Truncate(torn.Offset)
		case err == io.EOF:
			f.size = r.offset
			return nil
		case err != nil:
			return err
		}
		f.Had.count(&e, r.buf)
	}
}

func openFile(path string, flag int) (*File, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	osf, err := os.OpenFile(path, os.O_RDWR|flag, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("cassettes: %s: %w", path, ErrExists)
	}
	if err != nil {
		return nil, fmt.Errorf("cassettes: %w", err)
	}
	f := &File{f: osf, w: &Writer{}, lock: newLock(path)}
	if ok, err := f.lock.TryLock(); err != nil || !ok {
		return nil, fmt.Errorf("cassettes: %s: %w", path, errors.Join(busy(err), osf.Close()))
	}
	return f, nil
}

// lockPath is where the lock lies: on the cassette itself, but where a lock
// would keep everybody from reading it.
func lockPath(path string) string {
	if runtime.GOOS == "windows" {
		return path + ".lock"
	}
	return path
}

func (f *File) apply(opts []FileOption) Layout {
	for _, o := range opts {
		o(f)
	}
	return f.w.layout
}

// begin writes the first bytes and makes the file ready for events.
func (f *File) begin(path string, first []byte) (*File, error) {
	if _, err := f.f.Seek(f.size, io.SeekStart); err != nil {
		return nil, f.abandon(path, err)
	}
	if _, err := f.f.Write(first); err != nil {
		return nil, f.abandon(path, err)
	}
	f.size += int64(len(first))
	f.w.w = writerFunc(f.write)
	return f, nil
}

// abandon closes a file that is no good. An *Error names the file itself.
func (f *File) abandon(path string, err error) error {
	if place, ok := errors.AsType[*Error](err); ok {
		_ = f.Close() // nothing was written
		return place
	}
	return fmt.Errorf("cassettes: %s: %w", path, errors.Join(err, f.Close()))
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// write puts one whole value into the file; where that fails half way, it
// cuts the torn value off again.
func (f *File) write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	if err != nil {
		_ = f.f.Truncate(f.size)
		return n, err
	}
	f.size += int64(n)
	return n, nil
}

// Write appends one event. After a failure the recording has ended: all later
// calls return the same error.
func (f *File) Write(e *Event) error {
	f.mu.Lock()
	if f.err == nil {
		if err := f.w.Write(e); err != nil {
			f.err = fmt.Errorf("cassettes: recording ended: %w", err)
		}
	}
	err, size := f.err, f.size
	f.mu.Unlock()
	if err != nil || !f.sync {
		return err
	}
	return f.flush(size)
}

// flush waits until the first size bytes are on the disk.
func (f *File) flush(size int64) error {
	f.syncMu.Lock()
	defer f.syncMu.Unlock()
	if f.synced >= size {
		return nil // somebody's flush covered this event
	}
	f.mu.Lock()
	file, err := f.f, f.err
	size = f.size
	f.mu.Unlock()
	if file == nil || err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.err == nil { // else it was closed meanwhile
			f.err = fmt.Errorf("cassettes: recording ended: %w", err)
		}
		return f.err
	}
	f.synced = size
	return nil
}

// Err returns the failure that ended the recording, or nil.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Close ends the recording. It may be called twice.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.f == nil {
		return f.closeErr
	}
	if f.err == nil {
		f.err = fmt.Errorf("cassettes: recording ended: %w", fs.ErrClosed)
	}
	f.closeErr = errors.Join(f.f.Close(), f.lock.Unlock())
	if !f.shared {
		f.removeLock()
	}
	f.f = nil
	return f.closeErr
}

// removeLock takes the lock's file away where it is one of its own.
func (f *File) removeLock() {
	if runtime.GOOS == "windows" {
		_ = os.Remove(f.lock.Path())
	}
}
