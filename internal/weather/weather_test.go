package weather

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestVisit has a second client see just what the first one saw.
func TestVisit(t *testing.T) {
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	first, err := Visit(t.Context(), srv.URL+Path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Visit(t.Context(), srv.URL+Path)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != 8 || !reflect.DeepEqual(first, again) {
		t.Errorf("first %v\nagain %v", first, again)
	}
	if saw := first[5].Saw; !strings.HasSuffix(saw, "after year 1 of 3, year 2 of 3, year 3 of 3") {
		t.Errorf("%s gave %s", first[5].Did, saw)
	}
}

// TestWrongArguments has the tools answer with what would be right.
func TestWrongArguments(t *testing.T) {
	for _, test := range []struct {
		why  string
		call func() error
		says string
	}{
		{"no city", func() error { _, _, err := getForecast(t.Context(), nil, City{}); return err }, "name a city"},
		{"too many days", func() error { _, _, err := getForecast(t.Context(), nil, City{City: "Oslo", Days: 8}); return err }, "1 to 7 days"},
		{"no years", func() error {
			_, _, err := getClimate(t.Context(), &mcp.CallToolRequest{}, Span{City: "Oslo"})
			return err
		}, "ask for 1 to 100"},
	} {
		if err := test.call(); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.why, err)
		}
	}
}
