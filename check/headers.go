package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
	"github.com/tidwall/gjson"
)

// streamRules are about GET.
func (w *holding) streamRules() {
	a := w.answers["get-in-session"]
	const wants = "text/event-stream, or 405"
	stream := a.Status == 200 && strings.HasPrefix(strings.ToLower(a.Header.Get("Content-Type")), "text/event-stream")
	switch {
	case a.Status == 405, stream && a.Open:
		w.find("get", OK, ofListening, "MUST", wants, "%s", inWords(a))
	case stream:
		w.find("get", Note, ofListening, "MUST", wants, "%s", inWords(a)).
			because("clients come back at once, for ever", "keep the stream open, or answer 405").
			known("get-sse-immediate-close-loop", "https://github.com/f/prompts.chat/pull/1117")
	case a.Err != nil:
		w.find("get", Note, ofListening, "MUST", wants, "%s", inWords(a)).
			because("no status line before there is something to say: clients that wait for it cannot connect", "send status and headers at once").
			known("get-holds-without-bytes", "")
	case a.Status == 401, a.Status == 403:
		w.find("get", Note, ofListening, "MUST", wants, "%s", inWords(a)).
			because("what POST may, GET may not", "let GET pass with the same credentials")
	case a.Status == 200:
		scenario := "get-200-not-sse-loop"
		if isJSONRPCError(a) {
			scenario = "get-200-json-error-loop"
		}
		w.find("get", Broken, ofListening, "MUST", wants, "%s", inWords(a)).
			because("clients take it for a stream that broke off, and come back for ever", "answer 405").
			known(scenario, "https://github.com/f/prompts.chat/pull/1117")
	default:
		w.find("get", Broken, ofListening, "MUST", wants, "%s", inWords(a)).
			because("many clients give up when GET answers anything but a stream or 405", "answer 405 where there is no stream").
			known(fmt.Sprintf("get-%d-fatal", a.Status), "https://github.com/modelcontextprotocol/typescript-sdk/issues/1635")
	}
}

// headerRules are about Accept and MCP-Protocol-Version.
func (w *holding) headerRules() {
	var saw []string
	failed, refused := false, 0
	for _, p := range []struct{ name, what string }{{"accept-json", "application/json alone"}, {"accept-any", "*/*"}, {"accept-missing", "none"}} {
		a := w.answers[p.name]
		failed = failed || a.Err != nil || a.Status >= 500
		verb := inWords(a)
		switch {
		case served(a):
			verb = "served"
		case a.Status == refused: // in the same words
			verb = strconv.Itoa(a.Status)
		default:
			refused = a.Status
		}
		saw = append(saw, p.what+": "+verb)
	}
	const wants = "clients list both application/json and text/event-stream"
	if failed {
		w.find("accept", Note, ofSending, "MUST", wants, "%s", strings.Join(saw, "; ")).
			because("a client that forgets the header cannot tell what is wrong", "answer 406")
	} else {
		w.find("accept", OK, ofSending, "MUST", wants, "%s", strings.Join(saw, "; "))
	}
	offered := w.answers["initialize-unknown-version"]
	r, ok := result(offered)
	w.negotiated(r, ok, inWords(offered))
	w.versionHeader()
}

// negotiated is about the answer to initialize where 1999-01-01 was offered, a
// version that no server speaks.
func (r *Report) negotiated(result gjson.Result, ok bool, words string) {
	const wants = "another version, one that the server speaks"
	switch {
	case ok && result.Get("protocolVersion").String() == "1999-01-01":
		r.find("version-negotiation", Broken, ofNegotiation, "MUST", wants, "1999-01-01 was offered and agreed to").
			because("clients believe the server speaks a version that it does not", "answer with the newest version that the server speaks").
			known("version-echoed", "https://github.com/pgEdge/pgedge-postgres-mcp/issues/212")
	case ok:
		r.find("version-negotiation", OK, ofNegotiation, "MUST", wants, "1999-01-01 was offered, %s answered", result.Get("protocolVersion").String())
	default:
		r.find("version-negotiation", Note, ofNegotiation, "MUST", wants, "1999-01-01 was offered: %s", words).
			because("a client newer than the server cannot find out which version they share", "answer with the newest version that the server speaks")
	}
}

