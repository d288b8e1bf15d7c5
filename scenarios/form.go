package scenarios

import (
	"reflect"
	"slices"
	"strings"
)

// The grammar of scenario files is written down once, as tables of keys. The
// parser reads by them, Schema describes the same files by them, and Sound
// holds what was written in Go to them.

// A kind is one kind of value: how it is read, and what it looks like.
type kind[V any] struct {
	form func() form
	// read sets dst; what names the value in an error.
	read func(n node, what string, dst *V) error
	// fits says what is wrong with a value, wherever it comes from; nil where any
	// is right.
	fits func(n node, what string, v V) error
	word bool // it is there or not, and needs no value
}

// check says what is wrong with a value.
func (k kind[V]) check(n node, what string, v V) error {
	if k.fits == nil {
		return nil
	}
	return k.fits(n, what, v)
}

// A form describes a value as a JSON Schema does.
type form map[string]any

// A key is one key of a mapping that becomes a T.
type key[T any] struct {
	name, about string
	form        func() form
	read        func(n node, dst *T) error
	// set reports whether a value has what the key sets, and fits says what is
	// wrong with that; nil of a key whose place another one looks after.
	set  func(v *T) bool
	fits func(n node, v *T) error
	// join puts what later says by the key beside what v says by it, of what may be
	// said several times, and else in its place; clear takes it out of v. Both are
	// nil where set is.
	join  func(v, later *T)
	clear func(v *T)
	word  bool // it needs no value
	// alias is the key of mcpmock's own that this one is another tool's word for.
	alias []string
}

// field makes a key whose value goes to the place that of returns.
func field[T, V any](name, about string, k kind[V], of func(*T) *V) key[T] {
	return key[T]{
		name: name, about: about, form: k.form, word: k.word,
		read:  func(n node, dst *T) error { return k.read(n, name, of(dst)) },
		set:   func(v *T) bool { return !reflect.ValueOf(of(v)).Elem().IsZero() },
		fits:  func(n node, v *T) error { return k.check(n, name, *of(v)) },
		join:  func(v, later *T) { *of(v) = joined(*of(v), *of(later)) },
		clear: func(v *T) { *of(v) = *new(V) },
	}
}

// joined is what remains where later says what v says: both of lists and
// mappings, and of all else later.
func joined[V any](v, later V) V {
	both, more := reflect.ValueOf(&v).Elem(), reflect.ValueOf(later)
	switch both.Kind() {
	case reflect.Slice:
		if both.Type().Elem().Kind() == reflect.Uint8 { // JSON, which is one value
			break
		}
		all := reflect.MakeSlice(both.Type(), 0, both.Len()+more.Len())
		both.Set(reflect.AppendSlice(reflect.AppendSlice(all, both), more))
		return v
	case reflect.Map:
		all := reflect.MakeMap(both.Type())
		for _, m := range []reflect.Value{both, more} {
			for k, member := range m.Seq2() {
				all.SetMapIndex(k, member)
			}
		}
		both.Set(all)
		return v
	}
	return later
}

// part makes a key whose value is a mapping or another value of its own.
func part[T, V any](name, about string, k kind[V], of func(*T) **V) key[T] {
	return key[T]{
		name: name, about: about, form: k.form,
		read: func(n node, dst *T) error {
			v := new(V)
			*of(dst) = v
			return k.read(n, name, v)
		},
		set:   func(v *T) bool { return *of(v) != nil },
		join:  func(v, later *T) { *of(v) = *of(later) },
		clear: func(v *T) { *of(v) = nil },
		fits: func(n node, v *T) error {
			if *of(v) == nil {
				return n.errorf("%s is not set", name)
			}
			return k.check(n, name, **of(v))
		},
	}
}

// A table is the grammar of one mapping.
type table[T any] struct {
	what  string // "": the key that it stands at
	keys  []key[T]
	needs []need
	apart []apart
	pairs []pair
	empty string // the cure of a mapping without keys; "" where that may be
	// misplaced are keys that stand in other mappings only, or that people know
	// from elsewhere.
	misplaced []need
	// check looks at what has been read; at has the place of each key.
	check func(n node, at places, dst *T) error
}

// places says where the keys of a mapping stand, and those of the mappings at
// them, as do.respond.
type places map[string]node

