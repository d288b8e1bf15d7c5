package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/mcpmock/mcpmock/cassettes"
)

const (
	initialize  = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`
	initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
)

// writeTape writes a compact tape: the beginning of a session, then n calls,
// as the recorder would have them. The text of each answer is pad bytes longer
// than it need be. It returns the tape's path.
func (b *bench) writeTape(n int, s shape, pad int) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("%s-%d.cassette", s.name, n))
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	buffer := bufio.NewWriterSize(file, 1<<20)
	w, err := cassettes.NewWriter(buffer, cassettes.Header{Transport: "http", Redact: []string{cassettes.RedactSecrets}}, cassettes.Compact)
	if err == nil {
		t := &taper{w: w}
		if s != asModern {
			t.begin()
		}
		for x := range n {
			if s == asModern {
				t.modernCall(x)
			} else {
				t.call(x, s, pad)
			}
		}
		err = t.err
	}
	return path, errors.Join(err, buffer.Flush(), file.Close())
}

// A taper writes carriers. It remembers the first error.
type taper struct {
	w   *cassettes.Writer
	on  int
	err error
}

func (t *taper) event(e cassettes.Event) {
	e.On = t.on
	if t.err == nil {
		t.err = t.w.Write(&e)
	}
}

var session = http.Header{"Mcp-Session-Id": {"session-1"}}

func (t *taper) ask(header http.Header, message string) {
	t.on++
	h := header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Accept", "application/json, text/event-stream")
	h.Set("Content-Type", "application/json")
	t.event(cassettes.Event{From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: []byte(message)})
}

func (t *taper) begin() {
	t.ask(nil, initialize)
	h := session.Clone()
	h.Set("Content-Type", "application/json")
	t.event(cassettes.Event{From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: h}})
	t.event(cassettes.Event{From: cassettes.Server, End: cassettes.EOF,
		Message: []byte(`{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"bench","version":"1"}}}`)})
	t.ask(session, initialized)
	t.event(cassettes.Event{From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 202}, End: cassettes.EOF})
}

func (t *taper) call(x int, s shape, pad int) {
	t.ask(session, request(x+1, x))
	t.event(cassettes.Event{From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {s.contentType}}}})
	answer := []byte(result(x+1, x, pad))
	if s == asJSON {
		t.event(cassettes.Event{From: cassettes.Server, Message: answer, End: cassettes.EOF})
		return
	}
	for range s.notices {
		t.event(cassettes.Event{From: cassettes.Server, SSE: &cassettes.SSE{Event: "message"}, Message: []byte(notice)})
	}
	t.event(cassettes.Event{From: cassettes.Server, SSE: &cassettes.SSE{Event: "message"}, Message: answer})
	t.event(cassettes.Event{From: cassettes.Server, End: cassettes.EOF})
}
