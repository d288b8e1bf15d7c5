package stubs

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/near"
)

// A reference is a $ref, or a $dynamicRef, of a part.
type reference struct {
	of, to string
	at     spot
}

// draft finds the draft that a schema is of, and spells its $schema as its
// readers know it.
func (r *reading) draft(v any) error {
	tree, _ := v.(map[string]any)
	version, ok := tree["$schema"].(string)
	if !ok {
		return nil
	}
	switch _, name, _ := strings.Cut(strings.TrimSuffix(version, "#"), "://json-schema.org/"); name {
	case "draft/2020-12/schema":
		tree["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	case "draft-07/schema":
		tree["$schema"] = "http://json-schema.org/draft-07/schema#"
		r.draft7 = true
	default:
		return &Error{".$schema", fmt.Errorf("%q is not checked: write https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#, or leave it out for the former", version)}
	}
	return nil
}

// identify has a part with an $id found by it, and what is in the part relative
// to it.
func (r *reading) identify(p *part, at *spot) error {
	id, _ := p.keys["$id"].(string)
	if _, aside := p.keys["$ref"]; id == "" || r.draft7 && aside { // of a $ref's siblings draft 7 has none
		return nil
	}
	address, err := url.Parse(id)
	if err != nil {
		return at.in("$id").errorf("it must be an address, such as https://example.com/NAME: %w", err)
	}
	if address.Fragment != "" {
		if !r.draft7 {
			return at.in("$id").errorf("it must be an address without what is behind #: write that as $anchor")
		}
		r.put(at.base.String()+"#"+strings.TrimPrefix(id, "#"), at.pointer)
		return nil
	}
	at.base = at.base.ResolveReference(address)
	if r.put(at.base.String(), at.pointer); at.pointer == "" {
		r.id = at.base.String()
	}
	return nil
}

// put notes by what references find a part. Where it is in a schema twice, as
// those that write parts out do it, either will do.
func (r *reading) put(address, pointer string) {
	old, ok := r.addresses[address]
	if ok && old != pointer && !reflect.DeepEqual(r.parts[old].keys, r.parts[pointer].keys) {
		r.twice[address] = true
	}
	r.addresses[address] = pointer
}

// refer finds what each reference leads to.
func (r *reading) refer() error {
	for _, f := range r.refs {
		to, ok, err := r.target(f)
		switch {
		case err != nil:
			return f.at.errorf("%q is no reference: %w", f.to, err)
		case !ok:
			base, all := r.addresses[f.at.base.String()], []string{}
			for _, pointer := range slices.Sorted(maps.Keys(r.parts)) {
				all = append(all, "#"+strings.TrimPrefix(pointer, base))
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

// target finds it as RFC 3986 has it, relative to the $id around it.
func (r *reading) target(f reference) (pointer string, ok bool, err error) {
	to, err := url.Parse(f.to)
	if err != nil {
		return "", false, err
	}
	to = f.at.base.ResolveReference(to)
	within := to.Fragment
	to.Fragment, to.RawFragment = "", ""
	address := to.String()
	if r.twice[address] || r.twice[address+"#"+within] {
		return "", false, errors.New("several parts have that $id or $anchor, and are not the same: give them others")
	}
	if within != "" && within[0] != '/' {
		pointer, ok = r.addresses[address+"#"+within]
		return pointer, ok, nil
	}
	pointer, ok = r.addresses[address]
	pointer += within
	return pointer, ok && r.parts[pointer] != nil, nil
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
