package stock_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// state is a requestState of the stock scenarios, with which a call is retried.
func state(json string) string { return `"requestState":` + json }

const opaque = `" {\"v\":1.0,\"who\":\"Åse \\\"\\\\/\\\" 世界\",\"n\":[1e3, 01]} "`

// asksModern is a client with elicitation that calls; repliesModern adds what it has to
// say.
func asksModern(v *visitor) answer {
	return v.poses(declaring(v.callingModern(""), `{"elicitation":{}}`))
}

func repliesModern(v *visitor, members string) answer {
	return v.poses(declaring(v.callingModern(members), `{"elicitation":{}}`))
}

const delivery = `"inputResponses":{"delivery/date":{"action":"accept","content":{"day":"Monday"}}}`

// inputCases are the scenarios about requests that are answered with
// input_required.
func inputCases() map[string]stockCase {
	call := func(v *visitor) { v.callsModern() }
	again := func(members string) func(*visitor) {
		return func(v *visitor) {
			v.callsModern()
			v.callsWith(members)
		}
	}
	return map[string]stockCase{
		"request-state-opaque": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":`+opaque+`}}`, "Content-Type", "application/json")
				v.callsWith(state(opaque)).is(200, `~.*"Oslo: gale, 15 °C".*`)
				v.callsWith(state(`"another"`)).is(400, `~.*-32602.*`)
				v.callsModern().succeeds()
			},
			good: again(state(opaque)),
			bad: map[string]func(*visitor){
				"retries": again(state(strings.Replace(opaque, `" {`, `"{`, 1))),
				"never": func(v *visitor) {
					v.callsModern()
					v.poses(v.modern("tools/list", state(opaque)))
				},
				"sends": hangs(call, 11*time.Second),
			},
		},
		"request-state-refused": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"sealed-3f9c1e"}}`)
				v.callsWith(state(`"sealed-3f9c1e"`)).is(400, `{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Invalid params: requestState has expired"}}`, "Content-Type", "application/json")
				v.callsModern().is(200, `~.*"input_required".*`)
			},
			good: again(state(`"sealed-3f9c1e"`)),
			bad: map[string]func(*visitor){
				"settles": hangs(again(state(`"sealed-3f9c1e"`)), 11*time.Second),
				"at_most": repeats(4, again(state(`"sealed-3f9c1e"`))),
			},
		},
		"input-required-forever": {
			on: newer(),
			wire: func(v *visitor) {
				const waits = `,"result":{"resultType":"input_required","requestState":"still-waiting"}}`
				v.callsModern().is(200, `{"jsonrpc":"2.0","id":1`+waits)
				v.callsWith(state(`"still-waiting"`)).is(200, `{"jsonrpc":"2.0","id":2`+waits)
				v.callsWith(state(`"still-waiting"`)).is(200, `{"jsonrpc":"2.0","id":3`+waits)
			},
			good: again(state(`"still-waiting"`)),
			bad: map[string]func(*visitor){
				"at_most: {method: tools/call, count: 60}": repeats(62, call),
				"at_most: {method: tools/call, count: 10,": repeats(12, call),
				"retries": again(`"inputResponses":{}`),
			},
		},
		"input-required-neither": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required"}}`)
				v.callsModern().is(200, `~.*"complete".*`)
			},
			good: repeats(2, call),
			bad: map[string]func(*visitor){
				"settles": hangs(call, 11*time.Second),
				"retries": again(state(`""`)),
			},
		},
		"input-required-undeclared": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"sealed-77","inputRequests":{"answer":{"method":"sampling/createMessage",`+
					`"params":{"messages":[{"role":"user","content":{"type":"text","text":"What is the capital of France?"}}],"maxTokens":100}}}}}`)
				v.poses(declaring(v.callingModern(""), `{"sampling":{}}`)).is(200, `~.*"complete".*`)
			},
			good: call,
			bad: map[string]func(*visitor){
				"settles": hangs(call, 11*time.Second),
				"at_most": repeats(5, call),
			},
		},
		"input-required-on-list": {
			on: newer(),
			wire: func(v *visitor) {
				v.listsModern().is(200, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"sealed-12"}}`)
				v.poses(v.modern("tools/list", state(`"sealed-12"`))).is(400, `{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Invalid params: tools/list takes no requestState"}}`, "Content-Type", "application/json")
				v.listsModern().is(200, `~.*"tools":\[.*`)
			},
			good: func(v *visitor) { v.listsModern(); v.listsModern() },
			bad: map[string]func(*visitor){
				"settles": hangs(func(v *visitor) { v.listsModern() }, 11*time.Second),
				"never": func(v *visitor) {
					v.listsModern()
					v.poses(v.modern("tools/list", state(`"sealed-12"`)))
				},
			},
		},
		"input-required-form": {
			on: newer(),
			wire: func(v *visitor) {
				v.callsModern().is(200, `~.*"complete".*`) // it cannot be asked
				asksModern(v).is(200, `{"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"delivery/date":{"method":"elicitation/create",`+
					`"params":{"mode":"form","message":"When shall it be?","requestedSchema":{"type":"object","properties":{"day":{"type":"string"}},"required":["day"]}}}}}}`)
				repliesModern(v, delivery).is(200, `~.*"Oslo: gale, 15 °C".*`)
			},
			good: func(v *visitor) { asksModern(v); repliesModern(v, delivery) },
			bad: map[string]func(*visitor){
				"retries": func(v *visitor) { asksModern(v); repliesModern(v, `"inputResponses":{"other":{"action":"decline"}}`) },
				"never":   func(v *visitor) { asksModern(v); v.poses(v.modern("tools/list", delivery)) },
				"sends":   func(v *visitor) { asksModern(v); v.passes(31 * time.Second) },
			},
		},
	}
}

// What the tape itself asks for is retried with a requestState of this run, and
// judged by that.
func TestRetriesOfRecordedRounds(t *testing.T) {
	t.Parallel()
	rule := &scenarios.Scenario{Name: "rule", Expect: []scenarios.Expectation{{Level: "must", What: scenarios.AssertRetries, Since: "start"}}}
	book := func(v *visitor, more string) answer {
		return v.poses(declaring(v.modern("tools/call", `"name":"book","arguments":{"city":"Oslo"}`+more), `{"elicitation":{}}`))
	}
	for altered, want := range map[string]verdicts.Result{"": verdicts.Pass, "x": verdicts.Fail} {
		v := visitOf(t, rule, "modern")
		given := book(v, "").get("result.requestState").Str
		book(v, `,"inputResponses":{"day":{"action":"accept","content":{"day":"Monday"}}},"requestState":"`+given+altered+`"`)
		if got := v.verdicts()[0]; given == "" || got.Result != want {
			t.Errorf("with %q: %s (%s), want %s", altered, got.Result, got.Evidence, want)
		}
	}
}
