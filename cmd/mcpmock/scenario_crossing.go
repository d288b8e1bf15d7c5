package main

import (
	"net/http"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// A scenario may serve an era that the tape lacks. Of a tape of the legacy era
// the rehearsal then makes the requests that its client would send in the modern
// one. What such a client does besides, such as to answer what it is asked for,
// is not on the tape: so a fault that hits nothing may hit something all the same.

// crosses reports whether a scenario serves an era, and that alone, which the
// tape lacks.
func (r *rehearsal) crosses() bool {
	legacy, modern := r.index.Eras()
	return r.scenario.Era == "modern" && !modern || r.scenario.Era == "legacy" && !legacy
}

// allChanges is what a client that has opened a GET stream hears.
const allChanges = `{"notifications":{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true}}`

// cross makes a request of the legacy era one of the modern era, and finds whose
// it is; nil where that era has nothing of the kind. It discovers the server
// where it began a session, and listens where it opened a stream.
func (r *rehearsal) cross(q *faults.Request, exchanges []int) *rehearsed {
	n := r.labels[q.Header.Get(mcp.HeaderSessionID)]
	var m jsonrpc.Message
	switch {
	case q.HTTP == http.MethodGet:
		m = jsonrpc.Message{Kind: jsonrpc.Request, ID: []byte(`"listen"`), Method: mcp.Listen, Params: []byte(allChanges)}
	case len(exchanges) != 1 || len(q.Batch.Messages) != 1:
		return nil
	default:
		m, n = q.Batch.Messages[0], r.index.Session(exchanges[0])
		if m.Method == mcp.Initialize {
			m.Method, m.Params = mcp.Discover, nil
		} else if !mcp.Crosses(m.Method) {
			return nil
		}
	}
	client, params := r.identity(n)
	m.Params = enveloped(m.Params, params)
	q.HTTP, q.Batch = http.MethodPost, jsonrpc.Batch{Messages: []jsonrpc.Message{m}}
	if q.Header != nil {
		q.Header = q.Header.Clone()
		q.Header.Del(mcp.HeaderSessionID)
		q.Header.Del(mcp.HeaderLastEventID)
		for name, value := range mirror.Request(mcp.V20260728, m.Method, m.Params) {
			q.Header[name] = value
		}
	}
	first, known := r.clients[client]
	if !known {
		first = n
		r.clients[client] = n
	}
	return r.session(first)
}

// identity is who the client of a session is, by which the modern era tells
// clients apart, and the params of its initialize.
func (r *rehearsal) identity(session int) (client string, params gjson.Result) {
	if x := r.index.Sessions[session].Initialize; x >= 0 {
		if recorded, err := r.index.Exchange(x); err == nil {
			params = gjson.GetBytes(recorded.Message, "params")
		}
	}
	return params.Get("clientInfo").Raw + params.Get("capabilities").Raw, params
}

// enveloped adds to the params of a request what each of the modern era says of
// its client.
func enveloped(params []byte, initialize gjson.Result) []byte {
	text := string(params)
	if text == "" {
		text = "{}"
	}
	meta := gjson.Get(text, "_meta").Raw
	if meta == "" {
		meta = "{}"
	}
	for _, member := range [...]struct{ name, value string }{
		{mcp.MetaVersion, `"` + mcp.V20260728 + `"`},
		{mcp.MetaClientInfo, initialize.Get("clientInfo").Raw},
		{mcp.MetaCapabilities, or(initialize.Get("capabilities").Raw, "{}")},
	} {
		if member.value != "" {
			meta, _ = sjson.SetRaw(meta, gjson.Escape(member.name), member.value) // both are JSON
		}
	}
	text, _ = sjson.SetRaw(text, "_meta", meta)
	return []byte(text)
}

// unforetold says of a fault that hits nothing why it may hit something.
func (r *rehearsal) unforetold(i int) string {
	from, into := "legacy", "modern"
	if r.scenario.Era == "legacy" {
		from, into = into, from
	}
	return "the cassette is of the " + from + " era, so what a client of the " + into + " one asks is not all on it; of what is, " + r.why(i)
}

// within says in what requests are counted: a session, or, in the era that has
// none, all that a client asks.
func (r *rehearsal) within() string {
	if legacy, _ := r.index.Eras(); r.crossing || !legacy {
		return "of one client"
	}
	return "in one session"
}
