package check

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestLost is about what is there instead of an MCP server, each in the
// words that the user meets.
func TestLost(t *testing.T) {
	says := func(status int, header, value, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if header != "" {
				w.Header().Set(header, value)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		why    string
		server http.Handler
		path   string
		want   []string // in the error or one of its hints
	}{
		{"the path is wrong, and the right one is near", &pliant{protocol: "2025-11-25"}, "/api", []string{"404", "there is one at", "/mcp"}},
		{"nothing is anywhere", says(404, "Content-Type", "text/plain", "404 page not found"), "/mcp", []string{"404", "the path is wrong", "/messages"}},
		{"a token is wanted", says(401, "WWW-Authenticate", "Bearer realm=x", ""), "/mcp", []string{"wants authorization", "--header", "Bearer realm=x"}},
		{"a token is wanted, but not said how", says(401, "", "", ""), "/mcp", []string{"no WWW-Authenticate"}},
		{"the host is not known to the server", says(421, "", "", "Invalid Host header"), "/mcp", []string{"421", "name the host"}},
		{"the host is forbidden", says(403, "", "", "Forbidden: invalid Host header"), "/mcp", []string{"403", "name the host"}},
		{"a proxy's page", says(502, "Content-Type", "text/html", "<html><title>502 Bad Gateway</title></html>"), "/mcp", []string{"502", "Bad Gateway", "before it"}},
		{"a login page", says(200, "Content-Type", "text/html", "<html><title>Sign in</title></html>"), "/mcp", []string{"Sign in", "web page is no MCP server"}},
		{"a web server that knows no POST", says(501, "Content-Type", "text/html;charset=utf-8", "<!DOCTYPE HTML><html><title>Error response</title></html>"), "/", []string{"501", "web page is no MCP server", "tried, too: /mcp"}},
		{"one that knows it, and does not want it", says(405, "Content-Type", "text/html", "<html></html>"), "/", []string{"405", "web page is no MCP server", "tried, too: /mcp"}},
		{"a Python server that was killed by a request", says(500, "Content-Type", "text/plain; charset=utf-8", "Internal Server Error"), "/mcp", []string{"issues/838"}},
		{"one client has it already", says(400, "Content-Type", "application/json", `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request: Server already initialized"},"id":null}`), "/mcp", []string{"has a client already"}},
		{"modern revisions only", says(400, "Content-Type", "application/json", `{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version"}}`), "/mcp", []string{"no revision that has initialize"}},
		{"at the root", atRoot(&pliant{protocol: "2025-11-25"}), "/api", []string{"there is one at"}},
		{"asked too much", says(429, "Retry-After", "120", "Too Many Requests"), "/mcp", []string{"429", "come back after 120 s"}},
		{"starting", says(503, "Retry-After", "5", ""), "/mcp", []string{"503", "come back after 5 s"}},
		{"http where https is wanted", says(400, "", "", "Client sent an HTTP request to an HTTPS server."), "/mcp", []string{"wants https", "mcpmock check https://"}},
		{"redirected to https", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://"+r.Host+"/mcp", http.StatusMovedPermanently)
		}), "/mcp", []string{"redirects to https", "mcpmock check https://"}},
		{"it hangs up", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "/mcp", []string{"cannot reach", "hung up"}},
		{"redirected to another host", http.RedirectHandler("https://mcp.example/mcp", http.StatusTemporaryRedirect), "/mcp", []string{"redirects elsewhere"}},
		{"redirected for ever", http.RedirectHandler("/mcp", http.StatusTemporaryRedirect), "/mcp", []string{"without end"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			_, err := checked(t, c.server, c.path)
			u, ok := errors.AsType[*Unreachable](err)
			if !ok {
				t.Fatalf("%v", err)
			}
			text := u.Error() + "\n" + strings.Join(u.Hints, "\n")
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in:\n%s", want, text)
				}
			}
		})
	}
}

// atRoot moves a server from /mcp to /.
func atRoot(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		r.URL.Path = "/mcp"
		server.ServeHTTP(w, r)
	})
}

// TestTLS is about the wrong one of http and https, and a certificate that
// nobody knows.
func TestTLS(t *testing.T) {
	plain, secure := httptest.NewServer(&pliant{protocol: "2025-11-25"}), httptest.NewTLSServer(&pliant{protocol: "2025-11-25"})
	defer plain.Close()
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	for _, c := range []struct {
		why, url string
		want     string
	}{
		{"https of a server of http", "https" + strings.TrimPrefix(plain.URL, "http"), "where it speaks http:  mcpmock check http://"},
		{"a certificate of its own", secure.URL, "SSL_CERT_FILE=cert.pem mcpmock check https://"},
		{"http of a server of https", "http" + strings.TrimPrefix(secure.URL, "https"), "mcpmock check https://"},
	} {
		_, err := HTTP(t.Context(), c.url+"/mcp")
		u, ok := errors.AsType[*Unreachable](err)
		if !ok || !strings.Contains(strings.Join(u.Hints, " "), c.want) {
			t.Errorf("%s: %v, %v", c.why, err, u)
		}
	}
}

// TestRedirect holds that a redirect within the host is followed and
// told of.
func TestRedirect(t *testing.T) {
	p := &pliant{protocol: "2025-11-25"}
	w, err := checked(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/mcp", http.StatusTemporaryRedirect)
			return
		}
		p.ServeHTTP(w, r)
	}), "/old")
	if err != nil {
		t.Fatal(err)
	}
	if f := w.Findings[0]; f.Rule != "endpoint" || f.Verdict != Note || !strings.HasSuffix(w.Endpoint, "/mcp") {
		t.Errorf("%s: %s, endpoint %s", f.Rule, f.Verdict, w.Endpoint)
	}
}
