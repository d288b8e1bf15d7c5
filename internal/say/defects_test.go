package say

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A handler that panics is heard of, and what clients do is not.
func TestDefects(t *testing.T) {
	var heard strings.Builder
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a defect") }))
	server.Config.ErrorLog = Defects(&heard)
	server.StartTLS()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n") // to a server of TLS
	_, _ = io.ReadAll(conn)
	conn.Close()
	if _, err := server.Client().Get(server.URL); err == nil {
		t.Error("a panic is answered")
	}
	server.Close()
	if got := heard.String(); !strings.Contains(got, "a defect") || strings.Contains(got, "TLS handshake") {
		t.Errorf("heard %q", got)
	}
}
