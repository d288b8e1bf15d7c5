package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A survey is what a tape holds, as show --json prints it. Its keys stay as
// they are; new ones may be added.
type survey struct {
	File          string    `json:"file"`
	Bytes         int64     `json:"bytes"`
	Transport     string    `json:"transport"`         // http, sse or stdio
	Redact        []string  `json:"redact"`            // the rules that were in force
	Dialect       string    `json:"dialect,omitempty"` // learned from the server, as are
	Learned       []string  `json:"learned,omitempty"` // the probes that it refuses in its own words
	Events        int       `json:"events"`
	Carriers      int       `json:"carriers"` // HTTP requests, or processes
	Milliseconds  int64     `json:"milliseconds"`
	Protocols     []string  `json:"protocols"` // the revisions negotiated
	Servers       []string  `json:"servers"`
	Eras          []string  `json:"eras"` // legacy, modern
	Sessions      []*about  `json:"sessions"`
	Clients       []*about  `json:"clients"`        // of the modern era over HTTP, which has no sessions
	Exchanges     int       `json:"exchanges"`      // requests of clients
	Methods       []*tally  `json:"methods"`        // what they asked
	Notifications []*tally  `json:"notifications"`  // of both sides
	Questions     []*tally  `json:"serverRequests"` // what the server asked
	Refusals      []*tally  `json:"refusals"`       // HTTP status 400 and above
	Exits         []*tally  `json:"exits"`          // how processes ended
	Lines         []*tally  `json:"lines"`          // of a process that are no messages
	Notes         []*tally  `json:"notes"`          // of mcpmock, on a journal
	Torn          *tornTail `json:"torn"`           // null for a whole tape

	of     map[string]*tally
	in     map[string]*about
	on     map[int]*ride
	pipes  map[string]*talk  // of HTTP+SSE: by where the client POSTs to
	asked  bool              // there are HTTP requests: no carrier is a process
	guests map[string]*about // of the modern era, by name and revision
	modern bool              // the tape is played in that era
}

// about is what a survey knows of one session.
type about struct {
	Session   string `json:"session"`           // its label; "" for clients without one
	Process   int    `json:"process,omitempty"` // over stdio: its carrier
	Client    string `json:"client"`
	Protocol  string `json:"protocol"`
	Exchanges int    `json:"exchanges"`
}

// A tally counts one kind of thing. Which members it has depends on the list
// it stands in.
type tally struct {
	From   string `json:"from,omitempty"`
	Method string `json:"method,omitempty"`
	Name   string `json:"name,omitempty"` // the tool, the prompt or the resource
	Status int    `json:"status,omitempty"`
	Code   int64  `json:"code,omitempty"` // of an error, with its name
	Text   string `json:"text,omitempty"`
	Count  int    `json:"count"`
	Errors int    `json:"errors,omitempty"`        // answers that are one
	Rounds int    `json:"inputRequired,omitempty"` // answers that ask for input first
	Heard  int    `json:"heard,omitempty"`         // notifications that subscriptions brought
}

// tornTail is where the whole part of a tape ends.
type tornTail struct {
	Line   int   `json:"line"`
	Offset int64 `json:"offset"`
}

// A ride is a carrier that has not ended.
type ride struct {
	*talk
	process bool
	path    string
	version string // that its header names
	status  int
	stream  bool
	blamed  bool // its refusal is counted
}

// A talk is what requests and their answers have in common: one carrier, or
// all those of a session of HTTP+SSE, where answers come on another one.
type talk struct {
	session *about
	pipe    bool              // it has more than one request
	opening bool              // it has an initialize
	id      string            // of that
	client  string            // the name in it
	asked   map[string]*tally // by id
	guests  map[string]*about // who asked it, where that is a client of the modern era
	listens map[string]*tally // subscriptions, by id
}

func newTalk(session *about) *talk {
	return &talk{session: session, asked: map[string]*tally{}, guests: map[string]*about{}, listens: map[string]*tally{}}
}

// maxTallies keeps a tape on which every request has another name from making
// a survey of everything.
const maxTallies = 1000

func newSurvey(t *cassettes.Tape, bytes int64) *survey {
	var learned []string
	for _, r := range t.Header.Refusals {
		learned = append(learned, r.Probe)
	}
	return &survey{
		Dialect: t.Header.Dialect, Learned: learned,
		File: t.Name, Bytes: bytes, Transport: t.Header.Transport, Redact: orNone(t.Header.Redact),
		Protocols: []string{}, Servers: []string{}, Eras: []string{}, Sessions: []*about{}, Clients: []*about{}, Methods: []*tally{},
		Notifications: []*tally{}, Questions: []*tally{}, Refusals: []*tally{}, Exits: []*tally{}, Lines: []*tally{}, Notes: []*tally{},
		guests: map[string]*about{}, of: map[string]*tally{}, in: map[string]*about{}, on: map[int]*ride{}, pipes: map[string]*talk{},
	}
}

func orNone(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// tally counts one more of a kind.
func (s *survey) tally(list *[]*tally, kind tally) *tally {
	key := fmt.Sprintf("%p %v", list, kind)
	t := s.of[key]
	if t == nil {
		if len(*list) >= maxTallies {
			kind = tally{From: kind.From, Method: kind.Method, Status: kind.Status, Name: "(others)"}
			key = fmt.Sprintf("%p %v", list, kind)
			t = s.of[key]
		}
		if t == nil {
			t = &kind
			s.of[key] = t
			*list = append(*list, t)
		}
	}
	t.Count++
	return t
}

// finish drops the place of clients without a session where there was none, and
// says which eras the tape is played in.
func (s *survey) finish(t *cassettes.Tape) {
	s.era(t)
	s.Sessions = slices.DeleteFunc(s.Sessions, func(a *about) bool { return a.Session == "" && a.Process == 0 && a.Exchanges == 0 })
}

func include(list *[]string, s string) {
	if s != "" && !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// titled is an Implementation of the protocol: its name and version.
func titled(v gjson.Result) string {
	return strings.TrimSpace(say.Printable(v.Get("name").Str + " " + v.Get("version").Str))
}

// nameIn is what a request is about: a tool, a prompt or a resource.
func nameIn(m jsonrpc.Message) string {
	if name := gjson.GetBytes(m.Params, "name"); name.Type == gjson.String {
		return name.Str
	}
	return gjson.GetBytes(m.Params, "uri").Str
}
