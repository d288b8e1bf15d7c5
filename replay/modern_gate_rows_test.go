package replay

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A modernProbe is one raw HTTP request of the modern era, or what means to be
// one, and the exact answer of the specification's dialect.
type modernProbe struct {
	why     string
	verb    string // "" is POST
	headers []string
	body    string
	status  int
	want    string // the body
}

// gated is a small tape of the modern era: tools of which one has headers, a
// resource, and a method that only this server has.
func gated(t testing.TB) *taper {
	tp := newTaper(t)
	on := tp.asked(modernRequest("1", "server/discover", metaOf("tester", "{}"), ""))
	tp.json(on, "", 200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"resources":{}}}}`)
	tp.modern("tester", 2, "tools/list", "", gatedTools)
	tp.modern("tester", 3, "tools/call", `"name":"echo","arguments":{}`, `{"resultType":"complete","content":[]}`)
	tp.modern("tester", 4, "tools/call", `"name":"grüße \"x\"","arguments":{}`, `{"resultType":"complete","content":[]}`)
	tp.modern("tester", 5, "tools/call", `"name":"query","arguments":{"region":"us-west1","row":42,"deep":{"flag":true}}`, `{"resultType":"complete","content":[]}`)
	tp.modern("tester", 8, "tools/call", `"name":"loose","arguments":{"region":"us-west1","ratio":0.5}`, `{"resultType":"complete","content":[]}`)
	tp.modern("tester", 6, "resources/read", `"uri":"file:///a"`, `{"resultType":"complete","ttlMs":0,"cacheScope":"private","contents":[]}`)
	tp.modern("tester", 7, "example/own", "", `{"resultType":"complete"}`)
	return tp
}

const gatedTools = `{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[{"name":"echo","inputSchema":{"type":"object"}},
	{"name":"query","inputSchema":{"type":"object","properties":{
		"region":{"type":"string","x-mcp-header":"Region"},
		"row":{"type":"integer","x-mcp-header":"Row"},
		"deep":{"type":"object","properties":{"flag":{"type":"boolean","x-mcp-header":"Flag"}}}}}},
	{"name":"loose","inputSchema":{"type":"object","properties":{
		"region":{"type":"string","x-mcp-header":"Region"},
		"ratio":{"type":"number","x-mcp-header":"Ratio"}}}}]}`

// Headers of a good client, and what its messages have.
func sends(method string, more ...string) []string {
	return append([]string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method}, more...)
}

const goodMeta = `{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"tester","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`

// metaWith is goodMeta with a part of it in other words.
func metaWith(old, new string) string { return strings.Replace(goodMeta, old, new, 1) }

func listsWith(meta string) string {
	return `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"_meta":` + meta + `}}`
}

func callsWith(params string) string {
	return `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"_meta":` + goodMeta + `,` + params + `}}`
}

// members are n members of an object.
func members(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"m%d":%d`, i, i))
	}
	return strings.Join(all, ",")
}

func noParams(method string) string {
	return `{"jsonrpc":"2.0","id":9,"method":"` + method + `","params":{"_meta":` + goodMeta + `}}`
}

// querying calls the tool that has headers.
func queries(arguments string, headers ...string) modernProbe {
	return modernProbe{headers: sends("tools/call", append([]string{"Mcp-Name", "query"}, headers...)...), body: callsWith(`"name":"query","arguments":` + arguments)}
}

func (p modernProbe) gets(why string, status int, want string) modernProbe {
	p.why, p.status, p.want = why, status, want
	return p
}

// refused is an error of the specification's dialect.
func refused(id string, code int, message, data string) string {
	if id != "" {
		id = `"id":` + id + `,`
	}
	if data != "" {
		data = `,"data":` + data
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0",%s"error":{"code":%d,"message":%s%s}}`, id, code, jsonrpc.Text(message), data)
}

const (
	anyAnswer = "" // that of the tape
	only      = "Method Not Allowed: this endpoint takes POST only: a stateless server has neither streams to listen to nor sessions to end; use POST, not "
	noShake   = "Unsupported protocol version: there is no initialize any more; send each request with _meta that has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities, and one of the versions 2026-07-28"
)

