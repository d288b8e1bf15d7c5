package check

import (
	"context"
	"net/url"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
)

// arrive finds the endpoint: it initializes, follows redirects within the
// host, and tells what is there instead of an MCP server. The answer is that
// to initialize; it is nil where the server has none, but speaks a later
// revision, and where the findings already say all there is to say.
func (w *holding) arrive(ctx context.Context) (*probes.Answer, error) {
	for range 4 {
		var err error
		if w.client, err = w.towards(w.endpoint); err != nil {
			return nil, err
		}
		initialize, _ := probes.Named("initialize")
		a, err := w.client.Ask(ctx, initialize)
		if err != nil {
			return nil, err
		}
		if r, ok := result(a); ok && r.IsObject() {
			return &a, nil
		}
		if a.Status/100 != 3 || a.Header.Get("Location") == "" {
			if modern, err := w.modernAlone(ctx, a); modern || err != nil {
				return nil, err
			}
			return nil, w.lost(ctx, a)
		}
		to, err := w.endpoint.Parse(a.Header.Get("Location"))
		if err != nil || to.Host != w.endpoint.Host || to.Scheme != w.endpoint.Scheme {
			return nil, unreachable("%s redirects elsewhere: %d to %s", say.Place(w.endpoint), a.Status, say.Short(a.Header.Get("Location"), 200)).
				hint("check the server there, if it is yours: headers such as Authorization do not go with a redirect")
		}
		w.find("endpoint", Note, ofEndpoint, "", "one path that serves POST and GET", "%d: %s redirects to %s", a.Status, w.endpoint.Path, to.Path).
			because("clients that do not follow a redirect of a POST fail here, and those that turn it into a GET", "give clients "+say.Place(to)).
			known("redirect-307-trailing-slash", "https://github.com/modelcontextprotocol/python-sdk/issues/732")
		w.endpoint = to
	}
	return nil, unreachable("%s redirects without end", w.Server).hint("check the routes of the server, and of what stands before it")
}

// lost says what is there where initialize got no result.
func (w *holding) lost(ctx context.Context, a probes.Answer) error {
	at := say.Place(w.endpoint)
	if a.Err != nil && a.Status == 0 {
		return w.silent(a)
	}
	switch {
	case isJSONRPCError(a) && a.Status == 200:
		w.Endpoint = at
		w.find("initialize", Broken, ofInitialize, "MUST", "a result with protocolVersion, capabilities and serverInfo", "%s", inWords(a)).
			because("no client gets past the handshake", "let the server answer initialize, whatever version it is offered")
		return nil
	case isJSONRPCError(a) && bytesSay(a, "-32022"):
		return unreachable("%s speaks no revision that has initialize: %s", at, inWords(a)).
			hint("clients of revisions up to 2025-11-25 cannot use it; it must serve both, or they must be updated")
	case bytesSay(a, "already initialized"):
		return unreachable("%s has a client already: %s", at, inWords(a)).
			hint("the server has one transport for all, so the first client keeps all others out: restart it, and make a transport for each session")
	case a.Status == 401:
		return w.locked(a)
	case a.Status == 407:
		return unreachable("a proxy before %s wants to know who you are: 407", at)
	case a.Status == 421, a.Status == 403 && bytesSay(a, "host"):
		return unreachable("%s does not take itself to be called %s: %s", at, w.endpoint.Host, inWords(a)).
			hint("name the host among those that the server allows: %s", w.endpoint.Host).
			hint("or check it by the name that it knows; behind a proxy, pass the original Host on")
	case a.Status == 403:
		return unreachable("%s forbids it: %s", at, inWords(a)).
			hint("if it wants a token:  mcpmock check %s --header %q", say.Word(at), "Authorization: Bearer TOKEN").
			hint("if it checks Host or Origin: name %s among those it allows", w.endpoint.Host)
	case a.Status == 500 && strings.TrimSpace(string(a.Body)) == "Internal Server Error":
		return unreachable("%s fails before it looks: %s", at, inWords(a)).
			hint("a Python server whose session manager has ended says this to everyone: restart it, and look at its log").
			hint("a request before notifications/initialized ends it in mcp before 1.11 (https://github.com/modelcontextprotocol/python-sdk/issues/838): update")
	case a.Status >= 500 && !(a.Status == 501 && isPage(a)): // 501 is a web server's word for a POST that it has no use for
		return unreachable("%s fails: %s", at, inWords(a)).hint("look at the server's log, and at that of what stands before it")
	}
	if found, err := w.oldTransport(ctx); found || err != nil {
		return err
	}
	other, err := w.elsewhere(ctx)
	if err != nil {
		return err
	}
	f := unreachable("no MCP server answers at %s: %s", at, inWords(a))
	switch {
	case other != nil && w.header == nil:
		f.hint("there is one at %s:  mcpmock check %s", say.Place(other), say.Word(say.Place(other)))
	case other != nil:
		f.hint("there is one at %s", say.Place(other))
	case isPage(a):
		f.hint("a web page is no MCP server: it may be a proxy's error, a login page, or the site beside the server")
		f.hint("tried, too: %s", strings.Join(usual, ", "))
	case a.Status == 404:
		f.hint("the path is wrong, or the server is not mounted; tried, too: %s", strings.Join(usual, ", "))
	default:
		f.hint("the request had all a server may ask for; tried, too: %s", strings.Join(usual, ", "))
	}
	return f
}

