package matching

import "github.com/mcpmock/mcpmock/internal/jsonrpc"

// A beside does work for each request of a tape on a core of its own, beside
// the walk over the tape, in the order of the tape. The text it hands on is
// only good during the call.
type beside struct {
	batch *requestBatch
	full  chan *requestBatch
	empty chan *requestBatch
	done  chan struct{}
}

// A requestBatch is a run of requests, their text in one piece.
type requestBatch struct {
	text []byte
	ends []int // of each method and each params in text
}

// batchBytes is how much text a batch takes before it is handed on.
const batchBytes = 32 << 10

func newBeside(each func(method string, params []byte)) *beside {
	b := &beside{batch: new(requestBatch), full: make(chan *requestBatch, 4), empty: make(chan *requestBatch, 4), done: make(chan struct{})}
	for range cap(b.empty) {
		b.empty <- new(requestBatch)
	}
	go func() {
		defer close(b.done)
		for batch := range b.full {
			at := 0
			for i := 0; i < len(batch.ends); i += 2 {
				method, params := batch.text[at:batch.ends[i]], batch.text[batch.ends[i]:batch.ends[i+1]]
				each(jsonrpc.String(method), params)
				at = batch.ends[i+1]
			}
			b.empty <- batch // never blocks: there are no more batches than places
		}
	}()
	return b
}

// add hands on a request; the text is copied.
func (b *beside) add(method string, params []byte) {
	t := b.batch
	t.text = append(t.text, method...)
	t.ends = append(t.ends, len(t.text))
	t.text = append(t.text, params...)
	t.ends = append(t.ends, len(t.text))
	if len(t.text) >= batchBytes {
		b.flush()
	}
}

func (b *beside) flush() {
	b.full <- b.batch
	b.batch = <-b.empty
	b.batch.text, b.batch.ends = b.batch.text[:0], b.batch.ends[:0]
}

// wait returns when all the work is done.
func (b *beside) wait() {
	b.flush()
	close(b.full)
	<-b.done
}