func (p places) has(key string) bool { _, ok := p[key]; return ok }

// A need is a key that must be there.
type need struct {
	key  string
	cure string
}

// beside makes the same cure for several keys.
func beside(cure string, keys ...string) []need {
	var all []need
	for _, k := range keys {
		all = append(all, need{k, cure})
	}
	return all
}

// apart are keys of which one at most may be there.
type apart struct {
	keys []string
	cure string
}

// A pair is a key that says nothing without another one.
type pair struct{ key, other, cure string }

// names returns the keys; another tool's words are not among them.
func (t table[T]) names() []string {
	var all []string
	for _, k := range t.keys {
		if k.alias == nil {
			all = append(all, k.name)
		}
	}
	return all
}

// join makes one value of two: key by key, what later says goes beside what v
// says, or in its place.
func (t table[T]) join(v, later *T) {
	for _, k := range t.keys {
		if k.set != nil && k.set(later) {
			k.join(v, later)
		}
	}
}

func (t table[T]) read(n node, what string, dst *T) error {
	if t.what != "" {
		what = t.what
	}
	if !n.isMapping() {
		if key, _, colon := strings.Cut(n.oneWord(), ":"); colon && slices.Contains(t.names(), key) {
			return n.errorf("%s must be a mapping, not text: put a space after the colon of %s", what, key)
		}
		return n.errorf("%s must be a mapping, not %s: its keys are %s", what, n.kind(), listed(t.names()))
	}
	entries, err := n.entries()
	if err != nil {
		return err
	}
	at := places{}
	var order []string
	for _, e := range entries {
		i := slices.IndexFunc(t.keys, func(k key[T]) bool { return k.name == e.key })
		if i < 0 {
			if err := t.elsewhere(e.at, e.key, what); err != nil {
				return err
			}
			return e.at.errorf("unknown key %q in %s: %s", e.key, what, instead(e.key, t.names()))
		}
		k := t.keys[i]
		for _, name := range k.alias {
			if at.has(name) {
				return e.at.errorf("%s says what %s says: keep one of them", e.key, name)
			}
			at[name] = e.at
			order = append(order, name)
		}
		if k.alias == nil {
			if at.has(e.key) {
				return e.at.errorf("another tool's word for %s stands beside it: keep one of them", e.key)
			}
			at[e.key] = e.at
			order = append(order, e.key)
		}
		if err := k.read(e.value, dst); err != nil {
			return err
		}
	}
	if t.empty != "" && len(at) == 0 {
		return n.errorf("%s is empty: %s", what, t.empty)
	}
	return t.agree(n, what, at, order, at.has, dst)
}

// fits holds a value that was made in Go to the table, as read does with a
// file. What is zero was not set, and stands for itself where that is a value
// of its key. check is given a copy, for it may fill in what was left out.
func (t table[T]) fits(n node, what string, v T) error {
	if t.what != "" {
		what = t.what
	}
	at := places{}
	var order []string
	for _, k := range t.keys {
		if k.set == nil || !k.set(&v) {
			continue
		}
		here := n.under("." + k.name)
		if err := k.fits(here, &v); err != nil {
			return err
		}
		at[k.name] = here
		order = append(order, k.name)
	}
	there := func(name string) bool {
		i := slices.IndexFunc(t.keys, func(k key[T]) bool { return k.name == name })
		return at.has(name) || i >= 0 && t.keys[i].fits != nil && t.keys[i].fits(n, new(T)) == nil
	}
	return t.agree(n, what, at, order, there, &v)
}

// agree looks at what the keys of a mapping say about each other: at has those
// that are there, in their order, and there reports whether one need not be
// asked for.
func (t table[T]) agree(n node, what string, at places, order []string, there func(key string) bool, dst *T) error {
	for _, need := range t.needs {
		if !there(need.key) {
			return n.errorf("%s has no %s: %s", what, need.key, need.cure)
		}
	}
	for _, group := range t.apart {
		first := ""
		for _, name := range order {
			if !slices.Contains(group.keys, name) {
				continue
			}
			if first != "" {
				return at[name].errorf("%s beside %s: %s", name, first, group.cure)
			}
			first = name
		}
	}
	for _, p := range t.pairs {
		if at.has(p.key) && !there(p.other) {
			return at[p.key].errorf("%s without %s: %s", p.key, p.other, p.cure)
		}
	}
	if t.check != nil {
		return t.check(n, at, dst)
	}
	return nil
}

