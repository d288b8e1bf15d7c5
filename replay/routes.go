package replay

import (
	"net/http"
	"slices"

	"github.com/gorilla/mux"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// routes is the table of contents of the mock's paths. Paths are taken as
// they come: a mock that redirects /mcp/ to /mcp would hide what it tests.
//
// The endpoint's own paths are known by heart: asking the router would cost a
// third of what a request costs in all.
func (p *Player) routes() http.Handler {
	m := mux.NewRouter().SkipClean(true)
	known := map[string]bool{}
	endpoint := func(w http.ResponseWriter, r *http.Request, space string) {
		if old := p.isOld(r); old != nil {
			old(w, r, space)
			return
		}
		p.serve(w, r, space)
	}
	spaced := func(serve func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { serve(w, r, mux.Vars(r)["space"]) }
	}
	if p.transport != "http" {
		m.HandleFunc(p.old.stream, spaced(p.serveOld))
		m.HandleFunc("/s/{space}"+p.old.stream, spaced(p.serveOld))
	}
	for _, path := range p.postPaths() {
		m.HandleFunc(path, spaced(p.post))
		m.HandleFunc("/s/{space}"+path, spaced(p.post))
	}
	for _, path := range p.paths() {
		known[path] = true
		m.HandleFunc("/s/{space}"+path, spaced(endpoint))
	}
	if p.transport != "sse" {
		m.HandleFunc("/s/{space}", spaced(endpoint))
	}
	m.NotFoundHandler = http.HandlerFunc(p.notFound)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known[r.URL.Path] {
			endpoint(w, r, "")
			return
		}
		m.ServeHTTP(w, r)
	})
}

// paths lists where Streamable HTTP is served: where it was recorded, and
// where clients look for it.
func (p *Player) paths() []string {
	if p.transport == "sse" {
		return nil
	}
	paths := []string{"/mcp", "/mcp/", "/mcp/v1/messages", "/messages", "/"}
	if !slices.Contains(paths, p.index.Path) {
		paths = append([]string{p.index.Path}, paths...)
	}
	if endpoint := p.gate.Endpoint(); !slices.Contains(paths, endpoint) {
		paths = append(paths, endpoint)
	}
	return paths
}

// postPaths lists the paths that take the messages of HTTP+SSE and nothing
// else; a path of both is told by the query.
func (p *Player) postPaths() []string {
	if p.transport == "http" {
		return nil
	}
	both := p.paths()
	var paths []string
	for _, path := range [...]string{p.old.post, "/messages"} {
		if !slices.Contains(both, path) && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// notFound answers for a path where nothing is served. It names the
// endpoint, for a wrong path is among the commonest mistakes. Faults whose
// triggers ask about paths meet such a request as any other.
func (p *Player) notFound(w http.ResponseWriter, r *http.Request) {
	if !p.safe(w, r) {
		return
	}
	q := p.visits(r)
	q.p, q.w, q.HTTP, q.Verb, q.space, q.carrier, q.began = p, w, r, r.Method, p.space(""), int(p.carriers.Add(1)), p.clock.Now()
	q.Outside, q.BodyErr = true, errUnread
	if p.faults.AsksPaths() {
		defer q.mayFall()()
		q.BodyErr = nil
		q.read()
		q.locate()
		q.asked()
		if q.away() {
			return
		}
		defer q.left()
		defer q.finish()
		if q.faulted() {
			return
		}
	} else {
		q.asked()
	}
	const nothing = "nothing is served at this path"
	if resp := p.gate.Outside(scenarios.CheckNoSuchPath); resp != nil {
		q.refuse(scenarios.CheckNoSuchPath, resp, nothing)
		return
	}
	cure := "post to " + p.index.Path
	if p.transport == "sse" {
		cure = "open a stream with GET " + p.old.stream
	}
	q.sendError(http.StatusNotFound, mcp.InvalidRequest, "Not Found: "+nothing+": "+cure)
}
