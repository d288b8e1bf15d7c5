package scenarios_test

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func raw(s string) json.RawMessage { return json.RawMessage(s) }

func point[V any](v V) *V { return &v }

// parsed reads a scenario that must be good.
func parsed(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("good.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why, text string
		want      scenarios.Trigger
	}{
		{"nothing is every request", "{}", scenarios.Trigger{}},
		{"what HTTP shows", "{http: GET, path: /mcp*}", scenarios.Trigger{HTTP: "GET", Path: "/mcp*"}},
		{"headers keep their order", `{header: {B: absent, A: {is: ""}, C: repeated}}`, scenarios.Trigger{Headers: []scenarios.HeaderTest{
			{Name: "B", Absent: true}, {Name: "A"}, {Name: "C", Repeated: true},
		}}},
		{"each test of a header", "{header: {A: present, B: {starts: x}, C: {contains: y}, D: {lacks: z}}}", scenarios.Trigger{Headers: []scenarios.HeaderTest{
			{Name: "A", Present: true}, {Name: "B", Starts: "x"}, {Name: "C", Contains: "y"}, {Name: "D", Lacks: "z"},
		}}},
		{"the message", "{kind: request, method: tools/*, tool: get_*, id: number, params: present}", scenarios.Trigger{
			Kind: "request", Method: "tools/*", Tool: "get_*", ID: "number", Params: "present",
		}},
		{"arguments keep spelling and order", `{arguments: {z: 1.50, a: [1e5, 12345678901234567890123, -0], q: "1", n: null, t: true}}`, scenarios.Trigger{
			Arguments: raw(`{"z":1.50,"a":[1e5,12345678901234567890123,-0],"q":"1","n":null,"t":true}`),
		}},
		{"members of the params", `{params: {requestState: "s*", _meta: {n: 1.50}}}`, scenarios.Trigger{
			Members: raw(`{"requestState":"s*","_meta":{"n":1.50}}`),
		}},
		{"the session", "{session: leaked, state: initializing, era: modern, in_flight: 2, same_id: true, idle: 1m30s}", scenarios.Trigger{
			Session: "leaked", State: "initializing", Era: "modern", InFlight: 2, SameID: true, Idle: 90 * time.Second,
		}},
		{"what the client does", "{client: disconnect, method: tools/call}", scenarios.Trigger{Client: "disconnect", Method: "tools/call"}},
		{"some of several, and not another", "{any: [{tool: a}, {tool: b}], not: {session: none, not: {http: GET}}}", scenarios.Trigger{
			Any: []scenarios.Trigger{{Tool: "a"}, {Tool: "b"}},
			Not: &scenarios.Trigger{Session: "none", Not: &scenarios.Trigger{HTTP: "GET"}},
		}},
		{"every second", "{every: 2}", scenarios.Trigger{Every: 2}},
		{"after some", "{after: 3}", scenarios.Trigger{After: 3}},
		{"after a while", "{after: 3s}", scenarios.Trigger{AfterTime: 3 * time.Second}},
		{"by chance", "{chance: 0.25}", scenarios.Trigger{Chance: 0.25}},
		{"always by chance", "{chance: 1}", scenarios.Trigger{Chance: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s := parsed(t, "seed: 1\nfaults: [{do: {crash: 1s}, when: "+tt.text+"}]")
			if d := cmp.Diff(tt.want, s.Faults[0].When); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
	s := parsed(t, `faults: [{do: ignore, when: {header: {A: {matches: "^[0-9]+$"}}}}]`)
	if m := s.Faults[0].When.Headers[0].Matches; m == nil || m.String() != regexp.MustCompile("^[0-9]+$").String() {
		t.Errorf("matches became %v", m)
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	tests := []struct {
		why, text string
		want      scenarios.Action
	}{
		{"a word", "restart", scenarios.Action{Restart: true}},
		{"words beside each other", "{restart: true, adopt_session: true, gzip: true, buffer: true}", scenarios.Action{Restart: true, AdoptSession: true, Gzip: true, Buffer: true}},
		{"what goes to the server", "{request: {headers: {Mcp-Session-Id: null, A: b}}}", scenarios.Action{Request: []scenarios.Header{{Name: "Mcp-Session-Id", Absent: true}, {Name: "A", Value: "b"}}}},
		{"a crash", "{crash: 2s}", scenarios.Action{Crash: 2 * time.Second}},
		{"an answer with data", `{respond: {status: 400, code: 1, message: a, data: {b: [1.0]}, echo: true}}`, scenarios.Action{Respond: &scenarios.Response{
			Status: 400, Code: 1, Message: "a", Data: `{"b":[1.0]}`, Echo: true,
		}}},
		{"an answer of bytes", "{latch: {status: 200, body64: AP8=}}", scenarios.Action{Latch: &scenarios.Response{Status: 200, Body: "\x00\xff"}}},
		{"elsewhere", "{redirect: {status: 308, to: strip_slash}}", scenarios.Action{Redirect: &scenarios.Redirect{Status: 308, To: "strip_slash"}}},
		{"credentials", "{challenge: {status: 403, body: no}}", scenarios.Action{Challenge: &scenarios.Challenge{Status: 403, Body: "no"}}},
		{"an error", "{error: {code: -1, message: a, data: null}}", scenarios.Action{Error: &scenarios.RPCError{Code: -1, Message: "a", Data: raw("null")}}},
		{"a result", `{result: {z: "ü<", a: []}}`, scenarios.Action{Result: raw(`{"z":"ü<","a":[]}`)}},
		{"the response around it", "{status: 201, headers: [{A: b}, {A: c}], rotate_session: true}", scenarios.Action{
			Status: 201, Headers: []scenarios.Header{{Name: "A", Value: "b"}, {Name: "A", Value: "c"}}, RotateSession: true,
		}},
		{"edits in their order", "{set: {/result/b: 1, /result/a: {c: null}}, remove: [/result/d]}", scenarios.Action{
			Set: []scenarios.Edit{{Pointer: "/result/b", Value: raw("1")}, {Pointer: "/result/a", Value: raw(`{"c":null}`)}}, Remove: []string{"/result/d"},
		}},
		{"another id", "{id: 7.0}", scenarios.Action{ID: raw("7.0")}},
		{"an id that is a text", "{id: server-error}", scenarios.Action{ID: raw(`"server-error"`)}},
		{"an id of null", "{id: null}", scenarios.Action{ID: raw("null")}},
		{"the same id otherwise", "{id: {as: string}}", scenarios.Action{IDAs: "string"}},
		{"the message", `{inject: "\u2028", pad: 64KiB, wrap: true, duplicate: true, swap: true, replace: {a: b, c: ""}}`, scenarios.Action{
			Inject: "\u2028", Pad: 64 << 10, Wrap: true, Duplicate: true, Swap: true, Replace: map[string]string{"a": "b", "c": ""},
		}},
		{"one message beside it", `{send: {message: {id: "{{id}}"}, at: after, on: get}}`, scenarios.Action{Send: []scenarios.Sent{{Message: raw(`{"id":"{{id}}"}`), At: "after", On: "get"}}}},
		{"two messages", "{send: [{message: {a: 1}}, {message: {b: 2}}]}", scenarios.Action{Send: []scenarios.Sent{{Message: raw(`{"a":1}`)}, {Message: raw(`{"b":2}`)}}}},
		{"the end before the first event", "{stream: {end: 0}}", scenarios.Action{Stream: &scenarios.StreamEdit{End: true}}},
		{"the end after events, primed", "{stream: {end: {after: 2, prime: true}}}", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndAfter: 2, EndPrime: true}}},
		{"the end after a while", "{stream: {end: {after: 2s}, hold: true}}", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndTime: 2 * time.Second, Hold: true}}},
		{"an open stream", "{stream: {hold: true, keepalive: 15s, comment: ping, prime: {id: e1, retry: 5}}}", scenarios.Action{Stream: &scenarios.StreamEdit{
			Hold: true, Keepalive: 15 * time.Second, Comment: "ping", Prime: &scenarios.Prime{ID: "e1", Retry: 5},
		}}},
		{"the form of a stream", "{stream: {ids: none, retry: 5, on: both, eol: cr, space: false, event: none, split_data: 9, blank: false, bom: true, resume: other, endpoint: /x}}", scenarios.Action{Stream: &scenarios.StreamEdit{
			IDs: "none", Retry: 5, On: "both", EOL: "cr", NoSpace: true, Event: "none", SplitData: 9, NoBlank: true, BOM: true, Resume: "other", Endpoint: "/x",
		}}},
		{"what is said anyway", "{stream: {space: true, blank: true}}", scenarios.Action{Stream: &scenarios.StreamEdit{}}},
		{"one delay", "{delay: 250ms}", scenarios.Action{Delay: &scenarios.Delay{From: 250 * ms}}},
		{"a delay between", "{delay: {from: 0s, to: 1s}}", scenarios.Action{Delay: &scenarios.Delay{To: time.Second}}},
		{"a delay around", "{delay: {median: 1s, sigma: 0.5, max: 2s}}", scenarios.Action{Delay: &scenarios.Delay{Median: time.Second, Sigma: 0.5, Max: 2 * time.Second}}},
		{"a stall", "{stall: mid_body}", scenarios.Action{Stall: &scenarios.Stall{At: "mid_body"}}},
		{"a stall that ends", "{stall: {at: after_headers, for: 1s}}", scenarios.Action{Stall: &scenarios.Stall{At: "after_headers", For: time.Second}}},
		{"pieces", "{split: 3}", scenarios.Action{Split: &scenarios.Split{Bytes: 3}}},
		{"a torn character", "{split: inside_code_point}", scenarios.Action{Split: &scenarios.Split{CodePoint: true}}},
		{"slow pieces", "{split: {pieces: 4, every: 5ms}}", scenarios.Action{Split: &scenarios.Split{Pieces: 4, Every: 5 * ms}}},
		{"bytes", "{truncate: 10, throttle: 1MiB, close_idle: 1s}", scenarios.Action{Truncate: 10, Throttle: 1 << 20, CloseIdle: time.Second}},
		{"a reset", "{drop: rst}", scenarios.Action{Drop: &scenarios.Drop{How: "rst"}}},
		{"a drop after events", "{drop: {events: 2}}", scenarios.Action{Drop: &scenarios.Drop{Events: 2}}},
		{"over stdio", `{emit: {to: stderr, text: "a\n", repeat: 2, at: after}, frame: pretty, bom: true, close_stdout: true, exit: 0}`, scenarios.Action{
			Emit: []scenarios.Emit{{To: "stderr", Text: "a\n", Repeat: 2, At: "after"}}, Frame: "pretty", BOM: true, CloseStdout: true, Exit: point(0),
		}},

		// other tools' words
		{"toxiproxy's latency", "{latency: {latency: 100, jitter: 20}}", scenarios.Action{Delay: &scenarios.Delay{From: 80 * ms, To: 120 * ms}}},
		{"a jitter larger than the latency", "{latency: {latency: 10, jitter: 20}}", scenarios.Action{Delay: &scenarios.Delay{To: 30 * ms}}},
		{"toxiproxy's timeout", "{timeout: {timeout: 100}}", scenarios.Action{Stall: &scenarios.Stall{At: "before_headers", For: 100 * ms}, Drop: &scenarios.Drop{How: "fin"}}},
		{"a timeout that does not close", "{timeout: {timeout: 0}}", scenarios.Action{Stall: &scenarios.Stall{At: "before_headers"}}},
		{"toxiproxy's reset at once", "{reset_peer: {}}", scenarios.Action{Drop: &scenarios.Drop{How: "rst"}}},
		{"toxiproxy's late close", "{slow_close: {delay: 100}}", scenarios.Action{Stream: &scenarios.StreamEdit{End: true, EndTime: 100 * ms, Hold: true}}},
		{"toxiproxy's bandwidth", "{bandwidth: {rate: 10}}", scenarios.Action{Throttle: 10_000}},
		{"toxiproxy's slicer", "{slicer: {average_size: 64, delay: 10}}", scenarios.Action{Split: &scenarios.Split{Bytes: 64, Every: 10 * time.Microsecond}}},
		{"toxiproxy's limit", "{limit_data: {bytes: 9}}", scenarios.Action{Drop: &scenarios.Drop{How: "fin", Bytes: 9}}},
		{"WireMock's delay", "{fixedDelayMilliseconds: 5}", scenarios.Action{Delay: &scenarios.Delay{From: 5 * ms}}},
		{"WireMock's spread", "{delayDistribution: {type: lognormal, median: 80, sigma: 0.4}}", scenarios.Action{Delay: &scenarios.Delay{Median: 80 * ms, Sigma: 0.4}}},
		{"WireMock's even spread", "{delayDistribution: {type: uniform, lower: 15, upper: 25}}", scenarios.Action{Delay: &scenarios.Delay{From: 15 * ms, To: 25 * ms}}},
		{"WireMock's dribble", "{chunkedDribbleDelay: {numberOfChunks: 5, totalDuration: 1000}}", scenarios.Action{Split: &scenarios.Split{Pieces: 5, Every: 200 * ms}}},
		{"WireMock's reset", "{fault: CONNECTION_RESET_BY_PEER}", scenarios.Action{Drop: &scenarios.Drop{How: "rst"}}},
		{"WireMock's nothing", "{fault: EMPTY_RESPONSE}", scenarios.Action{Drop: &scenarios.Drop{How: "fin"}}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s := parsed(t, "faults: [{when: {}, do: "+tt.text+"}]")
			if d := cmp.Diff(tt.want, s.Faults[0].Do); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
	for _, word := range []string{"MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE"} {
		do := parsed(t, "faults: [{when: {}, do: {fault: "+word+"}}]").Faults[0].Do
		if do.Respond == nil || do.Respond.Status != 200 || json.Valid([]byte(do.Respond.Body)) || do.Drop == nil || do.Drop.Bytes >= len(do.Respond.Body) {
			t.Errorf("%s became %+v", word, do)
		}
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	got := parsed(t, `
name: a
idle: 5m
version: echo
replicas: {n: 2}
rate: {requests: 10, per: 1s}
cors: {expose: [], origins: ["*"]}
auth: {tokens: [secret]}
seed: -7
scale: 0.01
`)
	want := &scenarios.Scenario{
		Name: "a", Idle: 5 * time.Minute, Version: "echo",
		Replicas: &scenarios.Replicas{N: 2, Policy: "round-robin"},
		Rate:     &scenarios.Rate{Requests: 10, Per: time.Second, By: "session"},
		CORS:     &scenarios.CORS{Expose: []string{}, Origins: []string{"*"}},
		Auth:     &scenarios.Auth{Tokens: []string{"secret"}, Challenge: scenarios.Challenge{Status: 401, Authenticate: "Bearer"}},
		Seed:     point(int64(-7)), Scale: 0.01,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	const fault = "faults: [{name: lost, when: {}, do: ignore}]\n"
	tests := []struct {
		why, head, text string
		want            scenarios.Expectation
	}{
		{"a word begins at the fault", fault, "{must: settles}", scenarios.Expectation{Level: "must", What: "settles", Since: "fault"}},
		{"a policy is as good as a fault", "idle: 1s\n", "{must: settles}", scenarios.Expectation{Level: "must", What: "settles", Since: "fault"}},
		{"without either it begins at a refusal", "sessions: required\n", "{should: settles}", scenarios.Expectation{Level: "should", What: "settles", Since: "refusal"}},
		{"at the beginning", fault, "{advice: alive, since: start}", scenarios.Expectation{Level: "advice", What: "alive", Since: "start"}},
		{"of retries", "", "{must: {retries: {within: 1s}}}", scenarios.Expectation{Level: "must", What: "retries", Since: "refusal", Within: time.Second}},
		{"at a fault", fault, "{must: {cancels: {within: 1s}}, since: lost}", scenarios.Expectation{Level: "must", What: "cancels", Since: "lost", Within: time.Second}},
		{"a word with true", fault, "{must: {unique_ids: true}}", scenarios.Expectation{Level: "must", What: "unique_ids", Since: "fault"}},
		{"a new session", fault, "{must: {reinitialize: {within: 5s, max: 1}}}", scenarios.Expectation{Level: "must", What: "reinitialize", Since: "fault", Within: 5 * time.Second, Count: 1}},
		{"some requests", fault, "{must: {sends: {method: ping, count: 2}}}", scenarios.Expectation{Level: "must", What: "sends", Since: "fault", Of: scenarios.Trigger{Method: "ping"}, Count: 2}},
		{"none", fault, "{must: {never: {not: {session: none}}}}", scenarios.Expectation{Level: "must", What: "never", Since: "fault", Of: scenarios.Trigger{Not: &scenarios.Trigger{Session: "none"}}}},
		{"all", fault, "{must: {always: {of: {}, has: {session: known}}}}", scenarios.Expectation{Level: "must", What: "always", Since: "fault", Has: scenarios.Trigger{Session: "known"}}},
		{"not many", fault, "{must: {at_most: {count: 3, per: 1s}}}", scenarios.Expectation{Level: "must", What: "at_most", Since: "fault", Count: 3, Per: time.Second}},
		{"a resumption", fault, "{must: {resumes: {with: e1}}}", scenarios.Expectation{Level: "must", What: "resumes", Since: "fault", With: "e1"}},
		{"an order", fault, "{must: {order: [initialize, ping]}}", scenarios.Expectation{Level: "must", What: "order", Since: "fault", Order: []string{"initialize", "ping"}}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s := parsed(t, tt.head+"expect: ["+tt.text+"]")
			if d := cmp.Diff([]scenarios.Expectation{tt.want}, s.Expect); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestStubs(t *testing.T) {
	t.Parallel()
	got := parsed(t, `
stubs:
  server: {name: weather, version: "1.0"}
  tools:
    - name: forecast
      input: {type: object}
      answers:
        - {arguments: {city: Oslo}, text: "Rain in {{args.city}}", is_error: true, state: start, then: warmed, delay: 200ms, progress: [{progress: 0.5, total: 2}]}
        - sequence: [{structured: {n: "{{seq}}"}}, {error: {code: 1, message: no}}]
  prompts: [{name: greet, arguments: [city!, day], answers: [{text: hello}]}]
  resources: [{uri: "file:///a", name: a, text: ""}]
  methods: [{method: completion/complete, answers: [{result: {a: 1.0}}]}]
`).Stubs
	want := &scenarios.Stubs{
		Server: raw(`{"name":"weather","version":"1.0"}`),
		Tools: []scenarios.StubTool{{Name: "forecast", Input: raw(`{"type":"object"}`), Answers: []scenarios.StubAnswer{
			{
				Arguments: raw(`{"city":"Oslo"}`), Text: "Rain in {{args.city}}", IsError: true, State: "start", Then: "warmed", Delay: 200 * time.Millisecond,
				Progress: []scenarios.StubProgress{{Progress: 0.5, Total: 2}},
			},
			{Sequence: []scenarios.StubAnswer{{Structured: raw(`{"n":"{{seq}}"}`)}, {Error: &scenarios.RPCError{Code: 1, Message: "no"}}}},
		}}},
		Prompts:   []scenarios.StubPrompt{{Name: "greet", Arguments: []string{"city!", "day"}, Answers: []scenarios.StubAnswer{{Text: "hello"}}}},
		Resources: []scenarios.StubResource{{URI: "file:///a", Name: "a"}},
		Methods:   []scenarios.StubMethod{{Method: "completion/complete", Answers: []scenarios.StubAnswer{{Result: raw(`{"a":1.0}`)}}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
