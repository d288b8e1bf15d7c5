package check

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
)

// An upright server does all that revision 2026-07-28 asks for, and knows no
// other. A test bends it: before it looks at a request, bend may answer; and
// edit may change what it says.
type upright struct {
	bend func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool
	edit func(method, message string) string

	mu     sync.Mutex
	asked  int
	called []string // the tools
}

const (
	uprightInfo  = `"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"upright","version":"1"}},"resultType":"complete"`
	uprightCache = `,"ttlMs":0,"cacheScope":"private"`
	uprightTools = `{"name":"query","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object","properties":{` +
		`"region":{"type":"string","x-mcp-header":"Region"},"rows":{"type":"integer","x-mcp-header":"Rows"}},"required":["region"]}},` +
		`{"name":"time","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object"}},{"name":"wipe","inputSchema":{"type":"object"}}`
)

// versionOf is the version in a request's _meta.
func versionOf(m gjson.Result) gjson.Result {
	return m.Get(`params._meta.io\.modelcontextprotocol/protocolVersion`)
}

func (u *upright) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m := gjson.ParseBytes(body)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked++
	if u.bend != nil && u.bend(u, w, r, m) {
		return
	}
	switch {
	case r.URL.Path != "/mcp":
		http.NotFound(w, r)
	case !strings.HasPrefix(r.Host, "127.0.0.1"), r.Header.Get("Origin") != "":
		http.Error(w, "Forbidden", http.StatusForbidden)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	case !gjson.ValidBytes(body):
		u.refuse(w, m, 400, -32700, "no JSON", "")
	case !m.IsObject(), !m.Get("method").Exists():
		u.refuse(w, m, 400, -32600, "no request", "")
	case !m.Get("id").Exists():
		w.WriteHeader(http.StatusAccepted)
	default:
		u.request(w, r, m)
	}
}

// request checks a request in the order of the specification, and answers it.
func (u *upright) request(w http.ResponseWriter, r *http.Request, m gjson.Result) {
	method, version := m.Get("method").Str, versionOf(m)
	meta := m.Get("params._meta")
	header := r.Header.Get("Mcp-Protocol-Version")
	unsupported := func(requested string) {
		u.refuse(w, m, 400, -32022, "Unsupported protocol version", fmt.Sprintf(`{"supported":["2026-07-28"],"requested":%q}`, requested))
	}
	switch {
	case method == "initialize" && !version.Exists():
		unsupported(m.Get("params.protocolVersion").Str)
	case header == "":
		u.refuse(w, m, 400, -32020, "MCP-Protocol-Version is missing", "")
	case !version.Exists(), !meta.Get(`io\.modelcontextprotocol/clientCapabilities`).IsObject():
		u.refuse(w, m, 400, -32602, "_meta is incomplete", "")
	case header != version.Str:
		u.refuse(w, m, 400, -32020, "MCP-Protocol-Version differs", "")
	case header != "2026-07-28":
		unsupported(header)
	case !slices.Equal(r.Header.Values("Mcp-Method"), []string{method}):
		u.refuse(w, m, 400, -32020, "Mcp-Method differs", "")
	case !u.named(r, m):
		u.refuse(w, m, 400, -32020, "Mcp-Name differs", "")
	case meta.Get(`io\.modelcontextprotocol/logLevel`).Str == "loud":
		u.refuse(w, m, 400, -32602, "no such level", "")
	default:
		u.serve(w, r, m)
	}
}

