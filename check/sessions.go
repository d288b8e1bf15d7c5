package check

import (
	"fmt"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
)

// sessionRules are about requests without a session, with a wrong one, and
// with one that is over.
func (w *holding) sessionRules() {
	w.missingID()
	w.wrongName()
	w.unknownID()
	w.endedID()
}

// missingID is about requests that leave the session id out.
func (w *holding) missingID() {
	const wants = "a server that requires a session id answers 400 without one"
	before, left := w.answers["tools-list-no-session"], w.answers["ping-session-left-out"]
	switch {
	case !w.issued:
		w.Sessions = "none"
		if served(before) || before.Status == 200 && before.Err != nil { // begun, at least
			w.find("session-missing", OK, ofSessions, "SHOULD", wants, "no sessions: tools/list without initialize is served (stateless)")
		} else {
			w.find("session-missing", Note, ofSessions, "SHOULD", wants, "initialize opens no session, and yet tools/list alone: %s", inWords(before)).
				because("the server requires what it does not hand out, or what stands before it took Mcp-Session-Id away",
					"let Mcp-Session-Id through to the client, or serve without sessions").
				known("gateway-drops-session-id", "https://github.com/agentic-community/mcp-gateway-registry/issues/1096")
		}
		return
	case served(left):
		w.Sessions = "optional"
		w.find("session-missing", OK, ofSessions, "SHOULD", wants, "ping without the id of the session: %s; the id is not required", inWords(left))
	case left.Status == 400:
		w.Sessions = "required"
		w.find("session-missing", OK, ofSessions, "SHOULD", wants, "ping without the id of the session: %s", inWords(left)).
			Cure = fmt.Sprintf("a client that gets %q must initialize first and send the Mcp-Session-Id of that answer with every request", say.Short(refusal(left), 60))
	default:
		w.Sessions = "required"
		w.find("session-missing", Note, ofSessions, "SHOULD", wants, "ping without the id of the session: %s", inWords(left)).
			because("clients cannot tell that they left the id out: 404 makes them initialize anew, 401 asks for a token", "answer 400")
	}
	if !served(before) || before.Header.Get(mcp.HeaderSessionID) == "" {
		if a := w.answers["ping-no-session"]; !served(a) && a.Header.Get(mcp.HeaderSessionID) != "" {
			w.find("session-on-refusal", Note, ofSessions, "MAY", "the id comes with the answer to initialize", "%s, with a new Mcp-Session-Id", inWords(a)).
				because("the id is of a session that was never initialized; clients that take it up fail with their next request",
					"initialize first, and take the id from that answer alone; on the server, open no session before the request has been looked at").
				known("error-response-mints-session-id", "").
				known("fastmcp-missing-session-id", "https://github.com/modelcontextprotocol/python-sdk/issues/808")
		}
	}
}

// wrongName is about the right id under the wrong name.
func (w *holding) wrongName() {
	a := w.answers["ping-session-misnamed"]
	if w.Sessions != "required" {
		return
	}
	const wants = "the header is named Mcp-Session-Id"
	if served(a) {
		w.find("session-misnamed", Note, ofSessions, "MUST", wants, "ping with X-Session-ID is served").
			because("clients that use this name fail with every other server", "take the id from Mcp-Session-Id alone")
		return
	}
	w.find("session-misnamed", OK, ofSessions, "MUST", wants, "ping with X-Session-ID in its place: %s", inWords(a)).known("wrong-header-name", "")
}

// unknownID is about an id that was never issued, or that a server forgot
// when it was started again.
func (w *holding) unknownID() {
	const wants = "404 for the id of a session that is over; an id that nobody knows is best taken for one"
	a := w.answers["ping-unknown-session"]
	switch {
	case !w.issued && served(a):
		w.find("session-unknown", OK, ofSessions, "", wants, "no sessions: ids are ignored")
		return
	case a.Status == 404:
		w.find("session-unknown", OK, ofSessions, "", wants, "ping with an unknown id: %s", inWords(a))
		return
	}
	f := w.find("session-unknown", Note, ofSessions, "", wants, "ping with an unknown id: %s", inWords(a))
	const cause = "after a restart clients hold such ids; only 404 tells them to initialize anew"
	switch {
	case a.Err != nil:
		f.because("clients wait until they time out", "answer 404")
	case served(a):
		f.because("a client whose session is lost goes on without knowing it, and whoever makes up an id is served", "answer 404")
	case a.Status == 400 && isJSONRPCError(a):
		f.because(cause, "answer 404; clients may take this 400 for it").
			known("unknown-session-400-json", "https://github.com/modelcontextprotocol/typescript-sdk/issues/389")
	case a.Status == 400:
		f.because(cause, "answer 404 (mcp 1.26 for Python does)").
			known("unknown-session-400-text", "https://github.com/modelcontextprotocol/python-sdk/issues/1004")
	case a.Status == 401:
		f.because("clients with a good token are sent to get another", "answer 404").
			known("unknown-session-401", "https://github.com/punkpeye/mcp-proxy/issues/108")
	default:
		f.because(cause, "answer 404")
	}
}

// endedID is about a session that the client ended with DELETE.
func (w *holding) endedID() {
	if !w.issued {
		return
	}
	const wantsDelete = "the session ends, or 405 where clients may not end it"
	ended := w.answers["delete"]
	switch {
	case ended.Status/100 == 2:
		w.find("delete", OK, ofSessions, "MAY", wantsDelete, "%s", inWords(ended))
	case ended.Status == 405:
		w.find("delete", OK, ofSessions, "MAY", wantsDelete, "%s: clients may not end sessions", inWords(ended))
		return
	default:
		f := w.find("delete", Note, ofSessions, "MAY", wantsDelete, "%s", inWords(ended)).
			because("clients report a failure when they close, or wait for it", "answer 405 where DELETE is not served")
		switch {
		case ended.Err != nil:
			f.known("delete-never-answered", "")
		case ended.Status == 404:
			f.known("delete-404-reported-as-failure", "")
		case ended.Status == 400:
			f.known("delete-400-needs-body", "")
		}
		return
	}
	const wants = "404 for every request with the id of a session that is over"
	a := w.answers["ping-deleted-session"]
	if a.Status == 404 {
		w.find("session-ended", OK, ofSessions, "MUST", wants, "ping after DELETE: %s", inWords(a))
		return
	}
	f := w.find("session-ended", Broken, ofSessions, "MUST", wants, "ping after DELETE: %s", inWords(a))
	switch {
	case a.Err != nil:
		f.because("the session is half gone: nobody answers in it any more", "answer 404 for ids that are no longer known").
			known("zombie-session-after-delete", "")
	case served(a):
		f.because("DELETE did not end the session", "forget the session, and answer 404 for its id")
	case a.Status == 400 && isJSONRPCError(a):
		f.because("only 404 tells clients to initialize anew", "answer 404 where the id is there and not known, 400 where there is none").
			known("unknown-session-400-json", "https://github.com/modelcontextprotocol/typescript-sdk/issues/389")
	case a.Status == 400:
		f.because("only 404 tells clients to initialize anew", "answer 404 where the id is there and not known, 400 where there is none").
			known("unknown-session-400-text", "https://github.com/modelcontextprotocol/python-sdk/issues/1004")
	default:
		f.because("only 404 tells clients to initialize anew", "answer 404")
	}
}
