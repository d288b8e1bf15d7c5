package eras

import (
	"errors"
	"strings"
	"testing"
)

func TestModernError(t *testing.T) {
	const read = `{"uri":"file:///a?b&c"}`
	for _, c := range []struct {
		why, method, params, err, want string
		status                         int
	}{
		{"a resource that is not there has another code, and its uri", "resources/read", read, `{"code":-32002,"message":"no"}`, `{"code":-32602,"message":"no","data":{"uri":"file:///a?b&c"}}`, 400},
		{"the uri joins what is in data", "resources/read", read, `{"code":-32002,"message":"no","data":{"why":1.0}}`, `{"code":-32602,"message":"no","data":{"why":1.0,"uri":"file:///a?b&c"}}`, 400},
		{"the server's own uri stays", "resources/read", read, `{"code":-32002,"message":"no","data":{"uri":"x:y"}}`, `{"code":-32602,"message":"no","data":{"uri":"x:y"}}`, 400},
		{"data that is a text stays", "resources/read", read, `{"code":-32002,"message":"no","data":"gone"}`, `{"code":-32602,"message":"no","data":"gone"}`, 400},
		{"a tool that found no resource has no uri to tell", "tools/call", `{"name":"a"}`, `{"code":-32002,"message":"no"}`, `{"code":-32602,"message":"no"}`, 400},
		{"an unknown method is not found", "prompts/list", `{}`, `{"code":-32601,"message":"no"}`, `{"code":-32601,"message":"no"}`, 404},
		{"params that are no good", "tools/call", `{}`, `{"code":-32602,"message":"Unknown tool"}`, `{"code":-32602,"message":"Unknown tool"}`, 400},
		{"a request that is none", "tools/call", `{}`, `{"code":-32600,"message":"no"}`, `{"code":-32600,"message":"no"}`, 400},
		{"what the server could not do is no fault of the request", "tools/call", `{}`, `{"code":-32603,"message":"no"}`, `{"code":-32603,"message":"no"}`, 200},
		{"codes that servers took long ago stay theirs", "tools/call", `{}`, `{"code":-32000,"message":"no"}`, `{"code":-32000,"message":"no"}`, 200},
		{"an application's own code", "tools/call", `{}`, `{"code":7,"message":"no"}`, `{"code":7,"message":"no"}`, 200},
		{"params may be missing", "resources/read", ``, `{"code":-32002,"message":"no"}`, `{"code":-32602,"message":"no"}`, 400},
	} {
		got, status, err := ModernError(c.method, []byte(c.params), []byte(c.err))
		if err != nil || string(got) != c.want || status != c.status {
			t.Errorf("%s: %s, %d, %v; want %s, %d", c.why, got, status, err, c.want, c.status)
		}
	}
	for _, c := range []struct{ why, err, want string }{
		{"an elicitation is asked for in a result", `{"code":-32042,"message":"m","data":{"elicitations":[]}}`, "as inputs"},
		{"a code that only the specification may use", `{"code":-32050,"message":"m"}`, "-32050"},
		{"one that means something else now", `{"code":-32021,"message":"m"}`, "-32021"},
		{"no code", `{"message":"m"}`, "no code"},
		{"a code that is a text", `{"code":"-32002"}`, "no code"},
	} {
		if _, _, err := ModernError("tools/call", nil, []byte(c.err)); !errors.Is(err, ErrUntranslatable) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.why, err, c.want)
		}
	}
}

func TestLegacyError(t *testing.T) {
	for _, c := range []struct{ why, method, params, err, want string }{
		{"a resource that is not there", "resources/read", `{"uri":"a:b"}`, `{"code":-32602,"message":"no","data":{"uri":"a:b"}}`, `{"code":-32002,"message":"no","data":{"uri":"a:b"}}`},
		{"the same uri in another spelling", "resources/read", `{"uri":"a:\u0062"}`, `{"code":-32602,"data":{"uri":"a:b"}}`, `{"code":-32002,"data":{"uri":"a:b"}}`},
		{"without params the data alone tells", "resources/read", ``, `{"code":-32602,"data":{"uri":"a:b"}}`, `{"code":-32002,"data":{"uri":"a:b"}}`},
		{"another resource is not the one asked for", "resources/read", `{"uri":"a:b"}`, `{"code":-32602,"data":{"uri":"c:d"}}`, `{"code":-32602,"data":{"uri":"c:d"}}`},
		{"params that are no good have no uri in data", "resources/read", `{"uri":"a:b"}`, `{"code":-32602,"message":"no"}`, `{"code":-32602,"message":"no"}`},
		{"a tool is no resource", "tools/call", `{"name":"a"}`, `{"code":-32602,"data":{"uri":"a:b"}}`, `{"code":-32602,"data":{"uri":"a:b"}}`},
		{"all else means the same", "tools/call", `{}`, `{"code":-32603,"message":"\u0061"}`, `{"code":-32603,"message":"\u0061"}`},
	} {
		got, err := LegacyError(c.method, []byte(c.params), []byte(c.err))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", c.why, got, err, c.want)
		}
	}
	for _, code := range []string{"-32020", "-32021", "-32022", `"x"`} {
		if _, err := LegacyError("tools/call", nil, []byte(`{"code":`+code+`}`)); !errors.Is(err, ErrUntranslatable) {
			t.Errorf("%s: %v", code, err)
		}
	}
}
