package check

import (
	"encoding/json"
	"testing"
)

// TestReportJSON holds the members that docs/checking.md promises.
func TestReportJSON(t *testing.T) {
	r := &Report{Server: "http://x/mcp", Transport: overHTTP, Protocol: "2025-11-25"}
	r.find("get", Broken, ofListening, "MUST", "text/event-stream, or 405", "404").because("cause", "cure").known("no-such-scenario", "https://example/issue")
	got, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"server":"http://x/mcp","transport":"http","protocol":"2025-11-25","findings":[{"rule":"get","verdict":"broken","saw":"404","wants":"text/event-stream, or 405","level":"MUST","revision":"2025-11-25","section":"Listening for Messages from the Server","link":"https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#listening-for-messages-from-the-server","cause":"cause","cure":"cure","known":["https://example/issue"]}],"ok":0,"notes":0,"broken":1}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
