package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Every dialect is whole: it loads, it is named like its file, its checks
// exist, and it says what it is.
func TestDialects(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"spec", "go-sdk-1.8", "typescript-sdk-1.32", "python-sdk-1.9.1"} {
		if !slices.Contains(Dialects(), want) {
			t.Errorf("Dialects() = %v, want %s among them", Dialects(), want)
		}
	}
	for _, name := range Dialects() {
		d, err := LoadDialect(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Name != name || !strings.HasPrefix(d.About, "https://") {
			t.Errorf("%s: named %q, about %q", name, d.Name, d.About)
		}
		for _, c := range d.Checks {
			if !slices.Contains(CheckNames(), c.Name) {
				t.Errorf("%s: no check %q", name, c.Name)
			}
		}
		musts := []string{CheckSize, CheckJSON, CheckJSONRPC, CheckMethod}
		if d.Sessions != "stateless" {
			musts = append(musts, CheckSessionUnknown, CheckSessionEnded, CheckTooManySessions)
		}
		for _, must := range musts {
			if len(checksOf(d, must, "POST")) == 0 {
				t.Errorf("%s: has no %s, and nothing could be served", name, must)
			}
		}
	}
}

func TestCheckNames(t *testing.T) {
	t.Parallel()
	names := CheckNames()
	slices.Sort(names)
	if len(names) != len(slices.Compact(slices.Clone(names))) {
		t.Errorf("a check stands twice in %v", names)
	}
	used := map[string]bool{}
	for _, name := range Dialects() {
		d, err := LoadDialect(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Checks {
			used[c.Name] = true
		}
		if d.Modern != nil {
			for _, c := range d.Modern.Checks {
				used[c.Name] = true
			}
		}
	}
	for _, name := range names {
		if !used[name] {
			t.Errorf("no dialect uses the check %s", name)
		}
	}
}

// What the real servers answered, as captured on the wire: status, content
// type, body. The id is the request's 1 where a dialect asks for it.
func TestDialectBytes(t *testing.T) {
	t.Parallel()
	const (
		text   = "text/plain; charset=utf-8"
		json   = "application/json"
		stream = "text/event-stream"
		none   = ""
	)
	python := func(code int, message string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":"server-error","error":{"code":%d,"message":"%s"}}`, code, message)
	}
	typescript := func(code int, message string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","error":{"code":%d,"message":"%s"},"id":null}`, code, message)
	}
	tests := []struct {
		dialect, check, method string
		status                 int
		mediaType, body        string
	}{
		{"python-sdk-1.9.1", CheckSessionUnknown, "POST", 400, none, "Bad Request: No valid session ID provided"},
		{"python-sdk-1.9.1", CheckSessionEnded, "GET", 404, json, python(-32600, "Not Found: Session has been terminated")},
		{"python-sdk-1.9.1", CheckMethod, "PUT", 405, json, python(-32600, "Method Not Allowed")},
		{"python-sdk-1.9.1", CheckAcceptPost, "POST", 406, json, python(-32600, "Not Acceptable: Client must accept both application/json and text/event-stream")},
		{"python-sdk-1.9.1", CheckContentType, "POST", 415, json, python(-32600, "Unsupported Media Type: Content-Type must be application/json")},
		{"python-sdk-1.9.1", CheckSize, "POST", 413, json, python(-32600, "Payload Too Large: Message exceeds maximum size")},
		{"python-sdk-1.9.1", CheckEmpty, "POST", 400, json, python(-32700, "Parse error: ${parser}")},
		{"python-sdk-1.9.1", CheckSessionMissing, "POST", 400, json, python(-32600, "Bad Request: Missing session ID")},
		{"python-sdk-1.9.1", CheckSessionMissing, "DELETE", 400, json, python(-32600, "Bad Request: Missing session ID")},
		{"python-sdk-1.9.1", CheckAcceptGet, "GET", 406, json, python(-32600, "Not Acceptable: Client must accept text/event-stream")},
		{"python-sdk-1.9.1", CheckStateless, "DELETE", 405, json, python(-32600, "Method Not Allowed: Session termination not supported")},
		{"python-sdk-1.9.1", CheckStreamOpen, "GET", 409, json, python(-32600, "Conflict: Only one SSE stream is allowed per session")},
		{"python-sdk-1.9.1", CheckNotReady, "POST", 200, stream, ""},

		{"typescript-sdk-1.32", CheckSessionEnded, "PUT", 404, json, typescript(-32001, "Session not found")},
		{"typescript-sdk-1.32", CheckMethod, "PUT", 405, json, typescript(-32000, "Method not allowed.")},
		{"typescript-sdk-1.32", CheckAcceptPost, "POST", 406, json, typescript(-32000, "Not Acceptable: Client must accept both application/json and text/event-stream")},
		{"typescript-sdk-1.32", CheckContentType, "POST", 415, json, typescript(-32000, "Unsupported Media Type: Content-Type must be application/json")},
		{"typescript-sdk-1.32", CheckSize, "POST", 413, json, typescript(-32000, "Payload Too Large: Request body must not exceed 4194304 bytes")},
		{"typescript-sdk-1.32", CheckJSON, "POST", 400, json, typescript(-32700, "Parse error: Invalid JSON")},
		{"typescript-sdk-1.32", CheckReinitialize, "POST", 400, json, typescript(-32600, "Invalid Request: Server already initialized")},
		{"typescript-sdk-1.32", CheckBatchInitialize, "POST", 400, json, typescript(-32600, "Invalid Request: Only one initialization request is allowed")},
		{"typescript-sdk-1.32", CheckNoSessionYet, "GET", 400, json, typescript(-32000, "Bad Request: Server not initialized")},
		{"typescript-sdk-1.32", CheckInitializeParams, "POST", 400, json, typescript(-32000, "Bad Request: Server not initialized")},
		{"typescript-sdk-1.32", CheckSessionMissing, "POST", 400, json, typescript(-32000, "Bad Request: Mcp-Session-Id header is required")},
		{"typescript-sdk-1.32", CheckSessionUnknown, "DELETE", 404, json, typescript(-32001, "Session not found")},
		{"typescript-sdk-1.32", CheckVersionUnknown, "POST", 400, json, typescript(-32000, "Bad Request: Unsupported protocol version: 1999-01-01 (supported versions: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)")},
		{"typescript-sdk-1.32", CheckAcceptGet, "GET", 406, json, typescript(-32000, "Not Acceptable: Client must accept text/event-stream")},
		{"typescript-sdk-1.32", CheckStreamOpen, "GET", 409, json, typescript(-32000, "Conflict: Only one SSE stream is allowed per session")},
		{"typescript-sdk-1.32", CheckUnknownMethod, "POST", 200, stream, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"Method not found\"}}\n\n"},

		{"go-sdk-1.8", CheckVersionAny, "PUT", 400, text, "Bad Request: Unsupported protocol version (supported versions: 2026-07-28,2025-11-25,2025-06-18,2025-03-26,2024-11-05)\n"},
		{"go-sdk-1.8", CheckStateless, "GET", 405, text, "Method Not Allowed\n"},
		{"go-sdk-1.8", CheckMethod, "PUT", 405, text, "Method Not Allowed\n"},
		{"go-sdk-1.8", CheckContentType, "POST", 415, text, "Content-Type must be 'application/json'\n"},
		{"go-sdk-1.8", CheckAcceptPost, "POST", 400, text, "Accept must contain both 'application/json' and 'text/event-stream'\n"},
		{"go-sdk-1.8", CheckAcceptGet, "GET", 400, text, "Accept must contain 'text/event-stream' for GET requests\n"},
		{"go-sdk-1.8", CheckSessionMissing, "GET", 400, text, "Bad Request: GET requires an Mcp-Session-Id header\n"},
		{"go-sdk-1.8", CheckSessionMissing, "DELETE", 400, text, "Bad Request: DELETE requires an Mcp-Session-Id header\n"},
		{"go-sdk-1.8", CheckSessionUnknown, "POST", 404, text, "session not found\n"},
		{"go-sdk-1.8", CheckSessionEnded, "DELETE", 404, text, "session not found\n"},
		{"go-sdk-1.8", CheckLastEventID, "POST", 400, text, "can't send Last-Event-ID for POST request\n"},
		{"go-sdk-1.8", CheckSize, "POST", 413, text, "request body exceeds 4194304 bytes\n"},
		{"go-sdk-1.8", CheckEmpty, "POST", 400, text, "POST requires a non-empty body\n"},
		{"go-sdk-1.8", CheckUnknownMethod, "POST", 400, text, "JSON RPC not handled: \"no/such\" unsupported\n"},
		{"go-sdk-1.8", CheckMissingParams, "POST", 400, text, "invalid request: missing required \"params\"\n"},
		{"go-sdk-1.8", CheckStreamOpen, "GET", 409, text, "stream ID conflicts with ongoing stream\n"},
		{"go-sdk-1.8", CheckNotInitialized, "POST", 200, stream, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":0,\"message\":\"method \\\"no/such\\\" is invalid during session initialization\"}}\n\n"},
		{"go-sdk-1.8", CheckReinitialize, "POST", 200, stream, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":0,\"message\":\"duplicate \\\"initialize\\\" received\"}}\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.dialect+" "+tt.check+" "+tt.method, func(t *testing.T) {
			t.Parallel()
			d, err := LoadDialect(tt.dialect)
			if err != nil {
				t.Fatal(err)
			}
			found := checksOf(d, tt.check, tt.method)
			if len(found) != 1 || found[0].Refuse == nil {
				t.Fatalf("%d checks %s for %s, want one that refuses", len(found), tt.check, tt.method)
			}
			r := found[0].Refuse
			body, mediaType := render(d, r)
			if r.Status != tt.status || mediaType != tt.mediaType || body != tt.body {
				t.Errorf("got  %d %q %q\nwant %d %q %q", r.Status, mediaType, body, tt.status, tt.mediaType, tt.body)
			}
		})
	}
}

