package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
)

// when is the trigger of a fault, which alone may count requests and leave
// things to chance.
func when() table[Trigger] {
	t := condition("when")
	t.keys = append(t.keys,
		field("chance", "It fires with this probability, more than 0 and at most 1. It needs a seed.", real(false, 1), func(t *Trigger) *float64 { return &t.Chance }),
		field("nth", "Only the n-th request that meets all the rest, counted from 1 in the scope.", whole(1, maxCount), func(t *Trigger) *int { return &t.Nth }),
		field("every", "Each n-th request that meets all the rest: n, 2n, and so on.", whole(1, maxCount), func(t *Trigger) *int { return &t.Every }),
		key[Trigger]{name: "after", about: "All requests that meet the rest but the first n; or, with a duration, all but those in the first while, which begins with the session's first request.",
			form: func() form { return form{"anyOf": []form{whole(1, maxCount).form(), span().form()}} },
			read: func(n node, dst *Trigger) error {
				if _, text := n.scalar().(string); text {
					return span().read(n, "after", &dst.AfterTime)
				}
				return whole(1, maxCount).read(n, "after", &dst.After)
			},
			set: func(t *Trigger) bool { return t.After != 0 || t.AfterTime != 0 },
			fits: func(n node, t *Trigger) error {
				if t.AfterTime != 0 {
					return span().check(n, "after", t.AfterTime)
				}
				return whole(1, maxCount).check(n, "after", t.After)
			}},
	)
	t.apart = append(t.apart, apart{[]string{"nth", "every", "after"}, "one trigger counts in one way, keep one of them"})
	return t
}

// maxCount bounds what is counted.
const maxCount = 1_000_000_000

// inner is a trigger that counts nothing.
func inner() kind[Trigger] {
	k := defined("condition", func() kind[Trigger] { return condition("").kind() })
	k.fits = func(n node, what string, t Trigger) error {
		for _, counts := range when().keys[len(condition("").keys):] {
			if counts.set(&t) {
				return condition("").elsewhere(n, counts.name, what)
			}
		}
		return condition("").fits(n, what, t)
	}
	return k
}

// nested is a trigger within another, where there is one thing that the
// client does.
func nested() kind[Trigger] {
	return inner().and(func(n node, what string, t Trigger) error {
		switch {
		case t.Empty():
			return n.errorf("%s is met by every request: name those that it means", what)
		case t.Client == "connect" || t.Client == "disconnect" || t.Client == "eof":
			return n.errorf("client: %s does not stand in %s: write it beside %s", t.Client, what, what)
		}
		return nil
	})
}