// versionHeader is about MCP-Protocol-Version, which 2025-06-18 brought.
func (w *holding) versionHeader() {
	if a := w.answers["initialize-version-known"]; !served(a) {
		w.find("version-on-initialize", Note, ofVersion, "", "a known version is no reason to refuse initialize", "initialize with MCP-Protocol-Version: 2025-03-26: %s", inWords(a)).
			because("clients that send the header with every request cannot connect", "look at the header after initialize only").
			known("initialize-rejected-by-version-header", "https://github.com/Effect-TS/effect/pull/7388")
	}
	if w.Protocol < mcp.V20250618 {
		return
	}
	unknown := w.answers["ping-version-unknown"]
	const wants = "400 for a version that the server does not speak"
	if unknown.Status == 400 {
		w.find("version-unknown", OK, ofVersion, "MUST", wants, "ping with MCP-Protocol-Version: 1999-01-01: %s", inWords(unknown))
	} else {
		w.find("version-unknown", Broken, ofVersion, "MUST", wants, "ping with MCP-Protocol-Version: 1999-01-01: %s", inWords(unknown)).
			because("client and server go on by different rules", "answer 400 that names the versions the server speaks").
			known("version-header-ignored", "")
	}
	absent := w.answers["ping-version-absent"]
	const assumes = "without the header, the negotiated version or 2025-03-26"
	if served(absent) {
		w.find("version-absent", OK, ofVersion, "SHOULD", assumes, "ping without MCP-Protocol-Version: %s", inWords(absent))
	} else {
		w.find("version-absent", Note, ofVersion, "SHOULD", assumes, "ping without MCP-Protocol-Version: %s", inWords(absent)).
			because("clients of 2025-03-26 do not know the header", "take the version that was negotiated").
			known("client-omits-version-header", "https://github.com/modelcontextprotocol/csharp-sdk/issues/495")
	}
}

// bodyRules are about what is no single message.
func (w *holding) bodyRules() {
	if w.Protocol == mcp.V20250326 {
		const wants = "batches are received"
		if a := w.answers["batch-2025-03-26"]; served(a) {
			w.find("batch", OK, ofBatches, "MUST", wants, "two requests in one: %s", inWords(a))
		} else {
			w.find("batch", Broken, ofBatches, "MUST", wants, "two requests in one: %s", inWords(a)).
				because("2025-03-26 is the one revision that has batches, and clients of it may send them", "serve them, or speak 2025-06-18 or later, which has none")
		}
	} else if w.Protocol > mcp.V20250326 {
		const wants = "a body is one message"
		if a := w.answers["batch"]; served(a) {
			w.find("batch", Note, ofSending, "", wants, "two requests in one are served: %s", inWords(a)).
				because("clients that rely on it fail with other servers", "answer 400 from 2025-06-18 on")
		} else {
			w.find("batch", OK, ofSending, "", wants, "two requests in one: %s", inWords(a))
		}
	}
	if p, ok := probes.Named("id-string"); ok {
		id := gjson.Get(p.Steps[len(p.Steps)-1].Body, "id").Raw
		if odd := flawOf(id, probes.Messages(w.answers[p.Name])); odd != nil {
			w.flawed("id-string", ofResponses, odd)
		} else if served(w.answers[p.Name]) {
			w.find("id-string", OK, ofResponses, "MUST", "a response has the id of its request, of its JSON type", "asked with the id %s, answered with it", id)
		}
	}
	a := w.answers["body-not-json"]
	const wants = "an HTTP error, such as 400"
	if a.Status/100 == 4 || a.Status == 200 && isJSONRPCError(a) {
		w.find("malformed", OK, ofSending, "", wants, "a body that is not JSON: %s", inWords(a))
	} else {
		w.find("malformed", Note, ofSending, "", wants, "a body that is not JSON: %s", inWords(a)).
			because("a client cannot tell that its message was broken", "answer 400, with error -32700")
	}
}

// originRules are about pages of other sites, which reach a server on this
// machine by DNS rebinding: then both Host and Origin are theirs. It asks what
// is named, and where strict, only 403 will do.
func (w *holding) originRules(rule string, in section, what string, strict bool, ask func(lines ...[2]string) (probes.Answer, error)) error {
	evil := [2]string{"Origin", "http://evil.example"}
	foreign, err := ask(evil)
	if err != nil {
		return err
	}
	rebound := foreign
	if w.loopback { // elsewhere a Host is also how a request finds its server
		if rebound, err = ask(evil, [2]string{"Host", "evil.example"}); err != nil {
			return err
		}
	}
	wants := "Origin is validated"
	if strict {
		wants = "403 for an Origin that is not allowed"
	}
	switch {
	case w.loopback && served(rebound):
		w.find(rule, Broken, in, "MUST", wants, "%s with Host: evil.example and Origin: http://evil.example is served", what).
			because("any web page open in a browser on this machine can use the server (DNS rebinding)",
				"refuse every Host and Origin that is not the server's own").
			known("dns-rebinding-unprotected", "")
	case served(foreign) && w.loopback:
		w.find(rule, Note, in, "MUST", wants, "%s with Origin: http://evil.example is served; with a foreign Host, too: %s", what, inWords(rebound)).
			because("DNS rebinding is kept out by the Host alone", "look at the Origin, too")
	case served(foreign):
		w.find(rule, Note, in, "MUST", wants, "%s with Origin: http://evil.example is served", what).
			because("pages of every site may use the server, which is right where it is meant for them and knows who asks", "allow the origins that are meant")
	case strict && foreign.Err == nil && foreign.Status != 403:
		w.find(rule, Broken, in, "MUST", wants, "%s with Origin: http://evil.example: %s", what, inWords(foreign)).
			because("the request is refused, but not as the specification says", "answer 403")
	default:
		w.find(rule, OK, in, "MUST", wants, "%s with Origin: http://evil.example: %s", what, inWords(foreign))
	}
	return nil
}
