package matching

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// A Key is what an exchange is found by: two hashes of the method and the
// canonical params, so that no two requests of a tape share one by chance.
type Key [2]uint64

// Keys makes keys. It is safe for concurrent use.
type Keys struct {
	seeds    [2]maphash.Seed
	redactor *cassettes.Redactor // nil where the tape keeps everything
	ignore   []string            // sjson paths, relative to params
	inOrder  bool
}

// NewKeys returns what makes the keys of a tape that was redacted by those
// rules. The places to ignore are JSON Pointers, into the message or into its
// params. In order means that of params nothing counts but what a request is
// about. An error is one of the rules.
func NewKeys(redact, ignore []string, inOrder bool) (*Keys, error) {
	k := &Keys{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, inOrder: inOrder}
	if len(redact) > 0 {
		var err error
		if k.redactor, err = cassettes.NewRedactor(redact); err != nil {
			return nil, err
		}
	}
	for _, pointer := range ignore {
		k.ignore = append(k.ignore, path(strings.TrimPrefix(pointer, "/params")))
	}
	// In the order of a text, so that elements of an array go from its end.
	slices.SortFunc(k.ignore, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	return k, nil
}

// path spells a JSON Pointer as a path of gjson and sjson.
func path(pointer string) string {
	var b strings.Builder
	for i, segment := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if i > 0 {
			b.WriteByte('.')
		}
		segment = strings.NewReplacer("~1", "/", "~0", "~").Replace(segment)
		b.WriteString(gjson.Escape(segment))
	}
	return b.String()
}

// scratches hold the buffers in which keys are made.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// Of makes the key of a request: its era, its method and its params in
// canonical form, without _meta, redacted and ignored places. Absent params
// equal {}. The id never counts. That a request is made again always does, and so
// does the whole filter of a subscription.
func (k *Keys) Of(method string, params []byte, modern bool) Key {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	return k.key(scratch, method, params, modern)
}

func (k *Keys) key(scratch *[]byte, method string, params []byte, modern bool) Key {
	b := append((*scratch)[:0], method...)
	b = append(b, 0)
	if modern {
		b = append(b, 1) // begins no JSON
		params = withoutNulls(method, params)
		if k.again(method, params) {
			b = append(b, 2)
		}
	}
	switch {
	case method == mcp.Initialize:
	case method == mcp.Listen: // what is listened to is what is told: nothing of it is overlooked
		n := len(b)
		b = canonicalFrom(append(b, withoutMeta(params)...), n)
	case k.inOrder:
		b = append(b, gjson.GetBytes(params, mcp.NameMember(method)).Raw...)
	default:
		n := len(b)
		b = canonicalFrom(k.appendStripped(b, params), n)
	}
	*scratch = b
	return k.hash(b)
}

// again reports whether a request is one made again and its key must say so, as
// what tells it from a first one may not count.
func (k *Keys) again(method string, params []byte) bool {
	if !k.inOrder && len(k.ignore) == 0 && k.redactor == nil {
		return false
	}
	_, again := RetryOf(method, params)
	return again
}

func (k *Keys) hash(b []byte) Key {
	return Key{maphash.Bytes(k.seeds[0], b), maphash.Bytes(k.seeds[1], b)}
}

// Spelled makes a key of texts as they are spelled.
func (k *Keys) Spelled(texts ...string) Key {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	b := (*scratch)[:0]
	for _, text := range texts {
		b = append(append(b, text...), 0)
	}
	*scratch = b
	return k.hash(b)
}

// ofValues makes a key of JSON values, whatever their spelling.
func (k *Keys) ofValues(values ...string) Key {
	var b []byte
	for _, v := range values {
		canonical, err := jsonrpc.Canonical([]byte(v))
		if err != nil {
			canonical = []byte(v)
		}
		b = append(append(b, canonical...), 0)
	}
	return k.hash(b)
}
