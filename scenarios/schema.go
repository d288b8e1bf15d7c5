package scenarios

import (
	"bytes"
	"encoding/json"
)

// Schema returns a JSON Schema (draft 2020-12) of scenario files, made from the
// grammar that Parse reads them by. An editor completes and checks a file by
// it; it lets a few mistakes by that Parse finds, such as a condition that no
// request can meet. It ends with a line end.
func Schema() []byte {
	root := grammar().form()
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "mcpmock scenario"
	root["description"] = "What goes wrong at a mock of an MCP server, and what a good client does then."
	all := &whereabouts{}
	root["$defs"] = form{
		"trigger":     described(when().form(), "Which requests a fault meets: all that is said must hold."),
		"condition":   described(condition("").form(), "A trigger that counts nothing: all that is said must hold."),
		"fault":       described(fault(all).form(), "When a request meets when, do happens."),
		"action":      described(actions().form(), "What a fault does: one word, or a mapping of several actions."),
		"response":    described(responses().form(), "A whole HTTP answer."),
		"expectation": described(expectation(all).form(), "What a good client does."),
		"assertion":   described(assertions(assertionTables()).form(), "What is expected: one word, or one key."),
		"answer":      described(stubAnswer().form(), "One answer of a stub."),
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(root) // texts, numbers, lists and mappings of these have a JSON form
	return b.Bytes()
}
