package matching

import "sync"

// A Binder binds new clients to recorded sessions. It is safe for concurrent
// use.
type Binder struct {
	index *Index
	mu    sync.Mutex
	bound map[int32]bool
	next  int            // the first of Begun that may be unbound
	named map[string]int // likewise for each client name
}

// NewBinder returns one to which no client is bound yet.
func (ix *Index) NewBinder() *Binder { return &Binder{index: ix} }

// Bind picks the recorded session for a client: the earliest not yet bound
// whose initialize names the same client, else the earliest not yet bound,
// else from the start again.
func (b *Binder) Bind(client string) (session int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.index.Begun) == 0 {
		return 0
	}
	if len(b.bound) == len(b.index.Begun) {
		b.bound, b.named, b.next = nil, nil, 0
	}
	if b.bound == nil {
		b.bound, b.named = map[int32]bool{}, map[string]int{}
	}
	same := b.index.clients[client]
	for ; b.named[client] < len(same); b.named[client]++ {
		if s := same[b.named[client]]; !b.bound[s] {
			b.bound[s] = true
			return int(s)
		}
	}
	for b.bound[b.index.Begun[b.next]] {
		b.next++
	}
	s := b.index.Begun[b.next]
	b.bound[s] = true
	return int(s)
}
