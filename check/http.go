package check

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// A holding is one server that speaks HTTP being held to the rules.
type holding struct {
	*Report
	options
	given    *url.URL // by who asks
	endpoint *url.URL
	client   *probes.Client
	loopback bool                     // so that a page in a browser on this machine could be made to reach it
	issued   bool                     // it opened a session with initialize
	tools    bool                     // it says that it has tools
	answers  map[string]probes.Answer // to the probes, by name; nil where they were not asked

	pace      time.Duration   // how long it took to answer initialize, when it had been asked once
	talked    []probes.Answer // to a good client
	dozes     bool            // over HTTP+SSE, it lets a POST wait for its answer
	scattered bool            // its sessions are known to some of its replicas alone

	refused       *said                    // the answer to initialize of a server that does not have it; nil for one that has
	modernAnswers map[string]probes.Answer // to those of revision 2026-07-28; nil where they were not asked
}

// rules finds the endpoint, asks the probes, and walks the rules of each era
// that the server speaks. Where the findings already say all there is to say,
// no probe is asked.
func (w *holding) rules(ctx context.Context) error {
	first, err := w.arrive(ctx)
	if err == nil && w.Transport == overSSE {
		return w.oldRules(ctx)
	}
	if err != nil || first == nil && w.refused == nil {
		return err
	}
	w.Endpoint = say.Place(w.endpoint)
	w.loopback = onThisMachine(w.endpoint)
	if first == nil { // it was found out by the way that it speaks the modern one
		if err := w.modernRules(ctx); err != nil || w.modernAnswers == nil {
			return err
		}
		return w.corsRules(ctx)
	}
	if err := w.legacyRules(ctx, *first); err != nil {
		return err
	}
	s, err := w.modernly(ctx)
	switch {
	case err != nil:
		return err
	case speaksModern(s):
		if err := w.modernRules(ctx); err != nil {
			return err
		}
	default:
		w.fallsBack(s, ofEraOverHTTP)
	}
	if w.answers == nil {
		return nil
	}
	return w.corsRules(ctx)
}

// legacyRules walks the rules of the revisions that have initialize, which was
// answered.
func (w *holding) legacyRules(ctx context.Context, first probes.Answer) error {
	w.begin(first)
	if shared, err := w.shared(ctx, first); err != nil || !shared {
		return err
	}
	for _, rule := range []func(context.Context) error{w.affinity, w.talk, w.call} {
		if err := rule(ctx); err != nil {
			return err
		}
	}
	w.framing(ofSending, w.talked)
	if w.shut() || w.apart() {
		return nil
	}
	if err := w.askAll(ctx); err != nil || w.answers == nil {
		return err
	}
	w.sessionRules()
	w.streamRules()
	w.headerRules()
	w.bodyRules()
	return w.originRules("origin", ofSecurity, mcp.Initialize, w.Protocol >= mcp.V20251125, w.asker(ctx, probes.Initialize))
}

// askAll asks the probes.
func (w *holding) askAll(ctx context.Context) (err error) {
	w.answers, err = w.ask(ctx, Probes())
	return err
}

// asker asks one step, with header lines added to it.
func (w *holding) asker(ctx context.Context, step func(lines ...[2]string) probes.Step) func(lines ...[2]string) (probes.Answer, error) {
	return func(lines ...[2]string) (probes.Answer, error) {
		return w.client.Ask(ctx, probes.Probe{Name: "asked", Steps: []probes.Step{step(lines...)}})
	}
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
	missing := ""
	for _, member := range []string{"protocolVersion", "capabilities", "serverInfo"} {
		if !r.Get(member).Exists() {
			missing = member
		}
	}
	switch odd := flawOf("1", probes.Messages(a)); {
	case odd != nil:
		w.flawed("initialize", ofResponses, odd)
	case w.mistyped("initialize", a):
	case missing != "":
		w.find("initialize", Broken, ofInitialize, "MUST", wantsInitialize, "a result without %s", missing).
			because("clients give up when they cannot read the result", "add "+missing+" to it")
	default:
		w.find("initialize", OK, ofInitialize, "MUST", wantsInitialize, "%s; %s", inWords(a), say.Short(w.Protocol, 60))
	}
	w.named()
	w.zipped(a)
	w.sessionID(id)
	w.talked = append(w.talked, a)
}
