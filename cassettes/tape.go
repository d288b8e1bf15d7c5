package cassettes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// inMemory is the size in bytes up to which Load keeps a cassette's text in
// memory. A larger one is read where it lies, a piece at a time.
const inMemory = 32 << 20

// A Tape is a cassette opened for playing: its events in order, and any one
// of them by its place. It is safe for concurrent use.
type Tape struct {
	Header Header
	Name   string // the file's path, or the stock tape's name; for messages

	src  io.ReaderAt
	size int64
	file *os.File // nil for a tape in memory
}

// Load opens the cassette at path and reads its header. Events are read when
// they are asked for, so that a tape of any length may be loaded; damage in
// the middle of the tape is found by whoever walks over it. The caller closes
// the Tape.
func Load(path string) (*Tape, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cassettes: no cassette %s: record one with mcpmock record -o %s --upstream URL: %w", path, path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("cassettes: opening: %w", err)
	}
	t, err := load(path, file)
	if err != nil || t.file == nil {
		return t, errors.Join(err, file.Close())
	}
	return t, nil
}

func load(path string, file *os.File) (*Tape, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("cassettes: opening: %w", err)
	}
	if info.Size() > inMemory {
		t := &Tape{Name: path, src: file, size: info.Size(), file: file}
		return t, t.readHeader()
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("cassettes: reading %s: %w", path, err)
	}
	return LoadBytes(path, data)
}

// LoadBytes opens a cassette that is in memory. The name stands in messages;
// data must not change afterwards.
func LoadBytes(name string, data []byte) (*Tape, error) {
	t := &Tape{Name: name, src: bytes.NewReader(data), size: int64(len(data))}
	return t, t.readHeader()
}

func (t *Tape) readHeader() error {
	r, err := newReader(io.NewSectionReader(t.src, 0, t.size), t.Name)
	if err == nil {
		t.Header = r.Header
	}
	return err
}

// Events walks over the tape from its beginning. It ends after the first
// error: a *TornError where the tape ends inside a value, or an *Error.
func (t *Tape) Events() iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		r, err := newReader(io.NewSectionReader(t.src, 0, t.size), t.Name)
		for err == nil {
			var e *Event
			if e, err = r.Next(); err == nil && !yield(e, nil) {
				return
			}
		}
		if err != io.EOF {
			yield(nil, err)
		}
	}
}

// At reads the event at a place where a Reader found one.
func (t *Tape) At(pos Pos) (*Event, error) {
	value := make([]byte, pos.Size)
	if _, err := t.src.ReadAt(value, pos.Offset); err != nil {
		return nil, fmt.Errorf("cassettes: reading %s at byte %d: %w", t.Name, pos.Offset, err)
	}
	e := new(Event)
	err := validate(value)
	if err == nil {
		err = decodeEvent(e, value, nil)
	}
	if err != nil {
		return nil, &Error{t.Name, pos.Line, pos.Offset, err.Error()}
	}
	e.Pos = pos
	return e, nil
}

// Close releases the file of a large tape. It may be called twice.
func (t *Tape) Close() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	return err
}

// countLines counts the line ends between two offsets.
func countLines(src io.ReaderAt, from, to int64) int {
	lines := 0
	buf := make([]byte, 32<<10)
	for from < to {
		n, err := src.ReadAt(buf[:min(int64(len(buf)), to-from)], from)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		from += int64(n)
		if err != nil {
			break
		}
	}
	return lines
}
