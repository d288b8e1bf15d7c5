package eras

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// The mode of an elicitation that sends the user to a URL; the other one is
// form, which is meant where none is named.
const modeURL = "url"

// ModernInput makes of the params of a legacy server's request to its client
// those of a request for input. The id of an elicitation goes, for the retry
// tells how it ended; so does what is about tasks and about progress, which
// nobody reports on an input. Params of nil stay nil. Requests other than
// sampling, elicitation and roots have none.
func ModernInput(method string, params []byte) ([]byte, error) {
	if mcp.ClientCapability(method) == "" {
		return nil, untranslatable("do without it", "a server of the modern era does not ask for %s", method)
	}
	o, _ := read(params)
	o.drop("task")
	withoutMeta(o, "progressToken", metaRelatedTask)
	switch method {
	case mcp.ElicitationCreate:
		o.drop("elicitationId")
	case mcp.SamplingCreate:
		o.edit("tools", func(tools []byte) []byte { return each(tools, modernTool) })
	}
	return o.spell(), nil
}

// LegacyInput makes of the params of a request for input those of a request
// that a legacy server sends its client, as 2025-11-25 has it; Askable tells
// whether an earlier revision has it, too. An elicitation of url mode gets the
// given id, unless it has one. Params of nil become an empty object. Methods
// other than sampling, elicitation and roots have no such request.
func LegacyInput(method string, params []byte, elicitationID string) ([]byte, error) {
	if mcp.ClientCapability(method) == "" {
		return nil, untranslatable(recordLegacy, "%s is no request for input", method)
	}
	if params == nil {
		return []byte("{}"), nil
	}
	o, _ := read(params)
	switch method {
	case mcp.ElicitationCreate:
		if mode, _ := o.str("mode"); mode == modeURL && !o.has("elicitationId") {
			o.set("elicitationId", jsonrpc.Text(elicitationID))
		}
	case mcp.SamplingCreate:
		o.edit("tools", func(tools []byte) []byte {
			return each(tools, func(tool []byte) []byte { return legacyTool(tool, mcp.V20251125) })
		})
		o.edit("messages", func(messages []byte) []byte { return each(messages, legacyMessage) })
	}
	return o.spell(), nil
}

// legacyMessage takes structured content away from the results of tools in a
// message where 2025-11-25 cannot have it.
func legacyMessage(message []byte) []byte {
	result := func(content []byte) []byte {
		c, _ := read(content)
		if kind, _ := c.str("type"); kind == "tool_result" {
			unstructure(c, mcp.V20251125)
		}
		return c.spell()
	}
	o, _ := read(message)
	o.edit("content", func(content []byte) []byte { return each(result(content), result) })
	return o.spell()
}

// Askable returns nil where a server of that legacy revision may send its
// client a request of that method with these params, as LegacyInput makes
// them; the error is ErrUntranslatable and says what the revision lacks.
// Elicitation came with 2025-06-18; its url mode, lists to choose from, and
// sampling with tools or with several contents in a message with 2025-11-25
// (their changelogs).
func Askable(method string, params []byte, version string) error {
	lacks := ""
	o, _ := read(params)
	switch {
	case !mcp.IsLegacy(version):
		return notLegacy(version)
	case mcp.ClientCapability(method) == "":
		lacks = method
	case method == mcp.ElicitationCreate:
		lacks = laterElicitation(o, version)
	case method == mcp.SamplingCreate:
		lacks = laterSampling(o, version)
	}
	if lacks != "" {
		return untranslatable("ask for a later version", "clients of %s are not asked for %s", version, lacks)
	}
	return nil
}

// laterElicitation says what of an elicitation came after that revision, or
// "".
func laterElicitation(params *object, version string) string {
	if before(version, mcp.V20250618) {
		return "elicitation"
	}
	if !before(version, mcp.V20251125) {
		return ""
	}
	if mode, _ := params.str("mode"); mode == modeURL {
		return "elicitation of url mode"
	}
	schema, _ := read(params.get("requestedSchema"))
	properties, _ := read(schema.get("properties"))
	for _, p := range properties.members {
		property, _ := read(p.value)
		if kind, _ := property.str("type"); kind == "array" {
			return "elicitation of several values at once"
		}
	}
	return ""
}

// laterSampling says what of a sampling request came after that revision, or
// "".
func laterSampling(params *object, version string) string {
	if !before(version, mcp.V20251125) {
		return ""
	}
	if params.has("tools") || params.has("toolChoice") {
		return "messages made with tools"
	}
	for _, m := range elements(params.get("messages")) {
		message, _ := read(m)
		content := gjson.Parse(jsonrpc.String(message.get("content")))
		switch kind := content.Get("type").Str; {
		case content.IsArray():
			return "messages with several contents"
		case strings.HasPrefix(kind, "tool_"):
			return "messages with " + kind
		case kind == "audio" && before(version, mcp.V20250326):
			return "messages with audio"
		}
	}
	return ""
}

// Missing returns which capabilities a client with the given ones would need
// beside them to answer the inputs, as the requiredCapabilities of -32021, or
// nil where it needs none. An elicitation that names no mode is of form mode,
// and a client that has elicitation and names no mode has that one (2026-07-28
// client/elicitation, "Capabilities"); sampling with tools needs sampling.tools
// (client/sampling, "Tools in Sampling").
func Missing(inputs []Input, capabilities []byte) []byte {
	has, _ := read(capabilities)
	missing := &object{}
	need := func(name, part string) {
		declared, _ := read(has.get(name))
		implied := name == "elicitation" && part == "form" && !declared.offers("form") && !declared.offers(modeURL)
		if has.offers(name) && (part == "" || declared.offers(part) || implied) {
			return
		}
		lacks, _ := read(missing.get(name))
		if part != "" {
			lacks.set(part, []byte("{}"))
		}
		lacks.changed = true
		missing.set(name, lacks.spell())
	}
	for _, in := range inputs {
		params, _ := read(in.Params)
		switch in.Method {
		case mcp.RootsList:
			need("roots", "")
		case mcp.SamplingCreate:
			if params.has("tools") || params.has("toolChoice") {
				need("sampling", "tools")
			} else {
				need("sampling", "")
			}
		case mcp.ElicitationCreate:
			mode := "form"
			if m, _ := params.str("mode"); m == modeURL {
				mode = modeURL
			}
			need("elicitation", mode)
		}
	}
	if len(missing.members) == 0 {
		return nil
	}
	return missing.spell()
}

// offers reports whether a capability is declared: it is an object, whatever
// is in it. Some peers write true.
func (o *object) offers(name string) bool {
	v := o.get(name)
	return isObject(v) || string(v) == "true"
}
