package cassettes

import (
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// server takes in what a server said on a carrier.
func (b *indexer) server(c *carrier, n int32, e *Event) string {
	if e.HTTP != nil {
		if c.status != 0 {
			return fmt.Sprintf("carrier %d has two answers: give one of them the number of its own request", e.On)
		}
		c.status = e.HTTP.Status
		c.stream = strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream")
		b.answered(c, e.HTTP)
	}
	switch {
	case c.silent:
		return ""
	case c.listen && e.SSE != nil && e.SSE.Event == "endpoint" && !c.piped:
		b.endpoint(c, string(e.Raw))
		return ""
	case c.piped:
		each(e, func(_ int, raw []byte) { b.said(c, n, jsonrpc.One(raw)) })
		return ""
	}
	if e.SSE != nil && e.SSE.ID != "" && !c.asked.modern { // whose streams nobody resumes
		if b.repeated(c, e.SSE.ID) {
			return ""
		}
		c.note(e.SSE.ID)
	}
	elsewhere := false
	each(e, func(_ int, raw []byte) {
		if !c.stream && !c.listen && len(c.exchanges) == 1 && c.status < 400 && !c.init && c.asked.plain(raw) {
			if len(c.ids) > 0 {
				b.answer(c, 0) // the common case needs no look inside
			}
			return
		}
		elsewhere = b.message(c, n, jsonrpc.One(raw)) || elsewhere
	})
	if elsewhere {
		return ""
	}
	switch {
	case c.listen:
		b.ix.after[n] = b.latest[c.session]
	case c.serves && c.stream:
		b.ix.after[n] = b.voices[c.asked.client]
		b.ix.modern = b.ix.modern || c.status == 200 && e.HTTP == nil && e.End == ""
	}
	b.link(c, n)
	return ""
}

// answered takes in a status line.
func (b *indexer) answered(c *carrier, h *HTTP) {
	if s := b.session(h); s != 0 && c.init {
		old := &b.ix.Sessions[c.session]
		for _, x := range c.exchanges {
			b.ix.exchanges[x].session = s
			if old.Initialize == int(x) && c.session != s {
				old.Initialize, old.Client = -1, ""
			}
			b.begin(s, x, c.client)
		}
		c.session = s
		b.latest[s] = max(b.latest[s], b.ix.exchanges[c.exchanges[0]].event)
	}
	if c.listen && c.resumes != nil && c.stream && c.status == 200 {
		b.goOn(c)
	}
	if c.listen {
		s := &b.ix.Sessions[c.session]
		switch {
		case c.stream && c.status == 200:
			s.Listens = append(s.Listens, int(c.opened))
		case c.status == 405:
			s.NoListen = true
		}
	}
	switch {
	case b.ix.Accepted < 0 && c.status == 202 && c.method == "POST" && len(c.exchanges) == 0 && !c.silent:
		b.ix.Accepted = int(c.opened)
	case b.ix.Deleted < 0 && c.status/100 == 2 && c.method == "DELETE":
		b.ix.Deleted = int(c.opened)
	}
	if c.status >= 400 {
		for _, x := range c.exchanges {
			b.ix.exchanges[x].flags |= Refused
		}
	}
}

// message takes in one message of a server. It reports whether the message
// was an answer to a request of another carrier, and stands with that.
func (b *indexer) message(c *carrier, n int32, m jsonrpc.Message) (elsewhere bool) {
	switch m.Kind {
	case jsonrpc.Request:
		b.questions[name(c.session, m.ID)] = n
	case jsonrpc.Response:
		for i, id := range c.ids {
			if id == string(m.ID) {
				x := c.exchanges[i]
				b.answer(c, i)
				if c.status >= 400 && !refusal(m) {
					b.ix.exchanges[x].flags &^= Refused // the server looked at it, and says so with a status
				}
				b.answeredBy(x, c.asked, m)
				return false
			}
		}
		if o := b.pending[name(c.session, m.ID)]; o != nil { // the answer came on another carrier
			delete(b.pending, o.name)
			b.settle(o.x)
			b.ix.exchanges[o.x].flags &^= Ended | Left
			b.answeredBy(o.x, o.asked, m)
			if c.origin != nil && c.origin.exchange == o {
				return false
			}
			b.follow(o.chain, n)
			return true
		} else if len(c.ids) == 1 && !c.listen {
			b.answer(c, 0) // an answer with another id is still what was answered
			b.answeredBy(c.exchanges[0], c.asked, m)
		}
	}
	return false
}

// answeredBy takes in what a message tells as the answer to an exchange.
func (b *indexer) answeredBy(x int32, a asked, m jsonrpc.Message) {
	if a.refused(m) {
		b.ix.exchanges[x].flags |= Refused
	}
	b.doubt(x, a, m)
	b.evidence(x, a, m)
	b.negotiated(x, m)
}

// negotiated reads the version off the answer to its session's initialize.
func (b *indexer) negotiated(x int32, m jsonrpc.Message) {
	s := &b.ix.Sessions[b.ix.exchanges[x].session]
	if s.Initialize == int(x) && s.Version == "" {
		s.Version = strings.Clone(gjson.GetBytes(m.Result, "protocolVersion").Str)
	}
}

// settle notes that an exchange is answered.
func (b *indexer) settle(x int32) { b.ix.exchanges[x].flags |= Answered }

// answer notes that the i-th exchange of the carrier is answered.
func (b *indexer) answer(c *carrier, i int) {
	b.settle(c.exchanges[i])
	c.ids[i] = ""
}

// end takes in the end of a carrier.
func (b *indexer) end(c *carrier, e *Event) {
	switch {
	case c.piped:
		b.shut(c, e)
		return
	case c.silent:
		for i, id := range c.ids {
			o := b.pending[name(c.session, []byte(id))]
			if o != nil && o.x == c.exchanges[i] && b.ix.exchanges[o.x].flags&Refused != 0 {
				b.forget(c.session, o)
			}
		}
		return
	case c.listen:
		if c.origin == nil {
			c.origin = new(origin)
		}
		b.keep(c, c.origin)
		return
	case c.origin != nil:
		b.keep(c, c.origin)
		return
	}
	left := false
	for i := range c.ids {
		if o := b.leave(c, i); o != nil {
			if e.From == Client {
				b.ix.exchanges[o.x].flags |= Left
			} else if c.status != 0 {
				b.ix.exchanges[o.x].flags |= Ended
			}
			b.keep(c, &origin{o})
			left = true
		}
	}
	if !left && len(c.frames) > 0 && len(c.exchanges) > 0 {
		b.keepWhole(c)
	}
}

// leave makes the i-th exchange of a carrier one that may be answered
// elsewhere. It returns nil where it has its answer.
func (b *indexer) leave(c *carrier, i int) *open {
	x := c.exchanges[i]
	if c.ids[i] == "" || b.ix.exchanges[x].flags&Answered != 0 {
		return nil
	}
	if c.chain == nil {
		c.chain = &chain{c.own.last}
	}
	o := &open{x: x, chain: c.chain, asked: c.asked, name: name(b.ix.exchanges[x].session, []byte(c.ids[i]))}
	b.pending[o.name] = o
	return o
}

// refusal reports whether an error answer means that the request was not
// looked at: the codes with which servers turn away requests for their
// session, their version or their form.
func refusal(m jsonrpc.Message) bool {
	if m.Error == nil {
		return false
	}
	switch gjson.GetBytes(m.Error, "code").Int() {
	case -32700, -32600, -32000, -32001, mcp.HeaderMismatch, mcp.MissingCapability, mcp.UnsupportedVersion:
		return true
	}
	return false
}
