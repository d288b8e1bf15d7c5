package cassettes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// modernVisit is a conversation of the modern era: a subscription, a call in
// two rounds, a change, and the end. The ids are from a clock, the state has a
// nonce, and late puts the racy parts in another order.
func modernVisit(clock int, nonce string, late bool) []*Event {
	var events []*Event
	on := clock % 7
	say := func(e Event) { events = append(events, &e) }
	post := func(id int, method, params string) int {
		on++
		say(Event{On: on, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: http.Header{"Mcp-Method": {method}}},
			Message: json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":{%s%s}}`, id, method, params, whole))})
		return on
	}
	stream := &HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}
	event := func(on int, format string, args ...any) {
		say(Event{On: on, From: Server, SSE: &SSE{Event: "message"}, Message: json.RawMessage(fmt.Sprintf(format, args...))})
	}
	answer := func(on, id int, result string) {
		say(Event{On: on, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
			Message: json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":{%s"resultType":"complete"}}`, id, result)), End: EOF})
	}
	about := func(method, more string, id int) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/%s","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":%d}%s}}`, method, id, more)
	}

	first, second := clock, clock+3
	tools := post(first, "subscriptions/listen", `"notifications":{"toolsListChanged":true},`)
	say(Event{On: tools, From: Server, HTTP: stream})
	event(tools, "%s", about("subscriptions/acknowledged", "", first))
	prompts := post(second, "subscriptions/listen", `"notifications":{"promptsListChanged":true},`)
	say(Event{On: prompts, From: Server, HTTP: stream})
	event(prompts, "%s", about("subscriptions/acknowledged", "", second))

	c := post(clock+5, "tools/call", `"name":"leave",`)
	answer(c, clock+5, `"requestState":"`+nonce+`",`)
	c = post(clock+9, "tools/call", `"name":"leave","inputResponses":{},"requestState":"`+nonce+`",`)
	if late {
		event(prompts, "%s", about("prompts/list_changed", "", second))
		event(tools, "%s", about("tools/list_changed", "", first))
		answer(c, clock+9, "")
	} else {
		answer(c, clock+9, "")
		event(tools, "%s", about("tools/list_changed", "", first))
		event(prompts, "%s", about("prompts/list_changed", "", second))
	}
	c = post(clock+11, "tools/list", "")
	answer(c, clock+11, "")
	event(prompts, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, second)
	event(prompts, `{"jsonrpc":"2.0","id":%d,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":%d}}}`, second, second)
	say(Event{On: prompts, From: Server, End: EOF})
	if late {
		say(Event{On: tools, From: Client, End: Closed})
	} else {
		say(Event{On: tools, From: Mcpmock, End: Closed})
	}
	return events
}

func TestGoldenOfTheModernEra(t *testing.T) {
	want := goldenText(t, modernVisit(1, "s", false))
	for i, events := range [][]*Event{
		modernVisit(1785542400123, "leaving.QXJTZ", false),
		modernVisit(1785542400999, "leaving.ABCDE", true),
		Golden(modernVisit(77, "x", true)),
	} {
		if diff := cmp.Diff(want, goldenText(t, events)); diff != "" {
			t.Errorf("run %d differs:\n%s", i, diff)
		}
	}
	order := []string{}
	for _, e := range Golden(modernVisit(1, "s", true)) {
		if e.Message != nil && strings.Contains(string(e.Message), "changed") || e.From == Client {
			order = append(order, fmt.Sprint(e.On, " ", e.From, " ", e.End))
		}
	}
	if want := []string{"1 client ", "2 client ", "3 client ", "4 client ", "1 server ", "2 server ", "5 client ", "1 client closed"}; !cmp.Equal(order, want) {
		t.Errorf("the order is %q, want %q", order, want)
	}
	for _, s := range []string{`"requestState": "state-1"`, `"io.modelcontextprotocol/subscriptionId": 2`, `"requestId": 2`} {
		if !strings.Contains(want, s) {
			t.Errorf("the tape lacks %s:\n%s", s, want)
		}
	}
}

// Over stdio what a subscription begins with follows its request, the rest the
// message before it; a last word to one that was cancelled is left out.
func TestGoldenOfASubscriptionOverStdio(t *testing.T) {
	visit := func(clock int, late bool) []*Event {
		var events []*Event
		say := func(from From, format string, args ...any) {
			events = append(events, &Event{On: 1, From: from, Message: json.RawMessage(fmt.Sprintf(format, args...))})
		}
		meta := func(id int) string { return fmt.Sprintf(`"_meta":{"io.modelcontextprotocol/subscriptionId":%d}`, id) }
		ack := func() {
			say(Server, `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{%s}}`, meta(clock))
		}
		say(Client, `{"jsonrpc":"2.0","id":%d,"method":"subscriptions/listen","params":{%s}}`, clock, whole)
		if !late {
			ack()
		}
		say(Client, `{"jsonrpc":"2.0","id":%d,"method":"tools/list","params":{%s}}`, clock+1, whole)
		if late {
			ack()
		}
		say(Server, `{"jsonrpc":"2.0","id":%d,"result":{}}`, clock+1)
		say(Server, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{%s}}`, meta(clock))
		say(Client, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%d}}`, clock)
		if late {
			say(Server, `{"jsonrpc":"2.0","id":%d,"result":{%s}}`, clock, meta(clock))
		}
		events = append(events, &Event{On: 1, From: Server, End: Exit})
		return events
	}
	want := goldenText(t, visit(1, false))
	if diff := cmp.Diff(want, goldenText(t, visit(1785542400123, true))); diff != "" {
		t.Error(diff)
	}
}