// elsewhere says where a key stands that is not one of the table, or what is
// written in its place; nil where that is not known.
func (t table[T]) elsewhere(at node, key, what string) error {
	for _, m := range t.misplaced {
		if m.key == key {
			return at.errorf("%s does not stand in %s: %s", key, what, m.cure)
		}
	}
	return nil
}

// of is the kind of value that a table describes, made when it is needed.
func of[V any](table func() table[V]) kind[V] {
	return kind[V]{
		form: func() form { return table().form() },
		read: func(n node, what string, dst *V) error { return table().read(n, what, dst) },
		fits: func(n node, what string, v V) error { return table().fits(n, what, v) },
	}
}

// kind makes the mapping a kind of value.
func (t table[T]) kind() kind[T] { return kind[T]{form: t.form, read: t.read, fits: t.fits} }

func (t table[T]) form() form {
	properties := form{}
	for _, k := range t.keys {
		properties[k.name] = described(k.form(), k.about)
	}
	f := form{"type": "object", "properties": properties, "additionalProperties": false}
	if t.empty != "" {
		f["minProperties"] = 1
	}
	var needed []string
	for _, n := range t.needs {
		needed = append(needed, n.key)
	}
	if needed != nil {
		f["required"] = needed
	}
	if t.pairs != nil {
		beside := form{}
		for _, p := range t.pairs {
			beside[p.key] = []string{p.other}
		}
		f["dependentRequired"] = beside
	}
	var rules []form
	for _, group := range t.apart {
		for i, a := range group.keys {
			for _, b := range group.keys[i+1:] {
				rules = append(rules, form{"not": form{"required": []string{a, b}}})
			}
		}
	}
	if rules != nil {
		f["allOf"] = rules
	}
	return f
}

// described adds a description to a form that others may have, too.
func described(f form, about string) form {
	with := form{"description": about}
	for k, v := range f {
		with[k] = v
	}
	return with
}

// defined stands for a form of the schema's own list, and reads by a table
// that is made when it is needed, for tables contain each other.
func defined[V any](name string, make func() kind[V]) kind[V] {
	return kind[V]{
		form: func() form { return form{"$ref": "#/$defs/" + name} },
		read: func(n node, what string, dst *V) error { return make().read(n, what, dst) },
		fits: func(n node, what string, v V) error { return make().check(n, what, v) },
	}
}

// or is a kind that is also written in another way: short where the value is
// no mapping.
func or[V any](short, long kind[V]) kind[V] {
	return kind[V]{
		form: func() form { return form{"anyOf": []form{short.form(), long.form()}} },
		read: func(n node, what string, dst *V) error {
			if n.isMapping() {
				return long.read(n, what, dst)
			}
			return short.read(n, what, dst)
		},
		fits: func(n node, what string, v V) error {
			if short.fits != nil && short.fits(n, what, v) == nil {
				return nil
			}
			return long.check(n, what, v)
		},
	}
}

// and is a kind whose values are held to more.
func (k kind[V]) and(fits func(n node, what string, v V) error) kind[V] {
	return kind[V]{
		form: k.form,
		read: func(n node, what string, dst *V) error {
			if err := k.read(n, what, dst); err != nil {
				return err
			}
			return fits(n, what, *dst)
		},
		fits: func(n node, what string, v V) error {
			if err := k.check(n, what, v); err != nil {
				return err
			}
			return fits(n, what, v)
		},
	}
}

// with makes a kind of V from a kind of its one part.
func with[V, P any](k kind[P], of func(*V) *P) kind[V] {
	return kind[V]{
		form: k.form,
		read: func(n node, what string, dst *V) error { return k.read(n, what, of(dst)) },
		fits: func(n node, what string, v V) error {
			var alone V
			*of(&alone) = *of(&v)
			if !reflect.DeepEqual(alone, v) {
				return n.errorf("%s has more than one part", what)
			}
			return k.check(n, what, *of(&v))
		},
	}
}
