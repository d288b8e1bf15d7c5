package eras

import (
	"math"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// What 2025-11-25 keeps in the _meta of messages that belong to a task
// (basic/utilities/tasks, "Related Task Metadata").
const metaRelatedTask = "io.modelcontextprotocol/related-task"

// ModernResult makes of a legacy server's result of a request of that method
// that of a modern one: it is complete, has serverInfo in _meta unless that is
// nil, and where it may be cached it is stale at once and private, unless the
// server has said so itself. Then it is the server's to give all pages of a
// list the same scope (2026-07-28
// server/utilities/caching, "Interaction with Pagination").
//
// A handle of a task, the tasks of 2025-11-25 themselves, and requests that
// 2026-07-28 took away have no such result.
func ModernResult(method string, result, serverInfo []byte) ([]byte, error) {
	o, ok := read(result)
	switch {
	case !ok:
		return nil, untranslatable(recordModern, "a result of %s that is no object", method)
	case method == mcp.Initialize:
		return nil, untranslatable("ask for "+mcp.Discover, "the modern era has no %s", method)
	case strings.HasPrefix(method, "tasks/"):
		return nil, untranslatable(recordModern, "%s: tasks became an extension that works differently", method)
	case mcp.IsRequest(method) && !mcp.IsModernRequest(method):
		return nil, untranslatable("do without it, as clients of that era do", "the modern era has no %s", method)
	case isTask(o.get("task")):
		return nil, untranslatable(recordModern, "%s was answered with a task of 2025-11-25", method)
	}
	withoutMeta(o, metaRelatedTask)
	if method == mcp.ToolsList {
		o.edit("tools", func(tools []byte) []byte { return each(tools, modernTool) })
	}
	o.set("resultType", jsonrpc.Text(mcp.Complete))
	if mcp.IsCacheable(method) {
		stale(o)
	}
	identify(o, serverInfo)
	return o.spell(), nil
}

// stale says of a result that nobody may keep it, unless the server itself has
// said how long and for whom: some do so at any revision.
func stale(result *object) {
	if ttl := gjson.ParseBytes(result.get("ttlMs")); ttl.Type != gjson.Number || ttl.Num < 0 || ttl.Num != math.Trunc(ttl.Num) {
		result.set("ttlMs", []byte("0"))
	}
	if scope, _ := result.str("cacheScope"); scope != "public" && scope != "private" {
		result.set("cacheScope", jsonrpc.Text("private"))
	}
}

// isTask reports whether a value is what a server hands out in place of a
// result (2025-11-25 schema, CreateTaskResult).
func isTask(value []byte) bool {
	o, _ := read(value)
	_, named := o.str("taskId")
	_, stands := o.str("status")
	return named && stands
}

// modernTool takes away from a tool what it says of tasks.
func modernTool(tool []byte) []byte {
	o, _ := read(tool)
	o.drop("execution")
	return o.spell()
}

// LegacyResult makes of a modern server's result of a request of that method
// that of a server of that legacy revision. What belongs to the modern era
// goes, and so do output schemas and structured content that the revision
// cannot have; the text that should stand beside such content is added where
// there is none (2026-07-28 server/tools, "Structured Content").
//
// A result that asks for input (see Inputs), any other that is not complete,
// and content of a kind that the revision lacks has no such result.
func LegacyResult(method string, result []byte, version string) ([]byte, error) {
	o, ok := read(result)
	kind, named := o.str("resultType")
	switch {
	case !ok:
		return nil, untranslatable(recordLegacy, "a result of %s that is no object", method)
	case !mcp.IsLegacy(version):
		return nil, notLegacy(version)
	case method == mcp.Discover:
		return nil, untranslatable("ask for "+mcp.Initialize, "the legacy era has no %s", method)
	case mcp.IsRequest(method) && !mcp.IsLegacyRequest(method):
		return nil, untranslatable("do without it, as clients of that era do", "the legacy era has no %s", method)
	case strings.HasPrefix(method, "tasks/"):
		return nil, untranslatable(recordLegacy, "%s: tasks became an extension that works differently", method)
	case named && kind == mcp.InputRequired:
		return nil, untranslatable("ask for the inputs one by one, and send the request again", "%s was answered with %s", method, kind)
	case o.has("resultType") && kind != mcp.Complete:
		return nil, untranslatable(recordLegacy, "%s was answered with a result of type %s", method, o.get("resultType"))
	}
	if kind := lacking(method, o, version); kind != "" {
		return nil, untranslatable("ask for a later version", "%s was answered with content of type %q, which %s lacks", method, kind, version)
	}
	o.drop("resultType")
	withoutMeta(o, mcp.MetaServerInfo, mcp.MetaSubscriptionID)
	if mcp.IsCacheable(method) {
		o.drop("ttlMs", "cacheScope")
	}
	switch method {
	case mcp.ToolsList:
		o.edit("tools", func(tools []byte) []byte {
			return each(tools, func(tool []byte) []byte { return legacyTool(tool, version) })
		})
	case mcp.ToolsCall:
		unstructure(o, version)
	}
	return o.spell(), nil
}

// unstructure takes structured content away that the revision cannot have: any
// before 2025-06-18, and what is no object before 2026-07-28. A client reads it
// as text then.
func unstructure(result *object, version string) {
	structured := result.get("structuredContent")
	if structured == nil || isObject(structured) && !before(version, mcp.V20250618) {
		return
	}
	result.drop("structuredContent")
	if len(elements(result.get("content"))) > 0 || string(structured) == "null" {
		return
	}
	text := append([]byte(`[{"type":"text","text":`), jsonrpc.Text(string(structured))...)
	result.set("content", append(text, `}]`...))
}

// legacyTool makes a modern tool one that the revision's schema takes. Its
// input schema must say of each property what it is by an object, and its
// output schema, from 2025-06-18 on, must be of an object, too. Without one a
// client expects no structured content, so the two go together.
func legacyTool(tool []byte, version string) []byte {
	o, _ := read(tool)
	o.edit("inputSchema", legacySchema)
	o.edit("outputSchema", func(schema []byte) []byte {
		s, _ := read(schema)
		if kind, _ := s.str("type"); kind != "object" || before(version, mcp.V20250618) {
			return nil
		}
		return legacySchema(schema)
	})
	return o.spell()
}

// legacySchema spells the properties of a schema that are true or false as the
// objects that mean the same.
func legacySchema(schema []byte) []byte {
	o, _ := read(schema)
	o.edit("properties", func(value []byte) []byte {
		properties, _ := read(value)
		for i, p := range properties.members {
			switch string(p.value) {
			case "true":
				properties.members[i].value, properties.changed = []byte(`{}`), true
			case "false":
				properties.members[i].value, properties.changed = []byte(`{"not":{}}`), true
			}
		}
		return properties.spell()
	})
	return o.spell()
}

// lacking returns the type of the first content in a result that the revision
// has not, or "": audio came with 2025-03-26 and links with 2025-06-18 (their
// changelogs).
func lacking(method string, result *object, version string) string {
	var kinds gjson.Result
	switch method {
	case mcp.ToolsCall:
		kinds = gjson.Get(jsonrpc.String(result.get("content")), "#.type")
	case mcp.PromptsGet:
		kinds = gjson.Get(jsonrpc.String(result.get("messages")), "#.content.type")
	}
	for _, kind := range kinds.Array() {
		if kind.Str == "resource_link" && before(version, mcp.V20250618) || kind.Str == "audio" && before(version, mcp.V20250326) {
			return kind.Str
		}
	}
	return ""
}
