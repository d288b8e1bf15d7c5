package stubs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A writer makes the stubs of one scenario ready.
type writer struct {
	place  string          // of the stub at work
	states map[string]bool // that a conversation can come into
	asked  []askedState
}

// An askedState is a state that some answer waits for, and where it says so.
type askedState struct{ place, state string }

// all makes every stub of a scenario ready. An error begins with its place.
func (w *writer) all(from *scenarios.Stubs) (made []*Stub, err error) {
	add := func(st *Stub, err error) error {
		if err != nil {
			return at(w.place, err)
		}
		for _, other := range made {
			if other.method == st.method && other.name == st.name && other.Is == st.Is {
				return at(w.place, fmt.Errorf("there is another %s: give each a name of its own", st.Title()))
			}
		}
		made = append(made, st)
		return nil
	}
	for i := range from.Tools {
		w.place = fmt.Sprintf(".tools[%d]", i)
		if err := add(w.tool(&from.Tools[i])); err != nil {
			return nil, err
		}
	}
	for i := range from.Prompts {
		w.place = fmt.Sprintf(".prompts[%d]", i)
		if err := add(w.prompt(&from.Prompts[i])); err != nil {
			return nil, err
		}
	}
	for i := range from.Resources {
		w.place = fmt.Sprintf(".resources[%d]", i)
		if err := add(w.resource(&from.Resources[i])); err != nil {
			return nil, err
		}
	}
	for i := range from.Methods {
		w.place = fmt.Sprintf(".methods[%d]", i)
		if err := add(w.method(&from.Methods[i])); err != nil {
			return nil, err
		}
	}
	for _, a := range w.asked {
		if !w.states[a.state] {
			return nil, at(a.place, fmt.Errorf("no answer leads to the state %q: name it in a then, or use start, in which a conversation begins", a.state))
		}
	}
	return made, nil
}

func (w *writer) tool(from *scenarios.StubTool) (*Stub, error) {
	if from.Name == "" {
		return nil, errors.New("a tool needs a name")
	}
	st := &Stub{method: mcp.ToolsCall, name: from.Name, Is: "tool"}
	input := from.Input
	if input == nil {
		input = json.RawMessage(`{"type":"object"}`)
	}
	var err error
	if st.input, err = newSchema(from.Input); err != nil {
		return nil, at(".input", err)
	}
	output, err := newSchema(from.Output)
	if err != nil {
		return nil, at(".output", err)
	}
	st.entry = jsonrpc.Text(listedTool{from.Name, from.Description, input, from.Output})
	st.Answers, err = w.answers(st, from.Answers, func(a *scenarios.StubAnswer, to *Saying) error { return toolSaying(a, output, to) })
	return st, err
}

func (w *writer) prompt(from *scenarios.StubPrompt) (*Stub, error) {
	if from.Name == "" {
		return nil, errors.New("a prompt needs a name")
	}
	st := &Stub{method: mcp.PromptsGet, name: from.Name, Is: "prompt"}
	entry := listedPrompt{Name: from.Name, Description: from.Description}
	for i, name := range from.Arguments {
		name, required := strings.CutSuffix(name, "!")
		if name == "" {
			return nil, at(fmt.Sprintf(".arguments[%d]", i), errors.New("an argument needs a name; write NAME! for one that is required"))
		}
		if slices.ContainsFunc(entry.Arguments, func(a listedArgument) bool { return a.Name == name }) {
			return nil, at(fmt.Sprintf(".arguments[%d]", i), fmt.Errorf("there is another %s: name each argument once", name))
		}
		if required {
			st.needs = append(st.needs, name)
		}
		entry.Arguments = append(entry.Arguments, listedArgument{name, required})
	}
	st.entry = jsonrpc.Text(entry)
	var err error
	st.Answers, err = w.answers(st, from.Answers, func(a *scenarios.StubAnswer, to *Saying) error { return promptSaying(a, from.Description, to) })
	return st, err
}

func (w *writer) resource(from *scenarios.StubResource) (*Stub, error) {
	if from.URI == "" {
		return nil, errors.New("a resource needs a uri")
	}
	if is, _ := regexp.MatchString(formats["uri"], from.URI); !is {
		return nil, at(".uri", fmt.Errorf("%q is no URI: write one with a scheme, such as file:///map.txt", from.URI))
	}
	if _, _, err := mime.ParseMediaType(from.MIME); from.MIME != "" && (err != nil || !strings.Contains(from.MIME, "/")) {
		return nil, at(".mime", fmt.Errorf("%q is no media type: write one such as text/plain", from.MIME))
	}
	st := &Stub{method: mcp.ResourcesRead, name: from.URI, Is: "resource"}
	st.entry = jsonrpc.Text(listedResource{from.URI, cmp.Or(from.Name, from.URI), from.MIME})
	var f form
	content := jsonrpc.Text(readResource{from.URI, from.MIME, ""})
	f.literal(`"result":{"contents":[` + string(bytes.TrimSuffix(content, []byte(`"}`))))
	if err := f.text(from.Text); err != nil {
		return nil, at(".text", err)
	}
	f.literal(`"}]}}`)
	st.Answers = []Answer{{Title: st.Title(), says: []Saying{{outcome: f}}}}
	return st, nil
}

