package matching

import (
	"bytes"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// canonicalFrom makes canonical what b has from n on.
func canonicalFrom(b []byte, n int) []byte {
	canonical, err := jsonrpc.Canonical(b[n:])
	if err != nil { // a name twice: what a server makes of it nobody knows, so its spelling counts
		canonical = jsonrpc.Compact(b[n:])
	}
	return append(b[:n], canonical...)
}

// appendStripped appends params less what does not count in a comparison.
func (k *Keys) appendStripped(b, params []byte) []byte {
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

// Differences compares what counts of two params. Pointers are into the
// message. Of large texts it only says that they differ.
func (ix *Index) Differences(recorded, received []byte) []jsondiff.Difference {
	a, b := ix.keys.appendStripped(nil, recorded), ix.keys.appendStripped(nil, received)
	differences := []jsondiff.Difference{{Recorded: []byte(`"..."`), Received: []byte(`"..."`)}}
	if len(a)+len(b) < MaxCompared { // a difference of large texts takes long to find
		differences = jsondiff.Compare(a, b)
	}
	for i := range differences {
		differences[i].Pointer = "/params" + differences[i].Pointer
	}
	return differences
}

// MaxCompared is how many bytes two params may have together to be compared in
// detail.
const MaxCompared = 64 << 10
