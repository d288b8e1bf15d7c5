package eras

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInputRequired(t *testing.T) {
	for _, c := range []struct {
		why    string
		inputs []Input
		state  string
		info   []byte
		want   string
	}{
		{"inputs and a state", []Input{{"a.b", "elicitation/create", []byte(`{"message":"m"}`)}}, "s&t", []byte(`{"name":"n"}`),
			`{"resultType":"input_required","inputRequests":{"a.b":{"method":"elicitation/create","params":{"message":"m"}}},"requestState":"s&t","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"n"}}}`},
		{"params that are not there are empty", []Input{{"1", "roots/list", nil}, {"2", "sampling/createMessage", nil}}, "", nil,
			`{"resultType":"input_required","inputRequests":{"1":{"method":"roots/list","params":{}},"2":{"method":"sampling/createMessage","params":{}}}}`},
		{"one of both must be", nil, "", nil, `{"resultType":"input_required","requestState":""}`},
	} {
		got := InputRequired(c.inputs, c.state, c.info)
		if string(got) != c.want {
			t.Errorf("%s: %s, want\n%s", c.why, got, c.want)
		}
		if _, _, _, err := Inputs(got); err != nil {
			t.Errorf("%s: it cannot be read again: %v", c.why, err)
		}
	}
}

func TestInputs(t *testing.T) {
	type found struct {
		Inputs   []Input
		State    string
		HasState bool
	}
	for _, c := range []struct {
		why, result string
		want        found
	}{
		{"in their order", `{"resultType":"input_required","inputRequests":{"z":{"method":"roots/list"},"a":{"method":"elicitation/create","params":{"message":"m"}}}}`,
			found{Inputs: []Input{{"z", "roots/list", nil}, {"a", "elicitation/create", []byte(`{"message":"m"}`)}}}},
		{"a state alone says: come back", `{"resultType":"input_required","requestState":"a\u0062"}`, found{State: "ab", HasState: true}},
		{"an empty state is one", `{"resultType":"input_required","requestState":""}`, found{HasState: true}},
		{"of a key that stands twice the last one counts", `{"resultType":"input_required","inputRequests":{"a":7,"b":{"method":"roots/list"},"a":{"method":"roots/list"}}}`,
			found{Inputs: []Input{{"b", "roots/list", nil}, {"a", "roots/list", nil}}}},
		{"null is what some write for nothing", `{"resultType":"input_required","inputRequests":null,"requestState":"s"}`, found{State: "s", HasState: true}},
	} {
		inputs, state, has, err := Inputs([]byte(c.result))
		if diff := cmp.Diff(c.want, found{inputs, state, has}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.why, err, diff)
		}
	}
	for _, c := range []struct{ why, result, want string }{
		{"a complete result asks for nothing", `{"resultType":"complete"}`, "resultType"},
		{"a legacy result neither", `{"content":[]}`, "resultType"},
		{"nothing to do, and nothing to hand back", `{"resultType":"input_required"}`, "neither"},
		{"no inputs are none", `{"resultType":"input_required","inputRequests":{}}`, "neither"},
		{"a state is opaque, but a string", `{"resultType":"input_required","requestState":{}}`, "no string"},
		{"a list has no keys", `{"resultType":"input_required","inputRequests":[]}`, "no object"},
		{"a client lists no tools", `{"resultType":"input_required","inputRequests":{"a":{"method":"tools/list","params":{}}}}`, `"a"`},
		{"a request is an object", `{"resultType":"input_required","inputRequests":{"a":"roots/list"}}`, `"a"`},
		{"sampling needs params", `{"resultType":"input_required","inputRequests":{"a":{"method":"sampling/createMessage"}}}`, "no params"},
		{"nothing at all", ``, "resultType"},
	} {
		if _, _, _, err := Inputs([]byte(c.result)); !errors.Is(err, ErrUntranslatable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.why, err, c.want)
		}
	}
}

func TestElicitationsOf(t *testing.T) {
	for _, c := range []struct {
		why, err string
		want     []Input
	}{
		{"each is an input without its id", `{"code":-32042,"data":{"elicitations":[{"mode":"url","elicitationId":"7","url":"https://a.b/?c&d","message":"m"},{"mode":"url","url":"u","message":"n"}]}}`,
			[]Input{{"elicitation-1", "elicitation/create", []byte(`{"mode":"url","url":"https://a.b/?c&d","message":"m"}`)}, {"elicitation-2", "elicitation/create", []byte(`{"mode":"url","url":"u","message":"n"}`)}}},
		{"another error has none, whatever is in it", `{"code":-32603,"data":{"elicitations":[{"mode":"url"}]}}`, nil},
		{"a form cannot be asked for so", `{"code":-32042,"data":{"elicitations":[{"mode":"url"},{"message":"m"}]}}`, nil},
		{"none", `{"code":-32042}`, nil},
		{"no elicitations", `{"code":-32042,"data":{"elicitations":["x"]}}`, nil},
	} {
		if diff := cmp.Diff(c.want, ElicitationsOf([]byte(c.err))); diff != "" {
			t.Errorf("%s:\n%s", c.why, diff)
		}
	}
}
