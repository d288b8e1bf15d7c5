package stock_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
	"github.com/tidwall/gjson"
)

// Where the specification says what a must holds a client to. A must stands on
// one of these, and on nothing else.
const (
	accepts2     = `2025-11-25 basic/transports, "Sending Messages to the Server" 2: a client MUST list both media types in Accept`
	streams5     = `2025-11-25 basic/transports, "Sending Messages to the Server" 5: a client MUST support event streams, as the SSE standard has them`
	retry6       = `2025-11-25 basic/transports, "Sending Messages to the Server" 6: a client MUST wait as long as retry says`
	session2     = `2025-11-25 basic/transports, "Session Management" 2: a client MUST send the id that came during initialization with all that follows`
	session4     = `2025-11-25 basic/transports, "Session Management" 4: a client that gets 404 for its session MUST send an initialize without the id`
	versionField = `2025-11-25 basic/transports, "Protocol Version Header": a client MUST send it on all that follows`
	lines        = `2025-11-25 basic/transports, "stdio": newlines alone delimit messages; basic/lifecycle, "Initialization": a client MUST send initialized`
	initialized1 = `2025-11-25 basic/lifecycle, "Initialization": after a successful one a client MUST send initialized`
	uncancelled  = `2025-11-25 basic/utilities/cancellation, "Behavior Requirements" 2: a client MUST NOT cancel initialize`
	freshIDs     = `2025-11-25 basic, "Requests": an id MUST NOT have been used before in the session`
	encoded      = `2026-07-28 basic/transports/streamable-http, "Value Encoding": what cannot stand in a header MUST be encoded`
	mirrors      = `2026-07-28 basic/transports/streamable-http, "Custom Headers from Tool Parameters": a client MUST mirror them`
	invalid      = `2026-07-28 basic/transports/streamable-http, "Schema Extension": a client MUST leave an invalid tool out`
	retried      = `2026-07-28 basic/patterns/mrtr, "Client Requirements" 2 and 3: a retry MUST have the same requestState, or none, and another id`
	elsewhere    = `2026-07-28 basic/patterns/mrtr, "Client Requirements" 4: what a retry sends MUST NOT be sent with another request`
)

var musts = map[string][]string{
	"accept-strict-406":                     {accepts2, accepts2},
	"client-never-sends-session-id":         {session2},
	"client-omits-version-header":           {versionField},
	"duplicate-inflight-ids-crosswire":      {freshIDs},
	"error-response-mints-session-id":       {session2},
	"fastmcp-missing-session-id":            {session2},
	"fastmcp-missing-session-id-once":       {session2},
	"initialize-hangs-server-slow":          {uncancelled},
	"initialize-never-answered":             {uncancelled},
	"input-required-forever":                {retried},
	"input-required-form":                   {retried, elsewhere},
	"input-required-neither":                {retried},
	"mcp-name-encoded":                      {encoded},
	"mcp-param-mirrored":                    {mirrors},
	"notification-before-initialize-result": {initialized1},
	"priming-empty-data":                    {streams5},
	"priming-event-named":                   {streams5},
	"reconnect-attempt-counter-reset":       {retry6},
	"replica-round-robin":                   {session4},
	"request-state-opaque":                  {retried, elsewhere},
	"session-404-no-reinit":                 {session4},
	"session-id-rotates-mid-session":        {session2},
	"session-idle-expiry":                   {session4},
	"sse-bom":                               {streams5},
	"sse-cr":                                {streams5},
	"sse-cr-then-more":                      {streams5},
	"sse-crlf":                              {streams5},
	"sse-multiline-data":                    {streams5},
	"sse-no-space":                          {streams5},
	"stale-id-on-initialize-rejected":       {session4, session4},
	"stdio-split-write":                     {lines},
	"transient-404-kills-connection":        {session4},
	"version-header-ignored":                {versionField},
	"wrong-header-name":                     {session2},
	"x-mcp-header-invalid":                  {invalid},
}

// No stock scenario fails a client for what the specification does not demand,
// and none is lenient where it does: which musts there are is written down
// here, with the rule that each stands on.
func TestStockMusts(t *testing.T) {
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Error(err)
			continue
		}
		n := 0
		for _, e := range s.Expect {
			if e.Level == "must" {
				n++
			}
		}
		if rules := musts[name]; n != len(rules) {
			t.Errorf("%s has %d musts, and rules for %d of them: %s", name, n, len(rules), strings.Join(rules, "; "))
		}
	}
	for name := range musts {
		if !slices.Contains(scenarios.Stock(), name) {
			t.Errorf("%s: there is no such stock scenario", name)
		}
	}
}

// A client over stdio breaks no rule of HTTP: it has no headers to send.
func TestStockMustsOverStdio(t *testing.T) {
	for name := range musts {
		for _, era := range []string{"legacy", "modern"} {
			t.Run(name+"/"+era, func(t *testing.T) {
				s, err := scenarios.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				if s.Transport != "http" {
					t.Skip("it is about stdio, too")
				}
				v := visitOf(t, s, "weather/"+era)
				v.talks(era)
				for _, got := range v.verdicts() {
					if got.Level == "must" && got.Result == verdicts.Fail {
						t.Errorf("%s: %s", got.Expectation, got.Evidence)
					}
				}
			})
		}
	}
}

// talks is a client over stdio of an era, as it should be, which calls each
// tool that it is shown.
func (v *visitor) talks(era string) {
	p := v.pipe()
	asks := func(method, params string) string {
		if era == "modern" {
			meta := `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
			params = strings.Replace("{"+meta+","+strings.TrimPrefix(params, "{"), ",}", "}", 1)
		}
		_, _ = io.WriteString(p.in, v.request(method, params)+"\n") // to a process that a fault may have ended
		return p.reads()
	}
	if era == "legacy" {
		p.says(v.handshake("2025-11-25"))
		p.reads()
		p.says(initializedNote)
	}
	for _, tool := range gjson.Get(asks("tools/list", "{}"), "result.tools.#.name").Array() {
		asks("tools/call", fmt.Sprintf(`{"name":%q,"arguments":{"region":"us-west1"}}`, tool.Str))
	}
	p.ends()
}
