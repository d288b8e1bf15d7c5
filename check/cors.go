package check

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
)

// page is the origin of a client in a browser: of one on this machine, which a
// server that has pages for clients at all is most likely to admit.
const page = "http://localhost:6274"

// A crossing is what a page of another origin does with a server.
type crossing struct {
	what   string         // such as POST
	before probes.Answer  // to the preflight: what a browser asks before it sends that; left out for what it asks nothing before
	sends  []string       // the headers that the preflight asks for
	method string         // the method that it asks for, where pages may not use it without asking
	answer *probes.Answer // to the request itself; nil where it is not made
	reads  []string       // the headers of the answer that the page must see
}

// preflight is what a browser asks before a request of a page (WHATWG Fetch,
// "CORS-preflight request").
func preflight(ctx context.Context, client *probes.Client, method string, sends ...string) (probes.Answer, error) {
	slices.Sort(sends)
	return client.Ask(ctx, probes.Probe{Name: "preflight", Steps: []probes.Step{{Method: http.MethodOptions, Header: [][2]string{
		{"Origin", page}, {"Access-Control-Request-Method", method}, {"Access-Control-Request-Headers", strings.ToLower(strings.Join(sends, ","))},
	}}}})
}

// corsRules are about clients in a browser, over Streamable HTTP.
func (w *holding) corsRules(ctx context.Context) error {
	var all []crossing
	cross := func(method string, sends []string) error {
		a, err := preflight(ctx, w.client, method, sends...)
		all = append(all, crossing{what: method, method: method, before: a, sends: sends})
		return err
	}
	in, step, sends, reads := ofEndpoint, probes.Initialize, []string{"Content-Type", mcp.HeaderProtocolVersion}, []string(nil)
	if w.issued {
		sends, reads = append(sends, mcp.HeaderSessionID), []string{mcp.HeaderSessionID}
	}
	modern := []string{"Content-Type", mcp.HeaderProtocolVersion, mcp.HeaderMethod, mcp.HeaderName}
	if w.refused != nil {
		in, sends = ofGuard, modern
		step = func(lines ...[2]string) probes.Step { return probes.Modern(request("1", mcp.Discover, ""), lines...) }
	}
	if err := cross(http.MethodPost, sends); err != nil {
		return err
	}
	a, err := w.asker(ctx, step)([2]string{"Origin", page})
	if err != nil {
		return err
	}
	all[0].answer, all[0].reads = &a, reads
	if w.refused == nil && w.modernAnswers != nil {
		if err := cross(http.MethodPost, modern); err != nil {
			return err
		}
	}
	if w.issued && w.answers["delete"].Status/100 == 2 {
		if err := cross(http.MethodDelete, []string{mcp.HeaderProtocolVersion, mcp.HeaderSessionID}); err != nil {
			return err
		}
	}
	w.cors(in, all)
	return nil
}

// oldCORS is about clients in a browser, over HTTP+SSE.
func (w *holding) oldCORS(ctx context.Context) error {
	line := [2]string{"Origin", page}
	o, opened := w.openOld(ctx, line)
	all := []crossing{{what: "GET", answer: &opened}}
	if o != nil {
		defer o.close()
		before, err := preflight(ctx, o.client, http.MethodPost, "Content-Type")
		if err != nil {
			return err
		}
		a := post(ctx, o.client, saysInitialize, line)
		all = append(all, crossing{what: "POST", method: http.MethodPost, before: before, sends: []string{"Content-Type"}, answer: &a})
	}
	w.cors(ofOldStream, all)
	return ctx.Err()
}

// cors says whether pages can use the server. No rule is about it: where it admits none,
// it is not meant for them. One that admits them by half is a note.
func (r *Report) cors(in section, all []crossing) {
	const wants = "a server for clients in a browser lets pages send what clients send, and see what they must"
	var breaches []string
	add := func(breach string) {
		if !slices.Contains(breaches, breach) {
			breaches = append(breaches, breach)
		}
	}
	admitted := false
	var scenario, issue string
	for _, c := range all {
		if c.method != "" {
			h := c.before.Header
			admitted = admitted || admits(h)
			switch lacks := lacking(h, "Access-Control-Allow-Headers", c.sends); {
			case len(lacks) > 0 && admits(h):
				add("Access-Control-Allow-Headers without " + strings.Join(lacks, ", "))
				scenario, issue = "cors-preflight-rejects-mcp-headers", "https://github.com/netdata/netdata/pull/22258"
			case !admits(h), c.before.Status/100 != 2:
				add(fmt.Sprintf("OPTIONS before a %s: %s", c.what, inWords(c.before)))
			case c.method == http.MethodDelete && len(lacking(h, "Access-Control-Allow-Methods", []string{c.method})) > 0:
				add("Access-Control-Allow-Methods without " + c.method)
			}
		}
		if c.answer == nil {
			continue
		}
		h := c.answer.Header
		admitted = admitted || admits(h)
		if lacks := lacking(h, "Access-Control-Expose-Headers", c.reads); !admits(h) {
			add("the answer to " + c.what + " without Access-Control-Allow-Origin")
		} else if len(lacks) > 0 {
			add("Access-Control-Expose-Headers without " + strings.Join(lacks, ", "))
			scenario, issue = "cors-hides-session-id", "https://github.com/modelcontextprotocol/python-sdk/issues/1135"
		}
	}
	const cure = "answer OPTIONS, allow each header that clients send, and expose Mcp-Session-Id"
	switch {
	case !admitted:
		r.find("cors", OK, in, "", wants, "no Access-Control-Allow-Origin for %s: pages cannot use the server", page).
			Cure = "only where it is meant for clients in a browser: " + cure
	case len(breaches) > 0:
		f := r.find("cors", Note, in, "", wants, "with Origin: %s: %s", page, strings.Join(breaches, "; ")).
			because("a client in a browser says Failed to fetch, or initializes and is then told that its session id is missing", cure)
		if scenario != "" {
			f.known(scenario, issue)
		}
	default:
		r.find("cors", OK, in, "", wants, "pages of %s can use the server", page)
	}
}

// admits reports whether an answer may be read by the page.
func admits(h http.Header) bool {
	origin := h.Get("Access-Control-Allow-Origin")
	return origin == "*" || origin == page
}

// lacking are the names that a list in a header does not have. A * stands for all, but for
// who sends credentials.
func lacking(h http.Header, list string, names []string) []string {
	var has []string
	for _, line := range h.Values(list) {
		for name := range strings.SplitSeq(line, ",") {
			has = append(has, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	if slices.Contains(has, "*") {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(has, strings.ToLower(name)) })
}
