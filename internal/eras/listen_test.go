package eras

import "testing"

func TestHonoured(t *testing.T) {
	const all = `{"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true}}`
	for _, c := range []struct{ why, filter, capabilities, want string }{
		{"what is asked for and there", `{"toolsListChanged":true,"resourceSubscriptions":["a:\u0062","c:d"]}`, all, `{"toolsListChanged":true,"resourceSubscriptions":["a:\u0062","c:d"]}`},
		{"what is there is not asked for", `{}`, all, `{}`},
		{"what is asked for is not there", `{"toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":true,"resourceSubscriptions":["a:b"]}`, `{"tools":{},"prompts":{"listChanged":false},"resources":{"subscribe":true}}`, `{"resourceSubscriptions":["a:b"]}`},
		{"false asks for nothing", `{"toolsListChanged":false,"resourceSubscriptions":[]}`, all, `{}`},
		{"a filter of an extension is not known", `{"taskIds":["1"]}`, all, `{}`},
		{"a URI is a string", `{"resourceSubscriptions":["a:b",7]}`, all, `{"resourceSubscriptions":["a:b"]}`},
		{"no filter, no capabilities", ``, ``, `{}`},
	} {
		if got := string(Honoured([]byte(c.filter), []byte(c.capabilities))); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestWants(t *testing.T) {
	const updated = "notifications/resources/updated"
	for _, c := range []struct {
		why, filter, method, params string
		want                        bool
	}{
		{"asked for", `{"toolsListChanged":true}`, "notifications/tools/list_changed", ``, true},
		{"asked for another", `{"toolsListChanged":true}`, "notifications/prompts/list_changed", `{}`, false},
		{"asked not to", `{"promptsListChanged":false}`, "notifications/prompts/list_changed", ``, false},
		{"the resource", `{"resourceSubscriptions":["a:b","file:///a"]}`, updated, `{"uri":"file:///\u0061"}`, true},
		{"a file below it", `{"resourceSubscriptions":["file:///a"]}`, updated, `{"uri":"file:///a/b.txt"}`, true},
		{"a file below a folder that ends so", `{"resourceSubscriptions":["file:///a/"]}`, updated, `{"uri":"file:///a/b.txt"}`, true},
		{"a place in it", `{"resourceSubscriptions":["file:///a"]}`, updated, `{"uri":"file:///a#L1"}`, true},
		{"one that only begins like it", `{"resourceSubscriptions":["file:///a"]}`, updated, `{"uri":"file:///ab"}`, false},
		{"the one it is a part of", `{"resourceSubscriptions":["file:///a/b"]}`, updated, `{"uri":"file:///a"}`, false},
		{"every URI begins with nothing", `{"resourceSubscriptions":[""]}`, updated, `{"uri":"/a"}`, false},
		{"an update of nothing", `{"resourceSubscriptions":[""]}`, updated, `{}`, false},
		{"the list is another thing", `{"resourceSubscriptions":["a:b"]}`, "notifications/resources/list_changed", ``, false},
		{"progress belongs to a request", `{"toolsListChanged":true}`, "notifications/progress", `{}`, false},
		{"so do log messages", `{"toolsListChanged":true}`, "notifications/message", `{}`, false},
		{"no filter", ``, "notifications/tools/list_changed", ``, false},
	} {
		if got := Wants([]byte(c.filter), c.method, []byte(c.params)); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

func TestFilterFlaw(t *testing.T) {
	for _, c := range []struct{ why, filter, want string }{
		{"all that there is", `{"toolsListChanged":true,"promptsListChanged":false,"resourcesListChanged":true,"resourceSubscriptions":["a:b"]}`, ""},
		{"all is optional", `{}`, ""},
		{"an extension's", `{"taskIds":7,"resourceSubscriptions":[]}`, ""},
		{"nothing", ``, "send notifications as an object"},
		{"null", `null`, "send notifications as an object"},
		{"a list", `[{"toolsListChanged":true}]`, "send notifications as an object"},
		{"a word for a wish", `{"toolsListChanged":"true"}`, "send notifications.toolsListChanged as true or false"},
		{"null for a wish", `{"promptsListChanged":null}`, "send notifications.promptsListChanged as true or false"},
		{"one resource", `{"resourceSubscriptions":"a:b"}`, "send notifications.resourceSubscriptions as an array of URIs"},
		{"an object of resources", `{"resourceSubscriptions":{}}`, "send notifications.resourceSubscriptions as an array of URIs"},
		{"a number among URIs", `{"resourceSubscriptions":["a:b",1]}`, "send notifications.resourceSubscriptions as an array of URIs"},
	} {
		if got := FilterFlaw([]byte(c.filter)); got != c.want {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestTag(t *testing.T) {
	for _, c := range []struct{ why, message, id, want, untagged string }{
		{"a notification without params", `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`, `1`,
			`{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`, ""},
		{"an id of another type", `{"method":"m","params":{"uri":"a:b","_meta":{"a/b":1.0}}}`, `"1"`,
			`{"method":"m","params":{"uri":"a:b","_meta":{"a/b":1.0,"io.modelcontextprotocol/subscriptionId":"1"}}}`, ""},
		{"an id in place of the recorded one", `{"method":"m","params":{"uri":"a","_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`, `9007199254740993`,
			`{"method":"m","params":{"uri":"a","_meta":{"io.modelcontextprotocol/subscriptionId":9007199254740993}}}`, `{"method":"m","params":{"uri":"a"}}`},
		{"the result that ends the stream", `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}`, `1`,
			`{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":1}}}`, ""},
		{"an error has no _meta", `{"id":1,"error":{"code":1,"message":"m"}}`, `1`, `{"id":1,"error":{"code":1,"message":"m"}}`, ""},
		{"no message", `[]`, `1`, `[]`, ""},
	} {
		got := Tag([]byte(c.message), []byte(c.id))
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
		untagged := c.untagged
		if untagged == "" {
			untagged = c.message
		}
		if back := string(Untag(got)); back != untagged {
			t.Errorf("%s: without it %s, want %s", c.why, back, untagged)
		}
	}
	if got := string(Untag([]byte(`{"method":"m","params":{"_meta":{}}}`))); got != `{"method":"m","params":{"_meta":{}}}` {
		t.Errorf("what is not tagged stays as it is: %s", got)
	}
}
