package scenarios

import (
	"encoding/json"
	"reflect"
	"strings"
)

// actions is what a fault does: a mapping, or the one word of it where that
// needs no value.
func actions() kind[Action] {
	t := action()
	var words []string
	for _, k := range t.keys {
		if k.word {
			words = append(words, k.name)
		}
	}
	return or(kind[Action]{form: func() form { return form{"enum": words} }, read: func(n node, _ string, dst *Action) error { return n.loneWord(t, words, dst) }}, kind[Action]{form: t.form, read: t.read, fits: func(n node, what string, a Action) error {
		if reflect.ValueOf(a).IsZero() {
			return n.errorf("it does nothing: %s", t.empty)
		}
		return t.fits(n, what, a)
	}})
}

// loneWord reads an action that is one word.
func (n node) loneWord(t table[Action], words []string, dst *Action) error {
	word, ok := n.scalar().(string)
	if !ok || word == "" {
		return n.errorf("do must be an action, not %s: write do: expire_session, or do: {respond: ...}", n.kind())
	}
	for _, k := range t.keys {
		switch {
		case k.name != word:
		case !k.word:
			return n.errorf("%s needs a value: write do: {%s: ...}", word, word)
		default:
			yes := n
			yes.yaml = trueNode()
			return k.read(yes, dst)
		}
	}
	if err := t.elsewhere(n, word, "do"); err != nil {
		return err
	}
	return n.errorf("unknown action %q: %s", word, instead(word, t.names()))
}

// action is the mapping of do.
func action() table[Action] {
	t := table[Action]{
		what: "do",
		apart: []apart{
			{named(func(n nature) bool { return n&inPlace != 0 }), "one do has one answer, keep one of them"},
			{[]string{"expire_session", "forget_session", "adopt_session"}, "a session ends in one way, or lives, keep one of them"},
			{[]string{"withhold", "duplicate"}, "keep one of them"},
			{[]string{"withhold", "swap"}, "keep one of them"},
			{[]string{"crash", "exit"}, "a process ends once, keep one of them"},
		},
		misplaced: knownElsewhere(),
		empty:     "write expire_session, or {respond: ...}",
		check:     checkAction,
	}
	for _, a := range everyAct() {
		t.keys = append(t.keys, a.key)
	}
	t.keys = append(t.keys, aliases()...)
	return t
}

// requestKey is the key request, whose one member is headers.
func requestKey() key[Action] {
	headers := field("headers", "Headers that the request gets; null takes one off.", requestHeaders(), func(a *Action) *[]Header { return &a.Request })
	t := table[Action]{keys: []key[Action]{headers}, needs: []need{{"headers", "write request: {headers: {Mcp-Session-Id: null}}"}}}
	return key[Action]{
		name: "request", about: "Changes the request before the server sees it, as a gateway may.", form: t.form,
		read: func(n node, a *Action) error { return t.read(n, "request", a) },
		set:  headers.set, fits: headers.fits, join: headers.join, clear: headers.clear,
	}
}

// requestHeaders are headers without variables.
func requestHeaders() kind[[]Header] {
	f := func() form {
		return form{"type": "object", "minProperties": 1, "propertyNames": form{"pattern": tokenPattern}, "additionalProperties": form{"type": []string{"string", "integer", "null"}}}
	}
	return kind[[]Header]{form: f, read: func(n node, what string, dst *[]Header) error {
		if err := n.headerLines(dst); err != nil {
			return err
		}
		if len(*dst) == 0 {
			return n.errorf("%s is empty: name a header, such as {Mcp-Session-Id: null}", what)
		}
		return unvaried(n, *dst)
	}, fits: func(n node, what string, all []Header) error {
		if err := unvaried(n, all); err != nil {
			return err
		}
		return fitHeaders(n, what, all)
	}}
}

// unvaried refuses variables in the headers of a request.
func unvaried(n node, all []Header) error {
	for _, h := range all {
		if strings.Contains(h.Value, "${") {
			return n.errorf("header %s has a variable in it: a request's headers have none, write the value out", h.Name)
		}
	}
	return nil
}

func response() kind[Response] {
	return defined("response", func() kind[Response] { return of(responses) })
}

