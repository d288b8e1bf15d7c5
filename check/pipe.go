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
	put  func(message string) (taken <-chan string) // says a message; then comes why it was not taken, "" where it was; nil where nothing tells
	said <-chan []byte                              // what the server says; closed when it ends
	line func(said []byte) []byte                   // the message in it; nil where it is none and means nothing
	left func() string                              // how the server ended, once it has

	slow      func(method string, patience time.Duration) // called when an answer takes longer than slowAfter
	slowAfter time.Duration
	taking    time.Duration // how long to wait until a message is taken to which nothing else comes
	moment    time.Duration // how long after its response
	dozing    func()        // called when one was not taken for that long; never where nothing tells

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
	taken := p.put(request)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	slow := time.NewTimer(p.slowAfter)
	defer slow.Stop()
	for {
		select {
		case <-ctx.Done():
			return reply{why: "interrupted"}
		case <-slow.C:
			p.slow(asked.Method, patience)
		case refused := <-taken:
			if refused != "" {
				return reply{why: refused, refused: true}
			}
			taken = nil
		case <-timeout.C:
			return reply{why: fmt.Sprintf("no answer for %s", patience), stray: p.stray}
		case said, ok := <-p.said:
			answer := []byte(nil)
			if ok {
				if answer = p.heard(said, asked); answer == nil {
					continue
				}
			}
			// A refusal says more than what comes beside it.
			if refused, _ := settled(ctx, taken, p.moment); refused != "" {
				return reply{why: refused, refused: true}
			}
			if !ok {
				return reply{why: p.left(), ended: true}
			}
			return reply{message: answer}
		}
	}
}

// tell says a message that has no response, and waits until it is taken, for what
// is said next may be taken before it.
func (p *pipe) tell(ctx context.Context, message string) {
	taken, early := p.put(message), min(p.taking, p.slowAfter)
	_, known := settled(ctx, taken, early)
	if late := p.taking - early; !known && late > 0 {
		said, _ := kindOf([]byte(message))
		p.slow(said.Method, p.taking)
		_, known = settled(ctx, taken, late)
	}
	if !known {
		p.dozing()
	}
}

// settled waits until it is known why a message was not taken, and reports whether it
// is.
func settled(ctx context.Context, taken <-chan string, patience time.Duration) (refused string, known bool) {
	if taken == nil {
		return "", true
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case refused = <-taken:
		return refused, true
	case <-ctx.Done():
		return "", true // nobody wants to know any more
	case <-timeout.C:
		return "", false
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
		p.put(`{"jsonrpc":"2.0","id":` + string(m.ID) + `,"result":{}}`)
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
