package eras

import (
	"errors"
	"strings"
	"testing"
)

func TestModernInput(t *testing.T) {
	for _, c := range []struct{ why, method, params, want string }{
		{"the retry tells how an elicitation ended", "elicitation/create", `{"mode":"url","elicitationId":"1","url":"u","message":"m"}`, `{"mode":"url","url":"u","message":"m"}`},
		{"an input is no task, and reports no progress", "sampling/createMessage", `{"_meta":{"progressToken":1,"io.modelcontextprotocol/related-task":{}},"task":{"ttl":1},"maxTokens":1e2,"includeContext":"none"}`, `{"maxTokens":1e2,"includeContext":"none"}`},
		{"what else is in _meta stays", "roots/list", `{"_meta":{"progressToken":1,"a/b":1}}`, `{"_meta":{"a/b":1}}`},
		{"a tool for sampling says nothing of tasks", "sampling/createMessage", `{"tools":[{"name":"a","execution":{}}]}`, `{"tools":[{"name":"a"}]}`},
		{"a sampling request may have a member of that name", "sampling/createMessage", `{"elicitationId":1}`, `{"elicitationId":1}`},
		{"no params", "roots/list", ``, ``},
	} {
		got, err := ModernInput(c.method, []byte(c.params))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.why, got, err, c.want)
		}
	}
	for _, method := range []string{"ping", "tasks/get", "tools/call"} {
		if _, err := ModernInput(method, nil); !errors.Is(err, ErrUntranslatable) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if got, err := ModernInput("roots/list", nil); got != nil || err != nil {
		t.Errorf("params that there are none of are %q, %v", got, err)
	}
}

func TestLegacyInput(t *testing.T) {
	for _, c := range []struct{ why, method, params, want string }{
		{"url mode has an id", "elicitation/create", `{"mode":"url","url":"u","message":"m"}`, `{"mode":"url","url":"u","message":"m","elicitationId":"id-1"}`},
		{"the one that is there stays", "elicitation/create", `{"mode":"url","elicitationId":"x"}`, `{"mode":"url","elicitationId":"x"}`},
		{"a form has none", "elicitation/create", `{"message":"m"}`, `{"message":"m"}`},
		{"structured content is an object before 2026-07-28", "sampling/createMessage",
			`{"messages":[{"role":"user","content":[{"type":"tool_result","content":[],"structuredContent":[1]},{"type":"text","structuredContent":[1]}]},{"role":"user","content":{"type":"tool_result","content":[{"type":"text","text":"1"}],"structuredContent":1}}]}`,
			`{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"[1]"}]},{"type":"text","structuredContent":[1]}]},{"role":"user","content":{"type":"tool_result","content":[{"type":"text","text":"1"}]}}]}`},
		{"so is what an output schema is of", "sampling/createMessage", `{"tools":[{"name":"a","outputSchema":{"type":"string"}}]}`, `{"tools":[{"name":"a"}]}`},
	} {
		got, err := LegacyInput(c.method, []byte(c.params), "id-1")
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.why, got, err, c.want)
		}
	}
	if got, err := LegacyInput("roots/list", nil, ""); string(got) != "{}" || err != nil {
		t.Errorf("params that there are none of are %q, %v", got, err)
	}
	if _, err := LegacyInput("tools/call", nil, ""); !errors.Is(err, ErrUntranslatable) {
		t.Errorf("a client has no tools: %v", err)
	}
}

