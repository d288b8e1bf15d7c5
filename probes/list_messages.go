package probes

import (
	"slices"
	"strings"
)

// unread are the probes whose params python-sdk before 1.9.4 cannot make out,
// which it does not survive.
var unread = []string{
	"initialized-with-id", "initialize-version-missing", "initialize-version-null", "initialize-capabilities-missing",
	"initialize-capabilities-array", "initialize-client-missing", "initialize-client-nameless", "initialize-client-versionless",
	"initialize-params-null",
}

// messageProbes ask with messages that are nearly good ones, or good ones in
// the wrong place.
func messageProbes() []Probe {
	var all []Probe
	add := func(name, about string, steps ...Step) {
		all = append(all, Probe{Name: name, About: about, Steps: steps, Harmful: slices.Contains(unread, name)})
	}
	for _, b := range []struct{ name, about, body string }{
		{"body-string", "a JSON text", `"ping"`},
		{"body-true", "JSON true", `true`},
		{"body-blank", "a body of white space", " \r\n\t "},
		{"body-padded", "ping between white space", "\r\n\t " + pingBody + " \r\n"},
		{"body-bom", "ping after a byte order mark", "\ufeff" + pingBody},
		{"body-trailing", "ping, and more after it", pingBody + " x"},
		{"body-two", "two requests with nothing between", pingBody + pingBody},
		{"body-comma", "ping with a comma after its last member", `{"jsonrpc":"2.0","id":2,"method":"ping",}`},
		{"body-single-quotes", "JSON in single quotes", `{'jsonrpc':'2.0','id':2,'method':'ping'}`},
		{"body-form", "a form instead of JSON", `jsonrpc=2.0&id=2&method=ping`},
		{"body-xml", "XML instead of JSON", `<?xml version="1.0"?><ping/>`},
		{"body-object-empty", "an object with nothing in it", `{}`},
		{"body-id-doubled", "ping with two ids", `{"jsonrpc":"2.0","id":2,"id":9,"method":"ping"}`},
		{"body-extra-member", "ping with a member that JSON-RPC does not have", `{"jsonrpc":"2.0","id":2,"method":"ping","extra":true}`},
		{"body-deep", "ping with params that are nested 50 deep", `{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":{"x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}}}`},

		{"jsonrpc-missing", "ping without jsonrpc", `{"id":2,"method":"ping"}`},
		{"jsonrpc-number", "ping whose jsonrpc is a number", `{"jsonrpc":2.0,"id":2,"method":"ping"}`},
		{"jsonrpc-null", "ping whose jsonrpc is null", `{"jsonrpc":null,"id":2,"method":"ping"}`},
		{"method-missing", "an id without a method", `{"jsonrpc":"2.0","id":2}`},
		{"method-number", "a request whose method is a number", `{"jsonrpc":"2.0","id":2,"method":5}`},
		{"method-null", "a request whose method is null", `{"jsonrpc":"2.0","id":2,"method":null}`},

		{"id-zero", "ping whose id is 0", `{"jsonrpc":"2.0","id":0,"method":"ping"}`},
		{"id-negative", "ping whose id is -7", `{"jsonrpc":"2.0","id":-7,"method":"ping"}`},
		{"id-empty", "ping whose id is an empty text", `{"jsonrpc":"2.0","id":"","method":"ping"}`},
		{"id-unicode", "ping whose id is no ASCII", `{"jsonrpc":"2.0","id":"☃\u00e9","method":"ping"}`},
		{"id-true", "ping whose id is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}`},
		{"id-array", "ping whose id is an array", `{"jsonrpc":"2.0","id":[],"method":"ping"}`},
		{"id-whole-fraction", "ping whose id is 7.0", `{"jsonrpc":"2.0","id":7.0,"method":"ping"}`},
		{"id-exponent", "ping whose id is 7e2", `{"jsonrpc":"2.0","id":7e2,"method":"ping"}`},
		{"id-safe", "ping whose id is the greatest that JavaScript keeps", `{"jsonrpc":"2.0","id":9007199254740991,"method":"ping"}`},
		{"id-unsafe", "ping whose id is greater than JavaScript keeps", `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`},
		{"id-huge", "ping whose id has 24 digits", `{"jsonrpc":"2.0","id":123456789012345678901234,"method":"ping"}`},

		{"params-null", "tools/list whose params are null", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":null}`},
		{"params-string", "tools/list whose params are a text", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":"no"}`},
		{"params-empty", "ping with empty params", `{"jsonrpc":"2.0","id":2,"method":"ping","params":{}}`},
		{"params-extra", "ping with params that it does not have", `{"jsonrpc":"2.0","id":2,"method":"ping","params":{"extra":1}}`},

		{"response-error-unasked", "an error to nothing", `{"jsonrpc":"2.0","id":99,"error":{"code":-1,"message":"no"}}`},
		{"response-error-null", "an error whose id is null", `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}`},
		{"response-without-id", "a result without an id", `{"jsonrpc":"2.0","result":{}}`},
		{"response-both", "a result and an error in one", `{"jsonrpc":"2.0","id":99,"result":{},"error":{"code":-1,"message":"no"}}`},
		{"response-null", "a result that is null", `{"jsonrpc":"2.0","id":99,"result":null}`},
		{"response-string-id", "a response whose id is a text", `{"jsonrpc":"2.0","id":"99","result":{}}`},
		{"request-and-result", "a request that has a result", `{"jsonrpc":"2.0","id":2,"method":"ping","result":{}}`},

		{"initialized-with-id", "notifications/initialized as a request", `{"jsonrpc":"2.0","id":9,"method":"notifications/initialized"}`},
		{"initialized-params-array", "notifications/initialized whose params are an array", `{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}`},
		{"cancelled-unknown", "notifications/cancelled of a request that nobody sent", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":777}}`},
		{"progress-unknown", "notifications/progress that nobody asked for", `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}`},
		{"tools-list-notification", "tools/list as a notification, which it cannot be", `{"jsonrpc":"2.0","method":"tools/list"}`},
		{"initialize-notification", "initialize as a notification, which it cannot be", strings.Replace(initializeBody, `"id":1,`, "", 1)},

		{"batch-of-junk", "a batch of what is no JSON-RPC", `[1,{"hello":"world"},null]`},
		{"batch-nested", "a batch in a batch", `[[` + pingBody + `]]`},
		{"batch-mixed", "a batch of a request and what is no JSON-RPC", `[` + pingBody + `,{"hello":"world"}]`},
		{"batch-same-id", "a batch of two requests with one id", `[` + pingBody + `,` + pingBody + `]`},
		{"batch-response", "a batch of a response", `[{"jsonrpc":"2.0","id":99,"result":{}}]`},
		{"batch-notification", "a batch of one notification", `[` + initializedBody + `]`},
		{"batch-initialize-in-session", "a batch of initialize, in a session", `[` + againBody + `,` + pingBody + `]`},
	} {
		add(b.name, b.about, opened(post(b.body, inSession, inVersion))...)
	}

	start := func(params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"initialize","params":` + params + `}`
	}
	const client = `"clientInfo":{"name":"mcpmock-probe","version":"1"}`
	for _, b := range []struct{ name, about, body string }{
		{"version-missing", "initialize without protocolVersion", start(`{"capabilities":{},` + client + `}`)},
		{"version-number", "initialize whose protocolVersion is a number", start(`{"protocolVersion":20250618,"capabilities":{},` + client + `}`)},
		{"version-blank", "initialize whose protocolVersion is an empty text", start(`{"protocolVersion":"","capabilities":{},` + client + `}`)},
		{"version-null", "initialize whose protocolVersion is null", start(`{"protocolVersion":null,"capabilities":{},` + client + `}`)},
		{"version-later", "initialize that offers 2099-01-01", start(`{"protocolVersion":"2099-01-01","capabilities":{},` + client + `}`)},
		{"version-modern-offer", "initialize that offers 2026-07-28", start(`{"protocolVersion":"2026-07-28","capabilities":{},` + client + `}`)},
		{"version-oldest", "initialize that offers 2024-11-05", start(`{"protocolVersion":"2024-11-05","capabilities":{},` + client + `}`)},
		{"version-draft", "initialize that offers 2024-10-07", start(`{"protocolVersion":"2024-10-07","capabilities":{},` + client + `}`)},
		{"capabilities-missing", "initialize without capabilities", start(`{"protocolVersion":"${offer}",` + client + `}`)},
		{"capabilities-array", "initialize whose capabilities are an array", start(`{"protocolVersion":"${offer}","capabilities":[],` + client + `}`)},
		{"client-missing", "initialize without clientInfo", start(`{"protocolVersion":"${offer}","capabilities":{}}`)},
		{"client-nameless", "initialize whose clientInfo has no name", start(`{"protocolVersion":"${offer}","capabilities":{},"clientInfo":{"version":"1"}}`)},
		{"client-versionless", "initialize whose clientInfo has no version", start(`{"protocolVersion":"${offer}","capabilities":{},"clientInfo":{"name":"mcpmock-probe"}}`)},
		{"params-null", "initialize whose params are null", start(`null`)},
		{"params-array", "initialize whose params are an array", start(`[]`)},
		{"id-null", "initialize whose id is null", strings.Replace(initializeBody, `"id":1`, `"id":null`, 1)},
		{"id-string", "initialize whose id is a text", strings.Replace(initializeBody, `"id":1`, `"id":"one"`, 1)},
		{"id-missing", "initialize without an id", strings.Replace(initializeBody, `"id":1,`, "", 1)},
		{"jsonrpc-missing", "initialize without jsonrpc", strings.Replace(initializeBody, `"jsonrpc":"2.0",`, "", 1)},
		{"batch-of-one", "initialize alone in a batch", `[` + initializeBody + `]`},
		{"empty-batch", "a batch of nothing, without a session", `[]`},
		{"body-null", "JSON null, without a session", `null`},
	} {
		add("initialize-"+b.name, b.about, post(b.body))
	}

	response := `{"jsonrpc":"2.0","id":99,"result":{}}`
	add("response-no-session", "a response without a session", post(response))
	add("response-unknown-session", "a response with an unknown session", post(response, unknownID))
	add("notification-no-session", "notifications/cancelled without a session", post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`))
	add("notification-unknown-session", "notifications/cancelled with an unknown session",
		post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, unknownID))
	add("batch-unknown-session", "a batch with an unknown session", post(`[`+pingBody+`,`+listBody+`]`, unknownID))
	add("body-empty-unknown-session", "a POST without a body, with an unknown session", post("", unknownID))
	return all
}
