package replay

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// blankTape is the tape that stubs are played on where there is no other: a
// handshake with a server that can do nothing, in a session. All that they can
// is added to it as to any other tape.
func blankTape() (*cassettes.Tape, error) {
	const session = "session-1"
	var buf bytes.Buffer
	w, err := cassettes.NewWriter(&buf, cassettes.Header{Transport: "http", Redact: []string{"secrets"}}, cassettes.Compact)
	if err != nil {
		return nil, err
	}
	posted := func(header http.Header) *cassettes.HTTP {
		return &cassettes.HTTP{Method: http.MethodPost, Path: "/mcp", Header: header}
	}
	for _, e := range []*cassettes.Event{
		{On: 1, From: cassettes.Client, HTTP: posted(nil), Message: json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"initialize",` +
			`"params":{"protocolVersion":"` + mcp.Legacy()[0] + `","capabilities":{},"clientInfo":{"name":"mcpmock","version":"1"}}}`)},
		{On: 1, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: http.StatusOK, Header: http.Header{"Content-Type": contentJSON, mcp.HeaderSessionID: {session}}},
			Message: json.RawMessage(`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"` + mcp.Legacy()[0] + `","capabilities":{},"serverInfo":{"name":"mcpmock","version":"1"}}}`),
			End:     cassettes.EOF},
		{On: 2, From: cassettes.Client, HTTP: posted(http.Header{mcp.HeaderSessionID: {session}}), Message: json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)},
		{On: 2, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: http.StatusAccepted}, End: cassettes.EOF},
	} {
		if err := w.Write(e); err != nil {
			return nil, err
		}
	}
	return cassettes.LoadBytes("stubs", buf.Bytes())
}

// amend adds the stubs to the answer of a recorded request: to that of
// initialize what the server is and can do, to a list what they list.
func (s *stubs) amend(a *answer, m jsonrpc.Message, label string) {
	if m.Method != mcp.Initialize && s.lists[m.Method] == nil {
		return
	}
	first := !gjson.GetBytes(m.Params, "cursor").Exists()
	for i := range a.lines {
		l := &a.lines[i]
		result := gjson.GetBytes(l.text, "result")
		if l.kind != jsonrpc.Response || !result.IsObject() {
			continue
		}
		edited := s.listed(m.Method, jsonrpc.Bytes(result.Raw), first)
		if m.Method == mcp.Initialize {
			edited = s.introduced(jsonrpc.Bytes(result.Raw))
		}
		text := slices.Concat(l.text[:result.Index], edited, l.text[result.Index+len(result.Raw):])
		l.text, l.stamps = text, nil
		l.stamp(jsonrpc.One(text).ID, nil, label)
	}
}

// introduced edits a result of initialize.
func (s *stubs) introduced(result []byte) []byte {
	set := func(path string, value []byte) {
		if out, err := sjson.SetRawBytes(result, path, value); err == nil {
			result = out
		}
	}
	result = bytes.Clone(result)
	if s.server != nil {
		set("serverInfo", jsonrpc.Compact(s.server))
	}
	if s.instructions != "" {
		set("instructions", quoteJSON(s.instructions))
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
func (s *stubs) capabilities() (names []string) {
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

// listed edits the result of a list request. The first page has all stubs: each
// in the place of its namesake, or after the others. Later pages have none, nor
// their namesakes.
func (s *stubs) listed(list string, result []byte, first bool) []byte {
	member := mcp.ListMember(list)
	ours := slices.DeleteFunc(slices.Clone(s.all), func(st *stub) bool { return listing[st.method] != list })
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
		switch i := slices.IndexFunc(ours, func(st *stub) bool { return st.name == name }); {
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
