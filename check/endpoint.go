package check

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
)

// firstWithin is how long a server may take for its first answer, for it may
// have to be woken up.
const firstWithin = 30 * time.Second

// arrive finds the endpoint: it initializes, follows redirects within the
// host, and tells what is there instead of an MCP server. The answer is that
// to initialize; it is nil where the server has none, but speaks a later
// revision, and where the findings already say all there is to say.
func (w *holding) arrive(ctx context.Context) (*probes.Answer, error) {
	for range 4 {
		a, err := w.first(ctx)
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
			return w.lost(ctx, a)
		}
		to, err := w.endpoint.Parse(a.Header.Get("Location"))
		if err == nil && to.Hostname() == w.endpoint.Hostname() && to.Scheme == "https" && w.endpoint.Scheme == "http" {
			return nil, unreachable("%s redirects to https: %d to %s", say.Place(w.endpoint), a.Status, say.Place(to)).
				hint("mcpmock check %s", say.Word(say.Place(to)))
		}
		if err != nil || to.Host != w.endpoint.Host || to.Scheme != w.endpoint.Scheme {
			return nil, unreachable("%s redirects elsewhere: %d to %s", say.Place(w.endpoint), a.Status, say.Short(a.Header.Get("Location"), 200)).
				hint("check the server there, if it is yours: headers such as Authorization do not go with a redirect")
		}
		f := w.find("endpoint", Note, ofEndpoint, "", "one path that serves POST and GET", "%d: %s redirects to %s", a.Status, w.endpoint.Path, to.Path).
			because("clients that do not follow a redirect of a POST fail here, and those that turn it into a GET", "give clients "+say.Place(to))
		if a.Status == 307 || a.Status == 308 {
			f.known("redirect-307-trailing-slash", "https://github.com/modelcontextprotocol/python-sdk/issues/732")
		} else { // which turns POST into GET
			f.known("redirect-301-post-to-get", "")
		}
		w.endpoint = to
	}
	return nil, unreachable("%s redirects without end", w.Server).hint("check the routes of the server, and of what stands before it")
}

// first asks initialize for the first time, says that it waits where that
// takes long, and goes by it how long all else may take.
func (w *holding) first(ctx context.Context) (probes.Answer, error) {
	patient, err := w.towards(w.endpoint, probes.WithPatience(firstWithin, 300*time.Millisecond), probes.WithPauses(longestPause))
	if err != nil {
		return probes.Answer{}, err
	}
	type asked struct {
		answer probes.Answer
		err    error
	}
	got := make(chan asked, 1)
	began := time.Now()
	go func() {
		a, err := patient.Ask(ctx, initialize())
		got <- asked{a, err}
	}()
	slow := time.NewTimer(w.waitingAfter)
	defer slow.Stop()
	for {
		select {
		case <-slow.C:
			w.waits("waiting for initialize to be answered, up to %s", firstWithin)
		case first := <-got:
			_, ok := result(first.answer)
			if took := 2 * time.Since(began); ok && took > 5*time.Second {
				w.probing = append(w.probing, probes.WithPatience(min(took, firstWithin), 300*time.Millisecond))
			}
			if w.client, err = w.towards(w.endpoint); err != nil {
				return probes.Answer{}, err
			}
			return first.answer, first.err
		}
	}
}

// initialize is the probe that asks it as a good client does.
func initialize() probes.Probe {
	p, _ := probes.Named("initialize")
	return p
}

// lost says what is there where initialize got no result. The answer is that to
// an initialize that was served after all; it is nil where none was, and then
// there is an error, or a finding that says it all.
func (w *holding) lost(ctx context.Context, a probes.Answer) (*probes.Answer, error) {
	if a.Err != nil && a.Status == 0 {
		return nil, w.silent(ctx, a)
	}
	if err := w.barred(a); err != nil {
		return nil, err
	}
	if to := endpointOf(a); to != "" {
		w.old(to).known("post-on-sse-url-answers-endpoint-event", "")
		return nil, nil
	}
	if served, found, err := w.refusedAlike(ctx, a); served != nil || found || err != nil {
		return served, err
	}
	if found, err := w.oldTransport(ctx); found || err != nil {
		return nil, err
	}
	return nil, w.nowhere(ctx, a)
}