// The order of the checks is half of a dialect. Each line names checks that
// one request may fail at once, and which of them answers.
func TestDialectOrder(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, dialect, first, second string }{
		{"a bad session hides a bad body", "python-sdk-1.9.1", CheckSessionUnknown, CheckAcceptPost},
		{"a dead session is dead to PUT", "python-sdk-1.9.1", CheckSessionEnded, CheckMethod},
		{"Accept before Content-Type", "python-sdk-1.9.1", CheckAcceptPost, CheckContentType},
		{"the body is read before the session is missed", "python-sdk-1.9.1", CheckJSONRPC, CheckSessionMissing},
		{"the session is missed before the handshake", "python-sdk-1.9.1", CheckSessionMissing, CheckNotInitialized},
		{"a dead session hides a bad Accept", "typescript-sdk-1.32", CheckSessionEnded, CheckAcceptPost},
		{"Accept before Content-Type", "typescript-sdk-1.32", CheckAcceptPost, CheckContentType},
		{"a bad body hides a bad session", "typescript-sdk-1.32", CheckJSON, CheckSessionUnknown},
		{"nothing is open before initialize", "typescript-sdk-1.32", CheckNoSessionYet, CheckSessionMissing},
		{"nothing is open before initialize", "typescript-sdk-1.32", CheckNoSessionYet, CheckSessionUnknown},
		{"the session before the version", "typescript-sdk-1.32", CheckSessionUnknown, CheckVersionUnknown},
		{"the version before everything", "go-sdk-1.8", CheckVersionAny, CheckMethod},
		{"the version before the session", "go-sdk-1.8", CheckVersionAny, CheckSessionUnknown},
		{"Content-Type before Accept", "go-sdk-1.8", CheckContentType, CheckAcceptPost},
		{"the session before the body", "go-sdk-1.8", CheckSessionUnknown, CheckJSON},
		{"a missing session before an unknown revision", "spec", CheckSessionMissing, CheckVersionUnknown},
		{"a dead session before a second initialize", "spec", CheckSessionEnded, CheckReinitialize},
	}
	for _, tt := range tests {
		t.Run(tt.dialect+" "+tt.why, func(t *testing.T) {
			t.Parallel()
			d, err := LoadDialect(tt.dialect)
			if err != nil {
				t.Fatal(err)
			}
			at := func(name string) int {
				return slices.IndexFunc(d.Checks, func(c Check) bool { return c.Name == name })
			}
			if at(tt.first) < 0 || at(tt.first) > at(tt.second) {
				t.Errorf("%s stands at %d, %s at %d", tt.first, at(tt.first), tt.second, at(tt.second))
			}
		})
	}
}

