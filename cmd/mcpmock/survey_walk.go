package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

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
