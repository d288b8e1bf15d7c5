package stubs

import (
	"bytes"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Introduced edits a result of initialize.
func (s *Set) Introduced(result []byte) []byte {
	set := func(path string, value []byte) {
		if out, err := sjson.SetRawBytes(result, path, value); err == nil {
			result = out
		}
	}
	result = bytes.Clone(result)
	if s == nil {
		return result
	}
	if s.server != nil {
		set("serverInfo", jsonrpc.Compact(s.server))
	}
	if s.instructions != "" {
		set("instructions", jsonrpc.Text(s.instructions))
	}
	if !gjson.GetBytes(result, "capabilities").IsObject() {
		set("capabilities", []byte("{}"))
	}
	for _, name := range s.capabilities() {
		if path := "capabilities." + name; !gjson.GetBytes(result, path).Exists() {
			set(path, []byte("{}"))
		}
	}
	return result
}

// capabilities returns what a server can that has these stubs, sorted.
func (s *Set) capabilities() (names []string) {
	add := func(method string) {
		if name := mcp.ServerCapability(method); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for method := range s.named {
		add(method)
	}
	for method := range s.methods {
		add(method)
	}
	slices.Sort(names)
	return names
}

// Listed edits the result of a list request. The first page has all stubs: each
// in the place of its namesake, or after the others. Later pages have none, nor
// their namesakes.
func (s *Set) Listed(list string, result []byte, first bool) []byte {
	if s == nil {
		return bytes.Clone(result)
	}
	member := mcp.ListMember(list)
	ours := slices.DeleteFunc(slices.Clone(s.all), func(st *Stub) bool { return listing[st.method] != list })
	out := []byte{'['}
	add := func(entry []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, entry...)
	}
	key := "name"
	if list == listing[mcp.ResourcesRead] {
		key = "uri"
	}
	for _, entry := range gjson.GetBytes(result, member).Array() {
		name := entry.Get(key).Str
		switch i := slices.IndexFunc(ours, func(st *Stub) bool { return st.name == name }); {
		case i < 0:
			add(jsonrpc.Bytes(entry.Raw))
		case first:
			add(ours[i].entry)
			ours = slices.Delete(ours, i, i+1)
		}
	}
	for _, st := range ours {
		if first {
			add(st.entry)
		}
	}
	edited, err := sjson.SetRawBytes(bytes.Clone(result), member, append(out, ']'))
	if err != nil {
		return result
	}
	return edited
}
