package replay

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// checks are the breaches that a dialect may put in order. Each function
// returns what it found, in words that say what to do, or "".
var checks = map[string]func(*probe, *scenarios.Check) string{
	scenarios.CheckMethod:              checkMethod,
	scenarios.CheckStateless:           checkStateless,
	scenarios.CheckSize:                checkSize,
	scenarios.CheckContentType:         checkContentType,
	scenarios.CheckAcceptPost:          checkAcceptPost,
	scenarios.CheckAcceptGet:           checkAcceptGet,
	scenarios.CheckLastEventID:         checkLastEventID,
	scenarios.CheckEmpty:               checkEmpty,
	scenarios.CheckJSON:                checkJSON,
	scenarios.CheckJSONRPC:             checkJSONRPC,
	scenarios.CheckBatch:               checkBatch,
	scenarios.CheckBatchInitialize:     checkBatchInitialize,
	scenarios.CheckUnknownMethod:       checkUnknownMethod,
	scenarios.CheckMissingParams:       checkMissingParams,
	scenarios.CheckSessionMissing:      checkSessionMissing,
	scenarios.CheckSessionUnknown:      checkSessionUnknown,
	scenarios.CheckSessionEnded:        checkSessionEnded,
	scenarios.CheckSessionOnInit:       checkSessionOnInit,
	scenarios.CheckReinitialize:        checkReinitialize,
	scenarios.CheckNotInitialized:      checkNotInitialized,
	scenarios.CheckNotReady:            checkNotReady,
	scenarios.CheckVersionUnknown:      checkVersionUnknown,
	scenarios.CheckVersionAny:          checkVersionAny,
	scenarios.CheckVersionDiffers:      checkVersionDiffers,
	scenarios.CheckStreamOpen:          checkStreamOpen,
	scenarios.CheckEventUnknown:        checkEventUnknown,
	scenarios.CheckTooManySessions:     checkTooManySessions,
	scenarios.CheckNoSessionYet:        checkNoSessionYet,
	scenarios.CheckInitializeParams:    checkInitializeParams,
	scenarios.CheckIDMissing:           checkIDMissing,
	scenarios.CheckIDUnexpected:        checkIDUnexpected,
	scenarios.CheckNotificationUnknown: checkNotificationUnknown,
	scenarios.CheckVersionModern:       checkVersionModern,
	scenarios.CheckHost:                checkNothing,
	scenarios.CheckOrigin:              checkNothing,
	scenarios.CheckNoSuchPath:          checkNothing,
	scenarios.CheckParamsIncomplete:    checkParamsIncomplete,
	scenarios.CheckMetaMissing:         checkMetaMissing,
	scenarios.CheckMetaIncomplete:      checkMetaIncomplete,
	scenarios.CheckMetaVersion:         checkMetaVersion,
	scenarios.CheckMetaMethod:          checkMetaMethod,
	scenarios.CheckKindUnexpected:      checkKindUnexpected,
	scenarios.CheckHandshake:           checkHandshake,
	scenarios.CheckMetaMalformed:       checkMetaMalformed,
	scenarios.CheckHeaderMissing:       checkHeaderMissing,
	scenarios.CheckHeaderDoubled:       checkHeaderDoubled,
	scenarios.CheckHeaderMalformed:     checkHeaderMalformed,
	scenarios.CheckHeaderDiffers:       checkHeaderDiffers,
	scenarios.CheckHeaderUnexpected:    checkHeaderUnexpected,
	scenarios.CheckMemberDoubled:       checkMemberDoubled,
	scenarios.CheckInputMalformed:      checkInputMalformed,
	scenarios.CheckCapabilityMissing:   checkNothing,
	scenarios.CheckStateAltered:        checkNothing,
	scenarios.CheckSlashMissing:        checkSlashMissing,
	scenarios.CheckSlashExtra:          checkSlashExtra,
}

func checkMethod(q *probe, _ *scenarios.Check) string {
	if allowed(q.verb) {
		return ""
	}
	return "use POST to send a message, GET to listen, DELETE to end a session; got " + q.verb
}

func checkStateless(q *probe, c *scenarios.Check) string {
	if (q.p.mode == "stateless" || c.Every) && q.verb != http.MethodPost {
		return "a stateless server has neither streams to listen to nor sessions to end; use POST, not " + q.verb
	}
	return ""
}