// barred says what keeps everybody out; nil where nothing does.
func (w *holding) barred(a probes.Answer) error {
	at := say.Place(w.endpoint)
	switch {
	case isJSONRPCError(a) && bytesSay(a, "-32022"):
		return unreachable("%s speaks no revision that has initialize: %s", at, inWords(a)).
			hint("clients of revisions up to 2025-11-25 cannot use it; it must serve both, or they must be updated")
	case bytesSay(a, "already initialized"):
		return unreachable("%s has a client already: %s", at, inWords(a)).
			hint("the server has one transport for all, so the first client keeps all others out: restart it, and make a transport for each session")
	case a.Status == 401:
		return w.locked(a)
	case a.Status == 407:
		return unreachable("a proxy before %s wants to know who you are: 407", at).hint("ask it by an address that no proxy stands before")
	case a.Status == 400 && (bytesSay(a, "to an https server") || bytesSay(a, "to https port")):
		secure := *w.endpoint
		secure.Scheme = "https"
		return unreachable("%s wants https: %s", at, inWords(a)).hint("mcpmock check %s", say.Word(say.Place(&secure)))
	case a.Status == 429:
		return unreachable("%s is asked too much: %s", at, inWords(a)).hint("%s", comeBack(a))
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
		f := unreachable("%s fails: %s", at, inWords(a)).hint("look at the server's log, and at that of what stands before it")
		if a.Header.Get("Retry-After") != "" {
			f.hint("%s", comeBack(a))
		}
		return f
	}
	return nil
}

// comeBack says when to ask again.
func comeBack(a probes.Answer) string {
	after := say.Short(a.Header.Get("Retry-After"), 40)
	switch _, err := strconv.Atoi(after); {
	case after == "":
		return "it does not say when to come back: try again later"
	case err == nil:
		return "it says to come back after " + after + " s"
	}
	return "it says to come back after " + after
}

// nowhere says where a server may be found instead.
func (w *holding) nowhere(ctx context.Context, a probes.Answer) error {
	at := say.Place(w.endpoint)
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
var usual = []string{"/mcp", "/mcp/", "/sse", "/mcp/v1/messages", "/messages", "/"}

// elsewhere looks for a server at the usual paths.
func (w *holding) elsewhere(ctx context.Context) (*url.URL, error) {
	paths := usual
	if under := strings.TrimSuffix(w.endpoint.Path, "/"); under != "" && !strings.HasSuffix(under, "/mcp") {
		paths = append([]string{under + "/mcp"}, paths...) // as where a server is mounted at a path
	}
	for _, path := range paths {
		at := *w.endpoint
		at.Path, at.RawPath, at.RawQuery = path, "", ""
		if at.Path == w.endpoint.Path || w.endpoint.Path == "" && path == "/" {
			continue
		}
		client, err := w.towards(&at, probes.WithTidy())
		if err != nil {
			return nil, err
		}
		a, err := client.Ask(ctx, initialize())
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
	if to == "" && a.Open && len(bytes.TrimSpace(a.Body)) == 0 { // it may be late
		if o, _ := w.openOld(ctx); o != nil {
			o.close()
			to = o.endpoint
		}
	}
	if to == "" {
		return false, ctx.Err()
	}
	w.old(to)
	return true, nil
}

// old is about a server of HTTP+SSE whose stream says that messages go there.
func (w *holding) old(to string) *Finding {
	w.Endpoint, w.Transport = say.Place(w.endpoint), overSSE
	f := w.find("transport", Note, ofOldHTTP, "", "Streamable HTTP, which took the place of HTTP+SSE with 2025-03-26", "HTTP+SSE: GET opens a stream that names %s", say.Short(to, 100)).
		because("clients of Streamable HTTP alone get an error when they POST initialize here",
			"update the server, or tell the client that it is HTTP+SSE; record it with --transport sse")
	return f
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
