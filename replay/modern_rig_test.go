package replay

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/replay/internal/matching"
	"github.com/tidwall/gjson"
)

// metaOf is the _meta of a modern request.
func metaOf(client, capabilities string, more ...string) string {
	return fmt.Sprintf(`{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":%q,"version":"1"},"io.modelcontextprotocol/clientCapabilities":%s%s}`,
		client, capabilities, strings.Join(append([]string{""}, more...), ","))
}

// allCapable is what a client can that can do everything.
const allCapable = `{"elicitation":{},"sampling":{},"roots":{}}`

// modernRequest is the text of one; params are those beside _meta.
func modernRequest(id, method, meta, params string) string {
	if params != "" {
		params = "," + params
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":{"_meta":%s%s}}`, id, method, meta, params)
}

// asked records a modern request.
func (tp *taper) asked(message string) int {
	tp.carrier++
	h := http.Header{"Accept": {"application/json, text/event-stream"}, "Content-Type": {"application/json"},
		"Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {gjson.Get(message, "method").Str}}
	tp.write(&cassettes.Event{On: tp.carrier, From: cassettes.Client, HTTP: &cassettes.HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: []byte(message)})
	return tp.carrier
}

// modern records a modern exchange in one piece.
func (tp *taper) modern(client string, id int, method, params, result string) {
	on := tp.asked(modernRequest(strconv.Itoa(id), method, metaOf(client, allCapable), params))
	tp.json(on, "", 200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%s}`, id, result))
}

// ask sends a modern request with the headers that it must have, and those
// given in place of them.
func (c *client) ask(message string, headers ...string) reply {
	c.t.Helper()
	method := gjson.Get(message, "method").Str
	all := []string{"Mcp-Protocol-Version", gjson.Get(message, `params._meta.io\.modelcontextprotocol/protocolVersion`).Str, "Mcp-Method", method}
	if name := matching.NameOf(method, []byte(gjson.Get(message, "params").Raw)); name != "" {
		all = append(all, "Mcp-Name", name)
	}
	return c.post(message, append(all, headers...)...)
}

// get returns what is under a path of the reply's message.
func (c *client) told(id, method, params string) reply {
	c.t.Helper()
	return c.ask(modernRequest(id, method, metaOf("tester", allCapable), params))
}

// of is the params of a call of a tool, and what else there is in them.
func of(tool, arguments string, more ...string) string {
	return strings.Join(append([]string{fmt.Sprintf(`"name":%q,"arguments":%s`, tool, arguments)}, more...), ",")
}

// responding is what a retry has beside the params of the request.
func responding(state, responses string) string {
	return fmt.Sprintf(`"inputResponses":%s,"requestState":%q`, responses, state)
}

// said is the result of a tool that says a text.
func said(text string) string {
	return fmt.Sprintf(`{"resultType":"complete","content":[{"type":"text","text":%q}]}`, text)
}

// inputWanted is a result that asks for input.
func inputWanted(state, inputs string) string {
	return fmt.Sprintf(`{"resultType":"input_required","inputRequests":%s,"requestState":%q}`, inputs, state)
}

// The inputs of the tapes, and what their clients responded.
const (
	confirm  = `{"confirm":{"method":"elicitation/create","params":{"message":"Sure?","requestedSchema":{"type":"object","properties":{"sure":{"type":"boolean"}}}}}}`
	several  = `{"confirm":{"method":"elicitation/create","params":{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}},"where":{"method":"roots/list"}}`
	draft    = `{"draft":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":10}}}`
	accepted = `{"confirm":{"action":"accept","content":{"sure":true}}}`
	declined = `{"confirm":{"action":"decline"}}`
	drafted  = `{"draft":{"role":"assistant","content":{"type":"text","text":"so"},"model":"m"}}`
)

// rounds is a tape of the modern era whose tool deploy asks twice.
func rounds(t testing.TB) *taper {
	tp := newTaper(t)
	tp.modern("tester", 1, "tools/call", of("deploy", `{}`), inputWanted("one", confirm))
	tp.modern("tester", 2, "tools/call", of("deploy", `{}`, responding("one", accepted)), inputWanted("two", draft))
	tp.modern("tester", 3, "tools/call", of("deploy", `{}`, responding("two", drafted)), said("deployed"))
	return tp
}

// text is what the tool said.
func (r reply) text() string { return r.get("result.content.0.text").Str }

// state is the requestState that came.
func (r reply) state() string { return r.get("result.requestState").Str }

// deploy calls the tool of rounds, as its recorded client.
func (c *client) deploy(id string, more ...string) reply {
	c.t.Helper()
	return c.told(id, "tools/call", of("deploy", `{}`, more...))
}

// notes are the notes of a kind on the journal.
func (c *client) notes(kind string) (texts []string) {
	for e := range c.player.Journal().Events() {
		if e.Note != nil && e.Note.Kind == kind {
			texts = append(texts, strings.TrimSpace(e.Note.Rule+" "+e.Note.Text))
		}
	}
	return texts
}

// messageOf is a request with those params.
func messageOf(params []byte) jsonrpc.Message {
	return jsonrpc.Message{Kind: jsonrpc.Request, Method: "tools/call", Params: params}
}
