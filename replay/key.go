package replay

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// A key is what an exchange is found by: two hashes of the method and the
// canonical params, so that no two requests of a tape share one by chance.
type key [2]uint64

// A keyer makes keys. It is safe for concurrent use.
type keyer struct {
	seeds    [2]maphash.Seed
	redactor *cassettes.Redactor // nil where the tape keeps everything
	ignore   []string            // sjson paths, relative to params
	inOrder  bool
}

func newKeyer(redact, ignore []string, inOrder bool) (*keyer, error) {
	k := &keyer{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, inOrder: inOrder}
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

// key makes the key of a request: its era, its method and its params in
// canonical form, without _meta, redacted and ignored places. Absent params
// equal {}. The id never counts. That a request is made again always does, and so
// does the whole filter of a subscription.
func (k *keyer) key(scratch *[]byte, method string, params []byte, modern bool) key {
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
		b = k.appendParams(b, params)
	}
	*scratch = b
	return k.hash(b)
}

// again reports whether a request is one made again and its key must say so, as
// what tells it from a first one may not count.
func (k *keyer) again(method string, params []byte) bool {
	if !k.inOrder && len(k.ignore) == 0 && k.redactor == nil {
		return false
	}
	_, again := retryOf(method, params)
	return again
}

func (k *keyer) hash(b []byte) key {
	return key{maphash.Bytes(k.seeds[0], b), maphash.Bytes(k.seeds[1], b)}
}

func (k *keyer) appendParams(b, params []byte) []byte {
	n := len(b)
	return canonicalFrom(k.appendStripped(b, params), n)
}

// canonicalFrom makes canonical what b has from n on.
func canonicalFrom(b []byte, n int) []byte {
	canonical, err := jsonrpc.Canonical(b[n:])
	if err != nil { // a name twice: what a server makes of it nobody knows, so its spelling counts
		canonical = jsonrpc.Compact(b[n:])
	}
	return append(b[:n], canonical...)
}

// appendStripped appends params less what does not count in a comparison.
func (k *keyer) appendStripped(b, params []byte) []byte {
	params = withoutMeta(params)
	if len(k.ignore) > 0 {
		params = without(params, k.ignore)
	}
	switch {
	case len(params) == 0:
		return append(b, "{}"...)
	case k.redactor != nil:
		return k.redactor.Without(b, params)
	}
	return append(b, params...)
}

// without returns params without those places, given as paths of sjson in
// the order of the text.
func without(params []byte, places []string) []byte {
	params = bytes.Clone(params)
	for _, place := range slices.Backward(places) { // elements of an array from its end
		if out, err := sjson.DeleteBytes(params, place); err == nil {
			params = out
		}
	}
	return params
}

// withoutMeta returns params without its _meta member, and params itself
// where it has none.
func withoutMeta(params []byte) []byte {
	if !jsonrpc.HasMeta(params) {
		return params
	}
	out := make([]byte, 1, len(params))
	out[0] = '{'
	gjson.Parse(jsonrpc.String(params)).ForEach(func(name, v gjson.Result) bool {
		if name.Str != "_meta" {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(append(append(out, name.Raw...), ':'), v.Raw...)
		}
		return true
	})
	return append(out, '}')
}
