package main

import (
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// The modern era has no sessions: who asks, and in which revision, each
// request says itself.

// metaOf returns a member of a message's _meta that the protocol defines.
func metaOf(params []byte, name string) (value gjson.Result) {
	if jsonrpc.HasMeta(params) {
		gjson.GetBytes(params, "_meta").ForEach(func(key, v gjson.Result) bool {
			if key.Str == name {
				value = v
			}
			return true
		})
	}
	return value
}

// guest returns the client of the modern era that asks, or nil for a request
// of the legacy one. An initialize is of the modern one by its own metadata alone.
func (s *survey) guest(r *ride, m jsonrpc.Message) *about {
	version := metaOf(m.Params, mcp.MetaVersion).Str
	if version == "" && mcp.IsModern(r.version) && m.Method != mcp.Initialize {
		version = r.version // what it should have said in _meta, too
	}
	if version == "" && m.Method != mcp.Discover && m.Method != mcp.Listen {
		return nil
	}
	client := titled(metaOf(m.Params, mcp.MetaClientInfo))
	if r.pipe { // the session is its process, in which it may have spoken otherwise before
		if r.session.Protocol == "" {
			r.session.Client, r.session.Protocol = client, version
		}
		return r.session
	}
	key := client + " " + version
	a := s.guests[key]
	if a == nil {
		if len(s.Clients) >= maxTallies {
			client, version, key = "(others)", "", "(others)"
			if a = s.guests[key]; a != nil {
				return a
			}
		}
		a = &about{Client: client, Protocol: version}
		s.guests[key] = a
		s.Clients = append(s.Clients, a)
	}
	return a
}

// served takes in the result of a modern request: by whom it was answered, and
// in which revision.
func (s *survey) served(a *about, asked *tally, m jsonrpc.Message) {
	if m.Result == nil {
		return
	}
	include(&s.Protocols, a.Protocol)
	include(&s.Servers, titled(metaOf(m.Result, mcp.MetaServerInfo)))
	if gjson.GetBytes(m.Result, "resultType").Str == mcp.InputRequired {
		asked.Rounds++
	}
}

// era takes in which eras the tape has, as replay tells them. A tape that cannot
// be played has none.
func (s *survey) era(t *cassettes.Tape) {
	index, err := cassettes.NewIndex(t, nil)
	if err != nil {
		return
	}
	legacy, modern := index.Eras()
	if legacy {
		s.Eras = append(s.Eras, "legacy")
	}
	if modern {
		s.Eras = append(s.Eras, "modern")
	}
	s.modern = modern
}

// refused takes in what a server says with a status of 400 and above, once
// there is something, or nothing more comes.
func (s *survey) refused(r *ride, e *cassettes.Event) {
	if r.status < 400 || r.blamed || e.Message == nil && e.Raw == nil && e.End == "" {
		return
	}
	r.blamed = true
	text := strings.TrimSpace(string(e.Raw))
	fault := gjson.GetBytes(e.Message, "error")
	if message := fault.Get("message"); message.Exists() {
		text = message.Str
	}
	t := tally{Status: r.status, Text: say.Short(text, 100)}
	if code := fault.Get("code"); code.Type == gjson.Number {
		t.Code, t.Name = code.Int(), mcp.CodeName(code.Int())
	}
	s.tally(&s.Refusals, t)
}
