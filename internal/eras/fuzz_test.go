package eras

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// FuzzTranslate holds that no text makes a translation panic, that what comes
// of JSON is JSON, and that an error says that it is ErrUntranslatable.
func FuzzTranslate(f *testing.F) {
	for _, seed := range [][3]string{
		{"tools/list", `{"tools":[{"name":"a","execution":{},"inputSchema":{"properties":{"a":true}},"outputSchema":{"type":"array"}}]}`, "2025-11-25"},
		{"tools/call", `{"content":[],"structuredContent":[1],"_meta":{"a":1},"resultType":"complete","\u0072esultType":"x"}`, "2025-03-26"},
		{"prompts/get", `{"messages":[{"content":{"type":"audio"}}]}`, "2024-11-05"},
		{"resources/read", `{"code":-32002,"data":{"uri":"a"},"uri":"b"}`, "2025-06-18"},
		{"sampling/createMessage", `{"messages":[{"content":[{"type":"tool_result","structuredContent":1}]}],"tools":[{}]}`, "2025-11-25"},
		{"elicitation/create", `{"mode":"url","requestedSchema":{"properties":{"a":{"type":"array"}}}}`, "2025-06-18"},
		{"notifications/resources/updated", `{"method":"m","params":{"_meta":{}},"resourceSubscriptions":["",1],"tools":{"listChanged":true},"toolsListChanged":true}`, ""},
		{"initialize", `{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"},"a":3},"requestState":"\ud800","inputResponses":[]}`, "1"},
		{"server/discover", `{"capabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}},"extensions":[]},"_meta":null}`, "2025-11-25"},
		{"", ` { "a" : { } , "a" : [ ] } `, ""},
		{"x", `{"code":-32042,"data":{"elicitations":[{"mode":"url"},{}]}}`, "\xff"},
		{"x", `{"a`, ""}, {"x", `{"":"\`, ""}, {"x", `[{]`, ""}, {"x", ``, ""}, {"x", `null`, ""},
	} {
		f.Add(seed[0], []byte(seed[1]), seed[2])
	}
	f.Fuzz(func(t *testing.T, method string, text []byte, version string) {
		before := bytes.Clone(text)
		valid := jsonrpc.Valid(text) == nil
		check := func(what string, out []byte, err error) {
			t.Helper()
			switch {
			case err != nil && !errors.Is(err, ErrUntranslatable):
				t.Errorf("%s: %v", what, err)
			case err == nil && valid && !json.Valid(out):
				t.Errorf("%s of %q is no JSON: %q", what, text, out)
			}
		}
		one := func(what string) func([]byte, error) {
			return func(out []byte, err error) { t.Helper(); check(what, out, err) }
		}
		one("Discover")(Discover(text, []string{version}))
		one("Initialize")(Initialize(text, version))
		one("ModernCapabilities")(ModernCapabilities(text), nil)
		one("LegacyCapabilities")(LegacyCapabilities(text, version), nil)
		one("ModernResult")(ModernResult(method, text, nil))
		one("LegacyResult")(LegacyResult(method, text, version))
		modern, _, err := ModernError(method, text, text)
		one("ModernError")(modern, err)
		one("LegacyError")(LegacyError(method, text, text))
		one("ModernInput")(ModernInput(method, text))
		one("LegacyInput")(LegacyInput(method, text, version))
		one("Honoured")(Honoured(text, text), nil)
		one("Tag")(Tag(text, []byte("1")), nil)
		one("Untag")(Untag(text), nil)
		if valid {
			one("ModernResult with a server")(ModernResult(method, text, text))
			one("Tag with it")(Tag(text, text), nil)
		}
		if err := Askable(method, text, version); err != nil && !errors.Is(err, ErrUntranslatable) {
			t.Error(err)
		}
		Wants(text, method, text)
		original, responses, state, has, _ := Retried(text)
		one("Retried")(original, nil)
		one("Retry")(Retry(original, responses, state, has), nil)
		Response(text, method)
		inputs, _, _, err := Inputs(text)
		if err != nil && !errors.Is(err, ErrUntranslatable) {
			t.Error(err)
		}
		inputs = append(inputs, ElicitationsOf(text)...)
		if valid {
			one("InputRequired")(InputRequired(append(inputs, Input{version, method, text}), version, text), nil)
			one("Responses")(Responses([]string{version, method, version}, [][]byte{text, text, nil}), nil)
		}
		if missing := Missing(append(inputs, Input{"", method, text}), text); missing != nil {
			one("Missing")(missing, nil)
		}
		if !bytes.Equal(text, before) {
			t.Errorf("%q became %q in place", before, text)
		}
	})
}

// FuzzRoundTrip holds that what is put into a message and taken out again
// leaves it as it was, and that the handshakes of both eras keep what both can
// say.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","arguments":{"n":1.0,"s":"\u00e9"}}`,
		`{"method":"m","params":{"uri":"a","_meta":{"a/b":{}}}}`,
		`{"capabilities":{"tools":{"listChanged":true},"extensions":{"a/b":{}},"completions":{}},"serverInfo":{"name":"s","version":"1"},"instructions":"\/"}`,
		`{"resultType":"x","_meta":{}}`, `{"result":{}}`, `{"a":1,"a":2}`, `{"params":[]}`, `{"method":1,"params":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if jsonrpc.Valid(text) != nil || !isObject(text) {
			return
		}
		same := func(what string, a, b []byte) {
			t.Helper()
			x, err := jsonrpc.Canonical(bytes.Clone(a))
			if err != nil {
				return // a name stands twice
			}
			if y, err := jsonrpc.Canonical(bytes.Clone(b)); err != nil || !bytes.Equal(x, y) {
				t.Errorf("%s: %s came back as %s: %v", what, a, b, err)
			}
		}
		plain, responses, _, _, _ := Retried(text)
		retried := Retry(plain, []byte(`{"k":{}}`), "s", true)
		again, k, s, has, retry := Retried(retried)
		if string(k) != `{"k":{}}` || s != "s" || !has || !retry {
			t.Errorf("of %s came %s, %q, %v, %v", retried, k, s, has, retry)
		}
		same("a retry", plain, again)
		if o, _ := read(text); responses != nil && o.get("requestState") == nil {
			same("its responses", text, Retry(plain, responses, "", false))
		}

		untagged := Untag(text)
		if back := Untag(Tag(untagged, []byte("7"))); !taggedBare(untagged) {
			same("a tagged message", untagged, back)
		}

		o, _ := read(text)
		o.drop("resultType", "supportedVersions", "ttlMs", "cacheScope")
		withoutMeta(o, mcp.MetaServerInfo)
		o.set("protocolVersion", jsonrpc.Text(mcp.V20251125))
		o.set("capabilities", LegacyCapabilities(ModernCapabilities(o.get("capabilities")), mcp.V20251125))
		if !isObject(o.get("serverInfo")) {
			o.set("serverInfo", nobody)
		}
		if meta := o.get("_meta"); meta != nil && !isObject(meta) || string(meta) == "{}" {
			o.drop("_meta") // it holds nothing, and goes when the identity does
		}
		legacy := o.spell()
		modern, err := Discover(legacy, mcp.Modern())
		if err != nil {
			t.Fatal(err)
		}
		back, err := Initialize(modern, mcp.V20251125)
		if err != nil {
			t.Fatal(err)
		}
		same("a handshake", legacy, back)
	})
}

// taggedBare reports whether what a tag is put into is no object, or is empty
// by itself: then it is not as it was when the tag is gone.
func taggedBare(message []byte) bool {
	o, _ := read(message)
	at := carrier(o)
	part, ok := read(o.get(at))
	meta, isMeta := read(part.get("_meta"))
	return o.get(at) != nil && (!ok || len(part.members) == 0 && at == "params") || part.get("_meta") != nil && (!isMeta || len(meta.members) == 0)
}
