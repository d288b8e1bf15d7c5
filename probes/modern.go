package probes

import (
	"encoding/base64"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/tidwall/gjson"
)

// The members that a good client has in _meta.
const (
	metaVersion      = `"` + mcp.MetaVersion + `":"` + mcp.V20260728 + `"`
	metaClient       = `"` + mcp.MetaClientInfo + `":{"name":"mcpmock-probe","version":"1"}`
	metaCapabilities = `"` + mcp.MetaCapabilities + `":{}`
)

// Meta is the member _meta that a good client of revision 2026-07-28 has in
// the params of every request (2026-07-28 basic, "_meta").
const Meta = `"_meta":{` + metaVersion + "," + metaClient + "," + metaCapabilities + "}"

// Without as the value of a header line keeps the usual line of that name off.
const Without = "\x00"

// Modern is the POST of a client of revision 2026-07-28: a body with the
// headers that mirror it, as far as it has what they mirror (2026-07-28
// basic/transports/streamable-http, "Request Metadata"). A line takes the place
// of a usual one of its name, or keeps it off. All is sent as it stands.
func Modern(body string, lines ...[2]string) Step {
	usual := []line{contentType, acceptBoth}
	top := gjson.Parse(body)
	version := top.Get("params._meta").Get(gjson.Escape(mcp.MetaVersion))
	if version.Type == gjson.String {
		usual = append(usual, line{"MCP-Protocol-Version", Encoded(version.Str)})
	}
	method := top.Get("method")
	if method.Type == gjson.String {
		usual = append(usual, line{mcp.HeaderMethod, method.Str})
	}
	if member := mcp.NameMember(method.Str); member != "" {
		if name := top.Get("params." + member); name.Type == gjson.String {
			usual = append(usual, line{mcp.HeaderName, Encoded(name.Str)})
		}
	}
	all := headers(usual, lines)
	for i := range all {
		all[i][1] = Literal(all[i][1])
	}
	return Step{Method: "POST", Header: all, Body: Literal(body)}
}

// Encoded is a text as a header of that revision has it: itself where it may
// stand there, else in Base64 between the markers that say so (2026-07-28
// basic/transports/streamable-http, "Value Encoding").
func Encoded(text string) string {
	odd := strings.ContainsFunc(text, func(r rune) bool { return r != '\t' && (r < ' ' || r > '~') })
	sentinel := strings.HasPrefix(text, "=?base64?") && strings.HasSuffix(text, "?=")
	if !odd && !sentinel && text == strings.Trim(text, " \t") {
		return text
	}
	return Base64(text)
}

// Base64 is a text in Base64 between the markers that say so, whether it needs
// them or not.
func Base64(text string) string {
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
}
