package replay

import (
	"net/http"

	"github.com/gorilla/mux"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// routes is the table of contents of the mock's paths. Paths are taken as
// they come: a mock that redirects /mcp/ to /mcp would hide what it tests.
//
// The endpoint's own paths are known by heart: asking the router would cost a
// third of what a request costs in all.
func (p *Player) routes() http.Handler {
	m := mux.NewRouter().SkipClean(true)
	known := map[string]bool{}
	endpoint := func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, "") }
	spaced := func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, mux.Vars(r)["space"]) }
	for _, path := range p.paths() {
		known[path] = true
		m.HandleFunc("/s/{space}"+path, spaced)
	}
	m.HandleFunc("/s/{space}", spaced)
	m.NotFoundHandler = http.HandlerFunc(p.notFound)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known[r.URL.Path] {
			endpoint(w, r)
			return
		}
		m.ServeHTTP(w, r)
	})
}

// paths lists where the endpoint is served: where it was recorded, and where
// clients look for one.
func (p *Player) paths() []string {
	paths := []string{"/mcp", "/mcp/", "/mcp/v1/messages", "/messages", "/"}
	for _, path := range paths {
		if path == p.index.path {
			return paths
		}
	}
	return append([]string{p.index.path}, paths...)
}

// notFound answers for a path where nothing is served. It names the
// endpoint, for a wrong path is among the commonest mistakes.
func (p *Player) notFound(w http.ResponseWriter, r *http.Request) {
	if !p.safe(w, r) {
		return
	}
	p.writeError(w, r, http.StatusNotFound, mcp.InvalidRequest,
		"Not Found: nothing is served at this path: post to "+p.index.path)
}
