package recorder

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/tidwall/gjson"
)

// Where a request of the modern era tells its revision, as all of its metadata
// (2026-07-28 basic, "_meta").
const (
	metaPath    = `params._meta`
	versionPath = metaPath + `.io\.modelcontextprotocol/protocolVersion`
)

// modernVersion returns the revision that a line names itself, or "".
func modernVersion(batch jsonrpc.Batch) string {
	m := batch.Messages[0]
	version := gjson.GetBytes(m.Raw, versionPath).Str
	if batch.Array || mcp.IsLegacy(version) || m.Method == mcp.Initialize {
		return ""
	}
	return version
}

// header is what a request of the modern era repeats of itself in the header
// of its POST (2026-07-28 basic/transports/streamable-http, "Request
// Metadata"). Over stdio there is none, so it is made here.
func (k *posting) header() http.Header {
	if k.version == "" {
		return nil
	}
	m := k.batch.Messages[0]
	h := mirror.Request(k.version, m.Method, m.Params)
	if m.Method == mcp.ToolsCall {
		k.c.mu.Lock()
		arguments := k.c.tools[gjson.GetBytes(m.Params, "name").Str]
		k.c.mu.Unlock()
		mirror.Arguments(h, arguments, m.Params)
	}
	return h
}

// maxTools is of how many tools with annotations a caller knows.
const maxTools = 10_000

// learn takes in the result of a tools/list: which arguments the tools have in
// the header.
func (c *caller) learn(result []byte) {
	for _, tool := range gjson.GetBytes(result, "tools").Array() {
		name, arguments := tool.Get("name").String(), mirror.Of([]byte(tool.Raw))
		c.mu.Lock()
		if _, known := c.tools[name]; known || len(arguments) > 0 && len(c.tools) < maxTools {
			c.tools[name] = arguments
		}
		c.mu.Unlock()
	}
}

// maxPages is how many pages of tools are asked for.
const maxPages = 100

// mismatched reports whether a call was refused for its header, which may be
// that its client has not asked for the tools, or not since they changed. Then
// they have been asked for, and the call is to be sent once more (2026-07-28
// basic/transports/streamable-http, "Client Behavior").
func (k *posting) mismatched(resp *http.Response) bool {
	m := k.batch.Messages[0]
	if k.version == "" || m.Method != mcp.ToolsCall || resp.StatusCode != http.StatusBadRequest {
		return false
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what came of it
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if gjson.GetBytes(body, "error.code").Int() != mcp.HeaderMismatch {
		return false
	}
	before := k.header()
	cursor := ""
	for range maxPages {
		result := k.page(m, cursor)
		k.c.learn(result)
		if cursor = gjson.GetBytes(result, "nextCursor").Raw; cursor == "" {
			break
		}
	}
	return !sameFields(before, k.header())
}

// page asks for a page of the tools, with the id and the metadata of a call.
func (k *posting) page(m jsonrpc.Message, cursor string) []byte {
	params := `{"_meta":` + gjson.GetBytes(m.Raw, metaPath).Raw
	if cursor != "" {
		params += `,"cursor":` + cursor
	}
	body := `{"jsonrpc":"2.0","id":` + string(m.ID) + `,"method":"` + mcp.ToolsList + `","params":` + params + `}}`
	resp, err := k.c.send(k.ctx, http.MethodPost, mirror.Request(k.version, mcp.ToolsList, nil), []byte(body))
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var result []byte
	hear := func(m jsonrpc.Message) {
		if m.Kind == jsonrpc.Response {
			result = bytes.Clone(m.Result)
		}
	}
	if isEventStream(resp.Header.Get("Content-Type")) {
		_ = k.c.read(resp, &place{}, hear) // what came of it
		return result
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, partSize))
	if json.Valid(text) {
		hear(jsonrpc.One(text))
	}
	return result
}

// sameFields reports whether two headers say the same.
func sameFields(a, b http.Header) bool {
	for name := range b {
		if a.Get(name) != b.Get(name) {
			return false
		}
	}
	return len(a) == len(b)
}
