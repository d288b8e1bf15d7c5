package cassettes

import "io"

// A Writer writes a cassette, each value in one Write to the underlying
// writer, so that a value is on its way whole before anything acts on it.
//
// A Writer is not safe for concurrent use; see File for one that is.
type Writer struct {
	w      io.Writer
	layout Layout
	buf    []byte
}

// NewWriter writes the header h to w and returns a Writer for the events.
func NewWriter(w io.Writer, h Header, layout Layout) (*Writer, error) {
	_, err := w.Write(appendHeader(nil, h, layout))
	return &Writer{w: w, layout: layout}, err
}

// Write appends one event. A message that is not valid JSON is a mistake of
// the caller and panics.
func (w *Writer) Write(e *Event) error {
	w.buf = appendEvent(w.buf[:0], e, w.layout)
	_, err := w.w.Write(w.buf)
	if cap(w.buf) > maxKept {
		w.buf = nil
	}
	return err
}
