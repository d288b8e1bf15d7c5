package check

import (
	"context"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

const wantsInitialize = "a result with protocolVersion, capabilities and serverInfo"

// refusedAlike is about an initialize that an MCP server refused, or answered
// so that no client can read it: it looks whether one asked a little otherwise
// is served. The answer is that of one that was served the second time; found
// says that a finding tells it all.
func (w *holding) refusedAlike(ctx context.Context, a probes.Answer) (served *probes.Answer, found bool, err error) {
	inside := a.Status == 200 && strings.Contains(string(a.Body), `"protocolVersion"`)
	if inside {
		w.Endpoint = say.Place(w.endpoint)
	}
	switch odd := flawOf("1", probes.Messages(a)); {
	case inside && w.mistyped("initialize", a):
	case inside && odd != nil:
		w.flawed("initialize", ofResponses, odd)
	case a.Status == 200 && mediaOf(a) == "text/event-stream" && !isJSONRPCError(a):
		f := w.broken(ofSending, "a stream that has the response in it", inWords(a)).
			because("clients wait for the answer until they time out", "send the response on the stream of the POST, before it ends")
		if len(a.Body) > 0 && !strings.Contains(string(a.Body), ":") {
			f.known("plain-text-labelled-sse", "")
		} else {
			f.known("empty-post-sse", "")
		}
	case a.Status == 406:
		again, err := w.askedAs(ctx, [2]string{"Accept", "text/event-stream, application/json"})
		if _, ok := result(again); !ok || err != nil {
			return nil, false, err
		}
		w.broken(ofSending, "the order of media types in Accept means nothing", inWords(a)+"; with text/event-stream first in Accept it is served").
			because("clients that list application/json first, as most do, cannot connect", "look for both types wherever they stand").
			known("accept-order-sensitive", "")
	case !isJSONRPCError(a) || a.Status == 404 || a.Status == 405:
		return nil, false, nil
	default:
		return w.refusedByServer(ctx, a)
	}
	return nil, true, nil
}

// refusedByServer is about an error of JSON-RPC in answer to initialize.
func (w *holding) refusedByServer(ctx context.Context, a probes.Answer) (served *probes.Answer, found bool, err error) {
	again, err := w.client.Ask(ctx, initialize())
	if err != nil {
		return nil, false, err
	}
	if _, ok := result(again); ok {
		w.find("initialize-again", Note, ofInitialize, "", "the same answer to the same request", "the first initialize: %s; the second was served", inWords(a)).
			because("clients give up at the first", "look at what stands before the server, and at its log").
			known("error-id-synthetic-hang", "")
		return &again, false, nil
	}
	f := w.broken(ofInitialize, wantsInitialize, inWords(a)).
		because("no client gets past the handshake", "let the server answer initialize, whatever version it is offered")
	switch {
	case bytesSay(a, "protocol-version") || bytesSay(a, "protocol version"):
		again, err := w.askedAs(ctx, [2]string{mcp.HeaderProtocolVersion, mcp.Legacy()[0]})
		if err != nil {
			return nil, false, err
		}
		if _, ok := result(again); ok {
			f.Saw += "; with the header MCP-Protocol-Version it is served"
			f.because("clients know the version only after initialize, and send the header from then on", "look at the header after initialize only").
				known("initialize-rejected-without-version-header", "")
		}
	case bytesSay(a, "session"):
		f.because("it wants a session id with the very request that opens a session, so nothing that a client does helps",
			"start the server anew; update it, or serve without sessions (stateless_http=True in FastMCP); see what becomes of the request on its way").
			known("fastmcp-missing-session-id-always", "https://github.com/modelcontextprotocol/python-sdk/issues/808")
	case bytesSay(a, "-32601"):
		f.because("it speaks JSON-RPC and knows no initialize", "check that it is an MCP server, and the path of its endpoint")
	}
	return nil, true, nil
}

// broken is the finding about an initialize that got no result, and of which
// nothing else is known.
func (w *holding) broken(in section, wants, saw string) *Finding {
	w.Endpoint = say.Place(w.endpoint)
	return w.find("initialize", Broken, in, "MUST", wants, "%s", saw)
}

// askedAs asks initialize with a header line of its own.
func (w *holding) askedAs(ctx context.Context, line [2]string) (probes.Answer, error) {
	client, err := w.towards(w.endpoint, probes.WithTidy())
	if err != nil {
		return probes.Answer{}, err
	}
	return client.Ask(ctx, probes.Probe{Name: "initialize", Steps: []probes.Step{probes.Initialize(line)}})
}

// named is about the version in the answer to initialize.
func (r *Report) named() {
	const wants = "a revision of the protocol that the server speaks"
	if mcp.IsLegacy(r.Protocol) || r.Protocol == "" {
		return
	}
	verdict := Note
	if strings.Trim(r.Protocol, "0123456789-") != "" {
		verdict = Broken
	}
	r.find("version-named", verdict, ofNegotiation, "MUST", wants, "%s, which is no revision that has initialize", say.Short(r.Protocol, 60)).
		because("clients that do not know it give up, as they should", "answer with the version that was offered, or with one that was published, such as "+mcp.Legacy()[0]).
		known(versionScenario(r.Protocol), "")
}

// zipped is about an answer in gzip, which was not asked for.
func (w *holding) zipped(a probes.Answer) {
	if coding := a.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		w.find("content-encoding", Note, ofSending, "", "answers as they are, where the request has no Accept-Encoding", "Content-Encoding: %s", say.Short(coding, 40)).
			because("clients that did not ask for it cannot read it; and in an event stream it holds events back", "compress for those alone that ask for it, and no event streams").
			known("proxy-gzips-sse", "")
	}
}