// same compares a header with what it mirrors.
func same(values []string, want string) bool {
	if len(values) != 1 {
		return false
	}
	text, front := strings.CutPrefix(values[0], "=?base64?")
	text, back := strings.CutSuffix(text, "?=")
	if !front || !back {
		return values[0] == want
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	return err == nil && string(decoded) == want
}

func (u *upright) named(r *http.Request, m gjson.Result) bool {
	switch m.Get("method").Str {
	case "tools/call":
		return same(r.Header.Values("Mcp-Name"), m.Get("params.name").Str)
	case "resources/read":
		return same(r.Header.Values("Mcp-Name"), m.Get("params.uri").Str)
	}
	return true
}

func (u *upright) serve(w http.ResponseWriter, r *http.Request, m gjson.Result) {
	switch m.Get("method").Str {
	case "server/discover":
		u.answer(w, m, `"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},"resources":{},"logging":{}}`+uprightCache)
	case "tools/list":
		u.answer(w, m, `"tools":[`+uprightTools+`]`+uprightCache)
	case "resources/list":
		if m.Get("params.cursor").Str == "2" {
			u.answer(w, m, `"resources":[]`+uprightCache)
			return
		}
		u.answer(w, m, `"resources":[{"uri":"a://b","name":"b"}],"nextCursor":"2"`+uprightCache)
	case "resources/templates/list":
		u.answer(w, m, `"resourceTemplates":[]`+uprightCache)
	case "resources/read":
		u.refuse(w, m, 200, -32602, "Resource not found", "")
	case "tools/call":
		u.call(w, r, m)
	case "subscriptions/listen":
		u.listen(w, r, m)
	default:
		u.refuse(w, m, 404, -32601, "Method not found", "")
	}
}

func (u *upright) call(w http.ResponseWriter, r *http.Request, m gjson.Result) {
	arguments := m.Get("params.arguments")
	region, rows := arguments.Get("region"), arguments.Get("rows")
	numeric := func() bool {
		n, err := strconv.ParseFloat(r.Header.Get("Mcp-Param-Rows"), 64)
		return err == nil && n == rows.Num || same(r.Header.Values("Mcp-Param-Rows"), rows.Raw)
	}
	switch name := m.Get("params.name").Str; {
	case name == "query" && region.Exists() && !same(r.Header.Values("Mcp-Param-Region"), region.Str),
		name == "query" && rows.Exists() && !numeric():
		u.refuse(w, m, 400, -32020, "Mcp-Param differs", "")
	case name == "query" || name == "time" || name == "wipe":
		u.called = append(u.called, name)
		u.answer(w, m, `"content":[]`)
	default:
		u.refuse(w, m, 200, -32602, "Unknown tool", "")
	}
}

// listen serves a stream of changes until the client closes it.
func (u *upright) listen(w http.ResponseWriter, r *http.Request, m gjson.Result) {
	filter := `{}`
	if m.Get("params.notifications.toolsListChanged").Bool() {
		filter = `{"toolsListChanged":true}`
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	u.event(w, m, `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":`+m.Get("id").Raw+`},"notifications":`+filter+`}}`)
	u.mu.Unlock()
	<-r.Context().Done()
	u.mu.Lock()
}

func (u *upright) event(w http.ResponseWriter, m gjson.Result, message string) {
	if u.edit != nil {
		message = u.edit(m.Get("method").Str, message)
	}
	for line := range strings.Lines(message) {
		fmt.Fprintf(w, "event: message\ndata: %s\n\n", strings.TrimSpace(line))
	}
	w.(http.Flusher).Flush()
}

func (u *upright) answer(w http.ResponseWriter, m gjson.Result, members string) {
	u.write(w, m, 200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{%s,%s}}`, m.Get("id").Raw, uprightInfo, members))
}

func (u *upright) refuse(w http.ResponseWriter, m gjson.Result, status, code int, message, data string) {
	if data != "" {
		data = `,"data":` + data
	}
	id := ""
	if v := m.Get("id"); v.Exists() && m.Get("method").Exists() {
		id = `"id":` + v.Raw + `,`
	}
	u.write(w, m, status, fmt.Sprintf(`{"jsonrpc":"2.0",%s"error":{"code":%d,"message":%q%s}}`, id, code, message, data))
}

func (u *upright) write(w http.ResponseWriter, m gjson.Result, status int, message string) {
	if u.edit != nil {
		message = u.edit(m.Get("method").Str, message)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, message)
}
