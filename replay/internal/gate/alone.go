package gate

import "sync"

// An Alone is what there is of a request that stands alone.
type Alone struct {
	Capabilities string // what its client can do, as JSON
	Required     []byte // what it would have to, for the answer

	self    Told        // what it says of itself
	mirrors []mirrored  // the headers that its body has; nil before they are looked for
	found   *finding    // by a check, for the words of a refusal
	room    [3]mirrored // for these, as a rule
}

// alones are those of requests that are over.
var alones = sync.Pool{New: func() any { return new(Alone) }}

// Own returns what there is of the request as one that stands alone, and makes
// room for it where nobody has asked before.
func (f *Facts) Own() *Alone {
	if f.Alone == nil {
		f.Alone = alones.Get().(*Alone)
	}
	return f.Alone
}

// Disown gives it back when the request has been answered: nothing of it may be
// looked at any more, nor what Told returned.
func (f *Facts) Disown() {
	if f.Alone == nil {
		return
	}
	*f.Alone = Alone{}
	alones.Put(f.Alone)
	f.Alone = nil
}
