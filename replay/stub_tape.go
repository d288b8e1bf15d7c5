package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/stubs"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// settleStubs makes the player's stubs, and the tape for them where it has none.
func (p *Player) settleStubs(tape *cassettes.Tape) (*cassettes.Tape, error) {
	var err error
	if p.stubs, err = stubs.New(p.scenarios, p.seed); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	if tape != nil {
		return tape, nil
	}
	if p.stubs == nil {
		return nil, ErrNothing
	}
	p.blank = true
	return blankTape()
}

// CheckStubs says what is wrong with the stubs of a scenario, as New does, and
// where that stands in the file that it was loaded from, if one is named and can
// be read; nil where they can be served, or there are none. It is, or wraps, a
// *StubError.
func CheckStubs(s *scenarios.Scenario, file string) error {
	_, err := stubs.New([]*scenarios.Scenario{s}, nil)
	wrong, ok := errors.AsType[*StubError](err)
	if !ok || file == "" {
		return err
	}
	source, unread := os.ReadFile(file)
	if unread != nil {
		return err
	}
	return fmt.Errorf("%s: %w", scenarios.Place(file, source, wrong.Place), wrong)
}

// A StubError is what is wrong with stubs, and the place in their scenario, such
// as stubs.tools[0].input.
type StubError = stubs.Error

// ErrNothing is that a Player has neither a tape nor stubs.
var ErrNothing = errors.New("replay: there is nothing to play: give a tape, or a scenario with stubs")

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

// amend adds stubs to the answer of a recorded request: to that of
// initialize what the server is and can do, to a list what they list.
func amend(a *answer, s *stubs.Set, m jsonrpc.Message, label string) {
	if m.Method != mcp.Initialize && s.List(m.Method) == nil {
		return
	}
	first := !gjson.GetBytes(m.Params, "cursor").Exists()
	for i := range a.lines {
		l := &a.lines[i]
		result := gjson.GetBytes(l.text, "result")
		if l.kind != jsonrpc.Response || !result.IsObject() {
			continue
		}
		edited := s.Listed(m.Method, jsonrpc.Bytes(result.Raw), first)
		if m.Method == mcp.Initialize {
			edited = s.Introduced(jsonrpc.Bytes(result.Raw))
		}
		text := slices.Concat(l.text[:result.Index], edited, l.text[result.Index+len(result.Raw):])
		l.text, l.stamps = text, nil
		l.stamp(jsonrpc.One(text).ID, nil, label)
	}
}
