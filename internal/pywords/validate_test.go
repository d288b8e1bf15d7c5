package pywords

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// v1 are the models of mcp 1.x; id is what the id of a request may be.
func v1(id ...string) *Union {
	return &Union{Title: "JSONRPCMessage", Version: "2.12", Models: []Model{
		{"JSONRPCRequest", []string{"method", "params", "jsonrpc", "id"}, id},
		{"JSONRPCNotification", []string{"method", "params", "jsonrpc"}, nil},
		{"JSONRPCResponse", []string{"jsonrpc", "id", "result"}, id},
		{"JSONRPCError", []string{"jsonrpc", "id", "error"}, []string{"str", "lax-int"}},
	}}
}

// What pydantic says of bodies that are no message, without the links, which
// are checked by their form; "" is that it takes them.
func TestValidate(t *testing.T) {
	t.Parallel()
	mcp1, mcp19 := v1("int", "str"), v1("str", "lax-int")
	id := []string{"int", "str"}
	mcp2 := &Union{Title: "union[JSONRPCRequest,JSONRPCNotification,JSONRPCResponse,JSONRPCError]", Version: "2.12", Models: []Model{
		{"JSONRPCRequest", []string{"jsonrpc", "id", "method", "params"}, id},
		{"JSONRPCNotification", []string{"jsonrpc", "method", "params"}, nil},
		{"JSONRPCResponse", []string{"jsonrpc", "id", "result"}, id},
		{"JSONRPCError", []string{"jsonrpc", "id", "error"}, []string{"null", "int", "str"}},
	}}
	for _, c := range []struct {
		why  string
		u    *Union
		body string
		want string
	}{
		{"what every member is missed in", mcp1, `{}`,
			"11 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest.method\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCRequest.jsonrpc\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCRequest.id\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCNotification.method\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCNotification.jsonrpc\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCResponse.jsonrpc\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCResponse.id\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCResponse.result\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCError.jsonrpc\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCError.id\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]\n" +
				"JSONRPCError.error\n" +
				"  Field required [type=missing, input_value={}, input_type=dict]"},
		{"what is no object", mcp1, `true`,
			"4 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest\n" +
				"  Input should be a valid dictionary or instance of JSONRPCRequest [type=model_type, input_value=True, input_type=bool]\n" +
				"JSONRPCNotification\n" +
				"  Input should be a valid dictionary or instance of JSONRPCNotification [type=model_type, input_value=True, input_type=bool]\n" +
				"JSONRPCResponse\n" +
				"  Input should be a valid dictionary or instance of JSONRPCResponse [type=model_type, input_value=True, input_type=bool]\n" +
				"JSONRPCError\n" +
				"  Input should be a valid dictionary or instance of JSONRPCError [type=model_type, input_value=True, input_type=bool]"},
		{"quotes, escapes, and what cannot be printed", mcp1, `["a'b","c\"d","e\n\u00e9\u0001"]`,
			"4 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest\n" +
				"  Input should be a valid dictionary or instance of JSONRPCRequest [type=model_type, input_value=[\"a'b\", 'c\"d', 'e\\né\\x01'], input_type=list]\n" +
				"JSONRPCNotification\n" +
				"  Input should be a valid dictionary or instance of JSONRPCNotification [type=model_type, input_value=[\"a'b\", 'c\"d', 'e\\né\\x01'], input_type=list]\n" +
				"JSONRPCResponse\n" +
				"  Input should be a valid dictionary or instance of JSONRPCResponse [type=model_type, input_value=[\"a'b\", 'c\"d', 'e\\né\\x01'], input_type=list]\n" +
				"JSONRPCError\n" +
				"  Input should be a valid dictionary or instance of JSONRPCError [type=model_type, input_value=[\"a'b\", 'c\"d', 'e\\né\\x01'], input_type=list]"},
		{"a long value is cut in the middle", mcp1, `{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}`,
			"4 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest.params\n" +
				"  Input should be a valid dictionary [type=dict_type, input_value='x', input_type=str]\n" +
				"JSONRPCNotification.params\n" +
				"  Input should be a valid dictionary [type=dict_type, input_value='x', input_type=str]\n" +
				"JSONRPCResponse.result\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...: 'ping', 'params': 'x'}, input_type=dict]\n" +
				"JSONRPCError.error\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...: 'ping', 'params': 'x'}, input_type=dict]"},
		{"a null id is none in 1.x", mcp1, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}`,
			"9 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 1, 'message': 'm'}}, input_type=dict]\n" +
				"JSONRPCRequest.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=None, input_type=NoneType]\n" +
				"JSONRPCRequest.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]\n" +
				"JSONRPCNotification.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 1, 'message': 'm'}}, input_type=dict]\n" +
				"JSONRPCResponse.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=None, input_type=NoneType]\n" +
				"JSONRPCResponse.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]\n" +
				"JSONRPCResponse.result\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 1, 'message': 'm'}}, input_type=dict]\n" +
				"JSONRPCError.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]\n" +
				"JSONRPCError.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=None, input_type=NoneType]"},
		{"mistakes within the error", mcp1, `{"jsonrpc":"2.0","id":"x","error":{"code":"a","message":5}}`,
			"5 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 'a', 'message': 5}}, input_type=dict]\n" +
				"JSONRPCNotification.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 'a', 'message': 5}}, input_type=dict]\n" +
				"JSONRPCResponse.result\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': ...de': 'a', 'message': 5}}, input_type=dict]\n" +
				"JSONRPCError.error.code\n" +
				"  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='a', input_type=str]\n" +
				"JSONRPCError.error.message\n" +
				"  Input should be a valid string [type=string_type, input_value=5, input_type=int]"},
		{"numbers as Python shows them", mcp1, `[1e22,1e16,123456789012345678901234567890,0.00001,1.0,-0.0,1e-7,12345.678e10]`,
			"4 validation errors for JSONRPCMessage\n" +
				"JSONRPCRequest\n" +
				"  Input should be a valid dictionary or instance of JSONRPCRequest [type=model_type, input_value=[1e+22, 1e+16, 1234567890...e-07, 123456780000000.0], input_type=list]\n" +
				"JSONRPCNotification\n" +
				"  Input should be a valid dictionary or instance of JSONRPCNotification [type=model_type, input_value=[1e+22, 1e+16, 1234567890...e-07, 123456780000000.0], input_type=list]\n" +
				"JSONRPCResponse\n" +
				"  Input should be a valid dictionary or instance of JSONRPCResponse [type=model_type, input_value=[1e+22, 1e+16, 1234567890...e-07, 123456780000000.0], input_type=list]\n" +
				"JSONRPCError\n" +
				"  Input should be a valid dictionary or instance of JSONRPCError [type=model_type, input_value=[1e+22, 1e+16, 1234567890...e-07, 123456780000000.0], input_type=list]"},
		{"the id is none, but a notification has no need of one", mcp1, `{"jsonrpc":"2.0","id":true,"method":"a","params":null}`,
			""},
		{"strict about 1.0 in 2.x", mcp2, `{"jsonrpc":"2.0","id":1.0,"result":{}}`,
			"9 validation errors for union[JSONRPCRequest,JSONRPCNotification,JSONRPCResponse,JSONRPCError]\n" +
				"JSONRPCRequest.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCRequest.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCRequest.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': 1.0, 'result': {}}, input_type=dict]\n" +
				"JSONRPCNotification.method\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': 1.0, 'result': {}}, input_type=dict]\n" +
				"JSONRPCResponse.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCResponse.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCError.id.int\n" +
				"  Input should be a valid integer [type=int_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCError.id.str\n" +
				"  Input should be a valid string [type=string_type, input_value=1.0, input_type=float]\n" +
				"JSONRPCError.error\n" +
				"  Field required [type=missing, input_value={'jsonrpc': '2.0', 'id': 1.0, 'result': {}}, input_type=dict]"},
		{"where an error may have a null id", mcp2, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}`,
			""},
		{"lax about it in 1.9.1", mcp19, `{"jsonrpc":"2.0","id":1.0,"result":{}}`,
			""},
	} {
		var lines []string
		kind := ""
		for l := range strings.SplitSeq(c.u.Validate([]byte(c.body)), "\n") {
			if link, ok := strings.CutPrefix(l, "    For further information visit "); ok {
				if link != "https://errors.pydantic.dev/2.12/v/"+kind {
					t.Errorf("%s: the link %s for %s", c.why, link, kind)
				}
				continue
			}
			_, after, _ := strings.Cut(l, "[type=")
			kind, _, _ = strings.Cut(after, ",")
			lines = append(lines, l)
		}
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s: %s\n%s\nwant\n%s", c.why, c.body, got, c.want)
		}
	}
}

