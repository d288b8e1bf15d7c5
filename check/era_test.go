package check

import (
	"testing"

	"github.com/mcpmock/mcpmock/probes"
)

// TestSpeaksModern has the answers by which clients tell the eras apart
// (2026-07-28 basic/transports/streamable-http and stdio, "Backward
// Compatibility").
func TestSpeaksModern(t *testing.T) {
	for _, c := range []struct {
		why    string
		status int // 0 over stdio
		answer string
		want   bool
	}{
		{"it discovers", 200, `{"id":1,"result":{"resultType":"complete","supportedVersions":["2026-07-28"]}}`, true},
		{"it discovers earlier versions alone", 200, `{"id":1,"result":{"resultType":"complete","supportedVersions":["2025-11-25"]}}`, false},
		{"its result is of this revision", 200, `{"id":1,"result":{"resultType":"complete","tools":[]}}`, true},
		{"its result is of an earlier one", 200, `{"id":1,"result":{"tools":[]}}`, false},
		{"it compares headers", 400, `{"id":1,"error":{"code":-32020,"message":"no"}}`, true},
		{"it has not this version, whichever it has", 400, `{"id":1,"error":{"code":-32022,"message":"no","data":{"supported":["2025-11-25"]}}}`, false},
		{"404 with the error for it", 404, `{"id":1,"error":{"code":-32601,"message":"no"}}`, true},
		{"an error of any server", 200, `{"id":1,"error":{"code":-32601,"message":"no"}}`, false},
		{"of which nothing tells over stdio", 0, `{"id":1,"error":{"code":-32601,"message":"no"}}`, false},
		{"a page that is not there", 404, `404 page not found`, false},
		{"a session that is missing", 400, `{"id":null,"error":{"code":-32600,"message":"no session"}}`, false},
	} {
		s := answered(discovery.Steps[0].Body, probes.Answer{Status: c.status, Body: []byte(c.answer)})
		s.overHTTP = c.status != 0
		if got := speaksModern(s); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}