// modernProbes are what the specification's dialect answers on a tape of the
// modern era alone.
func modernProbes() []modernProbe {
	list := listsWith(goodMeta)
	large := `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{"_meta":` + goodMeta + `,"x":"` + strings.Repeat("x", 5<<20) + `"}}`
	return []modernProbe{
		// HTTP
		{"the era has no streams of their own", "GET", []string{"Accept", "text/event-stream"}, "", 405, refused("", -32600, only+"GET", "")},
		{"nor sessions to end", "DELETE", []string{"Mcp-Session-Id", "abc"}, "", 405, refused("", -32600, only+"DELETE", "")},
		{"PUT is no better", "PUT", sends("tools/list"), list, 405, refused("", -32600, only+"PUT", "")},
		{"OPTIONS that is no preflight", "OPTIONS", nil, "", 405, refused("", -32600, only+"OPTIONS", "")},
		{"a body over the limit", "", sends("tools/list"), large, 413, refused("", -32600, "Payload Too Large: send a smaller message: a message may have 4194304 bytes", "")},
		{"another media type", "", sends("tools/list", "Content-Type", "text/plain"), list, 415,
			refused("9", -32600, `Unsupported Media Type: a message is application/json: send Content-Type: application/json; got "text/plain"`, "")},
		{"JSON alone is accepted", "", sends("tools/list", "Accept", "application/json"), list, 406,
			refused("9", -32600, `Not Acceptable: a POST must accept application/json and text/event-stream: send Accept: application/json, text/event-stream; got "application/json"`, "")},
		{"no Accept at all", "", sends("tools/list", "Accept", ""), list, 406,
			refused("9", -32600, `Not Acceptable: a POST must accept application/json and text/event-stream: send Accept: application/json, text/event-stream; got none`, "")},
		{"wildcards count", "", sends("tools/list", "Accept", "*/*"), list, 200, anyAnswer},

		// the message
		{"no body", "", sends("tools/list"), "", 400, refused("", -32700, "Parse error: the body must be JSON: empty body", "")},
		{"half a message", "", sends("tools/list"), `{"jsonrpc":`, 400, refused("", -32700, "Parse error: the body must be JSON: not valid JSON", "")},
		{"JSON that is no message", "", sends("tools/list"), `{"id":3,"hello":1}`, 400,
			refused("3", -32600, `Invalid Request: the body must be a JSON-RPC 2.0 message: jsonrpc must be "2.0"`, "")},
		{"a null id", "", sends("tools/list"), `{"jsonrpc":"2.0","id":null,"method":"tools/list"}`, 400,
			refused("", -32600, `Invalid Request: the body must be a JSON-RPC 2.0 message: id must be a string or an integer`, "")},
		{"the era has no batches", "", sends("tools/list"), `[` + list + `]`, 400,
			refused("", -32600, "Invalid Request: the batch is refused: this server has no batches; send each message in a request of its own", "")},
		{"a client answers nothing", "", sends(""), `{"jsonrpc":"2.0","id":9,"result":{}}`, 400,
			refused("", -32600, "Invalid Request: a client sends no responses: what this server asks is in its results, and the answers go into the request that is sent again", "")},
		{"nor with an error", "", sends(""), `{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"no"}}`, 400,
			refused("", -32600, "Invalid Request: a client sends no responses: what this server asks is in its results, and the answers go into the request that is sent again", "")},

		// the handshake of the other era
		{"a legacy client is told what is spoken", "", nil, fmt.Sprintf(initialize, 9, "2025-11-25", "old"), 400,
			refused("9", -32022, noShake, `{"supported":["2026-07-28"],"requested":"2025-11-25"}`)},
		{"one that asks for the modern version, too", "", []string{"MCP-Protocol-Version", "2026-07-28"}, fmt.Sprintf(initialize, 9, "2026-07-28", "old"), 400,
			refused("9", -32022, noShake, `{"supported":["2026-07-28"],"requested":"2026-07-28"}`)},
		{"initialize with all that a modern request has is a method that is gone", "", sends("initialize"), noParams("initialize"), 404,
			refused("9", -32601, `Method not found: revision 2026-07-28 has no request "initialize"`, "")},

		// MCP-Protocol-Version and _meta
		{"the version is missing in the header", "", []string{"Mcp-Method", "tools/list"}, list, 400,
			refused("9", -32020, "Header mismatch: send MCP-Protocol-Version with the version that _meta names", "")},
		{"that comes before what is missing in the body", "", []string{"Mcp-Method", "tools/list"}, `{"jsonrpc":"2.0","id":"a","method":"tools/list"}`, 400,
			refused(`"a"`, -32020, "Header mismatch: send MCP-Protocol-Version with the version that _meta names", "")},
		{"no params", "", sends("tools/list"), `{"jsonrpc":"2.0","id":9,"method":"tools/list"}`, 400,
			refused("9", -32602, "Invalid params: send params with _meta, which has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
		{"no _meta", "", sends("tools/list"), `{"jsonrpc":"2.0","id":9,"method":"tools/list","params":{}}`, 400,
			refused("9", -32602, "Invalid params: send params with _meta, which has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
		{"_meta is a text", "", sends("tools/list"), listsWith(`"2026-07-28"`), 400,
			refused("9", -32602, "Invalid params: send params with _meta, which has io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
		{"an empty _meta", "", sends("tools/list"), listsWith(`{}`), 400,
			refused("9", -32602, "Invalid params: send _meta with io.modelcontextprotocol/protocolVersion and io.modelcontextprotocol/clientCapabilities", "")},
		{"_meta without the version", "", sends("tools/list"), listsWith(`{"io.modelcontextprotocol/clientCapabilities":{}}`), 400,
			refused("9", -32602, "Invalid params: send _meta with io.modelcontextprotocol/protocolVersion", "")},
		{"_meta without capabilities", "", sends("tools/list"), listsWith(`{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`), 400,
			refused("9", -32602, "Invalid params: send _meta with io.modelcontextprotocol/clientCapabilities", "")},
		{"the client need not say who it is", "", sends("tools/list"),
			listsWith(`{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`), 200, anyAnswer},
		{"a version that is a number", "", sends("tools/list"), listsWith(metaWith(`"2026-07-28"`, `20260728`)), 400,
			refused("9", -32602, "Invalid params: send io.modelcontextprotocol/protocolVersion as a text", "")},
		{"capabilities that are a list", "", sends("tools/list"), listsWith(metaWith(`lities":{}`, `lities":[]`)), 400,
			refused("9", -32602, "Invalid params: send io.modelcontextprotocol/clientCapabilities as an object", "")},
		{"a client without a version of its own", "", sends("tools/list"), listsWith(metaWith(`,"version":"1"`, ``)), 400,
			refused("9", -32602, "Invalid params: send io.modelcontextprotocol/clientInfo as an object with name and version", "")},
		{"header and _meta name two versions", "", []string{"MCP-Protocol-Version", "2025-11-25", "Mcp-Method", "tools/list"}, list, 400,
			refused("9", -32020, `Header mismatch: MCP-Protocol-Version says "2025-11-25", the body has "2026-07-28" for io.modelcontextprotocol/protocolVersion`, "")},
		{"an empty version is another one", "", []string{"MCP-Protocol-Version", " ", "Mcp-Method", "tools/list"}, list, 400,
			refused("9", -32020, `Header mismatch: MCP-Protocol-Version says "", the body has "2026-07-28" for io.modelcontextprotocol/protocolVersion`, "")},
		{"the version twice", "", sends("tools/list", "MCP-Protocol-Version", "2026-07-28"), list, 400,
			refused("9", -32020, `Header mismatch: send MCP-Protocol-Version once; got "2026-07-28, 2026-07-28"`, "")},
		{"a version that nobody speaks", "", []string{"MCP-Protocol-Version", "2099-01-01", "Mcp-Method", "tools/list"}, listsWith(metaWith("2026-07-28", "2099-01-01")), 400,
			refused("9", -32022, `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28`, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"nor for server/discover", "", []string{"MCP-Protocol-Version", "2099-01-01", "Mcp-Method", "server/discover"},
			strings.Replace(noParams("server/discover"), "2026-07-28", "2099-01-01", 1), 400,
			refused("9", -32022, `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28`, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},
		{"a legacy version that the player does not serve", "", []string{"MCP-Protocol-Version", "2025-11-25", "Mcp-Method", "tools/list"}, listsWith(metaWith("2026-07-28", "2025-11-25")), 400,
			refused("9", -32022, `Unsupported protocol version: version "2025-11-25" is none of 2026-07-28`, `{"supported":["2026-07-28"],"requested":"2025-11-25"}`)},
		{"a version is told before the other headers are looked at", "", []string{"MCP-Protocol-Version", "2099-01-01"}, listsWith(metaWith("2026-07-28", "2099-01-01")), 400,
			refused("9", -32022, `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28`, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},

		{"or before the rest of _meta", "", []string{"MCP-Protocol-Version", "2099-01-01"}, listsWith(`{"io.modelcontextprotocol/protocolVersion":"2099-01-01","io.modelcontextprotocol/clientCapabilities":7}`), 400,
			refused("9", -32022, `Unsupported protocol version: version "2099-01-01" is none of 2026-07-28`, `{"supported":["2026-07-28"],"requested":"2099-01-01"}`)},

		// what is said twice
		{"a tool that has two names", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","arguments":{},"name":"query"`), 400,
			refused("9", -32602, `Invalid params: send "name" once in params`, "")},
		{"in another spelling", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"n\u0061me":"query","name":"echo","arguments":{}`), 400,
			refused("9", -32602, `Invalid params: send "name" once in params`, "")},
		{"even where they are the same", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","name":"echo","arguments":{}`), 400,
			refused("9", -32602, `Invalid params: send "name" once in params`, "")},
		{"what nobody reads", "", sends("tools/list"), strings.Replace(list, `{"_meta"`, `{"":1,"":2,"_meta"`, 1), 400,
			refused("9", -32602, `Invalid params: send "" once in params`, "")},
		{"two of _meta", "", sends("tools/list"), strings.Replace(list, `{"_meta"`, `{"_meta":{},"_meta"`, 1), 400,
			refused("9", -32602, `Invalid params: send "_meta" once in params`, "")},
		{"a member of it", "", sends("tools/list"), listsWith(metaWith(`lities":{}`, `lities":{},"io.modelcontextprotocol/clientCapabilities":{"sampling":{}}`)), 400,
			refused("9", -32602, `Invalid params: send "io.modelcontextprotocol/clientCapabilities" once in _meta`, "")},
		{"far behind", "", sends("tools/list"), strings.Replace(list, `{"_meta"`, `{`+members(40)+`,"m35":0,"_meta"`, 1), 400,
			refused("9", -32602, `Invalid params: send "m35" once in params`, "")},
		{"a name in params and one in _meta", "", sends("tools/call", "Mcp-Name", "echo"), strings.Replace(callsWith(`"name":"echo","arguments":{}`), `{"_meta":{`, `{"_meta":{"name":"other",`, 1), 200, anyAnswer},
		{"many members, each once", "", sends("tools/call", "Mcp-Name", "echo"), strings.Replace(callsWith(`"name":"echo","arguments":{}`), `{"_meta":{`, `{"_meta":{`+members(40)+`,`, 1), 200, anyAnswer},

		// Mcp-Method
		{"Mcp-Method is missing", "", []string{"MCP-Protocol-Version", "2026-07-28"}, list, 400,
			refused("9", -32020, `Header mismatch: send Mcp-Method with what the body has for method, "tools/list"`, "")},
		{"Mcp-Method names another one", "", sends("prompts/list"), list, 400,
			refused("9", -32020, `Header mismatch: Mcp-Method says "prompts/list", the body has "tools/list" for method`, "")},
		{"values have their case", "", sends("Tools/List"), list, 400,
			refused("9", -32020, `Header mismatch: Mcp-Method says "Tools/List", the body has "tools/list" for method`, "")},
		{"methods are not encoded", "", sends("=?base64?dG9vbHMvbGlzdA==?="), list, 400,
			refused("9", -32020, `Header mismatch: Mcp-Method says "=?base64?dG9vbHMvbGlzdA==?=", the body has "tools/list" for method`, "")},
		{"Mcp-Method twice", "", sends("tools/list", "Mcp-Method", "tools/list"), list, 400,
			refused("9", -32020, `Header mismatch: send Mcp-Method once; got "tools/list, tools/list"`, "")},
		{"signs beyond ASCII", "", sends("tools/lïst"), list, 400,
			refused("9", -32020, `Header mismatch: Mcp-Method "tools/lïst" is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?=`, "")},
		{"names of headers have no case", "", []string{"mcp-PROTOCOL-version", "2026-07-28", "MCP-METHOD", "tools/list"}, list, 200, anyAnswer},

		// Mcp-Name
		{"Mcp-Name is missing", "", sends("tools/call"), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: send Mcp-Name with what the body has for name, "echo"`, "")},
		{"Mcp-Name names another tool", "", sends("tools/call", "Mcp-Name", "other"), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name says "other", the body has "echo" for name`, "")},
		{"Mcp-Name twice", "", sends("tools/call", "Mcp-Name", "echo", "Mcp-Name", "other"), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: send Mcp-Name once; got "echo, other"`, "")},
		{"a plain name may be encoded", "", sends("tools/call", "Mcp-Name", "=?base64?ZWNobw==?="), callsWith(`"name":"echo","arguments":{}`), 200, anyAnswer},
		{"a name beyond ASCII must be", "", sends("tools/call", "Mcp-Name", "=?base64?Z3LDvMOfZSAieCI=?="), callsWith(`"name":"grüße \"x\"","arguments":{}`), 200, anyAnswer},
		{"and is not to be sent as it is", "", sends("tools/call", "Mcp-Name", `grüße "x"`), callsWith(`"name":"grüße \"x\"","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name "grüße \"x\"" is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?=`, "")},
		{"another name, encoded", "", sends("tools/call", "Mcp-Name", "=?base64?b3RoZXI=?="), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name says "=?base64?b3RoZXI=?=", the body has "echo" for name`, "")},
		{"the marks have their case", "", sends("tools/call", "Mcp-Name", "=?BASE64?ZWNobw==?="), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name says "=?BASE64?ZWNobw==?=", the body has "echo" for name`, "")},
		{"base64 without its padding", "", sends("tools/call", "Mcp-Name", "=?base64?ZWNobw?="), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name "=?base64?ZWNobw?=" is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?=`, "")},
		{"base64 of what is no UTF-8", "", sends("tools/call", "Mcp-Name", "=?base64?/w==?="), callsWith(`"name":"echo","arguments":{}`), 400,
			refused("9", -32020, `Header mismatch: Mcp-Name "=?base64?/w==?=" is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?=`, "")},
		{"a resource goes by its URI", "", sends("resources/read", "Mcp-Name", "file:///b"),
			`{"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"_meta":` + goodMeta + `,"uri":"file:///a"}}`, 400,
			refused("9", -32020, `Header mismatch: Mcp-Name says "file:///b", the body has "file:///a" for uri`, "")},
		{"no other request has a name", "", sends("tools/list", "Mcp-Name", "anything"), list, 200, anyAnswer},
		{"a call of nothing lacks the name, not the header", "", sends("tools/call"), callsWith(`"arguments":{}`), 400,
			refused("9", -32602, `Invalid params: "tools/call" needs params with name`, "")},

		// Mcp-Param-*
		queries(`{"region":"us-west1","row":42,"deep":{"flag":true}}`, "Mcp-Param-Region", "us-west1", "Mcp-Param-Row", "42", "Mcp-Param-Flag", "true").
			gets("every argument that a tool has a header for", 200, anyAnswer),
		queries(`{"region":"us-west1","row":42,"deep":{"flag":true}}`, "mcp-param-REGION", "=?base64?dXMtd2VzdDE=?=", "Mcp-Param-Row", "42.0", "Mcp-Param-Flag", "true").
			gets("encoded, and another spelling of a number", 200, anyAnswer),
		queries(`{"region":"us-west1","row":42,"deep":{"flag":true}}`, "Mcp-Param-Region", "us-west1", "Mcp-Param-Row", "42").
			gets("one that lies deeper is missing", 400, refused("9", -32020, `Header mismatch: send Mcp-Param-Flag with what the body has for deep.flag, "true"`, "")),
		queries(`{"region":"us-west1"}`, "Mcp-Param-Region", "us-east1").
			gets("the header says another region", 400, refused("9", -32020, `Header mismatch: Mcp-Param-Region says "us-east1", the body has "us-west1" for region`, "")),
		queries(`{"region":"us-west1"}`, "Mcp-Param-Region", "us-west1", "Mcp-Param-Region", "us-west1").
			gets("one argument twice", 400, refused("9", -32020, `Header mismatch: send Mcp-Param-Region once; got "us-west1, us-west1"`, "")),
		queries(`{"region":"us-west1"}`, "Mcp-Param-Region", "=?base64?!?=").
			gets("what cannot be decoded", 400, refused("9", -32020, `Header mismatch: Mcp-Param-Region "=?base64?!?=" is neither plain ASCII nor canonical base64 of UTF-8 between =?base64? and ?=`, "")),
		queries(`{"row":42}`, "Mcp-Param-Row", "43").
			gets("another number", 400, refused("9", -32020, `Header mismatch: Mcp-Param-Row says "43", the body has "42" for row`, "")),
		queries(`{"row":42}`, "Mcp-Param-Row", "4.2e1").
			gets("a header has no exponents", 400, refused("9", -32020, `Header mismatch: Mcp-Param-Row says "4.2e1", the body has "42" for row`, "")),
		queries(`{"deep":{"flag":true}}`, "Mcp-Param-Flag", "True").
			gets("truth has one spelling", 400, refused("9", -32020, `Header mismatch: Mcp-Param-Flag says "True", the body has "true" for deep.flag`, "")),
		queries(`{"region":null}`, "Mcp-Param-Region", "us-west1").
			gets("null has no header", 400, refused("9", -32020, `Header mismatch: leave Mcp-Param-Region out: the call has no argument region`, "")),
		queries(`{}`, "Mcp-Param-Flag", "true").
			gets("nor what is not there", 400, refused("9", -32020, `Header mismatch: leave Mcp-Param-Flag out: the call has no argument deep.flag`, "")),
		{"a tool with an annotation that is invalid has none", "", sends("tools/call", "Mcp-Name", "loose"), callsWith(`"name":"loose","arguments":{"region":"us-west1","ratio":0.5}`), 200, anyAnswer},
		{"nobody recognizes another header", "", sends("tools/call", "Mcp-Name", "echo", "Mcp-Param-Region", "x"), callsWith(`"name":"echo","arguments":{}`), 200, anyAnswer},

		// what is asked
		{"a level that logging has not", "", sends("tools/list"), listsWith(metaWith(`"io.modelcontextprotocol/clientInfo"`, `"io.modelcontextprotocol/logLevel":"loud","io.modelcontextprotocol/clientInfo"`)), 400,
			refused("9", -32602, "Invalid params: send io.modelcontextprotocol/logLevel as one of debug, info, notice, warning, error, critical, alert, emergency", "")},
		{"one that it has", "", sends("tools/list"), listsWith(metaWith(`"io.modelcontextprotocol/clientInfo"`, `"io.modelcontextprotocol/logLevel":"alert","io.modelcontextprotocol/clientInfo"`)), 200, anyAnswer},
		{"a method that nobody has", "", sends("no/such"), noParams("no/such"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "no/such"`, "")},
		{"ping is gone", "", sends("ping"), noParams("ping"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "ping"`, "")},
		{"logging/setLevel is gone", "", sends("logging/setLevel"), noParams("logging/setLevel"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "logging/setLevel"`, "")},
		{"resources/subscribe is gone", "", sends("resources/subscribe"), noParams("resources/subscribe"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "resources/subscribe"`, "")},
		{"resources/unsubscribe is gone", "", sends("resources/unsubscribe"), noParams("resources/unsubscribe"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "resources/unsubscribe"`, "")},
		{"tasks/list is gone", "", sends("tasks/list"), noParams("tasks/list"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "tasks/list"`, "")},
		{"tasks/result is gone", "", sends("tasks/result"), noParams("tasks/result"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "tasks/result"`, "")},
		{"tasks are an extension that this server has not", "", sends("tasks/get"), noParams("tasks/get"), 404, refused("9", -32601, `Method not found: revision 2026-07-28 has no request "tasks/get"`, "")},
		{"a method of the server's own", "", sends("example/own"), noParams("example/own"), 200, anyAnswer},
		{"a subscription to what, it does not say", "", sends("subscriptions/listen"), noParams("subscriptions/listen"), 400,
			refused("9", -32602, `Invalid params: "subscriptions/listen" needs params with notifications`, "")},
		{"a filter that is a list", "", sends("subscriptions/listen"), listensTo(`[]`), 400, refused("9", -32602, "Invalid params: send notifications as an object", "")},
		{"a filter that is a word", "", sends("subscriptions/listen"), listensTo(`"x"`), 400, refused("9", -32602, "Invalid params: send notifications as an object", "")},
		{"no filter, in so many words", "", sends("subscriptions/listen"), listensTo(`null`), 400, refused("9", -32602, "Invalid params: send notifications as an object", "")},
		{"a wish that is a word", "", sends("subscriptions/listen"), listensTo(`{"toolsListChanged":"yes"}`), 400, refused("9", -32602, "Invalid params: send notifications.toolsListChanged as true or false", "")},
		{"resources that are one", "", sends("subscriptions/listen"), listensTo(`{"resourceSubscriptions":"x"}`), 400, refused("9", -32602, "Invalid params: send notifications.resourceSubscriptions as an array of URIs", "")},
		{"resources that are numbers", "", sends("subscriptions/listen"), listensTo(`{"resourceSubscriptions":[1]}`), 400, refused("9", -32602, "Invalid params: send notifications.resourceSubscriptions as an array of URIs", "")},
		{"a tool that goes by a number, which the header has too", "", sends("tools/call", "Mcp-Name", "5"), callsWith(`"name":5`), 400, refused("9", -32602, "Invalid params: send name as a text", "")},

		{"answers that are none", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","inputResponses":{"a":5}`), 400,
			refused("9", -32602, `Invalid params: send an object for "a" in inputResponses`, "")},
		{"null, where there is nothing to come back with", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","arguments":{},"inputResponses":null,"requestState":null`), 200, anyAnswer},
		{"answers in a list", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","inputResponses":[]`), 400,
			refused("9", -32602, `Invalid params: send inputResponses as an object, with an object for each of inputRequests`, "")},
		{"a state that was decoded", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","requestState":{}`), 400,
			refused("9", -32602, `Invalid params: send requestState as the text that it came as`, "")},
		{"a state of somebody else", "", sends("tools/call", "Mcp-Name", "echo"), callsWith(`"name":"echo","arguments":{},"requestState":"abc"`), 400,
			refused("9", -32602, "Invalid params: this requestState was not issued in this run, or it was altered: send it back as it came", "")},

		// what is left alone
		{"a notification needs no headers", "", nil, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, 202, anyAnswer},
		{"nor has it wrong ones", "", []string{"MCP-Protocol-Version", "1999-01-01", "Mcp-Method", "ping"}, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, 202, anyAnswer},
		{"a session id is ignored", "", sends("tools/list", "Mcp-Session-Id", "abc"), list, 200, anyAnswer},
		{"there is nothing to resume", "", sends("tools/list", "Last-Event-ID", "5"), list, 200, anyAnswer},
	}
}

// listensTo is a subscription with that filter.
func listensTo(filter string) string {
	return `{"jsonrpc":"2.0","id":9,"method":"subscriptions/listen","params":{"_meta":` + goodMeta + `,"notifications":` + filter + `}}`
}
