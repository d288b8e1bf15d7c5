package scenarios

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

func stubs() table[Stubs] {
	return table[Stubs]{
		keys: []key[Stubs]{
			field("server", "serverInfo: {name, version}; left out, mcpmock's own.", serverInfo(), func(s *Stubs) *json.RawMessage { return &s.Server }),
			field("instructions", "What initialize tells the model.", someText(), func(s *Stubs) *string { return &s.Instructions }),
			field("version", "The newest protocol version that the server speaks; left out, the newest with a handshake.", someText(), func(s *Stubs) *string { return &s.Version }),
			field("tools", "Tools and their answers.", list(of(stubTool)), func(s *Stubs) *[]StubTool { return &s.Tools }),
			field("prompts", "Prompts and their answers.", list(of(stubPrompt)), func(s *Stubs) *[]StubPrompt { return &s.Prompts }),
			field("resources", "Resources and their text.", list(of(stubResource)), func(s *Stubs) *[]StubResource { return &s.Resources }),
			field("methods", "Answers to other requests.", list(of(stubMethod)), func(s *Stubs) *[]StubMethod { return &s.Methods }),
		},
		empty: "name a tool, a prompt, a resource or a method",
		check: twice,
	}
}

// twice refuses a second stub of the same name, which would never be reached.
func twice(_ node, at places, s *Stubs) error {
	names := map[string][]string{}
	for _, t := range s.Tools {
		names["tools"] = append(names["tools"], t.Name)
	}
	for _, p := range s.Prompts {
		names["prompts"] = append(names["prompts"], p.Name)
	}
	for _, r := range s.Resources {
		names["resources"] = append(names["resources"], r.URI)
	}
	for _, m := range s.Methods {
		names["methods"] = append(names["methods"], m.Method)
	}
	for _, list := range []string{"tools", "prompts", "resources", "methods"} {
		all := names[list]
		for i, name := range all {
			if slices.Contains(all[:i], name) {
				return at[list].errorf("%s has %q twice: put all answers into one of them", list, name)
			}
		}
	}
	return nil
}