// The specification's refusals, row by row.
func TestSpec(t *testing.T) {
	t.Parallel()
	tests := []struct {
		check        string
		status, code int
	}{
		{CheckMethod, 405, -32600},
		{CheckStateless, 405, -32600},
		{CheckSize, 413, -32600},
		{CheckContentType, 415, -32600},
		{CheckAcceptPost, 406, -32600},
		{CheckAcceptGet, 406, -32600},
		{CheckJSON, 400, -32700},
		{CheckJSONRPC, 400, -32600},
		{CheckBatchInitialize, 400, -32600},
		{CheckSessionMissing, 400, -32600},
		{CheckSessionUnknown, 404, -32600},
		{CheckSessionEnded, 404, -32600},
		{CheckSessionOnInit, 400, -32600},
		{CheckReinitialize, 400, -32600},
		{CheckVersionUnknown, 400, -32600},
		{CheckBatch, 400, -32600},
		{CheckNotInitialized, 400, -32600},
		{CheckNotReady, 0, 0},
		{CheckVersionDiffers, 0, 0},
		{CheckEventUnknown, 400, -32600},
		{CheckTooManySessions, 503, -32000},
	}
	d, err := LoadDialect("spec")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Checks) != len(tests) {
		t.Errorf("%d checks, want %d", len(d.Checks), len(tests))
	}
	for _, tt := range tests {
		found := checksOf(d, tt.check, "POST")
		if len(found) != 1 {
			t.Errorf("%s stands %d times", tt.check, len(found))
			continue
		}
		r := found[0].Refuse
		if tt.status == 0 {
			if r != nil {
				t.Errorf("%s is refused, want noted", tt.check)
			}
			continue
		}
		if r.Status != tt.status || r.Code != tt.code || !strings.HasSuffix(r.Message, ": ${detail}") {
			t.Errorf("%s: %d %d %q", tt.check, r.Status, r.Code, r.Message)
		}
	}
}

