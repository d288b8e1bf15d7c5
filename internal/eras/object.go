package eras

import (
	"bytes"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// An object is the members of a JSON object in their order and spelling. It is
// read once, edited, and spelled once, however large its values are. (An edit
// by sjson would take a pass for each member, and finds only the first of two
// with one name.)
type object struct {
	text    []byte
	members []member
	changed bool
}

type member struct {
	name       string // decoded
	key, value []byte // as they are spelled
}

// read takes a JSON object apart. It reports false of anything else, with an
// object that has no members.
func read(text []byte) (*object, bool) {
	o := &object{text: text}
	v := gjson.Parse(jsonrpc.String(text))
	if !v.IsObject() {
		return o, false
	}
	v.ForEach(func(key, value gjson.Result) bool {
		o.members = append(o.members, member{key.Str, jsonrpc.Bytes(key.Raw), jsonrpc.Bytes(value.Raw)})
		return true
	})
	return o, true
}

// get returns the value of the last member of that name, or nil.
func (o *object) get(name string) []byte {
	for _, m := range slices.Backward(o.members) {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// has reports whether there is a member of that name which is not null. Some
// clients write null for what they leave out.
func (o *object) has(name string) bool {
	v := o.get(name)
	return v != nil && string(v) != "null"
}

// str decodes a member that is a string, and reports whether it is one.
func (o *object) str(name string) (string, bool) { return str(o.get(name)) }

// set gives the member of that name a value, where the last of that name
// stands, or else at the end. No other of that name is left.
func (o *object) set(name string, value []byte) {
	last, all := -1, 0
	for i, m := range o.members {
		if m.name == name {
			last, all = i, all+1
		}
	}
	switch {
	case all == 0:
		o.members = append(o.members, member{name, jsonrpc.Text(name), value})
	case all == 1 && bytes.Equal(o.members[last].value, value):
		return
	default:
		o.members[last].value = value
		kept := slices.Clone(o.members[last:])
		o.members = append(slices.DeleteFunc(o.members[:last], func(m member) bool { return m.name == name }), kept...)
	}
	o.changed = true
}

// drop takes all members of these names away, and reports whether there were
// any.
func (o *object) drop(names ...string) bool {
	before := len(o.members)
	o.members = slices.DeleteFunc(o.members, func(m member) bool { return slices.Contains(names, m.name) })
	dropped := len(o.members) < before
	o.changed = o.changed || dropped
	return dropped
}

// edit replaces a member by what change makes of it; nil takes it away. A
// member that is missing stays so.
func (o *object) edit(name string, change func(value []byte) []byte) {
	old := o.get(name)
	if old == nil {
		return
	}
	if v := change(old); v != nil {
		o.set(name, v)
	} else {
		o.drop(name)
	}
}

// spell returns the object's text: the one it was read from where nothing
// changed.
func (o *object) spell() []byte {
	if !o.changed {
		return o.text
	}
	size := 2
	for _, m := range o.members {
		size += len(m.key) + len(m.value) + 2
	}
	out := append(make([]byte, 0, size), '{')
	for i, m := range o.members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, m.key...), ':'), m.value...)
	}
	return append(out, '}')
}

// each replaces each element of a JSON array by what change makes of it. It
// returns text itself where nothing changes, and of what is no array.
func each(text []byte, change func(element []byte) []byte) []byte {
	v := gjson.Parse(jsonrpc.String(text))
	if !v.IsArray() {
		return text
	}
	out, changed := []byte{'['}, false
	v.ForEach(func(_, e gjson.Result) bool {
		old := jsonrpc.Bytes(e.Raw)
		edited := change(old)
		changed = changed || !bytes.Equal(old, edited)
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, edited...)
		return true
	})
	if !changed {
		return text
	}
	return append(out, ']')
}

// elements returns the elements of a JSON array, and nothing of anything else.
func elements(text []byte) (all [][]byte) {
	v := gjson.Parse(jsonrpc.String(text))
	if v.IsArray() {
		v.ForEach(func(_, e gjson.Result) bool {
			all = append(all, jsonrpc.Bytes(e.Raw))
			return true
		})
	}
	return all
}

// withMeta gives a member of _meta a value, and makes a _meta where there is
// none.
func withMeta(o *object, name string, value []byte) {
	meta, ok := read(o.get("_meta"))
	if !ok {
		meta = &object{text: []byte("{}")}
	}
	meta.set(name, value)
	o.set("_meta", meta.spell())
}

// withoutMeta takes members of _meta away, and with the last of them _meta
// itself. It reports whether there were any.
func withoutMeta(o *object, names ...string) bool {
	meta, _ := read(o.get("_meta"))
	if !meta.drop(names...) {
		return false
	}
	if len(meta.members) == 0 {
		o.drop("_meta")
	} else {
		o.set("_meta", meta.spell())
	}
	return true
}

// meta returns a member of the _meta of an object, or nil.
func meta(text []byte, name string) []byte {
	o, _ := read(text)
	m, _ := read(o.get("_meta"))
	return m.get(name)
}

// isObject reports whether a JSON text is an object.
func isObject(text []byte) bool {
	return gjson.Parse(jsonrpc.String(text)).IsObject()
}

// str decodes a JSON string, and reports false of anything else.
func str(text []byte) (string, bool) {
	v := gjson.Parse(jsonrpc.String(text))
	return v.Str, v.Type == gjson.String
}

// identify puts who the server is into the _meta of a result; nil changes
// nothing (2026-07-28 basic, "_meta": a SHOULD).
func identify(result *object, serverInfo []byte) {
	if serverInfo != nil {
		withMeta(result, mcp.MetaServerInfo, serverInfo)
	}
}
