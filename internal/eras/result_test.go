package eras

import (
	"errors"
	"strings"
	"testing"
)

func TestModernResult(t *testing.T) {
	const info = `{"name":"s","version":"1"}`
	for _, c := range []struct{ why, method, result, info, want string }{
		{"a call is complete, and nothing to keep", "tools/call",
			`{"content":[{"type":"text","text":"18\u00b0"}]}`, info,
			`{"content":[{"type":"text","text":"18\u00b0"}],"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}`},
		{"a list is stale at once, and private", "tools/list",
			`{"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"2"}`, "",
			`{"tools":[{"name":"a","inputSchema":{"type":"object"}}],"nextCursor":"2","resultType":"complete","ttlMs":0,"cacheScope":"private"}`},
		{"what a legacy server says of it stays", "prompts/list",
			`{"prompts":[],"cacheScope":"public","ttlMs":9}`, "",
			`{"prompts":[],"cacheScope":"public","ttlMs":9,"resultType":"complete"}`},
		{"a tool of the modern era says nothing of tasks", "tools/list",
			`{"tools":[{"name":"a","execution":{"taskSupport":"optional"},"inputSchema":{"type":"object"}},{"name":"b"}]}`, "",
			`{"tools":[{"name":"a","inputSchema":{"type":"object"}},{"name":"b"}],"resultType":"complete","ttlMs":0,"cacheScope":"private"}`},
		{"a legacy result is complete, whatever it calls itself", "tools/call",
			`{"resultType":"input_required","content":[]}`, "",
			`{"resultType":"complete","content":[]}`},
		{"what is in _meta stays, but that it belongs to a task", "tools/call",
			`{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"1"},"a/b":2.0},"content":[]}`, info,
			`{"_meta":{"a/b":2.0,"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},"content":[],"resultType":"complete"}`},
		{"a _meta that is null holds nothing", "prompts/get",
			`{"_meta":null,"messages":[]}`, info,
			`{"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},"messages":[],"resultType":"complete"}`},
		{"a method that no revision has is answered like any other", "acme/thing", `{"a":1}`, "", `{"a":1,"resultType":"complete"}`},
		{"a server's own member task is no task", "tools/call", `{"task":{"done":true},"content":[]}`, "", `{"task":{"done":true},"content":[],"resultType":"complete"}`},
	} {
		var info []byte
		if c.info != "" {
			info = []byte(c.info)
		}
		got, err := ModernResult(c.method, []byte(c.result), info)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want\n%s", c.why, got, err, c.want)
		}
	}
	for _, c := range []struct{ why, method, result, want string }{
		{"a task in place of a result", "tools/call", `{"task":{"taskId":"1","status":"working","ttl":null}}`, "answered with a task"},
		{"what a task came to", "tasks/result", `{"content":[]}`, "tasks became an extension"},
		{"the extension has a method of that name, but answers otherwise", "tasks/get", `{"taskId":"1","status":"working"}`, "tasks became an extension"},
		{"there is no handshake", "initialize", `{}`, "ask for server/discover"},
		{"there is no ping", "ping", `{}`, "no ping"},
		{"a level comes with each request", "logging/setLevel", `{}`, "no logging/setLevel"},
		{"subscriptions are listened to", "resources/subscribe", `{}`, "no resources/subscribe"},
		{"a result is an object", "tools/call", `null`, "no object"},
	} {
		if _, err := ModernResult(c.method, []byte(c.result), nil); !errors.Is(err, ErrUntranslatable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.why, err, c.want)
		}
	}
}