func serverInfo() kind[json.RawMessage] {
	f := func() form {
		return form{"type": "object", "required": []string{"name", "version"}, "properties": form{
			"name":    form{"type": "string", "description": "The name of the server."},
			"version": form{"type": "string", "description": "Its version, in quotes."},
		}}
	}
	return kind[json.RawMessage]{form: f, read: func(n node, what string, dst *json.RawMessage) error {
		if err := jsonObject().read(n, what, dst); err != nil {
			return err
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		found := 0
		for _, e := range entries {
			if e.key == "name" || e.key == "version" {
				var s string
				if err := e.value.text(e.key, &s); err != nil {
					return err
				}
				found++
			}
		}
		if found < 2 {
			return n.errorf("server needs a name and a version: the specification asks for both")
		}
		return nil
	}}
}

// schema is a JSON Schema of a tool, whose type is object.
func schemaObject() kind[json.RawMessage] {
	f := func() form {
		return form{"type": "object", "required": []string{"type"}, "properties": form{"type": form{"const": "object", "description": "The specification allows objects only."}}}
	}
	return kind[json.RawMessage]{form: f, read: func(n node, what string, dst *json.RawMessage) error {
		if err := jsonObject().read(n, what, dst); err != nil {
			return err
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.key == "type" && e.value.scalar() == "object" {
				return nil
			}
		}
		return n.errorf("%s is no schema of a tool: add type: object, which the specification asks for", what)
	}}
}

func stubTool() table[StubTool] {
	return table[StubTool]{
		what: "the tool",
		keys: []key[StubTool]{
			field("name", "Its name.", someText(), func(t *StubTool) *string { return &t.Name }),
			field("description", "What it does.", someText(), func(t *StubTool) *string { return &t.Description }),
			field("input", "Its inputSchema; left out, any object.", schemaObject(), func(t *StubTool) *json.RawMessage { return &t.Input }),
			field("output", "Its outputSchema; left out, none.", schemaObject(), func(t *StubTool) *json.RawMessage { return &t.Output }),
			field("answers", "Its answers; the first that fits is given.", answers(), func(t *StubTool) *[]StubAnswer { return &t.Answers }),
		},
		needs: []need{{"name", "a client calls it by that"}, {"answers", "add one, such as answers: [{text: done}]"}},
	}
}

func stubPrompt() table[StubPrompt] {
	return table[StubPrompt]{
		what: "the prompt",
		keys: []key[StubPrompt]{
			field("name", "Its name.", someText(), func(p *StubPrompt) *string { return &p.Name }),
			field("description", "What it is for.", someText(), func(p *StubPrompt) *string { return &p.Description }),
			field("arguments", "Names of arguments; one that ends in ! is required.", texts(argumentName(), false), func(p *StubPrompt) *[]string { return &p.Arguments }),
			field("answers", "Its answers; the first that fits is given.", answers(), func(p *StubPrompt) *[]StubAnswer { return &p.Answers }),
		},
		needs: []need{{"name", "a client gets it by that"}, {"answers", "add one, such as answers: [{text: hello}]"}},
	}
}

func argumentName() kind[string] {
	return kind[string]{form: func() form { return form{"type": "string", "minLength": 1} }, read: func(n node, what string, dst *string) error {
		if err := n.text(what, dst); err != nil {
			return err
		}
		if strings.TrimRight(*dst, "!") == "" {
			return n.errorf("%q is no name of an argument: write city, or city! for one that is required", *dst)
		}
		return nil
	}}
}

func stubResource() table[StubResource] {
	return table[StubResource]{
		what: "the resource",
		keys: []key[StubResource]{
			field("uri", "Its URI.", line(), func(r *StubResource) *string { return &r.URI }),
			field("name", "Its name.", someText(), func(r *StubResource) *string { return &r.Name }),
			field("mime", "Its mimeType.", line(), func(r *StubResource) *string { return &r.MIME }),
			field("text", "Its text.", stubText(), func(r *StubResource) *string { return &r.Text }),
		},
		needs: []need{{"uri", "a client reads it by that"}, {"name", "the specification asks for one"}, {"text", `write text: "" for an empty one`}},
	}
}

func stubMethod() table[StubMethod] {
	return table[StubMethod]{
		what: "the method",
		keys: []key[StubMethod]{
			field("method", "The JSON-RPC method.", someText(), func(m *StubMethod) *string { return &m.Method }),
			field("answers", "Its answers, with result or error; the first that fits is given.", answers(), func(m *StubMethod) *[]StubAnswer { return &m.Answers }),
		},
		needs: []need{{"method", "name the request, such as completion/complete"}, {"answers", "add one, such as answers: [{result: {}}]"}},
		check: func(n node, at places, m *StubMethod) error {
			for _, a := range m.Answers {
				for _, a := range append(a.Sequence, a) {
					if a.Text != "" || a.Structured != nil {
						return at["answers"].errorf("the answers to %s have text or structured, which make the result of a tool: write result", m.Method)
					}
				}
			}
			return nil
		},
	}
}

func answers() kind[[]StubAnswer] {
	return list(defined("answer", func() kind[StubAnswer] { return stubAnswer().kind() }))
}

// stubAnswer is an answer, which may be a sequence of others.
func stubAnswer() table[StubAnswer] {
	t := oneAnswer("the answer")
	t.keys = append(t.keys,
		field("arguments", "The call must have these arguments, with their values; a string is a pattern.", jsonObject(), func(a *StubAnswer) *json.RawMessage { return &a.Arguments }),
		field("state", "The state of the conversation in which it is given; a conversation begins in start.", someText(), func(a *StubAnswer) *string { return &a.State }),
		field("then", "The state that follows.", someText(), func(a *StubAnswer) *string { return &a.Then }),
		field("sequence", "Each call gets the next of these, and the last repeats.", list(oneAnswer("the answer").kind()), func(a *StubAnswer) *[]StubAnswer { return &a.Sequence }),
	)
	t.apart[0].keys = append(t.apart[0].keys, "sequence")
	for _, name := range []string{"delay", "progress", "is_error"} {
		t.apart = append(t.apart, apart{[]string{"sequence", name}, "write it into the answers of the sequence"})
	}
	return t
}

// oneAnswer is an answer without conditions.
func oneAnswer(what string) table[StubAnswer] {
	return table[StubAnswer]{
		what: what,
		keys: []key[StubAnswer]{
			field("text", "A result of one text.", stubText(), func(a *StubAnswer) *string { return &a.Text }),
			field("structured", "structuredContent, and its text.", stubJSON(jsonObject()), func(a *StubAnswer) *json.RawMessage { return &a.Structured }),
			field("result", "The whole result.", stubJSON(jsonObject()), func(a *StubAnswer) *json.RawMessage { return &a.Result }),
			part("error", "A JSON-RPC error.", of(rpcError), func(a *StubAnswer) **RPCError { return &a.Error }),
			field("is_error", "The result has isError.", flag(), func(a *StubAnswer) *bool { return &a.IsError }),
			field("delay", "Time before it.", span(), func(a *StubAnswer) *time.Duration { return &a.Delay }),
			field("progress", "Progress notifications before it, where the client asked for progress.", list(of(stubProgress)), func(a *StubAnswer) *[]StubProgress { return &a.Progress }),
		},
		apart: []apart{{[]string{"text", "structured", "result", "error"}, "an answer says one thing, keep one of them"}},
		check: func(n node, at places, a *StubAnswer) error {
			if firstOf(at, "text", "structured", "result", "error", "sequence") == "" {
				return n.errorf("the answer says nothing: add text, structured, result, error or sequence")
			}
			if at.has("is_error") && firstOf(at, "text", "structured") == "" {
				return at["is_error"].errorf("is_error goes with text or structured: a result says isError itself, and an error is one")
			}
			return nil
		},
	}
}

func stubProgress() table[StubProgress] {
	return table[StubProgress]{
		what: "progress",
		keys: []key[StubProgress]{
			field("progress", "How far it has come.", real(true, 1e15), func(p *StubProgress) *float64 { return &p.Progress }),
			field("total", "How far it goes.", real(false, 1e15), func(p *StubProgress) *float64 { return &p.Total }),
			field("message", "What is being done.", stubText(), func(p *StubProgress) *string { return &p.Message }),
		},
		needs: []need{{"progress", "say how far it has come, such as progress: 1"}},
	}
}

// templates are what may stand in {{...}} of a stub, besides arguments.
func templates() []string { return []string{"args", "uuid", "now", "seq", "session", "method"} }

// stubText is text with templates.
func stubText() kind[string] {
	return kind[string]{form: anyText().form, read: func(n node, what string, dst *string) error {
		if err := anyText().read(n, what, dst); err != nil {
			return err
		}
		return n.placeholders(what, *dst, templates(), true)
	}}
}

// stubJSON is JSON with templates in its texts.
func stubJSON(k kind[json.RawMessage]) kind[json.RawMessage] {
	return kind[json.RawMessage]{form: k.form, read: func(n node, what string, dst *json.RawMessage) error {
		if err := k.read(n, what, dst); err != nil {
			return err
		}
		return n.placeholders(what, string(*dst), templates(), true)
	}}
}