// FuzzValidate holds that any JSON is judged, in valid text, and that what is
// no object is refused.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
	f.Add([]byte(`[{"a":"\u00e9\ud83d"}, 1e400, -0.0, "'\"\\"]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !gjson.ValidBytes(body) || !utf8.Valid(body) {
			return
		}
		said := v1("int", "str").Validate(body)
		if !utf8.ValidString(said) {
			t.Errorf("no text: %q", said)
		}
		if said == "" && !gjson.ParseBytes(body).IsObject() {
			t.Errorf("takes %q", body)
		}
	})
}

// TestUnionRead holds what becomes of a body; "" is that no model takes it.
func TestUnionRead(t *testing.T) {
	u := Union{Models: []Model{
		{Name: "JSONRPCRequest", Fields: []string{"method", "params", "jsonrpc", "id"}, ID: []string{"str", "lax-int"}},
		{Name: "JSONRPCNotification", Fields: []string{"method", "params", "jsonrpc"}},
		{Name: "JSONRPCResponse", Fields: []string{"jsonrpc", "id", "result"}, ID: []string{"int", "str"}},
	}}
	for _, c := range []struct {
		why, body string
		marked    bool
		want      string
	}{
		{"an id of the model's type", `{"jsonrpc":"2.0","id":7e2,"method":"a"}`, false, `{"method":"a","jsonrpc":"2.0","id":700}`},
		{"true is 1", `{"jsonrpc":"2.0","id":true,"method":"a"}`, false, `{"method":"a","jsonrpc":"2.0","id":1}`},
		{"one that no type takes is not looked at", `{"jsonrpc":"2.0","id":{},"method":"a"}`, false, `{"method":"a","jsonrpc":"2.0"}`},
		{"the last of two, and nothing beside", `{"jsonrpc":"2.0","id":1,"id":"\u00e9","method":"a","x":1,"params":null}`, false, `{"method":"a","jsonrpc":"2.0","id":"é"}`},
		{"a mark before it", "\ufeff" + `{"jsonrpc":"2.0","id":1,"result":{}}`, true, `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{"which jiter does not take", "\ufeff" + `{"jsonrpc":"2.0","id":1,"result":{}}`, false, ""},
		{"no model", `{"jsonrpc":"2.0","id":1,"result":null}`, false, ""},
		{"a batch", `[{"jsonrpc":"2.0","method":"a"}]`, false, ""},
	} {
		if got := string(u.Read([]byte(c.body), c.marked)); got != c.want {
			t.Errorf("%s: %s", c.why, got)
		}
	}
}
