package replay

import (
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// Headers of arguments, as these servers took them; "" is served.
func TestParamHeadersOfDialects(t *testing.T) {
	t.Parallel()
	players := map[string]*client{}
	for _, dialect := range []string{"typescript-v2-handler", "python-sdk-2.3", "go-sdk-1.8-stateless"} {
		players[dialect] = gated(t).play(WithScenario(&scenarios.Scenario{Dialect: dialect}))
	}
	for _, c := range []struct {
		why, arguments             string
		headers                    []string
		typescript, python, golang string
	}{
		{"an argument without its header", `{"region":"us"}`, []string{},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the body carries region=\"us\" but the Mcp-Param-Region header is absent","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the body carries region=\"us\" but the Mcp-Param-Region header is absent"}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header is missing but the request body's 'region' argument is present"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: missing Mcp-Param-Region header for parameter \"region\""}}`},
		{"another value", `{"region":"us"}`, []string{"Mcp-Param-Region", "eu"},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the Mcp-Param-Region header decodes to \"eu\" but the body carries region=\"us\"","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the Mcp-Param-Region header decodes to \"eu\" but the body carries region=\"us\""}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header does not match the request body's 'region' argument"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: Mcp-Param-Region header value 'eu' does not match body value"}}`},
		{"another value, encoded", `{"region":"us"}`, []string{"Mcp-Param-Region", "=?base64?ZXU=?="},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the Mcp-Param-Region header decodes to \"eu\" but the body carries region=\"us\"","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the Mcp-Param-Region header decodes to \"eu\" but the body carries region=\"us\""}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header does not match the request body's 'region' argument"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: Mcp-Param-Region header value '=?base64?ZXU=?=' does not match body value"}}`},
		{"a value that cannot be decoded", `{"region":"us"}`, []string{"Mcp-Param-Region", "=?base64?!!?="},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the Mcp-Param-Region header carries an invalid Base64 sentinel value","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the Mcp-Param-Region header carries an invalid Base64 sentinel value"}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header carries a malformed base64 sentinel value"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: Mcp-Param-Region header contains invalid Base64 encoding"}}`},
		{"a header of an argument that is not there", `{}`, []string{"Mcp-Param-Region", "us"},
			"",
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header is present but the request body's 'region' argument is absent"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: unexpected Mcp-Param-Region header for absent or null parameter \"region\""}}`},
		{"a header twice", `{"region":"us"}`, []string{"Mcp-Param-Region", "us", "Mcp-Param-Region", "us"},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the Mcp-Param-Region header decodes to \"us, us\" but the body carries region=\"us\"","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the Mcp-Param-Region header decodes to \"us, us\" but the body carries region=\"us\""}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header appears more than once"}}`,
			""},
		{"a text that JSON escapes", `{"region":"a\"b"}`, []string{"Mcp-Param-Region", "c"},
			`{"jsonrpc":"2.0","error":{"code":-32020,"message":"Bad Request: the request headers and body disagree: the Mcp-Param-Region header decodes to \"c\" but the body carries region=\"a\\\"b\"","data":{"mismatch":{"header":"Mcp-Param-Region","body":"the Mcp-Param-Region header decodes to \"c\" but the body carries region=\"a\\\"b\""}}},"id":9}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"Mcp-Param-Region header does not match the request body's 'region' argument"}}`,
			`{"jsonrpc":"2.0","id":9,"error":{"code":-32020,"message":"header mismatch: Mcp-Param-Region header value 'c' does not match body value"}}`},
		{"another spelling of a number", `{"row":42}`, []string{"Mcp-Param-Row", "42.0"},
			"",
			"",
			""},
		{"a header that the tool has not", `{"region":"us"}`, []string{"Mcp-Param-Region", "us", "Mcp-Param-Other", "x"},
			"",
			"",
			""},
	} {
		for dialect, want := range map[string]string{"typescript-v2-handler": c.typescript, "python-sdk-2.3": c.python, "go-sdk-1.8-stateless": c.golang} {
			p := queries(c.arguments, c.headers...)
			resp, body := p.ask(t, players[dialect].url)
			served := !strings.Contains(body, "-32020")
			if want == "" && !served || want != "" && (resp.StatusCode != 400 || body != want) {
				t.Errorf("%s, %s\ngot  %d %s\nwant %s", dialect, c.why, resp.StatusCode, body, want)
			}
		}
	}
}
