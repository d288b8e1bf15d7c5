package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/tidwall/gjson"
)

// A taper writes tapes for tests as a recorder would.
type taper struct {
	t       testing.TB
	buf     bytes.Buffer
	w       *cassettes.Writer
	carrier int
}

func newTaper(t testing.TB) *taper {
	tp := &taper{t: t}
	w, err := cassettes.NewWriter(&tp.buf, cassettes.Header{Transport: "http", Redact: []string{"secrets"}}, cassettes.Pretty)
	if err != nil {
		t.Fatal(err)
	}
	tp.w = w
	return tp
}

func (tp *taper) write(e *cassettes.Event) {
	tp.t.Helper()
	if err := tp.w.Write(e); err != nil {
		tp.t.Fatal(err)
	}
}

// post records a request line and returns its carrier.
func (tp *taper) post(session, message string) int {
	tp.carrier++
	h := http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"}}
	if session != "" {
		h.Set("Mcp-Session-Id", session)
	}
	tp.write(&cassettes.Event{On: tp.carrier, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: json.RawMessage(message)})
	return tp.carrier
}

// json records an answer in one piece.
func (tp *taper) json(on int, session string, status int, message string) {
	h := http.Header{"Content-Type": {"application/json"}}
	if session != "" {
		h.Set("Mcp-Session-Id", session)
	}
	e := &cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: status, Header: h}, End: cassettes.EOF}
	if message != "" {
		e.Message = json.RawMessage(message)
	}
	tp.write(e)
}

// stream records the beginning of an event stream; frame one event of it.
func (tp *taper) stream(on int) {
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, HTTP: &cassettes.HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}})
}

func (tp *taper) frame(on int, message string) {
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, SSE: &cassettes.SSE{Event: "message"}, Message: json.RawMessage(message)})
}

// listen records a GET stream and returns its carrier.
func (tp *taper) listen(session string, headers ...string) int {
	tp.carrier++
	h := http.Header{"Mcp-Session-Id": {session}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	tp.write(&cassettes.Event{On: tp.carrier, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "GET", Path: "/mcp", Header: h}})
	on := tp.carrier
	tp.stream(on)
	return on
}

func (tp *taper) end(on int) {
	tp.write(&cassettes.Event{On: on, From: cassettes.Server, End: cassettes.EOF})
}

const initialize = `{"jsonrpc":"2.0","id":%d,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"%s","version":"1"}}}`

// begin records a handshake.
func (tp *taper) begin(session, client string) {
	on := tp.post("", fmt.Sprintf(initialize, 1, "2025-11-25", client))
	tp.json(on, session, 200, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}`)
	on = tp.post(session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	tp.json(on, "", 202, "")
}

// call records a tool call with its answer.
func (tp *taper) call(session string, id int, arguments, text string) {
	on := tp.post(session, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":%s}}`, id, arguments))
	tp.json(on, "", 200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`, id, text))
}

func (tp *taper) tape() *cassettes.Tape {
	tp.t.Helper()
	tape, err := cassettes.LoadBytes("test.cassette", bytes.Clone(tp.buf.Bytes()))
	if err != nil {
		tp.t.Fatal(err)
	}
	return tape
}

// play serves the tape.
func (tp *taper) play(opts ...Option) *client {
	tp.t.Helper()
	player, err := New(tp.tape(), opts...)
	if err != nil {
		tp.t.Fatal(err)
	}
	srv := httptest.NewServer(player)
	tp.t.Cleanup(func() { srv.CloseClientConnections(); srv.Close(); player.Close() })
	return &client{t: tp.t, url: srv.URL + "/mcp", player: player}
}

// simple is a tape of one session: a list, two calls.
func simple(t testing.TB) *taper {
	tp := newTaper(t)
	tp.begin("session-1", "tester")
	on := tp.post("session-1", `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}}`)
	tp.call("session-1", 3, `{"m":"a"}`, "A")
	tp.call("session-1", 4, `{"m":"b"}`, "B")
	return tp
}

// A client is a raw HTTP client.
type client struct {
	t       testing.TB
	url     string
	session string
	player  *Player
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) get(path string) gjson.Result { return gjson.Get(r.body, path) }

// do sends a request with the headers a good client has, but for those given.
func (c *client) do(method, body string, headers ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json, text/event-stream")
	}
	if c.session != "" {
		req.Header.Set("Mcp-Session-Id", c.session)
	}
	for i := 0; i < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			req.Host = headers[i+1]
		case headers[i+1] == "":
			req.Header.Del(headers[i])
			if headers[i] == "Accept" || headers[i] == "Content-Type" {
				req.Header[headers[i]] = nil
			}
		default:
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(b)}
}

func (c *client) post(body string, headers ...string) reply {
	c.t.Helper()
	return c.do("POST", body, headers...)
}

// begin does the handshake.
func (c *client) begin(name string) reply {
	c.t.Helper()
	r := c.post(fmt.Sprintf(initialize, 7, "2025-11-25", name))
	if r.status != 200 {
		c.t.Fatalf("initialize: %d %s", r.status, r.body)
	}
	c.session = r.header.Get("Mcp-Session-Id")
	if r := c.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`); r.status != 202 || r.body != "" {
		c.t.Fatalf("initialized: %d %s", r.status, r.body)
	}
	return r
}

func (c *client) call(id, arguments string) reply {
	c.t.Helper()
	return c.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"echo","arguments":%s}}`, id, arguments))
}

func rawMessages(messages ...string) (raw []json.RawMessage) {
	for _, m := range messages {
		raw = append(raw, json.RawMessage(m))
	}
	return raw
}
