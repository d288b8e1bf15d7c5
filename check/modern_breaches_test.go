package check

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// shownBy are the stock scenarios that show the same as a breach.
var shownBy = map[string]string{
	"initialize is refused without a word": "modern-only-server-vs-old-client",
	"a header that no client can send":     "x-mcp-header-invalid",
	"no resultType":                        "result-type-missing",
	"a negative ttlMs":                     "ttl-negative",
	"nothing is acknowledged":              "listen-not-acknowledged",
	"its id is a text":                     "listen-subscription-id-type",
	"streams that a proxy may hold back":   "listen-buffered-by-proxy",
	"an unknown method is a page":          "modern-404-without-body",
}

// TestModernBreaches bends an upright server in one way each: that one rule is
// not kept, and no other.
func TestModernBreaches(t *testing.T) {
	none := func(code int) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":ID,"error":{"code":%d,"message":"no"}}`, code)
	}
	fine := `{"jsonrpc":"2.0","id":ID,"result":{` + uprightInfo + `,"tools":[` + uprightTools + `]` + uprightCache + `}}`
	const json, stream = "application/json", "text/event-stream"
	has := func(header, value string) func(*http.Request, gjson.Result) bool {
		return func(r *http.Request, _ gjson.Result) bool { return r.Header.Get(header) == value }
	}
	for _, c := range []breach{
		{name: "discover is not there", rule: "modern-discover", verdict: Broken, bend: when(methodIs("server/discover"), 404, json, none(-32601)), also: "modern-id modern-version"},
		{name: "discover does not name versions", rule: "modern-discover", verdict: Broken, edit: drop("server/discover", `"supportedVersions":["2026-07-28"],`)},
		{name: "discover has no capabilities", rule: "modern-discover", verdict: Broken, edit: swap("server/discover", `"capabilities"`, `"abilities"`)},
		{name: "initialize is refused without a word", rule: "modern-initialize", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool {
			return m.Get("method").Str == "initialize" && !versionOf(m).Exists()
		}, 400, json, none(-32601))},

		{name: "capabilities may be left out", rule: "modern-meta", verdict: Broken, bend: when(func(_ *http.Request, m gjson.Result) bool {
			return m.Get("method").Str == "tools/list" && versionOf(m).Exists() && !m.Get(`params._meta.io\.modelcontextprotocol/clientCapabilities`).Exists()
		}, 200, json, fine)},
		{name: "an incomplete _meta is another error", rule: "modern-meta", verdict: Broken, edit: swap("tools/list", `-32602,"message":"_meta`, `-32600,"message":"_meta`)},
		{name: "clientInfo is demanded", rule: "modern-meta", verdict: Broken, bend: when(func(_ *http.Request, m gjson.Result) bool {
			return versionOf(m).Exists() && !m.Get(`params._meta.io\.modelcontextprotocol/clientInfo`).Exists()
		}, 400, json, none(-32602))},
		{name: "any version is served", rule: "modern-version", verdict: Broken, bend: when(func(r *http.Request, m gjson.Result) bool {
			return versionOf(m).Str == "2099-01-01"
		}, 200, json, fine)},
		{name: "the versions are not named", rule: "modern-version", verdict: Broken, edit: func(method, message string) string {
			if method == "initialize" {
				return message
			}
			return strings.ReplaceAll(message, `"supported":`, `"known":`)
		}},
		{name: "the one asked for is not named", rule: "modern-version", verdict: Broken, edit: drop("", `,"requested":"2099-01-01"`)},
		{name: "an unknown version is answered 200", rule: "modern-version", verdict: Broken, bend: when(func(_ *http.Request, m gjson.Result) bool { return versionOf(m).Str == "2099-01-01" }, 200, json,
			`{"jsonrpc":"2.0","id":ID,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"],"requested":"2099-01-01"}}}`)},

		{name: "MCP-Protocol-Version is not looked at", rule: "modern-header-version", verdict: Broken, bend: blind("Mcp-Protocol-Version")},
		{name: "Mcp-Method is not looked at", rule: "modern-header-method", verdict: Broken, bend: blind("Mcp-Method")},
		{name: "Mcp-Method may be in capitals", rule: "modern-header-method", verdict: Broken, bend: func(_ *upright, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			if r.Header.Get("Mcp-Method") == "TOOLS/LIST" {
				r.Header.Set("Mcp-Method", "tools/list")
			}
			return false
		}},
		{name: "the first of two Mcp-Method counts", rule: "modern-doubled", verdict: Note, bend: func(_ *upright, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			if v := r.Header.Values("Mcp-Method"); len(v) > 1 {
				r.Header.Set("Mcp-Method", v[0])
			}
			return false
		}},
		{name: "Mcp-Name is not looked at", rule: "modern-header-name", verdict: Broken, bend: blind("Mcp-Name"), also: "modern-name-encoded"},
		{name: "Mcp-Name of resources is not looked at", rule: "modern-header-name", verdict: Broken, bend: func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return m.Get("method").Str == "resources/read" && blind("Mcp-Name")(u, w, r, m)
		}},
		{name: "Base64 is not decoded", rule: "modern-name-encoded", verdict: Broken, bend: when(func(r *http.Request, _ gjson.Result) bool {
			return strings.HasPrefix(r.Header.Get("Mcp-Name"), "=?base64?")
		}, 400, json, none(-32020))},
		{name: "Base64 is taken on trust", rule: "modern-name-encoded", verdict: Broken, bend: func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return strings.HasPrefix(r.Header.Get("Mcp-Name"), "=?base64?") && blind("Mcp-Name")(u, w, r, m)
		}},
		{name: "Mcp-Param is not looked at", rule: "modern-header-param", verdict: Broken, bend: blind("Mcp-Param-Region")},
		{name: "Mcp-Param in Base64 is not decoded", rule: "modern-header-param", verdict: Broken, bend: when(func(r *http.Request, _ gjson.Result) bool {
			return strings.HasPrefix(r.Header.Get("Mcp-Param-Region"), "=?base64?")
		}, 400, json, none(-32020))},
		{name: "42.0 is not 42", rule: "modern-header-integer", verdict: Note, edit: swap("tools/list", `"required":["region"]`, `"required":["rows"]`), bend: when(func(r *http.Request, _ gjson.Result) bool {
			return strings.Contains(r.Header.Get("Mcp-Param-Rows"), ".")
		}, 400, json, none(-32020))},
		{name: "a header that no client can send", rule: "modern-x-mcp-header", verdict: Broken, edit: swap("tools/list", `"x-mcp-header":"Rows"`, `"x-mcp-header":"two words"`)},
		{name: "one header for two arguments", rule: "modern-x-mcp-header", verdict: Broken, edit: swap("tools/list", `"x-mcp-header":"Rows"`, `"x-mcp-header":"REGION"`)},
		{name: "a header for a fraction", rule: "modern-x-mcp-header", verdict: Broken, edit: swap("tools/list", `"integer"`, `"number"`)},

		{name: "an unknown method is answered 200", rule: "modern-method-unknown", verdict: Broken, bend: when(methodIs("mcpmock/no-such-method"), 200, json, none(-32601))},
		{name: "an unknown method is a page", rule: "modern-method-unknown", verdict: Broken, bend: when(methodIs("mcpmock/no-such-method"), 404, "text/plain", "404 page not found")},
		{name: "an unknown method is another error", rule: "modern-method-unknown", verdict: Broken, bend: when(methodIs("mcpmock/no-such-method"), 404, json, none(-32600))},
		{name: "ping is answered 200", rule: "modern-removed", verdict: Broken, bend: when(methodIs("ping"), 200, json, none(-32601))},
		{name: "ping is served", rule: "modern-removed", verdict: Note, bend: when(methodIs("ping"), 200, json, fine)},
		{name: "GET is not found", rule: "modern-get", verdict: Note, bend: when(func(r *http.Request, _ gjson.Result) bool { return r.Method == "GET" }, 404, "", "")},
		{name: "DELETE is served", rule: "modern-delete", verdict: Note, bend: when(func(r *http.Request, _ gjson.Result) bool { return r.Method == "DELETE" }, 200, "", "")},
		{name: "a session id is refused", rule: "modern-session-id", verdict: Note, bend: when(has("Mcp-Session-Id", "0123456789abcdef0123456789abcdef"), 404, json, none(-32600))},
		{name: "a session id is minted", rule: "modern-session-id", verdict: Note, bend: func(_ *upright, w http.ResponseWriter, _ *http.Request, _ gjson.Result) bool {
			w.Header().Set("Mcp-Session-Id", "minted")
			return false
		}},
		{name: "Last-Event-ID is refused", rule: "modern-last-event-id", verdict: Note, bend: when(has("Last-Event-Id", "no-such-event"), 400, "", "no")},
		{name: "a notification is answered", rule: "modern-notification", verdict: Broken, bend: when(func(_ *http.Request, m gjson.Result) bool {
			return strings.HasPrefix(m.Get("method").Str, "notifications/")
		}, 200, json, "null")},
		{name: "a response is accepted", rule: "modern-response", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool { return m.Get("result").Exists() }, 202, "", "")},
		{name: "a batch is served", rule: "modern-batch", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool { return m.IsArray() }, 200, json, "[]")},
		{name: "what is no JSON is a failure", rule: "modern-malformed", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool { return strings.HasPrefix(m.Raw, "no") }, 500, "", "oops")},

		{name: "no resultType", rule: "modern-result-type", verdict: Broken, edit: drop("resources/list", `,"resultType":"complete"`)},
		{name: "no ttlMs", rule: "modern-caching", verdict: Broken, edit: drop("tools/list", `,"ttlMs":0`)},
		{name: "a negative ttlMs", rule: "modern-caching", verdict: Broken, edit: swap("server/discover", `"ttlMs":0`, `"ttlMs":-1`)},
		{name: "a ttlMs that is no integer", rule: "modern-caching", verdict: Broken, edit: swap("server/discover", `"ttlMs":0`, `"ttlMs":0.5`)},
		{name: "no cacheScope", rule: "modern-caching", verdict: Broken, edit: drop("resources/templates/list", `,"cacheScope":"private"`)},
		{name: "a cacheScope that there is not", rule: "modern-caching", verdict: Broken, edit: swap("tools/list", `"private"`, `"shared"`)},
		{name: "pages of two scopes", rule: "modern-caching", verdict: Broken, edit: func(method, message string) string {
			if method == "resources/list" && !strings.Contains(message, "nextCursor") {
				return strings.ReplaceAll(message, `"private"`, `"public"`)
			}
			return message
		}},
		{name: "no serverInfo", rule: "modern-server-info", verdict: Note, edit: drop("tools/list", `"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"upright","version":"1"}},`)},
		{name: "an id comes back as a number", rule: "modern-id", verdict: Broken, edit: swap("", `"id":"32"`, `"id":32`)},
		{name: "an id comes back as a text", rule: "modern-id", verdict: Broken, edit: swap("", `"id":-7`, `"id":"-7"`)},
		{name: "a large id is rounded", rule: "modern-id", verdict: Broken, edit: swap("", `"id":9007199254740991`, `"id":9.007199254740991e15`)},
		{name: "tools in any order", rule: "modern-tools-order", verdict: Note, bend: func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			return m.Get("id").Raw == "32" && u.asked%2 == 1 && when(func(r *http.Request, m gjson.Result) bool {
				return methodIs("tools/list")(r, m) && r.Header.Get("Mcp-Method") == "tools/list" && versionOf(m).Str == "2026-07-28" && m.Get(`params._meta.io\.modelcontextprotocol/clientCapabilities`).Exists() &&
					r.Header.Get("Mcp-Protocol-Version") == "2026-07-28" && len(r.Header.Values("Mcp-Method")) == 1 && !m.Get(`params._meta.io\.modelcontextprotocol/logLevel`).Exists()
			}, 200, json, `{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"tools":[{"name":"n`+fmt.Sprint(u.asked)+`"}]`+uprightCache+`}}`)(u, w, r, m)
		}},

		{name: "nothing is acknowledged", rule: "modern-listen", verdict: Broken, bend: when(methodIs("subscriptions/listen"), 200, stream, ": nothing\n\n")},
		{name: "something comes before", rule: "modern-listen", verdict: Broken, edit: func(method, message string) string {
			if method != "subscriptions/listen" {
				return message
			}
			return `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":` + gjson.Get(message, `params._meta.io\.modelcontextprotocol/subscriptionId`).Raw + `}}}` + "\n" + message
		}},
		{name: "the subscription is not named", rule: "modern-listen", verdict: Broken, edit: swap("subscriptions/listen", "io.modelcontextprotocol/subscriptionId", "id")},
		{name: "its id is a text", rule: "modern-listen", verdict: Broken, edit: swap("subscriptions/listen", `subscriptionId":35`, `subscriptionId":"35"`)},
		{name: "listen is not there", rule: "modern-listen", verdict: Broken, bend: when(methodIs("subscriptions/listen"), 404, json, none(-32601))},
		{name: "more is acknowledged than was asked for", rule: "modern-listen-filter", verdict: Broken, edit: swap("subscriptions/listen", `"notifications":{}`, `"notifications":{"promptsListChanged":true}`)},
		{name: "more is told than was asked for", rule: "modern-listen-filter", verdict: Broken, edit: func(method, message string) string {
			if method != "subscriptions/listen" {
				return message
			}
			return message + "\n" + `{"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":` + gjson.Get(message, `params._meta.io\.modelcontextprotocol/subscriptionId`).Raw + `}}}`
		}},
		{name: "log messages on the stream of changes", rule: "modern-logging", verdict: Broken, edit: func(method, message string) string {
			if method != "subscriptions/listen" {
				return message
			}
			return message + "\n" + `{"jsonrpc":"2.0","method":"notifications/message","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":` + gjson.Get(message, `params._meta.io\.modelcontextprotocol/subscriptionId`).Raw + `}}}`
		}},
		{name: "log messages that nobody asked for", rule: "modern-logging", verdict: Broken, bend: when(methodIs("resources/templates/list"), 200, stream,
			"data: "+`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}`+"\n\ndata: "+`{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"resourceTemplates":[]`+uprightCache+`}}`+"\n\n")},
		{name: "a request of the server", rule: "modern-stream", verdict: Broken, bend: when(methodIs("resources/templates/list"), 200, stream,
			"data: "+`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`+"\n\ndata: "+`{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"resourceTemplates":[]`+uprightCache+`}}`+"\n\n")},
		{name: "a change on another stream", rule: "modern-stream", verdict: Broken, bend: when(methodIs("resources/templates/list"), 200, stream,
			"data: "+`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`+"\n\ndata: "+`{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"resourceTemplates":[]`+uprightCache+`}}`+"\n\n")},
		{name: "streams that a proxy may hold back", rule: "modern-buffering", verdict: Note, bend: when(methodIs("resources/templates/list"), 200, stream,
			"data: "+`{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"resourceTemplates":[]`+uprightCache+`}}`+"\n\n")},
		{name: "streams without end", rule: "modern-stream-end", verdict: Note, bend: func(u *upright, w http.ResponseWriter, r *http.Request, m gjson.Result) bool {
			if !methodIs("resources/templates/list")(r, m) {
				return false
			}
			w.Header().Set("X-Accel-Buffering", "no")
			when(methodIs("resources/templates/list"), 200, stream, "data: "+`{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"resourceTemplates":[]`+uprightCache+`}}`+"\n\n")(u, w, r, m)
			w.(http.Flusher).Flush()
			u.mu.Unlock()
			<-r.Context().Done()
			u.mu.Lock()
			return true
		}},
		{name: "a level that there is not", rule: "modern-log-level", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool {
			return m.Get(`params._meta.io\.modelcontextprotocol/logLevel`).Exists()
		}, 200, json, fine)},
		{name: "the code of earlier revisions", rule: "modern-no-resource", verdict: Broken, edit: swap("resources/read", "-32602", "-32002"), also: "modern-error-codes"},
		{name: "a resource that is nothing", rule: "modern-no-resource", verdict: Broken, bend: when(func(r *http.Request, m gjson.Result) bool {
			return m.Get("method").Str == "resources/read" && r.Header.Get("Mcp-Name") == "mcpmock://no/such"
		}, 200, json, `{"jsonrpc":"2.0","id":ID,"result":{`+uprightInfo+`,"contents":[]`+uprightCache+`}}`)},
		{name: "a code that is reserved", rule: "modern-error-codes", verdict: Broken, edit: swap("tools/call", `-32602,"message":"Unknown`, `-32050,"message":"Unknown`)},
		{name: "a code of an earlier revision", rule: "modern-error-codes", verdict: Broken, edit: swap("tools/call", `-32602,"message":"Unknown`, `-32042,"message":"Unknown`)},
		{name: "a code that means nothing", rule: "modern-error-codes", verdict: Note, edit: swap("tools/call", `-32602,"message":"Unknown`, `-32000,"message":"Unknown`)},
		{name: "the tools are not listed", rule: "modern-tools-list", verdict: Broken, bend: when(func(r *http.Request, m gjson.Result) bool {
			return methodIs("tools/list")(r, m) && r.Header.Get("Mcp-Method") == "tools/list" && len(r.Header.Values("Mcp-Method")) == 1 && versionOf(m).Str == "2026-07-28" && r.Header.Get("Mcp-Protocol-Version") == "2026-07-28" &&
				m.Get(`params._meta.io\.modelcontextprotocol/clientCapabilities`).Exists() && !m.Get(`params._meta.io\.modelcontextprotocol/logLevel`).Exists()
		}, 200, json, none(-32603))},
		{name: "the call is refused", rule: "modern-tools-call", verdict: Note, bend: when(func(_ *http.Request, m gjson.Result) bool { return m.Get("params.name").Str == "time" }, 200, json, none(-32603))},
		{name: "Origin is not looked at", rule: "modern-origin", verdict: Note, bend: func(_ *upright, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			return false
		}},
		{name: "nor is Host", rule: "modern-origin", verdict: Broken, bend: func(_ *upright, _ http.ResponseWriter, r *http.Request, _ gjson.Result) bool {
			r.Header.Del("Origin")
			r.Host = "127.0.0.1"
			return false
		}},
		{name: "a foreign Origin is refused otherwise", rule: "modern-origin", verdict: Broken, bend: when(func(r *http.Request, _ gjson.Result) bool { return r.Header.Get("Origin") != "" }, 400, "", "no")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := checked(t, &upright{bend: c.bend, edit: c.edit}, "/mcp")
			if err != nil {
				t.Fatal(err)
			}
			f := findingOf(r, c.rule)
			if f == nil {
				t.Fatalf("nothing about %s", c.rule)
			}
			if f.Verdict != c.verdict {
				t.Errorf("%s, not %s: %s", f.Verdict, c.verdict, f.Saw)
			}
			if f.Cause == "" || f.Cure == "" {
				t.Errorf("cause %q, cure %q", f.Cause, f.Cure)
			}
			if want := shownBy[c.name]; want != "" && !slices.Contains(f.Known, want) {
				t.Errorf("known %q, not %s", f.Known, want)
			}
			for _, other := range r.Findings {
				if other.Verdict == Broken && other.Rule != c.rule && !strings.Contains(c.also, other.Rule) {
					t.Errorf("also broken: %s: %s", other.Rule, other.Saw)
				}
			}
		})
	}
}
