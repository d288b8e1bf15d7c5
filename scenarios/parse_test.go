package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why  string
		text string
		want scenarios.Scenario
	}{{
		why:  "a file without a name is named after itself",
		text: "sessions: stateless\n",
		want: scenarios.Scenario{Name: "broken", Sessions: "stateless"},
	}, {
		why:  "a policy is enough, and the file names the scenario",
		text: "sessions: optional\n",
		want: scenarios.Scenario{Name: "broken", Sessions: "optional"},
	}, {
		why:  "comments, a document mark and a byte order mark change nothing",
		text: "\ufeff# what it is\n---\nname: a # why\nera: both\n...\n",
		want: scenarios.Scenario{Name: "a", Era: "both"},
	}, {
		why:  "the line ends of Windows are no part of a value",
		text: "name: a\r\ndialect: spec\r\n",
		want: scenarios.Scenario{Name: "a", Dialect: "spec"},
	}, {
		why: "every key of a fault finds its place",
		text: `
name: all
about: a sentence
dialect: spec
sessions: required
faults:
  - name: one
    when: {http: POST, method: tools/*, tool: get_*, session: known, nth: 3, not: {tool: get_time}}
    do: expire_session
    times: 2
    until: {method: initialize, session: none}
`,
		want: scenarios.Scenario{
			Name: "all", About: "a sentence", Dialect: "spec", Sessions: "required",
			Faults: []scenarios.Fault{{
				Name: "one",
				When: scenarios.Trigger{HTTP: "POST", Method: "tools/*", Tool: "get_*", Session: "known", Nth: 3,
					Not: &scenarios.Trigger{Tool: "get_time"}},
				Do:    scenarios.Action{ExpireSession: true},
				Times: 2,
				Until: &scenarios.Trigger{Method: "initialize", Session: "none"},
			}},
		},
	}, {
		why: "headers keep their order, null keeps one off, a number is text on the wire",
		text: `
name: a
faults:
  - when: {}
    do:
      respond:
        status: 503
        headers:
          - retry-after: 007
          - content-type: null
          - x-one: "1"
          - X-One: two
        body: |
          down for ${host}
    times: always
`,
		want: scenarios.Scenario{Name: "a", Faults: []scenarios.Fault{{
			Do: scenarios.Action{Respond: &scenarios.Response{
				Status: 503,
				Body:   "down for ${host}\n",
				Headers: []scenarios.Header{
					{Name: "retry-after", Value: "007"},
					{Name: "content-type", Absent: true},
					{Name: "x-one", Value: "1"},
					{Name: "X-One", Value: "two"},
				},
			}},
		}}},
	}, {
		why: "a JSON-RPC error may have the code 0, as that of the Go SDK has",
		text: `
name: a
faults:
- when: {method: ping}
  do: {respond: {status: 200, code: 0, message: 'no "${method}"', stream: true, headers: {a: b, c: "${session}"}}}
`,
		want: scenarios.Scenario{Name: "a", Faults: []scenarios.Fault{{
			When: scenarios.Trigger{Method: "ping"},
			Do: scenarios.Action{Respond: &scenarios.Response{
				Status: 200, Message: `no "${method}"`, Stream: true,
				Headers: []scenarios.Header{{Name: "a", Value: "b"}, {Name: "c", Value: "${session}"}},
			}},
		}}},
	}}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			got, err := scenarios.Parse("dir/broken.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(&tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// A broken file is answered with the place, what is wrong, and the cure.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ why, text, want string }{
		// the file
		{"nothing at all", "", "1:1: the file is empty: write at least a dialect, a sessions policy or a fault"},
		{"an empty mapping", "{}", "1:1: the scenario says nothing: write at least a dialect, a sessions policy or a fault"},
		{"a name, and what time it takes to do nothing", "name: x\nscale: 2", "1:1: the scenario says nothing: write at least a dialect, a sessions policy or a fault"},
		{"a session where there are none", "sessions: stateless\nfaults: [{when: {session: known}, do: {delay: 1s}}]", "2:18: session: known is never met where sessions is stateless: leave one of them out"},
		{"comments only", "# todo\n\n", "1:1: the file is empty: write at least a dialect, a sessions policy or a fault"},
		{"two documents", "name: a\n---\nname: b\n", "3:1: a second document in one file: put each into a file of its own"},
		{"a list", "- a\n", "1:1: the scenario must be a mapping, not a list: its keys are name, group, about, good, transport, dialect, era, sessions, idle, version, replicas, rate, cors, auth, seed, scale, faults, expect, stubs"},
		{"Latin-1", "name: caf\xe9\n", "1:1: the file is not UTF-8 text: save it as UTF-8"},
		{"an open quote", "name: a\nabout: \"b\n", "2:8: not valid YAML: could not find end character of double-quoted text: check the indentation, and quote a value with signs such as : # * { }"},
		{"a colon in a plain value", "name: a: b\n", "1:7: not valid YAML: mapping value is not allowed in this context: check the indentation, and quote a value with signs such as : # * { }"},
		{"an anchor", "name: &a b\n", "1:7: a YAML anchor (&) is not supported here: write the value out, or put the text in quotes"},
		{"an alias", "name: *a\n", "1:7: a YAML alias (*) is not supported here: write the value out, or put the text in quotes"},
		{"a tag", "name: !!str 1\n", "1:7: a YAML tag (!) is not supported here: write the value out, or put the text in quotes"},
		{"a merge key", "<<: {name: a}\n", "1:1: a YAML merge key (<<) is not supported here: write the value out, or put the text in quotes"},
		{"a key twice", "name: a\nabout: b\nname: c\n", `3:1: "name" stands here twice, first on line 1: keep one of them`},

		// keys and words
		{"a slip in a key", "name: a\nsesions: required\n", `2:1: unknown key "sesions" in the scenario: did you mean "sessions"?`},
		{"a key that is like no other", "name: a\nverdict: {}\n", `2:1: unknown key "verdict" in the scenario: it is one of name, group, about, good, transport, dialect, era, sessions, idle, version, replicas, rate, cors, auth, seed, scale, faults, expect, stubs`},
		{"a number for a key", "1: a\n", `1:1: a key must be text, not a number: put it in quotes`},
		{"a number for a name", "name: 808\n", "1:7: name must be text, not a number: put it in quotes"},
		{"a name of nothing", "name:\ndialect: spec\n", "1:6: name has no value: write one, or leave the key out"},
		{"an empty name", `name: ""`, "1:7: name is empty: write something, or leave the key out"},
		{"an unknown policy", "name: a\nsessions: Stateless\n", `2:11: unknown sessions policy "Stateless": did you mean "stateless"? it is one of required, optional, stateless`},
		{"a policy of another kind", "sessions: {required: true}\n", "1:11: sessions policy must be one of required, optional, stateless, not a mapping"},

		// faults
		{"faults that are no list", "faults:\n  when: {}\n", "2:3: faults must be a list, not a mapping: begin each line with a dash"},
		{"no faults", "faults: []\n", "1:9: faults is empty: leave the key out, or fill the list"},
		{"a fault that is a word", "faults:\n  - expire_session\n", "2:5: the fault must be a mapping, not text: its keys are name, when, do, scope, times, until, for, cooldown"},
		{"a fault without when", "faults:\n  - do: expire_session\n", "2:5: the fault has no when: say which requests it meets; {} is every one"},
		{"a fault without do", "faults:\n  - when: {}\n", "2:5: the fault has no do: write do: expire_session, or do: {respond: ...}"},
		{"an unknown action", "faults:\n  - when: {}\n    do: expire-session\n", `3:9: unknown action "expire-session": did you mean "expire_session"?`},
		{"an action without its answer", "faults:\n  - when: {}\n    do: respond\n", "3:9: respond needs a value: write do: {respond: ...}"},
		{"an empty action", "faults:\n  - when: {}\n    do: {}\n", "3:9: do is empty: write expire_session, or {respond: ...}"},
		{"no times", "faults:\n  - when: {}\n    times: 0\n", "3:12: times is 0: it must be from 1 to 1000000000"},
		{"times in words", "faults:\n  - when: {}\n    times: twice\n", "3:12: times must be a whole number or always, not text"},
		{"until everything", "faults:\n  - when: {}\n    do: expire_session\n    until: {}\n", "4:12: until is met by every request: name one, such as {method: initialize}"},

		{"until the third", "faults:\n  - when: {}\n    do: expire_session\n    until: {nth: 3}\n", `4:13: nth does not stand in until: only the when of a fault counts requests`},

		// triggers
		{"an unknown condition", "faults:\n  - when:\n      metod: ping\n", `3:7: unknown key "metod" in when: did you mean "method"?`},
		{"a lower-case method", "faults:\n  - when: {http: post}\n", `2:18: unknown HTTP method "post": did you mean "POST"? it is one of POST, GET, DELETE, PUT, PATCH, OPTIONS, HEAD`},
		{"half a number", "faults:\n  - when: {nth: 1.5}\n", "2:17: nth is 1.5: it must be a whole number from 1 to 1000000000"},
		{"a star in the middle", "faults:\n  - when: {method: \"*/list\"}\n", `2:20: method "*/list" has a * before its end: a * stands for any ending only`},
		{"a GET with a method", "faults:\n  - when: {http: GET, method: ping}\n", "2:23: the trigger is never met: method asks about a message, and a GET carries none; leave one of them out"},
		{"a tool of a list", "faults:\n  - when: {method: tools/list, tool: a}\n", "2:32: the trigger is never met: only tools/call names a tool, and method is tools/list; leave one of them out"},
		{"not everything", "faults:\n  - when: {not: {}}\n", "2:17: not is met by every request: name those that it means"},
		{"not the third", "faults:\n  - when: {not: {nth: 3}}\n", `2:18: nth does not stand in not: only the when of a fault counts requests`},

		// answers
		{"no status", answer("body: a"), "2:30: respond has no status: add one, such as status: 400"},
		{"a status of HTTP's own", answer("status: 100"), "3:17: status is 100: it must be from 200 to 599"},
		{"a latch", answer("status: 400", "latch: {status: 500}"), `4:9: unknown key "latch" in respond: it is one of status, headers, code, message, data, echo, stream, body, body64`},
		{"a code alone", answer("status: 400", "code: -32600"), "4:9: code without message: a JSON-RPC error has both"},
		{"a message alone", answer("status: 400", "message: a"), "4:9: message without code: a JSON-RPC error has both; literal text goes into body"},
		{"both kinds of body", answer("status: 400", "code: 1", "message: a", "body: b"), "6:9: body beside message: keep the one that is to be sent"},
		{"a stream of nothing", answer("status: 200", "stream: true"), "4:9: stream without message: only a JSON-RPC error is sent in band"},
		{"a body that HTTP does not send", answer("status: 204", "body: a"), "4:9: body with status 204: HTTP sends none with it"},
		{"a header name with a space", answer("status: 400", "headers: {a b: c}"), `4:19: "a b" cannot be the name of a header: use letters, digits and dashes`},
		{"a header of two lines", answer("status: 400", `headers: {a: "b\nc"}`), "4:22: header a has a control character in it: a header is one line"},
		{"a wrong length", answer("status: 400", "headers: {content-length: 7}"), "4:19: content-length is computed from the body: leave it out"},
		{"a list for a header", answer("status: 400", "headers: {a: [b]}"), "4:22: header a must be text, not a list"},
		{"an unknown variable", answer("status: 400", `body: "${sesion}"`), `4:15: unknown variable ${sesion} in body: did you mean "session"?`},
		{"braces without quotes", answer("status: 400", "body: ${session}"), "4:16: not valid YAML: ',' or '}' must be specified: check the indentation, and quote a value with signs such as : # * { }"},
		{"an open variable", answer("status: 400", `body: "${session"`), "4:15: body has a ${ without its }: close it"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Parse("broken.yaml", []byte(tt.text))
			if err == nil {
				t.Fatalf("no error for %q: %+v", tt.text, s)
			}
			if got := err.Error(); got != "broken.yaml:"+tt.want {
				t.Errorf("%q\n got %s\nwant %s", tt.text, got, "broken.yaml:"+tt.want)
			}
		})
	}
}

