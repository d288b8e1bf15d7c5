package scenarios

import (
	"fmt"
	"slices"
)

// list is a list of values that is not empty.
func list[V any](k kind[V]) kind[[]V] {
	return kind[[]V]{form: func() form { return form{"type": "array", "items": k.form(), "minItems": 1} }, read: func(n node, what string, dst *[]V) error {
		return n.each(what, func(v node) error {
			*dst = append(*dst, *new(V))
			return k.read(v, what, &(*dst)[len(*dst)-1])
		})
	}, fits: func(n node, what string, all []V) error { return eachFits(n, what, all, k) }}
}

func eachFits[V any](n node, what string, all []V, k kind[V]) error {
	for i, v := range all {
		if err := k.check(n.under(fmt.Sprintf("[%d]", i)), what, v); err != nil {
			return err
		}
	}
	return nil
}

// single is a list, or its one value without the dash.
func single[V any](k kind[V]) kind[[]V] {
	return kind[[]V]{form: func() form { return form{"anyOf": []form{k.form(), list(k).form()}} }, read: func(n node, what string, dst *[]V) error {
		if n.isList() {
			return list(k).read(n, what, dst)
		}
		*dst = []V{*new(V)}
		return k.read(n, what, &(*dst)[0])
	}, fits: list(k).fits}
}

// texts is a list of texts that differ; empty says whether it may have none.
func texts(k kind[string], empty bool) kind[[]string] {
	f := func() form {
		if empty {
			return form{"type": "array", "items": k.form(), "uniqueItems": true}
		}
		return form{"type": "array", "items": k.form(), "uniqueItems": true, "minItems": 1}
	}
	return kind[[]string]{form: f, read: func(n node, what string, dst *[]string) error {
		if empty && n.isList() && len(n.list()) == 0 {
			*dst = []string{}
			return nil
		}
		return n.texts(what, dst, func(v node, s *string) error { return k.read(v, what, s) })
	}, fits: func(n node, what string, all []string) error {
		for i, s := range all {
			if slices.Contains(all[:i], s) {
				return n.errorf("%q stands in %s twice: keep one of them", s, what)
			}
		}
		return eachFits(n, what, all, k)
	}}
}