func TestAskable(t *testing.T) {
	for _, c := range []struct{ why, method, params, version, lacks string }{
		{"roots were always there", "roots/list", `{}`, "2024-11-05", ""},
		{"so was sampling", "sampling/createMessage", `{"messages":[{"role":"user","content":{"type":"text"}}]}`, "2024-11-05", ""},
		{"audio came later", "sampling/createMessage", `{"messages":[{"role":"user","content":{"type":"audio"}}]}`, "2024-11-05", "audio"},
		{"and was there", "sampling/createMessage", `{"messages":[{"role":"user","content":{"type":"audio"}}]}`, "2025-03-26", ""},
		{"a message had one content", "sampling/createMessage", `{"messages":[{"role":"user","content":[]}]}`, "2025-06-18", "several contents"},
		{"tools came with 2025-11-25", "sampling/createMessage", `{"tools":[]}`, "2025-06-18", "tools"},
		{"and what they are used by", "sampling/createMessage", `{"messages":[{"role":"user","content":{"type":"tool_use"}}]}`, "2025-06-18", "tool_use"},
		{"2025-11-25 has all of it", "sampling/createMessage", `{"tools":[],"messages":[{"role":"user","content":[{"type":"tool_use"}]}]}`, "2025-11-25", ""},
		{"no elicitation before 2025-06-18", "elicitation/create", `{}`, "2025-03-26", "elicitation"},
		{"a form", "elicitation/create", `{"mode":"form","requestedSchema":{"properties":{"a":{"type":"string"}}}}`, "2025-06-18", ""},
		{"several of a list", "elicitation/create", `{"requestedSchema":{"properties":{"a":{"type":"array"}}}}`, "2025-06-18", "several values"},
		{"a url", "elicitation/create", `{"mode":"url"}`, "2025-06-18", "url mode"},
		{"a url at 2025-11-25", "elicitation/create", `{"mode":"url"}`, "2025-11-25", ""},
		{"a client is not pinged by an input", "ping", `{}`, "2025-11-25", "ping"},
		{"no handshake", "roots/list", `{}`, "2026-07-28", "handshake"},
	} {
		err := Askable(c.method, []byte(c.params), c.version)
		if c.lacks == "" && err != nil || c.lacks != "" && (!errors.Is(err, ErrUntranslatable) || !strings.Contains(err.Error(), c.lacks)) {
			t.Errorf("%s: %v, want %q", c.why, err, c.lacks)
		}
	}
}

func TestMissing(t *testing.T) {
	roots, form, url := Input{"r", "roots/list", nil}, Input{"f", "elicitation/create", []byte(`{"message":"m"}`)}, Input{"u", "elicitation/create", []byte(`{"mode":"url"}`)}
	sampling, tools := Input{"s", "sampling/createMessage", []byte(`{"maxTokens":1}`)}, Input{"t", "sampling/createMessage", []byte(`{"tools":[]}`)}
	for _, c := range []struct {
		why          string
		inputs       []Input
		capabilities string
		want         string // "" is none
	}{
		{"nothing is needed", nil, `{}`, ""},
		{"all of it is there", []Input{roots, form, url, tools}, `{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}`, ""},
		{"none of it is there", []Input{roots, form, url, tools}, `{}`, `{"roots":{},"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}}}`},
		{"an empty elicitation means form", []Input{form}, `{"elicitation":{}}`, ""},
		{"and not url", []Input{form, url}, `{"elicitation":{}}`, `{"elicitation":{"url":{}}}`},
		{"url alone is not form", []Input{form}, `{"elicitation":{"url":{}}}`, `{"elicitation":{"form":{}}}`},
		{"settings of one's own are no mode", []Input{form}, `{"elicitation":{"x":1}}`, ""},
		{"plain sampling", []Input{sampling}, `{"sampling":{}}`, ""},
		{"plain sampling that is missing", []Input{sampling, sampling}, `{"roots":{}}`, `{"sampling":{}}`},
		{"with tools", []Input{tools}, `{"sampling":{}}`, `{"sampling":{"tools":{}}}`},
		{"with a choice of tools", []Input{{"t", "sampling/createMessage", []byte(`{"toolChoice":{}}`)}}, `{"sampling":{}}`, `{"sampling":{"tools":{}}}`},
		{"both kinds", []Input{tools, sampling}, `{}`, `{"sampling":{"tools":{}}}`},
		{"null declares nothing", []Input{roots}, `{"roots":null}`, `{"roots":{}}`},
		{"a legacy client tells of changes, too", []Input{roots}, `{"roots":{"listChanged":true}}`, ""},
		{"no capabilities at all", []Input{roots}, ``, `{"roots":{}}`},
	} {
		if got := string(Missing(c.inputs, []byte(c.capabilities))); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}