func checkSize(q *probe, c *scenarios.Check) string {
	switch {
	case c.Limit > 0 && (len(q.body) > c.Limit || errors.Is(q.bodyErr, errTooLarge)):
		return fmt.Sprintf("a message may have %d bytes", min(int64(c.Limit), q.p.maxBody))
	case errors.Is(q.bodyErr, errTooLarge):
		return fmt.Sprintf("a message may have %d bytes", q.p.maxBody)
	}
	return ""
}

// checkNothing stands for what the mock refuses before it walks any checks, or
// when the answer is known.
func checkNothing(*probe, *scenarios.Check) string { return "" }

func checkContentType(q *probe, c *scenarios.Check) string {
	if q.verb != http.MethodPost {
		return ""
	}
	sent := q.r.Header["Content-Type"]
	if len(sent) == 1 {
		if sent[0] == "application/json" {
			return ""
		}
		switch c.Match {
		case "contains":
			if strings.Contains(sent[0], "application/json") {
				return ""
			}
		case "prefix":
			if strings.HasPrefix(sent[0], "application/json") {
				return ""
			}
		case "":
			if media, _, err := mime.ParseMediaType(sent[0]); err == nil && media == "application/json" {
				return ""
			}
		}
	}
	return "send Content-Type: application/json; got " + orNone(strings.Join(sent, ", "))
}

func checkAcceptPost(q *probe, c *scenarios.Check) string {
	if q.verb != http.MethodPost && !slices.Contains(c.On, q.verb) || comes(q.r, "application/json", c) && comes(q.r, "text/event-stream", c) {
		return ""
	}
	return "send Accept: application/json, text/event-stream; got " + orNone(strings.Join(q.r.Header["Accept"], ", "))
}

func checkAcceptGet(q *probe, c *scenarios.Check) string {
	if q.verb != http.MethodGet || comes(q.r, "text/event-stream", c) {
		return ""
	}
	return "send Accept: text/event-stream; got " + orNone(strings.Join(q.r.Header["Accept"], ", "))
}

func checkLastEventID(q *probe, _ *scenarios.Check) string {
	if q.verb == http.MethodPost && q.r.Header.Get(mcp.HeaderLastEventID) != "" {
		return "a stream is resumed with GET"
	}
	return ""
}

func checkEmpty(q *probe, _ *scenarios.Check) string {
	if errors.Is(q.bodyErr, jsonrpc.ErrEmpty) {
		return "the body is empty"
	}
	return ""
}

func checkJSON(q *probe, _ *scenarios.Check) string {
	switch {
	case q.bodyErr == nil, errors.Is(q.bodyErr, errTooLarge):
		return ""
	case errors.Is(q.bodyErr, jsonrpc.ErrEmpty), errors.Is(q.bodyErr, jsonrpc.ErrDepth), errors.Is(q.bodyErr, jsonrpc.ErrJSON):
		return q.bodyErr.Error()
	case errors.Is(q.bodyErr, io.ErrUnexpectedEOF):
		return "the body ended before its announced length"
	}
	if _, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr); ok {
		return ""
	}
	return "the body could not be read: " + q.bodyErr.Error()
}

func checkJSONRPC(q *probe, c *scenarios.Check) string {
	bad, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr)
	if ok && (len(c.Flaw) == 0 || slices.Contains(c.Flaw, flaw(q.body))) {
		return bad.Reason
	}
	return ""
}

func checkBatch(q *probe, c *scenarios.Check) string {
	if !q.post() || !q.batch.Array || mcp.HasBatches(q.revision()) && !c.Every {
		return ""
	}
	if c.Every {
		return "this server has no batches; send each message in a request of its own"
	}
	return "revision " + q.revision() + " has no batches; send each message in a request of its own"
}

func checkBatchInitialize(q *probe, _ *scenarios.Check) string {
	if q.post() && q.batch.Array && q.initialize() {
		return "initialize must not be part of a batch"
	}
	return ""
}

func checkUnknownMethod(q *probe, c *scenarios.Check) string {
	for _, m := range q.requests() {
		if q.modern {
			if !q.p.knowsModern(m.Method) {
				return "revision " + mcp.Modern()[0] + " has no request " + quote(m.Method)
			}
			continue
		}
		known := mcp.IsLegacyRequest(m.Method) || m.Method == mcp.Discover && !c.Every
		if !known && !q.p.index.hasMethod(m.Method) && !q.p.stubs.knows(m.Method) { // a server of its own may have more
			return "no revision has a request " + quote(m.Method)
		}
	}
	return ""
}