// The specification's refusals of the modern era, in their order.
func TestSpecModern(t *testing.T) {
	t.Parallel()
	want := []struct {
		check        string
		only         []string // headers or members
		status, code int
	}{
		{CheckStateless, nil, 405, -32600},
		{CheckSize, nil, 413, -32600},
		{CheckContentType, nil, 415, -32600},
		{CheckAcceptPost, nil, 406, -32600},
		{CheckJSON, nil, 400, -32700},
		{CheckJSONRPC, nil, 400, -32600},
		{CheckBatch, nil, 400, -32600},
		{CheckKindUnexpected, nil, 400, -32600},
		{CheckHandshake, nil, 400, -32022},
		{CheckHeaderMissing, []string{"version"}, 400, -32020},
		{CheckMemberDoubled, nil, 400, -32602},
		{CheckMetaMalformed, []string{"protocolVersion"}, 400, -32602},
		{CheckHeaderDoubled, []string{"version"}, 400, -32020},
		{CheckHeaderMalformed, []string{"version"}, 400, -32020},
		{CheckHeaderDiffers, []string{"version"}, 400, -32020},
		{CheckVersionAny, nil, 400, -32022},
		{CheckMetaMissing, nil, 400, -32602},
		{CheckMetaIncomplete, nil, 400, -32602},
		{CheckMetaMalformed, []string{"clientCapabilities", "clientInfo"}, 400, -32602},
		{CheckHeaderMissing, []string{"method", "name", "param"}, 400, -32020},
		{CheckHeaderDoubled, []string{"method", "name", "param"}, 400, -32020},
		{CheckHeaderMalformed, []string{"method", "name", "param"}, 400, -32020},
		{CheckHeaderUnexpected, []string{"method", "name", "param"}, 400, -32020},
		{CheckHeaderDiffers, []string{"method", "name", "param"}, 400, -32020},
		{CheckMetaMalformed, []string{"logLevel"}, 400, -32602},
		{CheckUnknownMethod, nil, 404, -32601},
		{CheckParamsIncomplete, nil, 400, -32602},
		{CheckInputMalformed, nil, 400, -32602},
		{CheckCapabilityMissing, nil, 400, -32021},
		{CheckStateAltered, nil, 400, -32602},
	}
	d, err := LoadDialect("spec")
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Modern.Checks) != len(want) {
		t.Fatalf("%d checks, want %d", len(d.Modern.Checks), len(want))
	}
	for i, c := range d.Modern.Checks {
		w := want[i]
		if c.Name != w.check || !slices.Equal(slices.Concat(c.Header, c.Member), w.only) {
			t.Errorf("check %d is %s %v %v, want %s %v", i, c.Name, c.Header, c.Member, w.check, w.only)
		}
		if r := c.Refuse; r.Status != w.status || r.Code != w.code || !strings.HasSuffix(r.Message, ": ${detail}") {
			t.Errorf("%s: %d %d %q", c.Name, r.Status, r.Code, r.Message)
		}
	}
}

