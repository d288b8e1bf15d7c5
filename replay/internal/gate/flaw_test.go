package gate

import (
	"errors"
	"slices"
	"testing"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/scenarios"
)

// What makes JSON no JSON-RPC has a name, by which a dialect words it.
func TestFlaw(t *testing.T) {
	for _, c := range []struct{ why, body, want string }{
		{"nothing at all", `null`, "null"},
		{"a batch of nothing", ` [ ]`, "empty-batch"},
		{"a number", `42`, "shape"},
		{"a text", `"a"`, "shape"},
		{"no version", `{"hello":"world"}`, "version"},
		{"another version", `{"jsonrpc":"1.0","id":null,"method":"ping"}`, "version"},
		{"a version that is a number", `{"jsonrpc":2.0,"id":1,"method":"ping"}`, "version"},
		{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "id-null"},
		{"an id between two integers", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, "id-fraction"},
		{"an id with an exponent", `{"jsonrpc":"2.0","id":1e3,"method":"ping"}`, "id-fraction"},
		{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, "id-type"},
		{"an id that is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, "id-type"},
		{"params that are an array", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}`, "params"},
		{"neither asked nor answered", `{"jsonrpc":"2.0","id":1}`, "other"},
		{"the first flawed message of a batch counts", `[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":null,"method":"ping"},7]`, "id-null"},
	} {
		if got := flaw([]byte(c.body)); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.why, c.body, got, c.want)
		}
	}
}

// FuzzFlaw holds that each body that is JSON and no JSON-RPC has a flaw that
// dialects can name.
func FuzzFlaw(f *testing.F) {
	for _, body := range []string{`null`, `[]`, `[[]]`, `{"jsonrpc":"2.0","id":1e9}`, `[{"jsonrpc":"2.0","method":"a","result":1}]`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := jsonrpc.Parse(body)
		if _, ok := errors.AsType[*jsonrpc.EnvelopeError](err); ok && !slices.Contains(scenarios.Flaws(), flaw(body)) {
			t.Errorf("%q has the flaw %q, which is none of %v", body, flaw(body), scenarios.Flaws())
		}
	})
}
