package check

import (
	"strings"

	"github.com/mcpmock/mcpmock/probes"
)

// explained says why a request was refused with which all is right, where the
// answer or what else was seen tells, and reports whether it does.
func (w *holding) explained(f *Finding, a probes.Answer) bool {
	switch {
	case a.Err != nil:
		f.because("clients wait until they time out", "answer at once, or open the event stream at once and answer on it").
			known("proxy-buffers-sse", "")
	case a.Status == 429:
		f.because("the limit is lower than what one client asks", "raise it, or say in Retry-After when to come back").known("rate-limit-429", "")
	case a.Status == 413:
		f.because("the request is larger than the server, or what stands before it, takes", "raise the limit on the size of a request").known("oversize-413", "")
	case a.Status == 502, a.Status == 503, a.Status == 504:
		f.because("what stands before the server did not get an answer from it in time", "look at the log of the proxy, and give it more time than the slowest tool takes").
			known("post-stream-502-mid-call", "")
	case a.Status == 401:
		f.because("initialize was served with the same credentials: the session may be lost, or the token valid for one request", "answer 404 where the session is not known").
			known("unknown-session-401", "")
	case a.Status >= 500 && isJSONRPCError(a):
		f.because("the error is one of the protocol, and its status is not: clients take it that the server is down", "send errors of JSON-RPC with 200").
			known("rpc-error-as-http-500", "")
	case a.Status >= 500:
		f.because("the server failed", "look at its log")
	case w.scattered && (a.Status == 404 || a.Status == 400):
		f.because("another replica got it, which does not know the session: see session-holds", "see session-holds")
	case bytesSay(a, "session") && !w.issued:
		f.because("the server wants a session id, and its answer to initialize had none: it is broken, or what stands before it takes Mcp-Session-Id away",
			"let Mcp-Session-Id through in both directions, or serve without sessions").
			known("gateway-drops-session-id", "https://github.com/agentic-community/mcp-gateway-registry/issues/1096")
	case a.Status == 400 && (bytesSay(a, "protocol version") || bytesSay(a, "protocol-version")):
		f.because("the server refuses the version that it named itself, "+w.Protocol, "name a version in the answer to initialize that MCP-Protocol-Version may have, too").
			known(versionScenario(w.Protocol), "")
	case bytesSay(a, "missing session"):
		f.because("Mcp-Session-Id was sent and did not arrive, or was not looked at: a gateway may have taken it off", "let Mcp-Session-Id through; where the server itself loses it, update it or serve without sessions").
			known("fastmcp-missing-session-id-once", "https://github.com/modelcontextprotocol/python-sdk/issues/808")
	case bytesSay(a, "session"):
		f.because("the server does not know the session that it has just opened: it was started again, or lost it, or another replica opened it",
			"keep sessions for as long as clients have them, on one replica, or serve without them").
			known("session-404-no-reinit", "")
	default:
		return false
	}
	return true
}

// versionScenario shows what becomes of clients of a server that answers
// initialize with that version, which is none that was published.
func versionScenario(version string) string {
	switch {
	case strings.Trim(version, "0123456789-") != "":
		return "version-placeholder"
	case version < "2024-11-05":
		return "version-hardcoded-old"
	}
	return "version-hardcoded-new"
}
