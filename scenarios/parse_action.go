package scenarios

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
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

// answering are the actions that answer in place of the server.
func answering() []string {
	return []string{"respond", "latch", "redirect", "challenge", "error", "result", "ignore"}
}

// action is the mapping of do.
func action() table[Action] {
	t := table[Action]{
		what: "do",
		apart: []apart{
			{answering(), "one do has one answer, keep one of them"},
			{[]string{"expire_session", "forget_session", "adopt_session"}, "a session ends in one way, or lives, keep one of them"},
			{[]string{"withhold", "duplicate"}, "keep one of them"},
			{[]string{"withhold", "swap"}, "keep one of them"},
			{[]string{"crash", "exit"}, "a process ends once, keep one of them"},
		},
		misplaced: knownElsewhere(),
		empty:     "write expire_session, or {respond: ...}",
		check:     checkAction,
	}
	t.keys = append(t.keys, beforeKeys()...)
	t.keys = append(t.keys, answerKeys()...)
	t.keys = append(t.keys, messageKeys()...)
	t.keys = append(t.keys, byteKeys()...)
	t.keys = append(t.keys, stdioKeys()...)
	t.keys = append(t.keys, aliases()...)
	return t
}

// beforeKeys are what happens before the server looks at the request.
func beforeKeys() []key[Action] {
	request := table[Action]{
		keys: []key[Action]{field("headers", "Headers that the request gets; null takes one off.", requestHeaders(), func(a *Action) *[]Header { return &a.Request })},
		needs: []need{
			{"headers", "write request: {headers: {Mcp-Session-Id: null}}"},
		},
	}
	return []key[Action]{
		{
			name: "request", about: "Changes the request before the server sees it, as a gateway may.", form: request.form,
			read: func(n node, a *Action) error { return request.read(n, "request", a) },
			set:  request.keys[0].set, fits: request.keys[0].fits,
		},
		field("expire_session", "Ends the session of the request. The dialect's refusal for that answers it and all that follow.", flag(), func(a *Action) *bool { return &a.ExpireSession }),
		field("forget_session", "Ends it as if it had never been.", flag(), func(a *Action) *bool { return &a.ForgetSession }),
		field("restart", "Forgets all sessions.", flag(), func(a *Action) *bool { return &a.Restart }),
		field("adopt_session", "Takes any session id for that of a living, initialized session.", flag(), func(a *Action) *bool { return &a.AdoptSession }),
		field("crash", "Cuts all connections and takes no new ones for so long; over stdio the process ends with status 1.", span(), func(a *Action) *time.Duration { return &a.Crash }),
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

// answerKeys are what stands in place of the server's answer, and what changes
// the HTTP response around it.
func answerKeys() []key[Action] {
	return []key[Action]{
		part("respond", "Answers in place of the server.", response(), func(a *Action) **Response { return &a.Respond }),
		part("latch", "Answers this and every later request of every session.", response(), func(a *Action) **Response { return &a.Latch }),
		part("redirect", "Sends the client elsewhere.", of(redirect), func(a *Action) **Redirect { return &a.Redirect }),
		part("challenge", "Asks for credentials.", of(challenge), func(a *Action) **Challenge { return &a.Challenge }),
		part("error", "A JSON-RPC error in the form of an answer.", of(rpcError), func(a *Action) **RPCError { return &a.Error }),
		field("result", "The result of an answer.", anyJSON(), func(a *Action) *json.RawMessage { return &a.Result }),
		field("ignore", "There is no answer: it is left open until the client goes away.", flag(), func(a *Action) *bool { return &a.Ignore }),
		field("status", "The HTTP status in place of the answer's.", whole(200, 599), func(a *Action) *int { return &a.Status }),
		field("headers", "Headers that are set on the response; null takes one off. Values may hold variables.", headerLines(), func(a *Action) *[]Header { return &a.Headers }),
		field("rotate_session", "The response shows a new session id, which names the session as well from now on.", flag(), func(a *Action) *bool { return &a.RotateSession }),
	}
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

// messageKeys are what changes the message of the answer.
func messageKeys() []key[Action] {
	return []key[Action]{
		field("set", "Puts values at JSON Pointers into the response.", edits(), func(a *Action) *[]Edit { return &a.Set }),
		field("remove", "Takes what is at these JSON Pointers out of it.", texts(pointer(), false), func(a *Action) *[]string { return &a.Remove }),
		responseID(),
		field("inject", "Put raw, not as JSON has it, into the first text of the result.", someText(), func(a *Action) *string { return &a.Inject }),
		field("pad", "Bytes of spaces that make the message longer: a number, or one with KiB or MiB.", size(), func(a *Action) *int { return &a.Pad }),
		field("wrap", "The message stands in an array.", flag(), func(a *Action) *bool { return &a.Wrap }),
		field("duplicate", "It is sent twice.", flag(), func(a *Action) *bool { return &a.Duplicate }),
		field("withhold", "It is not sent, but what is around it is.", flag(), func(a *Action) *bool { return &a.Withhold }),
		field("swap", "It changes places with that of the session's next request in flight.", flag(), func(a *Action) *bool { return &a.Swap }),
		field("send", "Messages that the server sends beside it. {{token}} and {{id}} in them are the request's progress token and id.", single(of(sent)), func(a *Action) *[]Sent { return &a.Send }),
		field("replace", "Text for text, in the body or in each message.", replacements(), func(a *Action) *map[string]string { return &a.Replace }),
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
		for _, name := range without(onAnswer(), "emit", "frame", "bom", "close_stdout", "exit", "close_idle", "send") {
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

// onAnswer are the actions that change an answer.
func onAnswer() []string {
	var all []string
	for _, k := range answerKeys()[7:] {
		all = append(all, k.name)
	}
	for _, k := range append(append(messageKeys(), byteKeys()...), stdioKeys()...) {
		all = append(all, k.name)
	}
	return all
}
