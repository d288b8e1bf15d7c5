package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A moment is one event, as show --timeline --json prints it, one a line. Its
// keys stay as they are; new ones may be added.
type moment struct {
	Line         int    `json:"line"` // in the cassette
	Carrier      int    `json:"carrier"`
	Milliseconds int64  `json:"milliseconds"`
	From         string `json:"from"`
	HTTP         string `json:"http,omitempty"` // method and path, or status and content type
	Kind         string `json:"kind"`           // request, notification, response, error, batch, raw, comment, head, end, note
	Method       string `json:"method,omitempty"`
	Name         string `json:"name,omitempty"`
	ID           string `json:"id,omitempty"`           // as it is spelled
	Code         int64  `json:"code,omitempty"`         // of an error
	Result       string `json:"result,omitempty"`       // the type of a result that is not complete
	Subscription string `json:"subscription,omitempty"` // the id of that which a message belongs to, as it is spelled
	Bytes        int    `json:"bytes,omitempty"`
	Text         string `json:"text,omitempty"` // how a line of a process begins that is no message
	End          string `json:"end,omitempty"`
	Note         string `json:"note,omitempty"`
}

func showTimeline(c *console, tape *cassettes.Tape) error {
	w := bufio.NewWriter(c.out)
	lines := console{out: w}
	_, err := walk(c, tape, func(e *cassettes.Event) error {
		m := momentOf(e)
		if c.asJSON {
			return lines.print(m)
		}
		_, err := w.WriteString(m.line())
		return err
	})
	if flushed := w.Flush(); err == nil {
		err = flushed
	}
	return err
}

func momentOf(e *cassettes.Event) moment {
	m := moment{Line: e.Pos.Line, Carrier: e.On, Milliseconds: int64(e.At / time.Millisecond), From: string(e.From), End: string(e.End)}
	if h := e.HTTP; h != nil {
		m.Kind = "head"
		switch {
		case h.Method != "":
			m.HTTP = h.Method + " " + h.Path
		case h.Status != 0:
			m.HTTP = strings.TrimSpace(fmt.Sprintf("%d %s", h.Status, h.Header.Get("Content-Type")))
		}
	}
	m.saying(e)
	if e.End == cassettes.Exit {
		m.End = fmt.Sprintf("%s %d", e.End, e.Code)
	}
	if n := e.Note; n != nil {
		m.Kind = "note"
		m.Note = n.Kind
		if n.Exchange > 0 {
			m.Note += fmt.Sprintf(" #%d", n.Exchange)
		}
		for _, word := range [...]string{n.Rule, say.Short(n.Text, 200)} {
			if word != "" {
				m.Note += " " + word
			}
		}
	}
	if m.Kind == "" {
		m.Kind = "end"
	}
	return m
}

// saying fills in what was said.
func (m *moment) saying(e *cassettes.Event) {
	switch {
	case e.Message != nil:
		said := jsonrpc.One(e.Message)
		m.Method, m.ID, m.Bytes = said.Method, string(said.ID), len(jsonrpc.Compact(e.Message))
		switch said.Kind {
		case jsonrpc.Request:
			m.Kind, m.Name = "request", nameIn(said)
		case jsonrpc.Notification:
			m.Kind = "notification"
		default:
			m.Kind = "response"
			if said.Error != nil {
				m.Kind, m.Code = "error", gjson.GetBytes(said.Error, "code").Int()
			}
			if is := gjson.GetBytes(said.Result, "resultType").Str; is != mcp.Complete {
				m.Result = is
			}
		}
		if id := metaOf(said.Params, mcp.MetaSubscriptionID); said.Kind == jsonrpc.Notification && id.Exists() {
			m.Subscription = id.Raw
		}
	case e.Messages != nil:
		m.Kind = "batch"
		for _, one := range e.Messages {
			m.Bytes += len(jsonrpc.Compact(one))
		}
		m.Name = say.Count(len(e.Messages), "message")
	case e.Raw != nil:
		m.Kind, m.Bytes = "raw", len(e.Raw)
		if e.HTTP == nil && e.SSE == nil {
			m.Text = say.Short(string(e.Raw[:min(len(e.Raw), 200)]), 60)
		}
	case e.SSE != nil && len(e.SSE.Comment) > 0:
		m.Kind = "comment"
	case e.SSE != nil:
		m.Kind = "raw"
	}
}

// line is the moment for people.
func (m *moment) line() string {
	arrow := map[string]string{"client": "->", "server": "<-", "stderr": "<!", "mcpmock": "--"}[m.From]
	words := []string{}
	add := func(format string, word any) {
		if word != "" && word != 0 {
			words = append(words, say.Printable(fmt.Sprintf(format, word)))
		}
	}
	add("%s", m.HTTP)
	if m.Kind != "head" && m.Kind != "end" && m.Kind != "note" {
		add("%s", m.Kind)
	}
	add("%s", m.Method)
	add("%s", say.Short(m.Name, 60))
	add("id %s", m.ID)
	add("of %s", m.Subscription)
	add("%s", say.Short(m.Result, 60))
	if m.Code != 0 {
		add("%s", strings.TrimSpace(fmt.Sprint(m.Code, " ", mcp.CodeName(m.Code))))
	}
	add("%d B", m.Bytes)
	add("%q", m.Text)
	add("end %s", m.End)
	add("%s", m.Note)
	return fmt.Sprintf("%6d  %8d ms  %s  %s\n", m.Carrier, m.Milliseconds, arrow, strings.Join(words, "  "))
}
