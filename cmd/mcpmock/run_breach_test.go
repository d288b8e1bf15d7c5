package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
)

// Whose doing a refusal is: only what is the client's own is a breach.
func TestBreaches(t *testing.T) {
	const discover, list = `{"jsonrpc":"2.0","id":1,"method":"server/discover"}`, `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	asks := func(on int, method, session, message string) *cassettes.Event {
		h := http.Header{}
		if session != "" {
			h.Set("Mcp-Session-Id", session)
		}
		return &cassettes.Event{On: on, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: method, Path: "/mcp", Header: h}, Message: json.RawMessage(message)}
	}
	line := func(message string) *cassettes.Event {
		return &cassettes.Event{On: 1, From: cassettes.Client, Message: json.RawMessage(message)}
	}
	note := func(on int, kind, rule string) *cassettes.Event {
		return &cassettes.Event{On: on, From: cassettes.Mcpmock, Note: &cassettes.Note{Kind: kind, Rule: rule, Text: "so it is"}}
	}
	gives := func(on int, session string) *cassettes.Event {
		return &cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Mcp-Session-Id": {session}}}}
	}
	posts := func(on int, message string) *cassettes.Event {
		e := asks(on, "POST", "", message)
		e.HTTP.Path, e.HTTP.Query = "/messages", "sessionId=x"
		return e
	}
	accepted := func(on int) *cassettes.Event {
		return &cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 202}}
	}
	for _, c := range []struct {
		why    string
		events []*cassettes.Event
		n      int // of times that a rule was broken
	}{
		{"an id that nobody gave out", []*cassettes.Event{asks(1, "POST", "x", list), note(1, "refused", "session-unknown")}, 1},
		{"the same rule twice", []*cassettes.Event{asks(1, "POST", "x", list), note(1, "refused", "session-unknown"), asks(2, "POST", "x", list), note(2, "refused", "session-unknown")}, 2},
		{"it was noted and served", []*cassettes.Event{asks(1, "POST", "", list), note(1, "noted", "session-missing")}, 1},
		{"a session that the mock has lost", []*cassettes.Event{gives(1, "x"), asks(2, "POST", "x", list), note(2, "refused", "session-unknown")}, 0},
		{"one that the client has ended itself", []*cassettes.Event{gives(1, "x"), asks(2, "DELETE", "x", ""), asks(3, "POST", "x", list), note(3, "refused", "session-ended")}, 1},
		{"a fault met the request", []*cassettes.Event{asks(1, "POST", "x", list), note(1, "faulted", "strip"), note(1, "refused", "session-missing")}, 0},
		{"a fault met another request", []*cassettes.Event{asks(1, "POST", "x", list), note(1, "faulted", "strip"), asks(2, "POST", "", list), note(2, "refused", "session-missing")}, 1},
		{"a fault met an earlier line", []*cassettes.Event{line(list), note(1, "faulted", "slow"), line(list), note(1, "refused", "not-initialized")}, 1},
		{"a client of both eras asks which is served", []*cassettes.Event{asks(1, "POST", "", discover), note(1, "refused", "session-missing")}, 0},
		{"the same over stdio", []*cassettes.Event{line(discover), note(1, "refused", "not-initialized"), line(list), note(1, "refused", "not-initialized")}, 1},
		{"the same over HTTP+SSE", []*cassettes.Event{
			asks(1, "GET", "", ""), {On: 1, From: cassettes.Server, SSE: &cassettes.SSE{Event: "endpoint"}, Raw: []byte("/messages?sessionId=x")},
			posts(2, discover), accepted(2), note(1, "refused", "not-initialized"), posts(3, list), accepted(3), note(1, "refused", "not-initialized")}, 1},
		{"a fault met it, over HTTP+SSE", []*cassettes.Event{
			asks(1, "GET", "", ""), {On: 1, From: cassettes.Server, SSE: &cassettes.SSE{Event: "endpoint"}, Raw: []byte("/messages?sessionId=x")},
			posts(2, list), note(2, "faulted", "slow"), accepted(2), note(1, "refused", "not-initialized")}, 0},
		{"there is no such stream, which a client may ask", []*cassettes.Event{asks(1, "GET", "", ""), note(1, "refused", "stateless")}, 0},
	} {
		heard, n := newScore(), 0
		for _, e := range c.events {
			heard.hear(e)
		}
		for _, x := range heard.breaches.list {
			n += x.n
		}
		if n != c.n {
			t.Errorf("%s: %d breaches, want %d", c.why, n, c.n)
		}
	}
}
