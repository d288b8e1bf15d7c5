package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/weather"
)

// TestCheckHeaders holds that all headers reach the server, and that one that
// wants others is told of with the command that gives them.
func TestCheckHeaders(t *testing.T) {
	real := weather.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer TOKEN" || r.Header.Get("X-Tenant") != "oslo" {
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		real.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, c := range []struct {
		why     string
		headers []string
		exit    int
		says    string
	}{
		{"none is given", nil, exitUpstream, `/mcp --header "Authorization: Bearer TOKEN"`},
		{"one of two is given", []string{"Authorization: Bearer TOKEN"}, exitUpstream, "the headers given were not enough"},
		{"both are given", []string{"Authorization: Bearer TOKEN", "X-Tenant: oslo"}, 0, ""},
	} {
		args := []string{"check", server.URL + weather.Path}
		for _, h := range c.headers {
			args = append(args, "--header", h)
		}
		var said strings.Builder
		if code := run(args, io.Discard, &said); code != c.exit || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: exit code %d, %s", c.why, code, said.String())
		}
	}
}
