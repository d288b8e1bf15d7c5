package probes

import "slices"

// unhandled are the probes whose request python-sdk before 1.9.4 cannot make
// out. It raises an error that nobody catches, and serves no one any more.
var unhandled = []string{"method-unknown", "tools-call-without-params", "tools-call-without-name"}

// bodyProbes ask with bodies that are no good message, or no message at all.
func bodyProbes() []Probe {
	var all []Probe
	for _, b := range []struct{ name, about, body string }{
		{"body-empty", "a POST without a body", ""},
		{"body-not-json", "a body that is not JSON", "not json"},
		{"body-cut-off", "JSON that is cut off", `{"jsonrpc":"2.0","id":2,`},
		{"body-not-jsonrpc", "JSON that is no JSON-RPC", `{"hello":"world"}`},
		{"body-jsonrpc-1", "JSON-RPC of another version", `{"jsonrpc":"1.0","id":2,"method":"ping"}`},
		{"body-number", "a JSON number", `42`},
		{"body-null", "JSON null", `null`},
		{"batch-empty", "a batch of nothing", `[]`},
		{"batch", "a batch of two requests", `[` + pingBody + `,` + listBody + `]`},
		{"batch-of-one", "a batch of one request", `[` + pingBody + `]`},
		{"id-null", "a request whose id is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`},
		{"id-fraction", "a request whose id is 1.5", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`},
		{"id-string", "a request whose id is a text", `{"jsonrpc":"2.0","id":"seven","method":"ping"}`},
		{"id-digits", "a request whose id is a text of digits", `{"jsonrpc":"2.0","id":"7","method":"ping"}`},
		{"id-object", "a request whose id is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`},
		{"id-missing", "ping as a notification, which it cannot be", `{"jsonrpc":"2.0","method":"ping"}`},
		{"method-unknown", "a request that no revision has", `{"jsonrpc":"2.0","id":8,"method":"no/such"}`},
		{"notification-unknown", "a notification that no revision has", `{"jsonrpc":"2.0","method":"notifications/no-such"}`},
		{"response-unasked", "a response to nothing", `{"jsonrpc":"2.0","id":99,"result":{}}`},
		{"tools-call-without-params", "tools/call without params", `{"jsonrpc":"2.0","id":4,"method":"tools/call"}`},
		{"tools-call-without-name", "tools/call that names no tool", `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{}}`},
		{"tools-call-unknown-tool", "tools/call with a tool that does not exist", callBody},
		{"tools-list-bad-cursor", "tools/list from a cursor on that nobody gave", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"no-such-cursor"}}`},
		{"params-array", "a request whose params are an array", `{"jsonrpc":"2.0","id":3,"method":"tools/list","params":[]}`},
	} {
		all = append(all, Probe{Name: b.name, About: b.about, Steps: opened(post(b.body, inSession, inVersion)),
			Harmful: slices.Contains(unhandled, b.name)})
	}
	in0326 := func(body string) []Step {
		return []Step{post(initialize0326), post(initializedBody, inSession, inVersion), post(body, inSession, inVersion)}
	}
	return append(all,
		Probe{Name: "body-empty-no-session", About: "a POST without a body and without a session", Steps: []Step{post("")}},
		Probe{Name: "body-not-json-no-session", About: "a body that is not JSON, without a session: which is checked first", Steps: []Step{post("not json")}},
		Probe{Name: "body-not-jsonrpc-no-session", About: "JSON that is no JSON-RPC, without a session", Steps: []Step{post(`{"hello":"world"}`)}},
		Probe{Name: "body-not-json-unknown-session", About: "a body that is not JSON, with an unknown session: which is checked first", Steps: []Step{post("not json", unknownID)}},
		Probe{Name: "batch-2025-03-26", About: "a batch of two requests where 2025-03-26 was negotiated, which has them", Steps: in0326(`[` + pingBody + `,` + listBody + `]`)},
		Probe{Name: "batch-notifications", About: "a batch of notifications where 2025-03-26 was negotiated", Steps: in0326(`[` + initializedBody + `,` + initializedBody + `]`)},
		Probe{Name: "batch-no-session", About: "a batch without a session", Steps: []Step{post(`[` + pingBody + `,` + listBody + `]`)}},
		Probe{Name: "batch-initialize", About: "initialize inside a batch", Steps: []Step{post(`[` + initializeBody + `,` + pingBody + `]`)}},
		Probe{Name: "method-unknown-no-session", About: "a request that no revision has, without a session", Steps: []Step{post(`{"jsonrpc":"2.0","id":8,"method":"no/such"}`)}, Harmful: true},
		Probe{Name: "body-large", About: "a message of more than 5 MiB", Heavy: true,
			Steps: opened(post(`{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":{"filler":"${filler}"}}}`, inSession, inVersion))},
	)
}
