package replay

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
)

// instead sends what an action has in place of the mock's answer. Where that
// is a message, an HTTP+SSE client gets it on its stream.
func (q *visit) instead(do *scenarios.Action) {
	if q.Has(mcp.Initialized) { // it has come, whatever it is answered with
		q.conv.readied()
	}
	if q.old && q.Standing == gate.SessionKnown && do.Replaces() && !do.Responds() {
		q.acceptOld()
	}
	q.beside(func(q *visit) { q.answerInstead(do) })
}

func (q *visit) answerInstead(do *scenarios.Action) {
	switch {
	case do.Respond != nil:
		q.answerFault(do.Respond)
		return
	case do.Latch != nil:
		q.space.latched.Store(do.Latch)
		q.answerFault(do.Latch)
		return
	case do.Redirect != nil:
		q.redirect(do.Redirect)
		return
	case do.Challenge != nil:
		q.challenge(do.Challenge)
		return
	case do.Ignore:
		q.ignore()
		return
	}
	if do.Error != nil {
		q.answerAll(func(id []byte) []byte { return rpcError(id, do.Error) })
	} else if do.Result != nil {
		q.answerAll(func(id []byte) []byte { return rpcResult(id, do.Result) })
	}
}

// answerFault sends the response that a fault has in place of the mock's.
func (q *visit) answerFault(resp *scenarios.Response) {
	body, header := q.render(resp, "")
	q.reply(resp.Status, header, body)
}

// answerAll answers each request of the message, in the form of an answer;
// what asks for none is accepted.
func (q *visit) answerAll(spell func(id []byte) []byte) {
	requests := q.Requests()
	if len(requests) == 0 {
		q.accept()
		return
	}
	var bodies [][]byte
	for _, m := range requests {
		text := q.members[string(m.ID)].Text
		if text == nil {
			text = spell(m.ID)
		}
		bodies = append(bodies, text)
	}
	body := bodies[0]
	if q.Batch.Array {
		body = array(bodies)
	}
	header := http.Header{"Content-Type": contentJSON}
	if q.conv.id != "" && q.p.dialect.Session.Show == "always" {
		header[mcp.HeaderSessionID] = []string{q.conv.id}
	}
	q.reply(http.StatusOK, header, body)
}

func rpcResult(id []byte, result json.RawMessage) []byte {
	b := append(append([]byte(`{"jsonrpc":"2.0","id":`), id...), `,"result":`...)
	return append(append(b, result...), '}')
}

func rpcError(id []byte, e *scenarios.RPCError) []byte {
	resp := &scenarios.Response{Code: e.Code, Message: e.Message}
	m := gate.Envelope(gate.InBand, id, resp, func(s string) string { return s })
	if e.Data != nil {
		m = append(append(append(m[:len(m)-2], `,"data":`...), e.Data...), "}}"...)
	}
	return m
}

// redirect sends the client elsewhere.
func (q *visit) redirect(to *scenarios.Redirect) {
	if q.HTTP == nil {
		return
	}
	at := *q.HTTP.URL
	at.Scheme, at.Host = "http", q.HTTP.Host
	switch to.To {
	case "add_slash":
		at.Path += "/"
	case "strip_slash":
		at.Path = "/" + strings.Trim(at.Path, "/")
	case "http":
	default:
		q.reply(to.Status, http.Header{"Location": {to.To}}, nil)
		return
	}
	q.reply(to.Status, http.Header{"Location": {at.String()}}, nil)
}

// challenge asks for credentials.
func (q *visit) challenge(c *scenarios.Challenge) {
	header := http.Header{}
	if c.Authenticate != "" {
		header["Www-Authenticate"] = []string{c.Authenticate}
	}
	if c.Body != "" {
		header["Content-Type"] = []string{"text/plain; charset=utf-8"}
		if json.Valid([]byte(c.Body)) {
			header["Content-Type"] = contentJSON
		}
	}
	q.reply(c.Status, header, []byte(c.Body))
}

// ignore answers nothing until the client has gone away. On a pipe that is the
// one message, and what follows is heard.
func (q *visit) ignore() {
	if q.pipe != nil {
		q.pipe.unedit(q.Requests())
		return
	}
	q.unbind()
	select {
	case <-q.HTTP.Context().Done():
		q.saidEnd(cassettes.EOF)
	case <-q.p.closing:
		panic(http.ErrAbortHandler)
	}
}
