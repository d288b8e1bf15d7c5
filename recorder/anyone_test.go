package recorder

import (
	"net/http/httptest"
	"testing"
)

// Who stands before a recorder and has checked Host and Origin is not told
// otherwise.
func TestAnyone(t *testing.T) {
	for name, c := range map[string]struct {
		opts   []Option
		served bool
	}{
		"by itself": {nil, false},
		"checked":   {[]Option{WithAnyone()}, true},
	} {
		rec, err := New(&memory{}, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "http://other.example/mcp", nil)
		r.Header.Set("Origin", "https://app.example")
		if why := rec.foreign(r); (why == "") != c.served {
			t.Errorf("%s: a foreign page is told %q", name, why)
		}
	}
}