// answer makes a scenario whose answer has these lines, the first on line 3.
func answer(lines ...string) string {
	return "faults:\n  - {when: {}, do: {respond: {\n        " + strings.Join(lines, ",\n        ") + "}}}\n"
}

// What comes from outside is refused in good time, however large or deep it
// is, and whatever it would expand to.
func TestParseHostile(t *testing.T) {
	t.Parallel()
	fill := func(s string) string { return strings.Repeat(s, 1<<18/len(s)) }
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'j'; c++ {
		bomb += strings.NewReplacer("B", string(c), "A", string(c-1)).Replace("B: &B [*A, *A, *A, *A, *A, *A, *A, *A, *A]\n")
	}
	tests := []struct{ why, text, want string }{
		{"one byte too many", strings.Repeat("#", 1<<20+1), "larger than 1048576 bytes"},
		{"a tower of lists", strings.Repeat("[", 1<<20), "nested deeper than 16 levels"},
		{"a tower of mappings", fill("{a: "), "nested deeper than 16 levels"},
		{"a tower of dashes", fill("- "), "nested deeper than 16 levels"},
		{"a staircase of triggers", "faults:\n- when:" + stairs("not", 1400, 3) + " {tool: a}\n", "the fault has no do"},
		{"a staircase of JSON", "stubs:\n methods:\n - method: a\n   answers:\n   - result:" + stairs("a", 1400, 6) + " 1\n", "result is nested deeper than 100 levels"},
		{"a staircase", staircase(1400), `unknown key "a"`},
		{"a thousand times a thousand aliases", bomb, "1:4: a YAML anchor"},
		{"a flood of keys", fill("name: a\n"), "more than 10000 words"},
		{"a flood of values", "a: [" + fill("a,"), "more than 10000 words"},
		{"a flood of questions", fill("? "), "complex key"},
		{"a flood of documents", fill("---\n"), "more than 10000 words"},
		{"a wall of quotes", fill("'"), "the scenario must be a mapping, not text"},
		{"a line without an end", "era: both\nname: " + strings.Repeat("a", 1<<20-16), ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			_, err := scenarios.Parse("h.yaml", []byte(tt.text))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %.200v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %.200v, want %q", err, tt.want)
			case err != nil && len(err.Error()) > 1000:
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// staircase nests n mappings by indentation.
func staircase(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// stairs nests n mappings of one key, each indented further, from column on.
func stairs(key string, n, column int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("\n" + strings.Repeat(" ", column+1+i) + key + ":")
	}
	return b.String()
}
