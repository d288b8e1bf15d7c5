package check

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A pipe is a server all of whose answers come one way: over stdio, or on a
// stream of HTTP+SSE. One goroutine uses it.
type pipe struct {
	tell func(message string) (refused string) // says a message; why it was not taken is "" where it was, or nothing tells
	said <-chan []byte                         // what the server says; closed when it ends
	line func(said []byte) []byte              // the message in it; nil where it is none and means nothing
	left func() string                         // how the server ended, once it has

	slow      func() // called when an answer takes longer than slowAfter; nil for none
	slowAfter time.Duration

	lines   int    // so far
	odd     int    // of those, no message
	oddLine string // the first of them
	unasked string // a response to what was not asked, in words
	stray   []byte // the first response since the last request that has an id which nobody asked with

	ids map[string]bool // asked with so far

	beside []gjson.Result // notifications and requests that came while an answer was waited for; nil where nobody wants them
}

// ask says a request and waits for its response.
func (p *pipe) ask(ctx context.Context, request string, patience time.Duration) reply {
	asked, _ := kindOf([]byte(request))
	p.stray = nil
	p.ids[string(asked.ID)] = true
	if refused := p.tell(request); refused != "" {
		return reply{why: refused, refused: true}
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	var slow <-chan time.Time
	if p.slow != nil {
		t := time.NewTimer(p.slowAfter)
		defer t.Stop()
		slow = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return reply{why: "interrupted"}
		case <-slow:
			p.slow()
		case <-timeout.C:
			return reply{why: fmt.Sprintf("no answer for %s", patience), stray: p.stray}
		case said, ok := <-p.said:
			if !ok {
				return reply{why: p.left(), ended: true}
			}
			if answer := p.heard(said, asked); answer != nil {
				return reply{message: answer}
			}
		}
	}
}

// heard takes in what the server said, and returns it where it answers a request.
func (p *pipe) heard(said []byte, asked jsonrpc.Message) []byte {
	line := p.line(said)
	if line == nil {
		return nil
	}
	p.lines++
	m, ok := kindOf(line)
	p.aside(line, m)
	if m.Kind == jsonrpc.Response && p.stray == nil && !p.ids[string(m.ID)] {
		p.stray = bytes.TrimSpace(line)
	}
	switch {
	case !ok:
		p.odd++
		if p.oddLine == "" {
			p.oddLine = fmt.Sprintf("%q", say.Short(string(line), 100))
		}
	case m.Kind == jsonrpc.Response && bytes.Equal(m.ID, asked.ID):
		return bytes.TrimSpace(line)
	case m.Kind == jsonrpc.Request && m.Method == mcp.Ping:
		p.tell(`{"jsonrpc":"2.0","id":` + string(m.ID) + `,"result":{}}`)
	case m.Kind == jsonrpc.Response && p.unasked == "" && (len(m.ID) == 0 || string(m.ID) == "null"):
		p.unasked = "a response without an id: " + say.Short(string(line), 100)
	}
	return nil
}

// aside takes in a message of the server that answers nothing.
func (p *pipe) aside(line []byte, m jsonrpc.Message) {
	if p.beside != nil && (m.Kind == jsonrpc.Notification || m.Kind == jsonrpc.Request) {
		p.beside = append(p.beside, gjson.ParseBytes(line))
	}
}

// A reply is what came for a request.
type reply struct {
	message []byte // nil where there is none
	why     string // then, why
	stray   []byte // and the first response with an id that nobody asked with; nil for none
	refused bool   // the request was not even taken
	ended   bool   // the server, or its stream, ended instead
}

// messages are what came for the request: its response, or else the one that
// has another id and may have been meant for it.
func (r reply) messages() [][]byte {
	switch {
	case r.message != nil:
		return [][]byte{r.message}
	case r.stray != nil:
		return [][]byte{r.stray}
	}
	return nil
}

// result returns the result in a reply, and whether there is one.
func (r reply) result() (gjson.Result, bool) {
	result := gjson.GetBytes(r.message, "result")
	return result, result.Exists()
}

func (r reply) inWords() string {
	if r.message == nil {
		return r.why
	}
	if e := gjson.GetBytes(r.message, "error"); e.IsObject() {
		return fmt.Sprintf("error %s %q", e.Get("code").Raw, say.Short(e.Get("message").String(), 80))
	}
	return "a result"
}

// kindOf tells what a line is.
func kindOf(line []byte) (jsonrpc.Message, bool) {
	b, err := jsonrpc.Parse(line)
	if err != nil || len(b.Messages) == 0 {
		return jsonrpc.Message{}, false
	}
	return b.Messages[0], true
}
