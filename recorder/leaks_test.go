package recorder

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What a server makes of a session id or of a credential stays off the tape,
// wherever it says it.
func TestWhatTheServerEchoes(t *testing.T) {
	const live, token = "258f017b-3c1e-4d5f-9a6b-7c8d9e0f1a2b", "opaque0123456789abcdef"
	const added = "added0123456789abcdef"
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Host != "inner.example" || req.Header.Get("X-Tenant-Key") != added {
			t.Errorf("the upstream sees the host %q and %v", req.Host, req.Header)
		}
		w.Header().Set("Mcp-Session-Id", live)
		w.Header().Set("Link", "</"+live+"_0>")
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: for-"+live+"\nid: "+live+"_4\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"you\":\""+req.Header.Get("Authorization")+"\",\"and\":\"x "+added+"\"}}\n\n"+
			"id: "+live+"\nwhat: "+live+"-77 "+token+"\ndata: a\r\n\n")
	}, WithHeader("Host", "inner.example"), WithHeader("X-Tenant-Key", added))
	v := see(t, r.proxy.URL, post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"mine":"`+token+`"}}`, "Authorization: Bearer "+token, "Last-Event-Id: "+live+"_3"))
	for _, s := range []string{live + "_4", token, added} {
		if !strings.Contains(v.Body, s) {
			t.Errorf("the client does not see %q: %s", s, v.Body)
		}
	}
	text := r.tape.buf.String()
	for _, s := range []string{token, added} {
		if strings.Contains(text, s) {
			t.Errorf("%q is on the tape:\n%s", s, text)
		}
	}
	// The client's own Last-Event-Id came before anybody knew the id.
	if _, after, _ := strings.Cut(text, `"status"`); strings.Contains(after, live) {
		t.Errorf("a live session id is on the tape:\n%s", text)
	}
	for _, s := range []string{`"id":"{{session-1}}_4"`, `"event":"for-{{session-1}}"`, `{{session-1}}-77`, `"id":"session-1"`, `</{{session-1}}_0>`} {
		if !strings.Contains(text, s) {
			t.Errorf("%s is missing from the tape:\n%s", s, text)
		}
	}
}

func TestAnnouncedLengthIsNotBelieved(t *testing.T) {
	data, err := readAnnounced(strings.NewReader("short"), partSize)
	if string(data) != "short" || err != io.ErrUnexpectedEOF || cap(data) > 64<<10 {
		t.Errorf("%q of capacity %d, %v", data, cap(data), err)
	}
	long := bytes.Repeat([]byte("0123456789"), 30_000)
	if data, err := readAnnounced(bytes.NewReader(long), len(long)); !bytes.Equal(data, long) || err != nil {
		t.Errorf("%d bytes of %d, %v", len(data), len(long), err)
	}
}