func checkMissingParams(q *probe, c *scenarios.Check) string {
	for _, m := range q.requests() {
		if m.Params == nil && (m.Method == mcp.Initialize || c.Every && mcp.NeedsParams(m.Method)) {
			return quote(m.Method) + " needs params"
		}
	}
	return ""
}

func checkInitializeParams(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if m.Method != mcp.Initialize {
			continue
		}
		p := gjson.ParseBytes(m.Params)
		for _, member := range [...]struct {
			path string
			is   gjson.Type
		}{
			{"protocolVersion", gjson.String}, {"capabilities", gjson.JSON}, {"clientInfo", gjson.JSON},
			{"clientInfo.name", gjson.String}, {"clientInfo.version", gjson.String},
		} {
			if v := p.Get(member.path); v.Type != member.is || v.IsArray() {
				return "the params of initialize need " + member.path
			}
		}
	}
	return ""
}

func checkIDMissing(q *probe, _ *scenarios.Check) string {
	for _, m := range q.notifications() {
		if mcp.IsRequest(m.Method) {
			return quote(m.Method) + " is a request and needs an id"
		}
	}
	return ""
}

func checkIDUnexpected(q *probe, _ *scenarios.Check) string {
	for _, m := range q.requests() {
		if mcp.IsNotification(m.Method) {
			return quote(m.Method) + " is a notification and has no id"
		}
	}
	return ""
}

func checkNotificationUnknown(q *probe, _ *scenarios.Check) string {
	for _, m := range q.notifications() {
		if !mcp.IsNotification(m.Method) && !mcp.IsRequest(m.Method) {
			return "no revision has a notification " + quote(m.Method)
		}
	}
	return ""
}

func checkNoSessionYet(q *probe, _ *scenarios.Check) string {
	if q.p.mode != "required" || q.initialize() || q.space.opened.Load() {
		return ""
	}
	return "send initialize first"
}

func checkSessionMissing(q *probe, _ *scenarios.Check) string {
	if q.p.mode != "required" || q.id != "" || q.initialize() {
		return ""
	}
	if q.has(mcp.Discover) && q.p.discovers() {
		return ""
	}
	if name := wrongName(q.r.Header); name != "" {
		return "you sent " + name + "; the header is Mcp-Session-Id"
	}
	if !q.space.opened.Load() {
		return "send initialize first, then the Mcp-Session-Id of its response on every request"
	}
	return "send the Mcp-Session-Id of the initialize response on every request"
}

func checkSessionUnknown(q *probe, c *scenarios.Check) string {
	if q.known == sessionUnknown || c.Every && q.id == "" && len(q.r.Header[mcp.HeaderSessionID]) > 0 && q.p.mode != "stateless" {
		return "this id was never issued; send initialize without Mcp-Session-Id to open a session"
	}
	return ""
}