// checksOf returns the checks of that name that look at the HTTP method.
func checksOf(d *Dialect, name, method string) (found []Check) {
	for _, c := range d.Checks {
		if c.Name == name && (len(c.On) == 0 || slices.Contains(c.On, method)) {
			found = append(found, c)
		}
	}
	return found
}

// render is what a server makes of a refusal: its body and its media type.
func render(d *Dialect, r *Response) (body, mediaType string) {
	for _, h := range slices.Concat(d.Envelope.Headers, r.Headers) {
		if strings.EqualFold(h.Name, "content-type") && (r.Message != "" || slices.Contains(r.Headers, h)) {
			mediaType = h.Value
		}
	}
	if r.Message == "" {
		return fill(d, r.Body), mediaType
	}
	id, keys := d.Envelope.ID, d.Envelope.Keys
	if r.Stream {
		keys = []string{"jsonrpc", "id", "error"}
	}
	if id == "request" || r.Stream {
		id = "1"
	}
	members := map[string]string{
		"jsonrpc": `"jsonrpc":"2.0"`,
		"id":      `"id":` + id,
		"error":   fmt.Sprintf(`"error":{"code":%d,"message":%q}`, r.Code, fill(d, r.Message)),
	}
	body = fmt.Sprintf("{%s,%s,%s}", members[keys[0]], members[keys[1]], members[keys[2]])
	if r.Stream {
		return "event: message\ndata: " + body + "\n\n", "text/event-stream"
	}
	return body, mediaType
}

func fill(d *Dialect, s string) string {
	return strings.NewReplacer("${method}", "no/such", "${version}", "1999-01-01", "${versions}", strings.Join(d.Versions, ", ")).Replace(s)
}

