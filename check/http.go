package check

import (
	"context"
	"net"
	"net/url"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// A holding is one server that speaks HTTP being held to the rules.
type holding struct {
	*Report
	options
	endpoint *url.URL
	client   *probes.Client
	loopback bool                     // so that a page in a browser on this machine could be made to reach it
	issued   bool                     // it opened a session with initialize
	tools    bool                     // it says that it has tools
	answers  map[string]probes.Answer // to the probes, by name; nil where they were not asked

	refused       *said                    // the answer to initialize of a server that does not have it; nil for one that has
	modernAnswers map[string]probes.Answer // to those of revision 2026-07-28; nil where they were not asked
}

// rules finds the endpoint, asks the probes, and walks the rules of each era
// that the server speaks. Where the findings already say all there is to say,
// no probe is asked.
func (w *holding) rules(ctx context.Context) error {
	first, err := w.arrive(ctx)
	if err != nil || first == nil && w.refused == nil {
		return err
	}
	w.Endpoint = say.Place(w.endpoint)
	w.loopback = onThisMachine(w.endpoint)
	if first == nil { // it was found out by the way that it speaks the modern one
		return w.modernRules(ctx)
	}
	if err := w.legacyRules(ctx, *first); err != nil {
		return err
	}
	s, err := w.modernly(ctx)
	switch {
	case err != nil:
		return err
	case speaksModern(s):
		return w.modernRules(ctx)
	}
	w.fallsBack(s, ofEraOverHTTP)
	return nil
}

// legacyRules walks the rules of the revisions that have initialize, which was
// answered.
func (w *holding) legacyRules(ctx context.Context, first probes.Answer) error {
	w.begin(first)
	if err := w.askAll(ctx, first); err != nil || w.answers == nil {
		return err
	}
	for _, rule := range []func(context.Context) error{w.talk, w.call, w.affinity} {
		if err := rule(ctx); err != nil {
			return err
		}
	}
	w.sessionRules()
	w.streamRules()
	w.headerRules()
	w.bodyRules()
	return w.originRules(ctx, "origin", ofSecurity, mcp.Initialize, w.Protocol >= mcp.V20251125, probes.Initialize)
}

// askAll asks the probes, where the server serves more than one client.
func (w *holding) askAll(ctx context.Context, first probes.Answer) error {
	shared, err := w.shared(ctx, first)
	if err != nil || !shared {
		return err
	}
	if w.client, err = w.towards(w.endpoint, probes.WithTidy()); err != nil {
		return err
	}
	w.answers, err = ask(ctx, w.client, Probes())
	return err
}

func onThisMachine(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// towards makes a client for an endpoint.
func (w *holding) towards(endpoint *url.URL, more ...probes.Option) (*probes.Client, error) {
	return probes.NewClient(endpoint.String(), w.asking(more...)...)
}

// begin takes in the answer to the first initialize.
func (w *holding) begin(a probes.Answer) {
	r, _ := result(a)
	w.Eras = []string{eraLegacy}
	w.Protocol = r.Get("protocolVersion").String()
	w.Name = strings.TrimSpace(r.Get("serverInfo.name").String() + " " + r.Get("serverInfo.version").String())
	w.tools = r.Get("capabilities.tools").Exists()
	id := a.Header.Get(mcp.HeaderSessionID)
	w.issued = id != ""
	const wants = "a result with protocolVersion, capabilities and serverInfo"
	missing := ""
	for _, member := range []string{"protocolVersion", "capabilities", "serverInfo"} {
		if !r.Get(member).Exists() {
			missing = member
		}
	}
	if missing != "" {
		w.find("initialize", Broken, ofInitialize, "MUST", wants, "a result without %s", missing).
			because("clients give up when they cannot read the result", "add "+missing+" to it")
	} else {
		w.find("initialize", OK, ofInitialize, "MUST", wants, "%s; %s", inWords(a), w.Protocol)
	}
	w.sessionID(id)
}