// condition is a trigger without what counts; what is "" for the key that it
// stands at.
func condition(what string) table[Trigger] {
	return table[Trigger]{
		what: what,
		keys: []key[Trigger]{
			field("http", "The HTTP method. Over stdio a line counts as a POST.", httpMethod(), func(t *Trigger) *string { return &t.HTTP }),
			field("path", "The path of the URL; a * at the end stands for any ending.", pattern(), func(t *Trigger) *string { return &t.Path }),
			field("header", "Conditions on request headers, by name; all must hold.", headerTests(), func(t *Trigger) *[]HeaderTest { return &t.Headers }),
			field("kind", "The kind of message: request, notification, response, batch, or invalid (no JSON-RPC).",
				oneOf("kind of message", "request", "notification", "response", "batch", "invalid"), func(t *Trigger) *string { return &t.Kind }),
			field("method", "The JSON-RPC method; a * at the end stands for any ending, as in tools/*.", pattern(), func(t *Trigger) *string { return &t.Method }),
			field("tool", "The tool that a tools/call names; a * at the end stands for any ending.", pattern(), func(t *Trigger) *string { return &t.Tool }),
			field("id", "What the request's id is: a string or a number.", oneOf("kind of id", "string", "number"), func(t *Trigger) *string { return &t.ID }),
			paramsTest(),
			field("arguments", "Arguments that the tool call must have, with their values; a string is a pattern.", jsonObject(), func(t *Trigger) *json.RawMessage { return &t.Arguments }),
			field("session", "What the request shows of a session: none (no id), known (a living session's), unknown (any other), ended (of a session that is over), leaked (an id that only a response other than that of initialize has shown).",
				oneOf("kind of session", "none", "known", "unknown", "ended", "leaked"), func(t *Trigger) *string { return &t.Session }),
			field("state", "How far the client has come: new (before its initialize was answered), initializing (after that), ready (notifications/initialized has come).",
				oneOf("state", "new", "initializing", "ready"), func(t *Trigger) *string { return &t.State }),
			field("era", "legacy, or modern: the request has a protocol version in its _meta, or in its header one that has no handshake, or is server/discover or subscriptions/listen.", oneOf("era", "legacy", "modern"), func(t *Trigger) *string { return &t.Era }),
			field("client", "What the client does: connect (it has started the stdio server, or opens an HTTP+SSE stream), resume (a GET with Last-Event-ID), cancel (notifications/cancelled), disconnect (it leaves before the answer is complete), eof (it closes stdin).",
				oneOf("doing of a client", "connect", "resume", "cancel", "disconnect", "eof"), func(t *Trigger) *string { return &t.Client }),
			field("in_flight", "At least so many requests of the session are unanswered, this one included.", whole(1, maxCount), func(t *Trigger) *int { return &t.InFlight }),
			field("same_id", "An earlier request of the session had the same id.", flag(), func(t *Trigger) *bool { return &t.SameID }),
			field("replica", "The replica that the request comes to, from 1. It needs replicas.", whole(1, maxReplicas), func(t *Trigger) *int { return &t.Replica }),
			field("idle", "The session's request before this one was at least so long ago.", span(), func(t *Trigger) *time.Duration { return &t.Idle }),
			field("any", "At least one of these triggers is met.", list(nested()), func(t *Trigger) *[]Trigger { return &t.Any }),
			part("not", "This trigger is not met.", nested(), func(t *Trigger) **Trigger { return &t.Not }),
		},
		misplaced: []need{
			{"nth", "only the when of a fault counts requests"},
			{"every", "only the when of a fault counts requests"},
			{"after", "only the when of a fault counts requests"},
			{"chance", "only the when of a fault leaves things to chance"},
			{"probability", "write chance"},
			{"toxicity", "write chance"},
			{"percentage", "write chance, from 0 to 1"},
			{"args", "write arguments"},
		},
		check: checkTrigger,
	}
}

// paramsTest is what a trigger asks of the params: a word, or members that they
// have.
func paramsTest() key[Trigger] {
	word := oneOf("word for params", "present", "absent")
	return key[Trigger]{name: "params", about: "Whether the message has params: present, absent; or a JSON object each of whose members they must have, with their values; a string is a pattern.",
		form: func() form { return form{"anyOf": []form{word.form(), jsonObject().form()}} },
		read: func(n node, dst *Trigger) error {
			if n.isMapping() {
				return jsonObject().read(n, "params", &dst.Members)
			}
			return word.read(n, "params", &dst.Params)
		},
		set: func(t *Trigger) bool { return t.Params != "" || t.Members != nil },
		fits: func(n node, t *Trigger) error {
			if t.Members != nil {
				return jsonObject().check(n, "params", t.Members)
			}
			return word.check(n, "params", t.Params)
		}}
}

// checkTrigger refuses what no request can meet.
func checkTrigger(n node, at places, t *Trigger) error {
	message := firstOf(at, "method", "tool", "arguments", "kind", "id", "params", "same_id")
	never := func(key, format string, args ...any) error {
		return at[key].errorf("the trigger is never met: %s; leave one of them out", fmt.Sprintf(format, args...))
	}
	switch {
	case t.HTTP != "" && t.HTTP != "POST" && message != "":
		return never(message, "%s asks about a message, and a %s carries none", message, t.HTTP)
	case (t.Client == "connect" || t.Client == "eof") && message != "":
		return never(message, "%s asks about a message, and client: %s is none", message, t.Client)
	case t.Client == "resume" && message != "":
		return never(message, "%s asks about a message, and a GET that resumes carries none", message)
	case t.Client == "resume" && t.HTTP != "" && t.HTTP != "GET":
		return never("http", "a client resumes with a GET, not with a %s", t.HTTP)
	case t.Client == "cancel" && t.Method != "" && !matches(t.Method, mcp.Cancelled):
		return never("method", "a client cancels with %s, not with %s", mcp.Cancelled, t.Method)
	case t.Client == "eof" && firstOf(at, "http", "path", "header") != "":
		return never("client", "stdin ends over stdio, which has no HTTP")
	case t.Tool != "" && t.Method != "" && !matches(t.Method, mcp.ToolsCall):
		return never("tool", "only %s names a tool, and method is %s", mcp.ToolsCall, t.Method)
	case t.Arguments != nil && t.Method != "" && !matches(t.Method, mcp.ToolsCall):
		return never("arguments", "only %s has arguments here, and method is %s", mcp.ToolsCall, t.Method)
	case (t.Kind == "invalid" || t.Kind == "response") && t.Method+t.Tool != "":
		return never("kind", "a message of kind %s has no method", t.Kind)
	case t.Kind == "notification" && (t.ID != "" || t.SameID || t.Tool != ""):
		return never("kind", "a notification has no id and calls no tool")
	case t.Kind == "notification" && t.Method != "" && !strings.HasSuffix(t.Method, "*") && !strings.HasPrefix(t.Method, "notifications/"):
		return never("kind", "%s is a request, and kind is notification", t.Method)
	case t.Kind == "invalid" && (t.ID != "" || at.has("params")):
		return never("kind", "what is no JSON-RPC has neither id nor params")
	case t.Params == "absent" && t.Tool+string(t.Arguments) != "":
		return never("params", "a tool call has params")
	}
	return nil
}