func checkSessionEnded(q *probe, _ *scenarios.Check) string {
	if q.known == sessionEnded {
		return q.why + "; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkSessionOnInit(q *probe, _ *scenarios.Check) string {
	if q.known == sessionKnown && q.initialize() {
		return "initialize opens a session; send it without Mcp-Session-Id"
	}
	return ""
}

func checkReinitialize(q *probe, _ *scenarios.Check) string {
	if q.pipe != nil && q.initialized && q.initialize() {
		return "this connection is initialized already; open another one to begin anew"
	}
	if q.known == sessionKnown && q.initialized && q.initialize() {
		return "this session is initialized already; send initialize without Mcp-Session-Id to open a new one"
	}
	return ""
}

func checkNotInitialized(q *probe, c *scenarios.Check) string {
	if q.p.mode == "stateless" || q.initialized {
		return ""
	}
	if early := q.early(c); early != "" {
		return "send initialize before " + quote(early)
	}
	return ""
}

func checkNotReady(q *probe, c *scenarios.Check) string {
	if q.p.mode == "stateless" || !q.initialized || q.ready {
		return ""
	}
	if early := q.early(c); early != "" {
		return quote(early) + " came before notifications/initialized"
	}
	return ""
}

// early returns a request that should not come in the middle of a handshake.
func (q *probe) early(c *scenarios.Check) string {
	for _, m := range q.requests() {
		switch {
		case m.Method == mcp.Initialize:
		case (m.Method == mcp.Ping || m.Method == mcp.Discover) && !c.Every:
		case slices.Contains(c.Except, m.Method):
		default:
			return m.Method
		}
	}
	return ""
}

func checkVersionUnknown(q *probe, c *scenarios.Check) string {
	if q.initialize() || q.has(mcp.Discover) {
		return ""
	}
	return checkVersionAny(q, c)
}

func checkVersionAny(q *probe, c *scenarios.Check) string {
	if q.modern {
		v := q.protocol
		if len(c.Header) == 0 {
			v = q.names()
		}
		if v != "" && !slices.Contains(q.spoken(), v) && !(c.Legacy && v >= firstModern) {
			return "version " + quote(v) + " is none of " + strings.Join(q.p.spokenVersions(), ", ")
		}
		return ""
	}
	switch {
	case q.protocol == "" && !(c.Every && len(q.r.Header[mcp.HeaderProtocolVersion]) > 0),
		c.Legacy && q.protocol >= firstModern,
		slices.Contains(q.spoken(), q.protocol):
		return ""
	}
	return "MCP-Protocol-Version " + quote(q.protocol) + " is none of " + strings.Join(q.spoken(), ", ")
}

// firstModern is the revision that has neither sessions nor initialize.
const firstModern = "2026-07-28"

// checkVersionModern compares as servers do that ask whether a version is at
// least the one they know: as texts.
func checkVersionModern(q *probe, _ *scenarios.Check) string {
	if q.protocol < firstModern || len(q.requests()) == 0 {
		return ""
	}
	return "MCP-Protocol-Version " + quote(q.protocol) + " has no sessions; this server has; send initialize with one of " + strings.Join(q.p.supported(), ", ")
}

func checkVersionDiffers(q *probe, _ *scenarios.Check) string {
	if q.protocol == "" || q.version == "" || q.protocol == q.version || q.initialize() {
		return ""
	}
	return "MCP-Protocol-Version " + q.protocol + " is not the negotiated " + q.version
}

// checkStreamOpen takes the place of the only GET stream, so that of two that
// come at once one is refused.
func checkStreamOpen(q *probe, _ *scenarios.Check) string {
	if q.verb != http.MethodGet {
		return ""
	}
	s, _ := q.resumes()
	if s != nil && s.turn != nil {
		return "" // it goes on with an answer
	}
	if q.claimed = q.conv.claim(s != nil); q.claimed {
		return ""
	}
	return "this session has a GET stream already"
}

func checkEventUnknown(q *probe, _ *scenarios.Check) string {
	if q.verb != http.MethodGet || len(q.r.Header[mcp.HeaderLastEventID]) == 0 {
		return ""
	}
	if s, _ := q.resumes(); s != nil {
		return ""
	}
	return "no stream of this session has an event " + quote(q.r.Header[mcp.HeaderLastEventID][0]) + " to go on from; send GET without Last-Event-ID to open a new one"
}

func checkTooManySessions(q *probe, _ *scenarios.Check) string {
	if q.p.mode != "stateless" && q.initialize() && q.p.sessions.full() {
		return fmt.Sprintf("%d sessions are open; end some with DELETE", q.p.maxSessions)
	}
	return ""
}

// requests returns the requests among the messages.
func (q *probe) requests() []jsonrpc.Message {
	if !q.post() {
		return nil
	}
	if !q.batch.Array {
		if q.batch.Messages[0].Kind != jsonrpc.Request {
			return nil
		}
		return q.batch.Messages
	}
	return slices.DeleteFunc(slices.Clone(q.batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Request })
}

// notifications returns the notifications among the messages.
func (q *probe) notifications() []jsonrpc.Message {
	if !q.post() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(q.batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Notification })
}

// wrongName returns a header that looks like a misnamed Mcp-Session-Id.
func wrongName(h http.Header) string {
	for name := range h {
		switch name {
		case "X-Session-Id":
			return "X-Session-ID"
		case "Session-Id", "Sessionid", "X-Mcp-Session-Id", "Mcp-Session", "Mcp-Sessionid", "X-Mcp-Session", "X-Session":
			return name
		}
	}
	return ""
}

// orNone names what was sent, or that nothing was.
func orNone(sent string) string {
	if sent == "" {
		return "none"
	}
	return quote(sent)
}

// quote puts a peer's text into a message, shortened, so that no control
// character and no flood gets through.
func quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return fmt.Sprintf("%q", s)
}
