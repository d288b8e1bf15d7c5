package check

import (
	"fmt"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// A flaw is what is wrong with an answer as the response to its request.
type flaw struct {
	saw, wants  string
	cause, cure string
	scenario    string // that shows the same; "" for none
}

// flawOf looks for the response to the request with that id, which is JSON
// text, in the messages that came for it, and returns what is wrong with it as
// a message (2025-11-25 basic, "Responses"); nil where nothing is, or none came.
func flawOf(id string, messages [][]byte) *flaw {
	for _, m := range messages {
		top := gjson.ParseBytes(m)
		if top.IsArray() {
			return &flaw{"the response in an array, as if it were one to a batch", "a response is one JSON object",
				"most clients cannot read it", "send the response by itself", "array-wrapped"}
		}
		if result, err := top.Get("result"), top.Get("error"); result.Exists() || err.Exists() {
			return flawOfResponse(id, top, result, err)
		}
	}
	return nil
}

func flawOfResponse(id string, top, result, err gjson.Result) *flaw {
	const one = "a response has a result or an error, and not both"
	switch {
	case result.Exists() && err.Type == gjson.Null && err.Exists():
		return &flaw{`a result, and beside it "error": null`, one,
			"clients that look whether there is an error take it for one", "leave error out where there is none", "error-null-beside-result"}
	case result.Exists() && err.Exists():
		return &flaw{"a result and an error", one,
			"some clients take the one, some the other", "send one of the two", "result-and-error"}
	case top.Get("id").Raw != id:
		return flawOfID(id, top.Get("id"), err.Exists())
	case top.Get("jsonrpc").Str != "2.0":
		return &flaw{`a response without "jsonrpc": "2.0"`, `every message has "jsonrpc": "2.0"`,
			"clients do not take it for a message", `add "jsonrpc": "2.0"`, ""}
	case err.Exists() && (err.Get("code").Type != gjson.Number || err.Get("message").Type != gjson.String):
		return &flaw{"an error without a numeric code and a message: " + say.Short(err.Raw, 80), "an error has a code, an integer, and a message",
			"clients cannot read it, and wait", "add code and message", ""}
	}
	return nil
}

// flawOfID is about a response with another id than its request.
func flawOfID(id string, got gjson.Result, isError bool) *flaw {
	f := &flaw{
		saw:   fmt.Sprintf("a response with the id %s to the request with the id %s", orNone(say.Short(got.Raw, 40)), id),
		wants: "a response has the id of its request, of its JSON type",
		cause: "clients take it for the answer to something else, and wait for theirs until they time out",
		cure:  "send the id back as it came, number or string",
	}
	switch {
	case isError && (got.Type == gjson.Null):
		f.scenario = "error-id-null"
	case got.Type == gjson.String && strings.Trim(id, `"`) == got.Str:
		f.scenario = "id-number-becomes-string"
	case got.Type == gjson.Number && strings.Trim(id, `"`) == got.Raw:
		f.scenario = "id-string-becomes-number"
	case got.Raw == "0":
		f.scenario = "id-constant-zero"
	}
	return f
}

func orNone(raw string) string {
	if raw == "" {
		return "(none)"
	}
	return raw
}

// flawOfList looks at a result of tools/list: what clients need to call any of
// the tools (2025-11-25 server/tools, "Data Types").
func flawOfList(result gjson.Result) *flaw {
	list := result.Get("tools")
	if !list.IsArray() {
		return &flaw{"a result without a list of tools", "the result has tools, a list",
			"clients cannot read it, and show no tool", `answer {"tools": [...]}`, ""}
	}
	for _, t := range list.Array() {
		name := t.Get("name")
		if name.Type != gjson.String || name.Str == "" {
			return &flaw{"a tool without a name", "each tool has a name",
				"most clients refuse the whole list", "give each tool a name", ""}
		}
		if t.Get("inputSchema.type").Str != "object" {
			return &flaw{fmt.Sprintf("the tool %q, whose inputSchema is %s", say.Short(name.Str, 60), orNone(say.Short(t.Get("inputSchema").Raw, 40))),
				`each tool has an inputSchema, a JSON Schema of "type": "object"`,
				"most clients refuse the whole list", `give it {"type": "object"} where it takes no arguments`, ""}
		}
	}
	return nil
}

// flawed adds the finding about a flaw.
func (r *Report) flawed(rule string, in section, f *flaw) *Finding {
	finding := r.find(rule, Broken, in, "MUST", f.wants, "%s", f.saw).because(f.cause, f.cure)
	if f.scenario != "" {
		finding.known(f.scenario, "")
	}
	return finding
}
