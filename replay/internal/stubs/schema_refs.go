package stubs

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/near"
)

// A reference is a $ref, or a $dynamicRef, of a part.
type reference struct {
	of, to string
	at     spot
}

// refer finds what each reference leads to.
func (r *reading) refer() error {
	for _, f := range r.refs {
		to, ok := r.target(f)
		if !ok {
			all := []string{}
			for _, pointer := range slices.Sorted(maps.Keys(r.parts)) {
				all = append(all, "#"+strings.TrimPrefix(pointer, f.at.base))
			}
			if meant := near.Word(f.to, all); meant != "" {
				return f.at.errorf("%q leads nowhere: did you mean %q?", f.to, meant)
			}
			return f.at.errorf("%q leads nowhere: a reference stays within its schema, such as #/$defs/NAME", f.to)
		}
		p := r.parts[f.of]
		p.every, p.same = append(p.every, to), append(p.same, to)
	}
	return nil
}

func (r *reading) target(f reference) (pointer string, ok bool) {
	within, local := strings.CutPrefix(f.to, "#")
	within, err := url.PathUnescape(within)
	switch {
	case err != nil:
	case !local:
		pointer, ok = r.anchors[f.to]
	case within == "" || within[0] == '/':
		pointer = f.at.base + within
		_, ok = r.parts[pointer]
	default:
		if pointer, ok = r.anchors[f.at.base+"#"+within]; !ok {
			pointer, ok = r.anchors[f.to] // an $id of draft 7
		}
	}
	return pointer, ok
}

// endless looks for parts that hold for a value if they hold for it: to ask one
// would never end.
func (r *reading) endless() error {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(pointer string) error
	visit = func(pointer string) error {
		p := r.parts[pointer]
		switch state[pointer] {
		case open:
			return &Error{p.place, errors.New("it refers to itself, and to no part of the value: refer to it from within properties or items")}
		case done:
			return nil
		}
		state[pointer] = open
		for _, next := range p.same {
			if err := visit(next); err != nil {
				return err
			}
		}
		state[pointer] = done
		return nil
	}
	for _, pointer := range slices.Sorted(maps.Keys(r.parts)) {
		if err := visit(pointer); err != nil {
			return err
		}
	}
	return nil
}
