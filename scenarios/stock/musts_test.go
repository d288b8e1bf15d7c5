package stock_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
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

// What several musts say.
const (
	goesOn       = `sends: {any: [{method: notifications/initialized}, {era: modern, not: {method: server/discover}}], within: 5s}`
	showsID      = `always: {of: {not: {any: [{method: initialize}, {era: modern}, {method: ping}]}}, has: {header: {Mcp-Session-Id: present}}}, since: start`
	showsVersion = `always: {of: {session: known}, has: {header: {MCP-Protocol-Version: present}}}, since: start`
	beginsAnew   = `reinitialize: {within: 5s}`
	keepsID      = `never: {session: leaked}`
)

// A must is an expectation as its file has it, and the rule that it stands on.
type must struct{ says, rule string }

var musts = map[string][]must{
	"accept-strict-406": {
		{`always: {of: {http: POST}, has: {header: {Accept: {contains: application/json}}}}, since: start`, accepts2},
		{`always: {of: {any: [{http: POST}, {http: GET}]}, has: {header: {Accept: {contains: text/event-stream}}}}, since: start`, accepts2},
	},
	"client-never-sends-session-id":    {{showsID, session2}},
	"client-omits-version-header":      {{showsVersion, versionField}},
	"duplicate-inflight-ids-crosswire": {{`unique_ids, since: start`, freshIDs}},
	"error-response-mints-session-id":  {{keepsID, session2}},
	"fastmcp-missing-session-id":       {{showsID, session2}},
	"fastmcp-missing-session-id-once":  {{keepsID, session2}},
	"initialize-hangs-server-slow":     {{`never: {method: notifications/cancelled, state: new}`, uncancelled}},
	"initialize-never-answered":        {{`never: {method: notifications/cancelled, state: new}`, uncancelled}},
	"input-required-forever":           {{`retries`, retried}},
	"input-required-form": {
		{`retries, since: asks`, retried},
		{`never: {params: {"inputResponses":{"delivery/date":{}}}, not: {method: tools/call}}`, elsewhere},
	},
	"input-required-neither": {{`retries`, retried}},
	"mcp-name-encoded": {
		{`always: {of: {tool: "stock_vejr_på_øen"}, has: {header: {Mcp-Name: {is: "=?base64?c3RvY2tfdmVqcl9ww6Vfw7hlbg==?="}}}}`, encoded},
	},
	"mcp-param-mirrored": {
		{`always: {of: {tool: stock_mirrored, arguments: {"region":"us-west1"}}, has: {header: {Mcp-Param-Region: {matches: "^(us-west1|=\\?base64\\?dXMtd2VzdDE=\\?=)$"}}}}`, mirrors},
	},
	"notification-before-initialize-result": {{`sends: {method: notifications/initialized, within: 10s}`, initialized1}},
	"priming-empty-data":                    {{goesOn, streams5}},
	"priming-event-named":                   {{goesOn, streams5}},
	"reconnect-attempt-counter-reset": {
		{`at_most: {header: {MCP-Protocol-Version: {is: "2025-11-25"}}, client: resume, count: 1, per: 90ms}`, retry6},
	},
	"replica-round-robin": {{beginsAnew, session4}},
	"request-state-opaque": {
		{`retries, since: wants it again`, retried},
		{`never: {params: {"requestState":" {\"v\":1.0,\"who\":\"Åse \\\"\\\\/\\\" 世界\",\"n\":[1e3, 01]} "}, not: {method: tools/call}}`, elsewhere},
	},
	"session-404-no-reinit":           {{beginsAnew, session4}},
	"session-id-rotates-mid-session":  {{keepsID, session2}},
	"session-idle-expiry":             {{beginsAnew, session4}},
	"sse-bom":                         {{goesOn, streams5}},
	"sse-cr":                          {{goesOn, streams5}},
	"sse-cr-then-more":                {{goesOn, streams5}},
	"sse-crlf":                        {{goesOn, streams5}},
	"sse-multiline-data":              {{goesOn, streams5}},
	"sse-no-space":                    {{goesOn, streams5}},
	"stale-id-on-initialize-rejected": {{beginsAnew, session4}, {`never: {header: {Mcp-Session-Id: present}, method: initialize}`, session4}},
	"stdio-split-write":               {{`sends: {any: [{method: notifications/initialized}, {era: modern, not: {method: server/discover}}], within: 10s}`, lines}},
	"transient-404-kills-connection":  {{beginsAnew, session4}},
	"version-header-ignored":          {{showsVersion, versionField}},
	"wrong-header-name":               {{showsID, session2}},
	"x-mcp-header-invalid":            {{`never: {tool: stock_invalid}`, invalid}},
}

// No stock scenario fails a client for what the specification does not demand,
// and none is lenient where it does: which musts there are is written down
// here, word for word, with the rule that each stands on.
func TestStockMusts(t *testing.T) {
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Error(err)
			continue
		}
		var says, want []string
		for i := range s.Expect {
			if e := &s.Expect[i]; e.Level == "must" {
				says = append(says, verdicts.Text(e, "fault"))
			}
		}
		for _, m := range musts[name] {
			want = append(want, m.says)
		}
		if !slices.Equal(says, want) {
			t.Errorf("%s: the musts are\n%s\nand there are rules for\n%s", name, strings.Join(says, "\n"), strings.Join(want, "\n"))
		}
	}
	for name := range musts {
		if !slices.Contains(scenarios.Stock(), name) {
			t.Errorf("%s: there is no such stock scenario", name)
		}
	}
}

// A client that does what the specification demands fails no must, over whatever
// transport and in whatever era it comes; and some such client comes to be held to
// each of them.
func TestConformingClients(t *testing.T) {
	for name := range musts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := map[string]bool{}
			for _, way := range conformingWays() {
				s, err := scenarios.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				v := visitOf(t, s, "weather/"+way.era)
				way.plays(&conforming{v: v, era: way.era, inbox: make(chan said, 1000)})
				for _, got := range v.verdicts() {
					held[got.Expectation] = held[got.Expectation] || got.Result == verdicts.Pass
					if got.Failed() {
						t.Errorf("over %s, %s: %s: %s", way.over, way.era, got.Expectation, got.Evidence)
					}
				}
			}
			for _, m := range musts[name] {
				if !held[m.says] && name != "input-required-form" { // which asks those with elicitation alone
					t.Errorf("no conforming client is held to %s", m.says)
				}
			}
		})
	}
}
