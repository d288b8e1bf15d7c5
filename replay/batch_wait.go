package replay

import (
	"bytes"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A batch is what answers the requests of one message, on its way out.
type batch struct {
	p     *Player
	conv  *conversation
	since time.Time // when it came
	parts []part
}

// A part is what answers one of them.
type part struct {
	said  [][]byte
	takes time.Duration
	turn  *turn // by which it can be cancelled; nil where none of the batch takes time
}

// begin notes that the requests are being answered, each of which may be
// cancelled from then on, until drop.
func (b *batch) begin(requests []jsonrpc.Message) {
	for i, m := range requests {
		t := &turn{p: b.p, conv: b.conv, run: run{id: bytes.Clone(m.ID)}}
		b.parts[i].turn = t
		b.conv.answering(t)
	}
}

func (b *batch) drop() {
	for i := range b.parts {
		b.conv.drop(b.parts[i].turn)
	}
}

// wait waits for the slowest of what is still wanted. It reports whether the
// client is there and wants any of it.
func (b *batch) wait(on stage) bool {
	wanted := false
	for i := range b.parts {
		t := b.parts[i].turn
		if d := b.parts[i].takes - b.p.clock.Now().Sub(b.since); d > 0 && !t.sleep(on, d) && !t.unwanted() {
			return false
		}
	}
	for i := range b.parts {
		wanted = wanted || b.parts[i].turn.attended(on)
	}
	return wanted
}

// said is what is said of it, without what is wanted no longer.
func (b *batch) said() (all [][]byte) {
	for i := range b.parts {
		if t := b.parts[i].turn; t == nil || !t.unwanted() {
			all = append(all, b.parts[i].said...)
		}
	}
	return all
}

// unwanted reports whether the client has cancelled the request.
func (t *turn) unwanted() bool {
	t.conv.mu.Lock()
	defer t.conv.mu.Unlock()
	return t.cancelled
}
