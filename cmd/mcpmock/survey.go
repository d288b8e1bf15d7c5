package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
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

// add takes in the next event.
func (s *survey) add(e *cassettes.Event) {
	s.Events++
	s.Milliseconds = max(s.Milliseconds, int64(e.At/time.Millisecond))
	if e.Note != nil {
		s.tally(&s.Notes, tally{Text: e.Note.Kind})
	}
	r := s.on[e.On]
	if e.From == cassettes.Client && e.HTTP != nil {
		r = &ride{talk: s.pipes[e.HTTP.Path+"?"+e.HTTP.Query], path: e.HTTP.Path}
		if r.talk == nil {
			r.talk = newTalk(s.session(e.HTTP))
		}
		r.version = e.HTTP.Header.Get(mcp.HeaderProtocolVersion)
		s.on[e.On] = r
		s.Carriers++
		s.asked = true
	}
	if r == nil && s.Transport == overStdio && !s.asked {
		r = s.process(e.On)
	}
	if r == nil {
		r = &ride{talk: newTalk(s.session(nil))} // an event of a carrier that has ended
	}
	if r.process {
		s.lines(e)
	}
	if e.SSE != nil && e.SSE.Event == "endpoint" && e.From == cassettes.Server {
		s.endpoint(r, string(e.Raw))
	}
	if e.From != cassettes.Client {
		if e.HTTP != nil {
			s.answered(r, e)
		}
		s.refused(r, e)
	}
	for _, m := range messagesOf(e) {
		if e.From == cassettes.Client {
			s.client(r, m)
		} else {
			s.server(r, m)
		}
	}
	if e.End != "" || r.status != 0 && !r.stream && (e.Message != nil || e.Messages != nil) {
		delete(s.on, e.On)
	}
}

func messagesOf(e *cassettes.Event) []jsonrpc.Message {
	var all []jsonrpc.Message
	if e.Message != nil {
		all = append(all, jsonrpc.One(e.Message))
	}
	for _, m := range e.Messages {
		all = append(all, jsonrpc.One(m))
	}
	return all
}

// process begins a carrier that is a process: a session of its own.
func (s *survey) process(on int) *ride {
	r := &ride{talk: newTalk(&about{Process: on}), process: true}
	r.pipe = true
	s.Sessions = append(s.Sessions, r.session)
	s.on[on] = r
	s.Carriers++
	return r
}

// endpoint takes in where the client of a stream is to POST to: its answers
// come on the stream.
func (s *survey) endpoint(r *ride, at string) {
	u, err := (&url.URL{Path: r.path}).Parse(at)
	if err != nil {
		return
	}
	session := &about{}
	for _, values := range u.Query() {
		for _, v := range values {
			if strings.HasPrefix(v, "session-") {
				session.Session = v
			}
		}
	}
	if known := s.in[session.Session]; known != nil && session.Session != "" {
		session = known
	} else {
		s.in[session.Session] = session
		s.Sessions = append(s.Sessions, session)
	}
	r.talk = newTalk(session)
	r.pipe = true
	s.pipes[u.EscapedPath()+"?"+u.RawQuery] = r.talk
}

// lines takes in what a process said that is no message.
func (s *survey) lines(e *cassettes.Event) {
	if e.Raw != nil {
		s.tally(&s.Lines, tally{From: string(e.From)})
	}
	switch {
	case e.End == cassettes.Exit:
		s.tally(&s.Exits, tally{Text: fmt.Sprintf("exit %d", e.Code)})
	case e.End != "":
		s.tally(&s.Exits, tally{From: string(e.From), Text: string(e.End)})
	}
}

// client takes in a message of a client.
func (s *survey) client(r *ride, m jsonrpc.Message) {
	switch m.Kind {
	case jsonrpc.Request:
		s.Exchanges++
		id := string(m.ID)
		session := r.session
		delete(r.guests, id)
		if guest := s.guest(r, m); guest != nil {
			session, r.guests[id] = guest, guest
		}
		session.Exchanges++
		r.asked[id] = s.tally(&s.Methods, tally{Method: m.Method, Name: nameIn(m)})
		if m.Method == mcp.Listen {
			r.listens[id] = r.asked[id]
		}
		if m.Method == mcp.Initialize {
			r.opening, r.id = true, string(m.ID)
			r.client = titled(gjson.GetBytes(m.Params, "clientInfo"))
		}
	case jsonrpc.Notification:
		s.tally(&s.Notifications, tally{From: "client", Method: m.Method})
	}
}

// server takes in a message of a server.
func (s *survey) server(r *ride, m jsonrpc.Message) {
	switch m.Kind {
	case jsonrpc.Request:
		s.tally(&s.Questions, tally{Method: m.Method})
	case jsonrpc.Notification:
		s.tally(&s.Notifications, tally{From: "server", Method: m.Method})
		if listen := r.listens[metaOf(m.Params, mcp.MetaSubscriptionID).Raw]; listen != nil && m.Method != mcp.Acknowledged {
			listen.Heard++
		}
	case jsonrpc.Response:
		asked := r.asked[string(m.ID)]
		delete(r.asked, string(m.ID)) // a process may ask a million times
		if asked != nil && (m.Error != nil || gjson.GetBytes(m.Result, "isError").Bool()) {
			asked.Errors++
		}
		if guest := r.guests[string(m.ID)]; guest != nil && asked != nil {
			s.served(guest, asked, m)
		}
		if r.opening && m.Result != nil && (!r.pipe || string(m.ID) == r.id) {
			r.session.Client = r.client
			r.session.Protocol = gjson.GetBytes(m.Result, "protocolVersion").Str
			include(&s.Protocols, r.session.Protocol)
			include(&s.Servers, titled(gjson.GetBytes(m.Result, "serverInfo")))
		}
	}
}

// answered takes in a status line.
func (s *survey) answered(r *ride, e *cassettes.Event) {
	r.status = e.HTTP.Status
	r.stream = strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
	if label := e.HTTP.Header.Get(mcp.HeaderSessionID); r.opening && label != "" && r.session.Session == "" && r.status < 400 {
		r.session.Exchanges--
		r.session = s.session(e.HTTP)
		r.session.Exchanges++
	}
}

// session returns the session that a message's headers name.
func (s *survey) session(h *cassettes.HTTP) *about {
	label := ""
	if h != nil {
		label = h.Header.Get(mcp.HeaderSessionID)
	}
	a := s.in[label]
	if a == nil {
		a = &about{Session: label}
		s.in[label] = a
		s.Sessions = append(s.Sessions, a)
	}
	return a
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
