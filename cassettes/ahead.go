package cassettes

// A batch is a run of values that were read ahead.
type batch struct {
	text   []byte
	values []aheadValue
	err    error // why the reading ended after them
}

type aheadValue struct {
	pos Pos
	is  state
	end int // of the value in text
}

// batchSize is how many bytes of values a batch holds, or one larger value.
const batchSize = 64 << 10

// ahead reads the rest of the cassette, finding and examining values on one
// core while each is called with them, in order, on another. The value is
// only good during the call. It returns the first error of either side.
func (r *Reader) ahead(each func(value []byte, pos Pos, is state) error) error {
	full, empty := make(chan *batch, 4), make(chan *batch, 4)
	stop, done := make(chan struct{}), make(chan struct{})
	for range cap(empty) {
		empty <- new(batch)
	}
	go func() {
		defer close(done)
		for {
			select {
			case b := <-empty:
				r.fill(b)
				full <- b // never blocks: there are no more batches than places
				if b.err != nil {
					return
				}
			case <-stop:
				return
			}
		}
	}()
	defer func() { close(stop); <-done }()
	for b := range full {
		start := 0
		for _, v := range b.values {
			if err := each(b.text[start:v.end], v.pos, v.is); err != nil {
				return err
			}
			start = v.end
		}
		if b.err != nil {
			return b.err
		}
		empty <- b
	}
	return nil
}

// fill reads values into a batch until it is full or the cassette ends.
func (r *Reader) fill(b *batch) {
	b.text, b.values = b.text[:0], b.values[:0]
	for len(b.text) < batchSize {
		pos, err := r.value()
		var is state
		if err == nil {
			is, err = r.examine(pos)
		}
		if err != nil {
			b.err = err
			return
		}
		b.text = append(b.text, r.buf...)
		b.values = append(b.values, aheadValue{pos, is, len(b.text)})
	}
}
