package recorder

import (
	"compress/gzip"
	"io"
)

// trailer is how many of the last bytes of a compressed message are held
// back: more than follow the last byte that matters, so that no reader can
// make out the whole message before its body ends.
const trailer = 32

// An inflater decompresses a body in step with its passing: feed returns when
// all that the chunk decompresses to, up to the last point where the
// compressor was flushed, has gone to the sink. What cannot be decompressed
// goes there as it is.
type inflater struct {
	to     sink
	chunks chan []byte   // to the goroutine
	hungry chan struct{} // from it: the chunk is used up
	done   chan struct{} // closed at its end
	chunk  []byte        // what it works on
	head   []byte        // all that came, until it is known for gzip
	begun  bool          // the goroutine runs
	fed    bool          // it has had a chunk
	in     int64         // bytes that came
	out    int64         // bytes of them whose text has gone to the sink
}

// newInflater starts a goroutine that close ends.
func newInflater(to sink) *inflater {
	return &inflater{to: to, chunks: make(chan []byte), hungry: make(chan struct{}), done: make(chan struct{})}
}

// feed takes in a chunk. The inflater keeps none of it.
func (f *inflater) feed(chunk []byte) {
	if len(chunk) == 0 {
		return
	}
	if !f.begun {
		f.begun = true
		go f.run()
	}
	select {
	case f.chunks <- chunk:
	case <-f.done:
		f.to.feed(chunk)
		return
	}
	select {
	case <-f.hungry:
	case <-f.done:
	}
}

// pending returns how many of the last bytes have not gone to the sink. Some
// other decompressor might already read them.
func (f *inflater) pending() int {
	select {
	case <-f.done:
		return 0
	default:
		return int(f.in - f.out)
	}
}

// close waits for the end of the goroutine.
func (f *inflater) close() {
	close(f.chunks)
	if f.begun {
		<-f.done
	}
}

func (f *inflater) run() {
	defer close(f.done)
	buf := make([]byte, 32<<10)
	said := false
	f.head = []byte{}
	zr, err := gzip.NewReader(f)
	if err != nil {
		f.to.feed(f.head)
		return
	}
	f.head = nil
	for err == nil {
		var n int
		n, err = zr.Read(buf)
		f.to.feed(buf[:n])
		if n > 0 {
			f.out = f.in - int64(len(f.chunk))
		}
		said = said || n > 0
	}
	switch {
	case err == io.EOF, err == io.ErrUnexpectedEOF: // whole, or torn
	case err == gzip.ErrHeader && said: // garbage behind the end, which readers pass over
	default:
		f.to.feed(f.chunk)
	}
}

// more waits for the next chunk.
func (f *inflater) more() bool {
	for len(f.chunk) == 0 {
		if f.fed { // and used it up
			f.hungry <- struct{}{}
		}
		f.fed = true
		chunk, ok := <-f.chunks
		if !ok {
			return false
		}
		f.chunk = chunk
		f.in += int64(len(chunk))
		if f.head != nil {
			f.head = append(f.head, chunk...)
		}
	}
	return true
}

func (f *inflater) Read(p []byte) (int, error) {
	if !f.more() {
		return 0, io.EOF
	}
	n := copy(p, f.chunk)
	f.chunk = f.chunk[n:]
	return n, nil
}

// ReadByte makes the decompressor read no further than it must.
func (f *inflater) ReadByte() (byte, error) {
	if !f.more() {
		return 0, io.EOF
	}
	c := f.chunk[0]
	f.chunk = f.chunk[1:]
	return c, nil
}