// The errors of a dialect file, where they differ from those of a scenario.
func TestParseDialectErrors(t *testing.T) {
	t.Parallel()
	const whole = `dialect: a
session: {id: hex32, mint: always, show: always}
envelope: {keys: [id, error, jsonrpc], id: null}
accepted: {status: 202}
deleted: {status: 204}
`
	if _, err := parseDialect("d.yaml", []byte(whole+"checks: [{check: json, note: true}]\n")); err != nil {
		t.Errorf("a whole dialect: %v", err)
	}
	tests := []struct{ why, text, want string }{
		{"a check that does not exist", whole + "checks:\n  - {check: sesion-missing, note: true}\n",
			`d.yaml:7:13: unknown check "sesion-missing": did you mean "session-missing"?`},
		{"one of several checks does not exist", whole + "checks:\n  - {check: [json, jsonrcp], note: true}\n",
			`d.yaml:7:20: unknown check "jsonrcp": did you mean "jsonrpc"?`},
		{"a check of what", whole + "checks:\n  - {note: true}\n",
			"d.yaml:7:5: the entry has no check: name one of method, "},
		{"a breach without consequence", whole + "checks:\n  - check: json\n",
			"d.yaml:7:5: json needs either note: true or refuse: say what follows from the breach"},
		{"both consequences", whole + "checks:\n  - {check: json, note: true, refuse: {status: 400, body: a}}\n",
			"d.yaml:7:5: json needs either note: true or refuse"},
		{"no HTTP method", whole + "checks:\n  - {check: json, note: true, on: [FETCH]}\n",
			`d.yaml:7:36: unknown HTTP method "FETCH": did you mean "PATCH"? it is one of POST, GET, DELETE, PUT, PATCH, OPTIONS, HEAD`},
		{"a flaw of another check", whole + "checks:\n  - {check: json, note: true, flaw: [version]}\n",
			"d.yaml:7:5: json knows no flaw: that is for jsonrpc"},
		{"a flaw that does not exist", whole + "checks:\n  - {check: jsonrpc, note: true, flaw: [verson]}\n",
			`d.yaml:7:41: unknown flaw "verson": did you mean "version"?`},
		{"a way to compare elsewhere", whole + "checks:\n  - {check: json, note: true, match: exact}\n",
			"d.yaml:7:5: json knows no match: that is for header-missing, header-doubled, header-malformed, header-differs, header-unexpected, accept-post, accept-get, content-type"},
		{"a way to compare that does not exist", whole + "checks:\n  - {check: accept-get, note: true, match: exactly}\n",
			`d.yaml:7:44: unknown way to compare "exactly": did you mean "exact"?`},
		{"a way to compare that headers of the body have, elsewhere", whole + "checks:\n  - {check: accept-get, note: true, match: first}\n",
			"d.yaml:7:5: accept-get knows no match: first: that is for header-missing, "},
		{"a way to compare that is not theirs", whole + "checks:\n  - {check: header-differs, note: true, match: prefix}\n",
			"d.yaml:7:5: header-differs knows no match: that is for accept-post, accept-get, content-type"},
		{"a kind of message that does not exist", whole + "checks:\n  - {check: json, note: true, kind: [answer]}\n",
			`d.yaml:7:38: unknown kind "answer": it is one of request, notification, response`},
		{"a mirror elsewhere", whole + "checks:\n  - {check: json, note: true, header: [name]}\n",
			"d.yaml:7:5: json knows no header: that is for header-missing, "},
		{"a mirror that does not exist", whole + "checks:\n  - {check: header-differs, note: true, header: [uri]}\n",
			`d.yaml:7:50: unknown mirror "uri": it is one of version, method, name, param`},
		{"a member elsewhere", whole + "checks:\n  - {check: meta-missing, note: true, member: [logLevel]}\n",
			"d.yaml:7:5: meta-missing knows no member: that is for meta-incomplete, meta-malformed"},
		{"a member that does not exist", whole + "checks:\n  - {check: meta-malformed, note: true, member: [loglevel]}\n",
			`d.yaml:7:50: unknown member "loglevel": did you mean "logLevel"?`},
		{"an opening that does not exist", whole + "modern: {opens: [header]}\n", `d.yaml:6:18: unknown opening "header": it is one of any, version, later, meta, method`},
		{"a limit elsewhere", whole + "checks:\n  - {check: json, note: true, limit: 7}\n",
			"d.yaml:7:5: json knows no limit: that is for size"},
		{"no limit", whole + "checks:\n  - {check: size, note: true, limit: 0}\n", "d.yaml:7:38: limit is 0: it must be from 1 to 2147483647"},
		{"a state of a session that does not exist", whole + "checks:\n  - {check: json, note: true, session: [old]}\n",
			`d.yaml:7:41: unknown state of a session "old": it is one of none, known, unknown`},
		{"a policy that does not exist", whole + "sessions: never\n", `d.yaml:6:11: unknown policy "never": it is one of required, optional, stateless`},
		{"a form of an event id", "session: {id: uuid4, mint: always, show: always, events: uuid4}\n",
			`d.yaml:1:58: unknown form of an event id "uuid4": it is one of base32`},
		{"a line end that does not exist", whole + "stream: {eol: cr}\n", `d.yaml:6:15: unknown end of a line "cr": it is one of lf, crlf`},
		{"half an order of fields", whole + "stream: {order: [id, data]}\n", "d.yaml:6:17: order needs each of id, event, retry, data"},
		{"half a ping", whole + "stream: {ping: {every: 15s}}\n", "d.yaml:6:16: ping needs each of every, comment"},
		{"a ping without a time", whole + "stream: {ping: {every: often, comment: a}}\n", "d.yaml:6:24: every is no time: write one such as 15s"},
		{"a ping of two lines", whole + "stream: {ping: {every: 1s, comment: \"a\\nb\"}}\n", "d.yaml:6:37: comment has a control character in it: it is one line"},
		{"a parser that does not exist", whole + "quotes: {parser: json}\n", `d.yaml:6:18: unknown parser "json": it is one of python, jiter`},
		{"a model without fields", whole + "quotes: {models: [{name: A}]}\n", "d.yaml:6:19: a model needs each of name, fields"},
		{"a type that no id has", whole + "quotes: {models: [{name: A, fields: [id], id: [float]}]}\n", `d.yaml:6:48: unknown type of an id "float": it is one of str, int, lax-int, null`},
		{"half another way", whole + "modern: {versions: [a]}\n", "d.yaml:6:9: modern needs each of versions, envelope, checks, accepted"},
		{"data that is no JSON", whole + "checks:\n  - {check: json, refuse: {status: 400, code: 1, message: a, data: oops}}\n",
			"d.yaml:7:68: data is no JSON: "},
		{"data without an error", whole + "checks:\n  - {check: json, refuse: {status: 400, body: a, data: '1'}}\n",
			"d.yaml:7:50: data without message: only a JSON-RPC error has it"},
		{"an echo without an error", whole + "checks:\n  - {check: json, refuse: {status: 400, body: a, echo: true}}\n",
			"d.yaml:7:50: echo without message: only a JSON-RPC error has it"},
		{"wildcards elsewhere", whole + "checks:\n  - {check: json, note: true, wildcards: true}\n",
			"d.yaml:7:5: json knows no wildcards: only accept-post and accept-get do"},
		{"every without effect", whole + "checks:\n  - {check: [batch, json], note: true, every: true}\n",
			"d.yaml:7:5: json lets nothing by that every could add: leave it out"},
		{"a latch in a latch", whole + "checks:\n  - {check: json, refuse: {status: 400, body: a, latch: {status: 500, latch: {status: 500}}}}\n",
			`d.yaml:7:71: unknown key "latch" in latch: it is one of status,`},
		{"no checks", whole, "d.yaml:1:1: the dialect has no checks: add it"},
		{"half an envelope", "envelope: {keys: [id, error], id: request}\n", "d.yaml:1:11: envelope needs an id, and keys with each of jsonrpc, id, error"},
		{"a member twice", "envelope: {keys: [id, id]}\n", `d.yaml:1:23: "id" stands in keys twice: keep one of them`},
		{"half a session", "session: {id: uuid4}\n", "d.yaml:1:10: session needs each of id, mint, show"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			_, err := parseDialect("d.yaml", []byte(tt.text))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
