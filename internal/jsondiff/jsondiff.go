// Package jsondiff is go-cmp's comparison spoken in JSON Pointers (RFC 6901):
// where two JSON values differ, and what stands there in each.
//
//	for _, d := range jsondiff.Compare(recorded, received) {
//		fmt.Println(d.Pointer, d.Recorded, d.Received)
//	}
//
// What this does not do: it aligns no array elements; the element that was
// inserted shifts those after it.
package jsondiff

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// A Difference is one place in which two values differ. A side that has
// nothing there is nil.
type Difference struct {
	Pointer  string          `json:"pointer"`
	Recorded json.RawMessage `json:"recorded,omitempty"`
	Received json.RawMessage `json:"received,omitempty"`
}

// Compare returns the differences between two JSON texts, ordered by pointer.
// Numbers compare by their digits but for their spelling (1.0 is 1), and what
// is not valid JSON differs as a whole.
func Compare(recorded, received []byte) []Difference {
	x, okx := decode(recorded)
	y, oky := decode(received)
	if !okx || !oky {
		return []Difference{{Recorded: text(string(recorded)), Received: text(string(received))}}
	}
	var r reporter
	cmp.Equal(x, y, cmp.Reporter(&r), cmp.Comparer(sameNumber))
	slices.SortFunc(r.found, func(a, b Difference) int { return strings.Compare(a.Pointer, b.Pointer) })
	return r.found
}

func decode(b []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	return v, d.Decode(&v) == nil
}

// sameNumber compares integers by their digits, so that large ones stay
// distinct, and other numbers by their value.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	_, erra := strconv.ParseInt(string(a), 10, 64)
	_, errb := strconv.ParseInt(string(b), 10, 64)
	if erra == nil && errb == nil {
		return false
	}
	x, erra := a.Float64()
	y, errb := b.Float64()
	return erra == nil && errb == nil && x == y
}

// A reporter collects the leaves that differ.
type reporter struct {
	path  cmp.Path
	found []Difference
}

func (r *reporter) PushStep(s cmp.PathStep) { r.path = append(r.path, s) }
func (r *reporter) PopStep()                { r.path = r.path[:len(r.path)-1] }

func (r *reporter) Report(result cmp.Result) {
	if result.Equal() {
		return
	}
	x, y := r.path.Last().Values()
	r.found = append(r.found, Difference{pointer(r.path), value(x), value(y)})
}

// pointer spells a path as a JSON Pointer.
func pointer(path cmp.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cmp.MapIndex:
			b.WriteByte('/')
			b.WriteString(Escape(s.Key().String()))
		case cmp.SliceIndex:
			x, y := s.SplitKeys()
			b.WriteByte('/')
			b.WriteString(strconv.Itoa(max(x, y)))
		}
	}
	return b.String()
}

// Escape spells a name as one segment of a JSON Pointer.
func Escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func value(v reflect.Value) json.RawMessage {
	if !v.IsValid() {
		return nil
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		return text(v.String())
	}
	return b
}

func text(s string) json.RawMessage {
	b, _ := json.Marshal(s)
	return b
}