// firstOf returns the first of the keys that is there, or "".
func firstOf(at places, keys ...string) string {
	for _, k := range keys {
		if at.has(k) {
			return k
		}
	}
	return ""
}

// headerTests reads {NAME: test, ...}, in the order of the file.
func headerTests() kind[[]HeaderTest] {
	words := []string{"absent", "present", "repeated"}
	test := headerTest()
	f := func() form {
		return form{"type": "object", "minProperties": 1, "propertyNames": form{"pattern": tokenPattern}, "additionalProperties": form{"anyOf": []form{{"enum": words}, test.form()}}}
	}
	return kind[[]HeaderTest]{form: f, read: func(n node, what string, dst *[]HeaderTest) error {
		if !n.isMapping() {
			return n.errorf("%s must be a mapping, not %s: write {Accept: {contains: text/event-stream}}", what, n.kind())
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return n.errorf("%s is empty: name a header, such as {Mcp-Session-Id: absent}", what)
		}
		for _, e := range entries {
			if !mcp.IsFieldName(e.key) {
				return e.at.errorf("%q cannot be the name of a header: use letters, digits and dashes", e.key)
			}
			h := HeaderTest{Name: e.key}
			if e.value.isMapping() {
				err = test.read(e.value, "the test of "+e.key, &h)
			} else {
				var word string
				err = e.value.word("test of a header", &word, words)
				h.Absent, h.Present, h.Repeated = word == "absent", word == "present", word == "repeated"
			}
			if err != nil {
				return err
			}
			*dst = append(*dst, h)
		}
		return nil
	}, fits: func(n node, what string, all []HeaderTest) error {
		for _, h := range all {
			tests := 0
			for _, asked := range []bool{h.Absent, h.Present, h.Repeated, h.Is != "", h.Starts != "", h.Contains != "", h.Lacks != "", h.Matches != nil} {
				if asked {
					tests++
				}
			}
			switch {
			case !mcp.IsFieldName(h.Name):
				return n.errorf("%q cannot be the name of a header: use letters, digits and dashes", h.Name)
			case tests > 1:
				return n.errorf("the test of the header %s asks for several things: keep one of them", h.Name)
			}
		}
		return nil
	}}
}

func headerTest() table[HeaderTest] {
	t := table[HeaderTest]{what: "the test of the header", keys: []key[HeaderTest]{
		field("is", "The header has this very value.", anyText(), func(h *HeaderTest) *string { return &h.Is }),
		field("starts", "It begins with this.", someText(), func(h *HeaderTest) *string { return &h.Starts }),
		field("contains", "It has this in it.", someText(), func(h *HeaderTest) *string { return &h.Contains }),
		field("lacks", "It does not have this in it, or was not sent.", someText(), func(h *HeaderTest) *string { return &h.Lacks }),
		{name: "matches", about: "It fits this regular expression.", form: expression().form, read: func(n node, h *HeaderTest) error {
			return expression().read(n, "matches", &h.Matches)
		}},
	}}
	t.apart = []apart{{t.names(), "a header has one test, keep one of them"}}
	t.empty = "write one of " + listed(t.names())
	return t
}
