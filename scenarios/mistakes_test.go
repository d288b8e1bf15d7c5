package scenarios_test

import (
	"slices"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Each mistake in a file is answered with its place, what is wrong, and the
// cure.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, tt := range slices.Concat(policyMistakes(), triggerMistakes(), actionMistakes(), expectMistakes(), stubMistakes(), spellingMistakes()) {
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

// A mistake is a broken file and what is said about it.
type mistake struct{ why, text, want string }

// policyMistakes are those in the head of a file and its policies.
func policyMistakes() []mistake {
	return []mistake{
		{"an unknown group", "group: sessions", `1:8: unknown group "sessions": did you mean "session"? it is one of session, initialization, status, negotiation, stream, resumption, version, rpc, endpoint, auth, cancellation, stdio, modern`},
		{"a transport of no kind", "transport: websocket", `1:12: unknown transport "websocket": it is one of http, sse, stdio`},
		{"no time at all", "idle: 0s", "1:7: idle is 0s: it must be more than 0s; leave the key out for none"},
		{"a duration without a unit", "idle: 5", "1:7: idle has no unit: write 5s or 5ms"},
		{"a duration in words", "idle: soon", `1:7: idle is "soon": it must be a duration such as 250ms, 5s or 2m`},
		{"a duration backwards", "idle: -5s", "1:7: idle is -5s: a duration goes forward"},
		{"more than a day", "idle: 25h", "1:7: idle is 25h: it must be at most 24h"},
		{"a duration of another kind", "idle: [5s]", "1:7: idle must be a duration such as 250ms, 5s or 2m, not a list"},
		{"a scale of nothing", "scale: 0", "1:8: scale is 0: it must be more than 0, and at most 1000"},
		{"a scale backwards", "scale: -1", "1:8: scale is -1: it must be more than 0, and at most 1000"},
		{"a scale out of range", "scale: 1001", "1:8: scale is 1001: it must be more than 0, and at most 1000"},
		{"a scale with an underscore", "scale: 1_000", "1:8: scale is spelled 1_000, which not every reader of YAML takes for the same number: write it in decimal digits alone"},
		{"a scale in words", "scale: fast", "1:8: scale must be a number, not text"},
		{"a seed in words", "seed: random", "1:7: seed must be a whole number of 64 bits, not text"},
		{"one replica", "replicas: {n: 1}", "1:15: n is 1: it must be from 2 to 100"},
		{"too many replicas", "replicas: {n: 101}", "1:15: n is 101: it must be from 2 to 100"},
		{"replicas without a number", "replicas: {policy: cookie}", "1:11: replicas has no n: say how many servers there are, such as n: 2"},
		{"an unknown policy of replicas", "replicas: {n: 2, policy: sticky}", `1:26: unknown policy of replicas "sticky": it is one of round-robin, cookie`},
		{"a number for replicas", "replicas: 2", "1:11: replicas must be a mapping, not a number: its keys are n, policy"},
		{"a rate without a span", "rate: {requests: 10}", "1:7: rate has no per: say in what span, such as per: 1s"},
		{"a rate of nothing", "rate: {requests: 0, per: 1s}", "1:18: requests is 0: it must be from 1 to 1000000000"},
		{"a rate by nobody", "rate: {requests: 1, per: 1s, by: user}", `1:34: unknown bearer of a rate "user": it is one of session, client`},
		{"cors that says nothing", "cors: {}", "1:7: cors is empty: name origins, expose, allow or methods"},
		{"a header that is none", `cors: {expose: ["Mcp Session"]}`, `1:17: "Mcp Session" cannot be the name of a header: use letters, digits and dashes`},
		{"an origin twice", "cors: {origins: [a, a]}", `1:21: "a" stands in origins twice: keep one of them`},
		{"auth of nothing", "auth: {}", "1:7: auth is empty: list the tokens that are accepted, or write tokens: [] for none"},
		{"no tokens that expire", "auth: {tokens: [], expires: 2s}", "1:20: expires without tokens: name a token that is accepted at first"},
		{"a challenge of another status", "auth: {tokens: [], challenge: {status: 400}}", "1:40: status of a challenge must be one of 401, 403"},
		{"idle without sessions", "sessions: stateless\nidle: 5s", "2:1: idle without sessions: sessions is stateless, leave one of them out"},
		{"cors over stdio", "transport: stdio\ncors: {origins: []}", "2:1: cors in a scenario for stdio, where there is none: leave it or transport out"},
		{"a rate over stdio", "transport: stdio\nrate: {requests: 1, per: 1s}", "2:1: rate in a scenario for stdio, where there is none: leave it or transport out"},
		{"replicas over stdio", "transport: stdio\nreplicas: {n: 2}", "2:1: replicas in a scenario for stdio, where there is none: leave it or transport out"},
	}
}

// triggerMistakes are those in faults and their triggers.
func triggerMistakes() []mistake {
	return []mistake{
		{"two faults of one name", "faults:\n- {name: a, when: {}, do: ignore}\n- {name: a, when: {}, do: ignore}", `3:4: two faults are called "a", the first on line 2: give them different names`},
		{"a name that since needs", "faults: [{name: start, when: {}, do: ignore}]", `1:11: a fault cannot be called "start": since means something else by it`},
		{"a scope that counts nothing", "faults: [{when: {}, do: ignore, scope: server}]", "1:33: scope without nth, every or after: it says what they count in; leave it out"},
		{"an unknown scope", "faults: [{when: {nth: 1}, do: ignore, scope: client}]", `1:46: unknown scope "client": it is one of session, connection, server`},
		{"a fault that rests after its only time", "faults: [{when: {}, do: ignore, times: 1, cooldown: 5s}]", "1:43: cooldown beside times: 1: a fault that happens once does not happen again; leave one of them out"},
		{"a fault for no time", "faults: [{when: {}, do: ignore, for: 0s}]", "1:38: for is 0s: it must be more than 0s; leave the key out for none"},
		{"until every third", "faults: [{when: {}, do: ignore, until: {method: ping, every: 3}}]", "1:55: every does not stand in until: only the when of a fault counts requests"},
		{"until perhaps", "faults: [{when: {}, do: ignore, until: {chance: 0.5}}]", "1:41: chance does not stand in until: only the when of a fault leaves things to chance"},
		{"nth with every", "faults: [{when: {nth: 1, every: 2}, do: ignore}]", "1:26: every beside nth: one trigger counts in one way, keep one of them"},
		{"after with nth", "faults: [{when: {after: 2s, nth: 2}, do: ignore}]", "1:29: nth beside after: one trigger counts in one way, keep one of them"},
		{"the zeroth", "faults: [{when: {nth: 0}, do: ignore}]", "1:23: nth is 0: it must be from 1 to 1000000000"},
		{"after no time", "faults: [{when: {after: 0s}, do: ignore}]", "1:25: after is 0s: it must be more than 0s; leave the key out for none"},
		{"a chance without a seed", "faults: [{when: {chance: 0.5}, do: ignore}]", "1:18: chance without a seed: add seed: 1 to the scenario, so that it can be repeated"},
		{"no chance", "seed: 1\nfaults: [{when: {chance: 0}, do: ignore}]", "2:26: chance is 0: it must be more than 0, and at most 1"},
		{"more than certain", "seed: 1\nfaults: [{when: {chance: 1.5}, do: ignore}]", "2:26: chance is 1.5: it must be more than 0, and at most 1"},
		{"an unknown kind", "faults: [{when: {kind: requests}, do: ignore}]", `1:24: unknown kind of message "requests": did you mean "request"? it is one of request, notification, response, batch, invalid`},
		{"an unknown kind of session", "faults: [{when: {session: dead}, do: ignore}]", `1:27: unknown kind of session "dead": it is one of none, known, unknown, ended, leaked`},
		{"an unknown state", "faults: [{when: {state: old}, do: ignore}]", `1:25: unknown state "old": it is one of new, initializing, ready`},
		{"a word for params that is none", "faults: [{when: {params: none}, do: ignore}]", `1:26: unknown word for params "none": it is one of present, absent`},
		{"params of what is no JSON-RPC", "faults: [{when: {kind: invalid, params: {a: 1}}, do: ignore}]", "1:18: the trigger is never met: what is no JSON-RPC has neither id nor params; leave one of them out"},
		{"an unknown era", "faults: [{when: {era: stone}, do: ignore}]", `1:23: unknown era "stone": it is one of legacy, modern`},
		{"an unknown doing", "faults: [{when: {client: crash}, do: ignore}]", `1:26: unknown doing of a client "crash": it is one of connect, resume, cancel, disconnect, eof`},
		{"a replica without replicas", "faults: [{when: {replica: 2}, do: ignore}]", "1:18: replica without replicas: add replicas: {n: 2} to the scenario"},
		{"a replica that is not there", "replicas: {n: 2}\nfaults: [{when: {replica: 3}, do: ignore}]", "2:18: replica is 3, and replicas has 2: write one from 1 to 2"},
		{"until a replica that is not there", "replicas: {n: 2}\nfaults: [{when: {}, do: ignore, until: {replica: 3}}]", "2:33: replica is 3, and replicas has 2: write one from 1 to 2"},
		{"any of nothing", "faults: [{when: {any: []}, do: ignore}]", "1:23: any is empty: leave the key out, or fill the list"},
		{"any of everything", "faults: [{when: {any: [{}]}, do: ignore}]", "1:24: any is met by every request: name those that it means"},
		{"the end of stdin within any", "faults: [{when: {any: [{client: eof}]}, do: ignore}]", "1:24: client: eof does not stand in any: write it beside any"},
		{"arguments that are a list", "faults: [{when: {arguments: [a]}, do: ignore}]", "1:29: arguments must be a mapping, not a list: it becomes a JSON object"},
		{"a header test of two keys", "faults: [{when: {header: {Accept: {is: a, lacks: b}}}, do: ignore}]", "1:43: lacks beside is: a header has one test, keep one of them"},
		{"a header test of none", "faults: [{when: {header: {Accept: {}}}, do: ignore}]", "1:35: the test of the header is empty: write one of is, starts, contains, lacks, matches"},
		{"an unknown header test", "faults: [{when: {header: {Accept: missing}}, do: ignore}]", `1:35: unknown test of a header "missing": it is one of absent, present, repeated`},
		{"a header that cannot be", `faults: [{when: {header: {"a b": absent}}, do: ignore}]`, `1:27: "a b" cannot be the name of a header: use letters, digits and dashes`},
		{"no header", "faults: [{when: {header: {}}, do: ignore}]", "1:26: header is empty: name a header, such as {Mcp-Session-Id: absent}"},
		{"a header that is text", "faults: [{when: {header: Accept}, do: ignore}]", "1:26: header must be a mapping, not text: write {Accept: {contains: text/event-stream}}"},
		{"a regular expression that does not compile", `faults: [{when: {header: {Accept: {matches: "("}}}, do: ignore}]`, "1:45: matches is no regular expression: missing closing ): `(`: see https://pkg.go.dev/regexp/syntax"},
		{"a GET with a tool", "faults: [{when: {http: GET, tool: a}, do: ignore}]", "1:29: the trigger is never met: tool asks about a message, and a GET carries none; leave one of them out"},
		{"a DELETE of a kind", "faults: [{when: {http: DELETE, kind: request}, do: ignore}]", "1:32: the trigger is never met: kind asks about a message, and a DELETE carries none; leave one of them out"},
		{"arguments of a list", "faults: [{when: {method: tools/list, arguments: {a: 1}}, do: ignore}]", "1:38: the trigger is never met: only tools/call has arguments here, and method is tools/list; leave one of them out"},
		{"a response with a method", "faults: [{when: {kind: response, method: ping}, do: ignore}]", "1:18: the trigger is never met: a message of kind response has no method; leave one of them out"},
		{"a notification with an id", "faults: [{when: {kind: notification, id: string}, do: ignore}]", "1:18: the trigger is never met: a notification has no id and calls no tool; leave one of them out"},
		{"a request as a notification", "faults: [{when: {kind: notification, method: tools/call}, do: ignore}]", "1:18: the trigger is never met: tools/call is a request, and kind is notification; leave one of them out"},
		{"params of no JSON-RPC", "faults: [{when: {kind: invalid, params: absent}, do: ignore}]", "1:18: the trigger is never met: what is no JSON-RPC has neither id nor params; leave one of them out"},
		{"a call without params", "faults: [{when: {tool: a, params: absent}, do: ignore}]", "1:27: the trigger is never met: a tool call has params; leave one of them out"},
		{"a resuming POST", "faults: [{when: {client: resume, http: POST}, do: ignore}]", "1:34: the trigger is never met: a client resumes with a GET, not with a POST; leave one of them out"},
		{"a resuming message", "faults: [{when: {client: resume, method: ping}, do: ignore}]", "1:34: the trigger is never met: method asks about a message, and a GET that resumes carries none; leave one of them out"},
		{"a cancelling call", "faults: [{when: {client: cancel, method: tools/call}, do: ignore}]", "1:34: the trigger is never met: a client cancels with notifications/cancelled, not with tools/call; leave one of them out"},
		{"a message of connect", "faults: [{when: {client: connect, method: initialize}, do: {exit: 1}}]", "1:35: the trigger is never met: method asks about a message, and client: connect is none; leave one of them out"},
		{"stdin with a header", "faults: [{when: {client: eof, header: {a: absent}}, do: {exit: 1}}]", "1:18: the trigger is never met: stdin ends over stdio, which has no HTTP; leave one of them out"},
		{"a flag that is false", "faults: [{when: {same_id: false}, do: ignore}]", "1:27: same_id takes no value but true: write same_id: true, or leave it out"},
		{"a word that answers nobody", "faults: [{when: {client: eof}, do: ignore}]", "1:36: ignore beside client: eof: nothing is answered to that; leave one of them out"},
		{"a trigger that is text", "faults: [{when: ping, do: ignore}]", "1:17: when must be a mapping, not text: its keys are http, path, header, kind, method, tool, id, params, arguments, session, state, era, client, in_flight, same_id, replica, idle, any, not, chance, nth, every, after"},
	}
}

// expectMistakes are those in expectations.
func expectMistakes() []mistake {
	return []mistake{
		{"no expectations", "expect: []", "1:9: expect is empty: leave the key out, or fill the list"},
		{"an expectation without a level", "expect: [{since: start}]", "1:10: the expectation has no level: write {must: ...}, {should: ...} or {advice: ...}"},
		{"two levels", "expect: [{must: settles, should: settles}]", "1:26: should beside must: an expectation has one level, write another entry for the other"},
		{"an unknown level", "expect: [{may: settles}]", `1:11: unknown key "may" in the expectation: it is one of must, should, advice, since`},
		{"an unknown assertion", "expect: [{must: settle}]", `1:17: unknown assertion "settle": did you mean "settles"? it is one of reinitialize, settles, replays, sends, never, always, at_most, resumes, unique_ids, order, alive, cancels, retries`},
		{"an unknown assertion with more", "expect: [{must: {settle: {}}}]", `1:18: unknown key "settle" in the expectation: did you mean "settles"? it is one of reinitialize, settles, replays, sends, never, always, at_most, resumes, unique_ids, alive, cancels, retries, order`},
		{"nothing expected", "expect: [{must: {}}]", "1:17: the expectation is empty: it is one of reinitialize, settles, replays, sends, never, always, at_most, resumes, unique_ids, order, alive, cancels, retries"},
		{"two things expected", "expect: [{must: {settles: {}, alive: {}}}]", "1:31: alive beside settles: an entry expects one thing, write another entry for the other"},
		{"never what", "expect: [{must: never}]", "1:17: never needs more: write must: {never: ...}"},
		{"never anything", "expect: [{must: {never: {}}}]", "1:25: never is met by every request: name those that it means, such as {method: initialize}"},
		{"sends anything", "expect: [{must: {sends: {within: 5s}}}]", "1:25: sends is met by every request: name those that it means, such as {method: initialize}"},
		{"at most how many", "expect: [{must: {at_most: {http: GET}}}]", "1:27: at_most has no count: say how many are allowed, such as count: 5"},
		{"at most none", "expect: [{must: {at_most: {http: GET, count: 0}}}]", "1:46: count is 0: it must be from 1 to 1000000000"},
		{"always without what", "expect: [{must: {always: {of: {}}}}]", "1:26: always has no has: say what each of them meets"},
		{"never on a replica", "expect: [{must: {never: {method: ping, replica: 2}}}]", "1:25: never asks for a replica, and no journal says which one a request came to: leave replica out, only faults can ask for it"},
		{"always on a replica", "expect: [{must: {always: {of: {}, has: {not: {replica: 2}}}}}]", "1:26: always asks for a replica, and no journal says which one a request came to: leave replica out, only faults can ask for it"},
		{"sends to any replica", "expect: [{must: {sends: {any: [{replica: 1}, {replica: 2}]}}}]", "1:25: sends asks for a replica, and no journal says which one a request came to: leave replica out, only faults can ask for it"},
		{"always anything", "expect: [{must: {always: {of: {}, has: {}}}}]", "1:40: has is met by every request: name those that it means"},
		{"the third is never", "expect: [{must: {never: {method: ping, nth: 3}}}]", "1:40: nth does not stand in never: only the when of a fault counts requests"},
		{"never what cannot be", "expect: [{must: {never: {http: GET, method: ping}}}]", "1:37: the trigger is never met: method asks about a message, and a GET carries none; leave one of them out"},
		{"an order of one", "expect: [{must: {order: [ping]}}]", "1:25: order has one method: an order has two or more"},
		{"within no time", "expect: [{must: {alive: {within: 0s}}}]", "1:34: within is 0s: it must be more than 0s; leave the key out for none"},
		{"since a fault where there is none", "expect: [{must: settles, since: fault}]", "1:26: since: fault, but the scenario has neither faults nor policies: write since: refusal or since: start"},
		{"since a fault that is not there", "faults: [{name: lost, when: {}, do: ignore}]\nexpect: [{must: settles, since: lots}]", `2:26: since names no fault "lots": did you mean "lost"? it is one of fault, refusal, start, lost`},
		{"an expectation that is a word", "expect: [must]", "1:10: the expectation must be a mapping, not text: its keys are must, should, advice, since"},
	}
}

// stubMistakes are those in stubs.
func stubMistakes() []mistake {
	return []mistake{
		{"no stubs", "stubs: {}", "1:8: stubs is empty: name a tool, a prompt, a resource or a method"},
		{"a server without a version", "stubs: {server: {name: a}}", "1:17: server needs a name and a version: the specification asks for both"},
		{"a server of a version that is a number", "stubs: {server: {name: a, version: 1.0}}", "1:36: version must be text, not a number: put it in quotes"},
		{"a tool without answers", "stubs: {tools: [{name: a}]}", "1:17: the tool has no answers: add one, such as answers: [{text: done}]"},
		{"a tool without a name", "stubs: {tools: [{answers: [{text: a}]}]}", "1:17: the tool has no name: a client calls it by that"},
		{"a schema of an array", "stubs: {tools: [{name: a, input: {type: array}, answers: [{text: a}]}]}", "1:34: input is no schema of a tool: add type: object, which the specification asks for"},
		{"an answer that says nothing", "stubs: {tools: [{name: a, answers: [{delay: 1s}]}]}", "1:37: the answer says nothing: add text, structured, result, error or sequence"},
		{"an answer of two kinds", "stubs: {tools: [{name: a, answers: [{text: a, result: {}}]}]}", "1:47: result beside text: an answer says one thing, keep one of them"},
		{"an error that is an error", "stubs: {tools: [{name: a, answers: [{error: {code: 1, message: a}, is_error: true}]}]}", "1:68: is_error goes with text or structured: a result says isError itself, and an error is one"},
		{"a sequence that waits", "stubs: {tools: [{name: a, answers: [{sequence: [{text: a}], delay: 1s}]}]}", "1:61: delay beside sequence: write it into the answers of the sequence"},
		{"a sequence of sequences", "stubs: {tools: [{name: a, answers: [{sequence: [{sequence: [{text: a}]}]}]}]}", `1:50: unknown key "sequence" in the answer: it is one of text, structured, result, error, is_error, delay, progress`},
		{"an unknown template", `stubs: {tools: [{name: a, answers: [{text: "{{arg.city}}, {{nwo}}"}]}]}`, "1:44: unknown template {{arg.city}} in text: it is one of args, uuid, now, seq, session, method"},
		{"an unknown template in JSON", `stubs: {tools: [{name: a, answers: [{result: {x: "{{sek}}"}}]}]}`, `1:46: unknown template {{sek}} in result: did you mean "seq"? it is one of args, uuid, now, seq, session, method`},
		{"one tool twice", "stubs: {tools: [{name: a, answers: [{text: a}]}, {name: a, answers: [{text: b}]}]}", `1:9: tools has "a" twice: put all answers into one of them`},
		{"a resource without text", `stubs: {resources: [{uri: "file:///a", name: a}]}`, `1:21: the resource has no text: write text: "" for an empty one`},
		{"a prompt's nameless argument", `stubs: {prompts: [{name: a, arguments: ["!"], answers: [{text: a}]}]}`, `1:41: "!" is no name of an argument: write city, or city! for one that is required`},
		{"a method with the result of a tool", "stubs: {methods: [{method: a, answers: [{text: a}]}]}", "1:31: the answers to a have text or structured, which make the result of a tool: write result"},
		{"progress of nothing", "stubs: {tools: [{name: a, answers: [{text: a, progress: [{total: 1}]}]}]}", "1:58: progress has no progress: say how far it has come, such as progress: 1"},
		{"an answer of a number", "stubs: {tools: [{name: a, answers: [{text: 5}]}]}", "1:44: text must be text, not a number: put it in quotes"},
	}
}