func TestLegacyResult(t *testing.T) {
	for _, c := range []struct{ why, method, result, version, want string }{
		{"what belongs to the modern era goes, and _meta with it", "resources/read",
			`{"resultType":"complete","contents":[{"uri":"a:b","text":"\/"}],"ttlMs":60000,"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}`, "2025-11-25",
			`{"contents":[{"uri":"a:b","text":"\/"}]}`},
		{"a server that leaves resultType out means complete", "tools/call", `{"content":[]}`, "2025-11-25", `{"content":[]}`},
		{"a call may have a member of that name", "tools/call", `{"content":[],"ttlMs":1}`, "2025-11-25", `{"content":[],"ttlMs":1}`},
		{"what else is in _meta stays", "tools/call", `{"_meta":{"a/b":1,"io.modelcontextprotocol/serverInfo":{}},"content":[]}`, "2025-11-25", `{"_meta":{"a/b":1},"content":[]}`},
		{"an empty _meta is the server's own", "tools/call", `{"_meta":{},"content":[]}`, "2025-11-25", `{"_meta":{},"content":[]}`},

		{"structured content is an object before 2026-07-28", "tools/call", `{"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]}`, "2025-11-25", `{"content":[{"type":"text","text":"[1]"}]}`},
		{"what nobody says as text is said so", "tools/call", `{"content":[],"structuredContent":[{"a":"&\n"}]}`, "2025-11-25", `{"content":[{"type":"text","text":"[{\"a\":\"&\\n\"}]"}]}`},
		{"null says nothing", "tools/call", `{"content":[],"structuredContent":null}`, "2025-11-25", `{"content":[]}`},
		{"an object stays", "tools/call", `{"content":[],"structuredContent":{"t":1.0}}`, "2025-06-18", `{"content":[],"structuredContent":{"t":1.0}}`},
		{"there was no structured content before 2025-06-18", "tools/call", `{"content":[],"structuredContent":{"t":1.0}}`, "2025-03-26", `{"content":[{"type":"text","text":"{\"t\":1.0}"}]}`},

		{"an output schema of an object stays", "tools/list", `{"tools":[{"name":"a","outputSchema":{"type":"object","anyOf":[]}}]}`, "2025-11-25", `{"tools":[{"name":"a","outputSchema":{"type":"object","anyOf":[]}}]}`},
		{"one of a list does not", "tools/list", `{"tools":[{"name":"a","outputSchema":{"type":"array"}},{"name":"b"}]}`, "2025-11-25", `{"tools":[{"name":"a"},{"name":"b"}]}`},
		{"one that does not say what it is of does not", "tools/list", `{"tools":[{"name":"a","outputSchema":{"anyOf":[{"type":"object"}]}}]}`, "2025-06-18", `{"tools":[{"name":"a"}]}`},
		{"there was none before 2025-06-18", "tools/list", `{"tools":[{"name":"a","outputSchema":{"type":"object"}}]}`, "2025-03-26", `{"tools":[{"name":"a"}]}`},
		{"a property is described by an object", "tools/list", `{"tools":[{"inputSchema":{"type":"object","properties":{"a":true,"b":false,"c":{"type":"string"}}}}]}`, "2025-11-25", `{"tools":[{"inputSchema":{"type":"object","properties":{"a":{},"b":{"not":{}},"c":{"type":"string"}}}}]}`},
		{"tools that need no change keep even their white space", "tools/list", `{"resultType":"complete","tools":[ {"name": "a"} ]}`, "2025-11-25", `{"tools":[ {"name": "a"} ]}`},

		{"a link came with 2025-06-18", "tools/call", `{"content":[{"type":"resource_link","uri":"a:b","name":"n"}]}`, "2025-06-18", `{"content":[{"type":"resource_link","uri":"a:b","name":"n"}]}`},
		{"audio came with 2025-03-26", "prompts/get", `{"messages":[{"role":"user","content":{"type":"audio"}}]}`, "2025-03-26", `{"messages":[{"role":"user","content":{"type":"audio"}}]}`},
	} {
		got, err := LegacyResult(c.method, []byte(c.result), c.version)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want\n%s", c.why, got, err, c.want)
			continue
		}
		if again, err := LegacyResult(c.method, got, c.version); err != nil || string(again) != c.want {
			t.Errorf("%s: once more it is %s, %v", c.why, again, err)
		}
	}
	for _, c := range []struct{ why, method, result, version, want string }{
		{"a question is no result", "tools/call", `{"resultType":"input_required","requestState":"s"}`, "2025-11-25", "ask for the inputs one by one"},
		{"an extension's result", "tools/call", `{"resultType":"task","taskId":"1"}`, "2025-11-25", `a result of type "task"`},
		{"a resultType that is no string", "tools/call", `{"resultType":1}`, "2025-11-25", "a result of type 1"},
		{"the handshake has another method", "server/discover", `{}`, "2025-11-25", "ask for initialize"},
		{"there are no listen streams", "subscriptions/listen", `{"resultType":"complete"}`, "2025-11-25", "no subscriptions/listen"},
		{"tasks of the extension", "tasks/get", `{}`, "2025-11-25", "tasks became an extension"},
		{"a version without handshake", "tools/call", `{}`, "2026-07-28", "no version with an initialize handshake"},
		{"a result is an object", "tools/call", `"x"`, "2025-11-25", "no object"},
		{"a client of 2025-03-26 knows no links", "tools/call", `{"content":[{"type":"text"},{"type":"resource_link"}]}`, "2025-03-26", `"resource_link", which 2025-03-26 lacks`},
		{"a client of 2024-11-05 knows no audio", "prompts/get", `{"messages":[{"role":"user","content":{"type":"audio"}}]}`, "2024-11-05", `"audio", which 2024-11-05 lacks`},
	} {
		if _, err := LegacyResult(c.method, []byte(c.result), c.version); !errors.Is(err, ErrUntranslatable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.why, err, c.want)
		}
	}
}
