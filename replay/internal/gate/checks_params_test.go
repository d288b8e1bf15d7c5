package gate

import (
	"slices"
	"testing"
)

// Of a tool with several definitions only what all of them say counts.
func TestParamHeadersAdd(t *testing.T) {
	t.Parallel()
	headers := paramHeaders{}
	define := func(properties string) {
		headers.add([]byte(`{"name":"t","inputSchema":{"properties":` + properties + `}}`))
	}
	names := func() (all []string) {
		for _, h := range headers["t"] {
			all = append(all, h.Name)
		}
		return all
	}
	define(`{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"B"}}`)
	if got := names(); !slices.Equal(got, []string{"Mcp-Param-A", "Mcp-Param-B"}) {
		t.Errorf("one definition: %v", got)
	}
	define(`{"b":{"type":"string","x-mcp-header":"b"},"c":{"type":"string","x-mcp-header":"C"}}`)
	if got := names(); !slices.Equal(got, []string{"Mcp-Param-b"}) {
		t.Errorf("two definitions: %v, want what both have", got)
	}
	define(`{}`)
	define(`{"b":{"type":"string","x-mcp-header":"B"}}`)
	if got := names(); len(got) > 0 {
		t.Errorf("after one without headers: %v", got)
	}
}
