package cassettes

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// TestRefusals holds that what was learned of a server comes back as it was
// written, in both layouts.
func TestRefusals(t *testing.T) {
	want := Header{Transport: "http", Dialect: "go-sdk-1.8", Refusals: []Refusal{
		{Probe: "ping-no-session", Status: 400, Header: http.Header{"Allow": {"GET", "POST"}, "Mcp-Session-Id": {"${session}"}}, Body: "no \"session\"\n"},
		{Probe: "put", Status: 405},
	}}
	for _, layout := range []Layout{Pretty, Compact} {
		var out bytes.Buffer
		if _, err := NewWriter(&out, want, layout); err != nil {
			t.Fatal(err)
		}
		r, err := NewReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Header; !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestRefusalsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                             "refusals must be an array",
		`[1]`:                            "must be an object",
		`[{"status":400}]`:               "needs a probe",
		`[{"probe":"put"}]`:              "a status from 200 to 599",
		`[{"probe":"put","status":"x"}]`: "status must be a whole number",
		`[{"probe":"put","stats":400}]`:  `unknown member "stats" in a refusal`,
	} {
		_, err := NewReader(strings.NewReader(`{"mcpmock":1,"transport":"http","refusals":` + text + `}`))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