func redirect() table[Redirect] {
	return table[Redirect]{
		keys: []key[Redirect]{
			field("status", "The HTTP status.", numbers("redirect", 301, 302, 303, 307, 308), func(r *Redirect) *int { return &r.Status }),
			field("to", "Where to: add_slash, strip_slash, http (the same URL without TLS), or a URL or path.", line(), func(r *Redirect) *string { return &r.To }),
		},
		needs: []need{{"status", "add one, such as status: 307"}, {"to", "say where: add_slash, strip_slash, http, or a URL or path"}},
	}
}

func challenge() table[Challenge] {
	return table[Challenge]{
		keys: []key[Challenge]{
			field("status", "401 or 403.", numbers("challenge", 401, 403), func(c *Challenge) *int { return &c.Status }),
			field("authenticate", "The header WWW-Authenticate; left out, it is left off.", line(), func(c *Challenge) *string { return &c.Authenticate }),
			field("body", "The body.", someText(), func(c *Challenge) *string { return &c.Body }),
		},
		needs: []need{{"status", "add status: 401 or status: 403"}},
	}
}

func rpcError() table[RPCError] {
	return table[RPCError]{
		keys: []key[RPCError]{
			field("code", "The code.", whole(-1<<31, 1<<31-1), func(e *RPCError) *int { return &e.Code }),
			field("message", "The message.", someText(), func(e *RPCError) *string { return &e.Message }),
			field("data", "The data; left out, there is none.", anyJSON(), func(e *RPCError) *json.RawMessage { return &e.Data }),
		},
		needs: []need{{"code", "a JSON-RPC error has one, such as code: -32603"}, {"message", "a JSON-RPC error has one"}},
	}
}

// responseID is the key id: a value, or {as: ...}.
func responseID() key[Action] {
	as := table[Action]{
		what:  "id",
		keys:  []key[Action]{field("as", "The request's id as a string or a number, null, or no id at all.", oneOf("form of an id", "string", "number", "null", "absent"), func(a *Action) *string { return &a.IDAs })},
		needs: []need{{"as", "write id: {as: string}, or the id itself"}},
	}
	value := jsonScalar()
	return key[Action]{
		name: "id", about: "The id of the response: this value, or {as: string, number, null or absent}.",
		form: func() form { return form{"anyOf": []form{value.form(), as.form()}} },
		read: func(n node, a *Action) error {
			if n.isMapping() {
				return as.read(n, "id", a)
			}
			return value.read(n, "id", &a.ID)
		},
		set: func(a *Action) bool { return a.ID != nil || a.IDAs != "" },
		fits: func(n node, a *Action) error {
			if a.ID != nil {
				return value.check(n, "id", a.ID)
			}
			return as.keys[0].fits(n, a)
		},
		join:  func(a, later *Action) { a.ID, a.IDAs = later.ID, later.IDAs },
		clear: func(a *Action) { a.ID, a.IDAs = nil, "" },
	}
}

func sent() table[Sent] {
	return table[Sent]{
		what: "send",
		keys: []key[Sent]{
			field("message", "The message.", kind[json.RawMessage]{form: jsonObject().form, read: func(n node, what string, dst *json.RawMessage) error {
				if err := jsonObject().read(n, what, dst); err != nil {
					return err
				}
				return n.placeholders(what, string(*dst), []string{"token", "id"}, false)
			}, fits: func(n node, what string, v json.RawMessage) error {
				if err := jsonObject().check(n, what, v); err != nil {
					return err
				}
				return n.placeholders(what, string(v), []string{"token", "id"}, false)
			}}, func(s *Sent) *json.RawMessage { return &s.Message }),
			field("at", "before the answer (also where it is left out), after it, or instead of it.", oneOf("time to send", "before", "after", "instead"), func(s *Sent) *string { return &s.At }),
			field("on", "post: beside the answer (also where it is left out); get: on the standalone stream; both.", oneOf("place to send", "post", "get", "both"), func(s *Sent) *string { return &s.On }),
		},
		needs: []need{{"message", "write the JSON-RPC message to send"}},
	}
}

func checkAction(n node, at places, a *Action) error {
	if a.Ignore {
		for _, name := range named(func(n nature) bool { return n&onAnswer != 0 && n&ignored == 0 }) {
			if at.has(name) {
				return at[name].errorf("%s beside ignore: without an answer there is nothing for it to change; leave one of them out", name)
			}
		}
	}
	if a.Withhold && at.has("id") {
		return at["id"].errorf("id beside withhold: what is not sent has no id; leave one of them out")
	}
	return nil
}
