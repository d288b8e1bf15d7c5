package replay

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A live server keeps its session: that a fault has ended it shows to the
// client alone, in the dialect's words, until it begins anew.
func TestLiveSessionEnds(t *testing.T) {
	var asked []string // methods that reached the server, by session
	server := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		method := stringOf(body, "method")
		asked = append(asked, method)
		w.Header().Set("Content-Type", "application/json")
		if method == "initialize" {
			w.Header().Set("Mcp-Session-Id", "live-"+string(rune('0'+len(asked))))
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"live","version":"1"}}}`)
			return
		}
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":2,"result":{}}`)
	})
	s := &scenarios.Scenario{Dialect: "typescript-sdk-1.32", Faults: []scenarios.Fault{{
		Name: "expires", When: scenarios.Trigger{Method: "tools/list", Nth: 2}, Do: scenarios.Action{ExpireSession: true},
		Until: &scenarios.Trigger{Method: "initialize"},
	}}}
	var said []string
	p, err := NewLive(server, WithScenario(s), WithJournal(func(e *cassettes.Event) {
		if e.Note != nil {
			said = append(said, e.Note.Kind+" "+e.Note.Rule)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	post := func(session, text string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "http://127.0.0.1/mcp", strings.NewReader(text))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if session != "" {
			r.Header.Set("Mcp-Session-Id", session)
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w
	}
	const start = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`
	const list = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	session := post("", start).Header().Get("Mcp-Session-Id")
	for i, want := range []struct {
		status int
		body   string
	}{
		{200, `{"jsonrpc":"2.0","id":2,"result":{}}`},
		{404, `{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
		{404, `{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}`},
	} {
		if w := post(session, list); w.Code != want.status || w.Body.String() != want.body {
			t.Errorf("list %d: %d %s", i+1, w.Code, w.Body)
		}
	}
	session = post("", start).Header().Get("Mcp-Session-Id")
	for range 3 { // the fault is over
		if w := post(session, list); w.Code != 200 {
			t.Errorf("in the new session: %d %s", w.Code, w.Body)
		}
	}
	if w := post("begun-before", list); w.Code != 200 {
		t.Errorf("a session from before mcpmock stood there: %d", w.Code)
	}
	if got := strings.Join(asked, " "); got != "initialize tools/list initialize tools/list tools/list tools/list tools/list" {
		t.Errorf("the server was asked %s", got)
	}
	if got := strings.Join(said, ", "); got != "faulted expires, refused session-ended, refused session-ended" {
		t.Errorf("the journal says %s", got)
	}
}

// What is no message passes on as it is, in both directions, and faults act
// between.
func TestThrough(t *testing.T) {
	s := &scenarios.Scenario{Faults: []scenarios.Fault{
		{Name: "renamed", When: scenarios.Trigger{Method: "tools/list"}, Do: scenarios.Action{
			Set: []scenarios.Edit{{Pointer: "/result/tools", Value: []byte(`["edited"]`)}}}},
		{Name: "swallowed", When: scenarios.Trigger{Method: "ping"}, Do: scenarios.Action{Ignore: true}},
	}}
	p, err := NewLive(nil, WithScenario(s))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	clientSays, in := io.Pipe()
	out, clientHears := io.Pipe()
	serverHears, stdin := io.Pipe()
	stdout, serverSays := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, _, err := p.Through(context.Background(), clientSays, clientHears, stdin, stdout)
		_ = clientHears.Close()
		done <- err
	}()
	heard := bufio.NewReader(serverHears)
	lines := bufio.NewReader(out)
	say := func(w io.Writer, text string) {
		if _, err := io.WriteString(w, text+"\n"); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("saying %q: %v", text, err)
		}
	}
	hear := func(r *bufio.Reader, want string) {
		t.Helper()
		if got, err := r.ReadString('\n'); got != want+"\n" {
			t.Errorf("heard %q %v, want %q", got, err, want)
		}
	}
	say(serverSays, "a banner")
	hear(lines, "a banner")
	go say(in, `{"jsonrpc":"2.0","id":1,"method":"ping"}`) // never gets there
	go func() {
		say(in, `{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}`)
		say(in, `not json`)
	}()
	hear(heard, `{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}`)
	hear(heard, `not json`)
	say(serverSays, `{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}`)
	hear(lines, `{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}`)
	say(serverSays, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`)
	hear(lines, `{"jsonrpc":"2.0","id":2,"result":{"tools":["edited"]}}`)
	_ = in.Close()
	if _, err := heard.ReadString('\n'); err != io.EOF {
		t.Errorf("the server's stdin does not end with the client's: %v", err)
	}
	_ = serverSays.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