// silent is about a server that answers nothing at all.
func (w *holding) silent(a probes.Answer) error {
	f := unreachable("cannot reach %s: %s", say.Place(w.endpoint), reason(a.Err))
	switch said := reason(a.Err); {
	case said == "connection refused":
		f.hint("nobody listens on %s: start the server, and check the port", w.endpoint.Host)
		f.hint("in a container, it must listen on 0.0.0.0, and its port must be published")
	case strings.Contains(said, "no such host"):
		f.hint("the name is not known: check its spelling")
	case strings.Contains(said, "no answer"):
		f.hint("it took the request and says nothing: look at the server's log")
	case strings.Contains(said, "malformed HTTP") && w.endpoint.Scheme == "http":
		f.hint("what listens there speaks no HTTP; it may want https")
	case strings.Contains(said, "tls:"), strings.Contains(said, "x509:"):
		f.hint("check the certificate, or whether the server speaks http")
	}
	return f
}

// locked is about a server that wants authorization.
func (w *holding) locked(a probes.Answer) error {
	at := say.Place(w.endpoint)
	f := unreachable("%s wants authorization: %s", at, inWords(a))
	if w.header != nil {
		f.hint("the headers given were not enough: the token may be expired, or for another audience")
	} else {
		f.hint("mcpmock check %s --header %q", say.Word(at), "Authorization: Bearer TOKEN")
	}
	if challenge := a.Header.Get("WWW-Authenticate"); challenge != "" {
		return f.hint("it asks by WWW-Authenticate: %s", say.Printable(say.Short(challenge, 200)))
	}
	return f.hint("it sends no WWW-Authenticate, so clients cannot find out where to get a token: it must (RFC 9110, 15.5.2)")
}

// usual are the paths at which servers are found.
var usual = []string{"/mcp", "/mcp/", "/sse", "/mcp/v1/messages", "/messages"}

// elsewhere looks for a server at the usual paths.
func (w *holding) elsewhere(ctx context.Context) (*url.URL, error) {
	initialize, _ := probes.Named("initialize")
	for _, path := range usual {
		at := *w.endpoint
		at.Path, at.RawPath, at.RawQuery = path, "", ""
		if at.Path == w.endpoint.Path {
			continue
		}
		client, err := w.towards(&at)
		if err != nil {
			return nil, err
		}
		a, err := client.Ask(ctx, initialize)
		if err != nil {
			return nil, err
		}
		if _, ok := result(a); ok {
			return &at, nil
		}
		if isJSONRPCError(a) {
			if a, err = client.Ask(ctx, discovery); err != nil {
				return nil, err
			} else if speaksModern(answered(discovery.Steps[0].Body, a)) {
				return &at, nil
			}
		}
		if path != "/sse" {
			continue
		}
		if a, err = client.Ask(ctx, opening); err != nil {
			return nil, err
		} else if endpointOf(a) != "" {
			return &at, nil
		}
	}
	return nil, nil
}

// opening opens the stream of HTTP+SSE.
var opening = probes.Probe{Name: "opening", Steps: []probes.Step{probes.Listen()}}

// oldTransport finds out whether the server speaks HTTP+SSE only.
func (w *holding) oldTransport(ctx context.Context) (bool, error) {
	a, err := w.client.Ask(ctx, opening)
	if err != nil {
		return false, err
	}
	to := endpointOf(a)
	if to == "" {
		return false, nil
	}
	w.Endpoint, w.Transport = say.Place(w.endpoint), overSSE
	w.find("transport", Note, ofOldHTTP, "", "Streamable HTTP, which took the place of HTTP+SSE with 2025-03-26", "HTTP+SSE: GET opens a stream that names %s", say.Short(to, 100)).
		because("clients of Streamable HTTP alone get an error when they POST initialize here",
			"update the server, or tell the client that it is HTTP+SSE; record it with --transport sse")
	if u, err := w.endpoint.Parse(to); err != nil || u.Host != w.endpoint.Host {
		w.find("endpoint-event", Note, ofOldHTTP, "", "a URI of the same origin", "%s", say.Short(to, 200)).
			because("clients refuse to send messages to another origin", "let the server name a path alone")
	}
	return true, nil
}

// endpointOf returns where the stream of HTTP+SSE says that messages go.
func endpointOf(a probes.Answer) string {
	var s sse.Splitter
	for _, frame := range s.Feed(a.Body) {
		if f := sse.Parse(frame); f.Event == "endpoint" && a.Status == 200 {
			return string(f.Data)
		}
	}
	return ""
}