func (w *writer) method(from *scenarios.StubMethod) (*Stub, error) {
	switch {
	case from.Method == "":
		return nil, errors.New("it needs the method that it answers")
	case from.Method == mcp.Initialize:
		return nil, errors.New("initialize is answered by server, instructions and version of the stubs")
	case strings.HasPrefix(from.Method, "notifications/"):
		return nil, fmt.Errorf("%s is a notification, and gets no answer", from.Method)
	}
	st := &Stub{method: from.Method, Is: "method"}
	var err error
	st.Answers, err = w.answers(st, from.Answers, methodSaying)
	return st, err
}

// answers makes the answers of a stub ready; say does so with what one says.
func (w *writer) answers(st *Stub, from []scenarios.StubAnswer, say func(*scenarios.StubAnswer, *Saying) error) (made []Answer, err error) {
	for i := range from {
		a := &from[i]
		place := fmt.Sprintf(".answers[%d]", i)
		to := Answer{Title: fmt.Sprintf("%s, answer %d", st.Title(), i+1), arguments: a.Arguments, state: a.State, then: a.Then}
		if a.Arguments != nil && !isObject(a.Arguments) {
			return nil, at(place+".arguments", errors.New("they must be an object of names and values"))
		}
		if path, why := st.bars(a.Arguments); why != "" {
			return nil, at(strings.TrimSuffix(place+".arguments."+path, "."), fmt.Errorf("no call gets this answer: %s: mend one of them; what a server says to wrong arguments is for a fault", why))
		}
		if a.State != "" {
			w.asked = append(w.asked, askedState{w.place + place + ".state", a.State})
		}
		if before := slices.IndexFunc(made, func(a Answer) bool { return a.arguments == nil && a.inState(to.state) }); before >= 0 {
			return nil, at(place, fmt.Errorf("it is never given: answer %d takes every call that it could; put that one last", before+1))
		}
		if len(a.Sequence) == 0 {
			s, err := w.saying(a, say)
			if err != nil {
				return nil, at(place, err)
			}
			to.says = []Saying{s}
		} else if says(a) {
			return nil, at(place, errors.New("it has a sequence and an answer of its own: put that into the sequence"))
		}
		w.states[a.Then] = true
		for n := range a.Sequence {
			one := &a.Sequence[n]
			place := fmt.Sprintf("%s.sequence[%d]", place, n)
			if one.Arguments != nil || one.State != "" || one.Then != "" || len(one.Sequence) > 0 {
				return nil, at(place, errors.New("arguments, state, then and sequence belong to the answer around it"))
			}
			s, err := w.saying(one, say)
			if err != nil {
				return nil, at(place, err)
			}
			to.says = append(to.says, s)
		}
		made = append(made, to)
	}
	return made, nil
}

// says reports whether an answer says something itself.
func says(a *scenarios.StubAnswer) bool {
	return a.Text != "" || a.Structured != nil || a.Result != nil || a.Error != nil || a.IsError || a.Progress != nil || a.Delay != 0
}

// The entries of lists, and what is read of a resource (2025-11-25 schema).
type (
	listedTool struct {
		Name         string          `json:"name"`
		Description  string          `json:"description,omitempty"`
		InputSchema  json.RawMessage `json:"inputSchema"`
		OutputSchema json.RawMessage `json:"outputSchema,omitempty"`
	}
	listedPrompt struct {
		Name        string           `json:"name"`
		Description string           `json:"description,omitempty"`
		Arguments   []listedArgument `json:"arguments,omitempty"`
	}
	listedArgument struct {
		Name     string `json:"name"`
		Required bool   `json:"required,omitempty"`
	}
	listedResource struct {
		URI  string `json:"uri"`
		Name string `json:"name"`
		MIME string `json:"mimeType,omitempty"`
	}
	readResource struct {
		URI  string `json:"uri"`
		MIME string `json:"mimeType,omitempty"`
		Text string `json:"text"`
	}
)

// isObject reports whether a text is one JSON object.
func isObject(text []byte) bool {
	return jsonrpc.Valid(text) == nil && gjson.ParseBytes(text).IsObject()
}
