package scenarios

// The checks a dialect may put in order. Each finds one breach of the rules;
// what follows from it is the dialect's business. Host and Origin are checked
// before any dialect, for they keep the mock safe.
const (
	CheckMethod              = "method"               // an HTTP method other than POST, GET and DELETE
	CheckStateless           = "stateless"            // any method but POST where there are no sessions
	CheckSize                = "size"                 // a body over the limit
	CheckContentType         = "content-type"         // a POST whose media type is not application/json
	CheckAcceptPost          = "accept-post"          // a POST that does not accept both application/json and text/event-stream
	CheckAcceptGet           = "accept-get"           // a GET that does not accept text/event-stream
	CheckLastEventID         = "last-event-id"        // a POST with Last-Event-ID
	CheckEmpty               = "empty"                // a POST without a body
	CheckJSON                = "json"                 // a body that is not JSON, or nested too deep
	CheckJSONRPC             = "jsonrpc"              // JSON that is no JSON-RPC message
	CheckBatch               = "batch"                // a batch where the revision has none
	CheckBatchInitialize     = "batch-initialize"     // initialize inside a batch
	CheckUnknownMethod       = "unknown-method"       // a request whose method neither a revision nor the tape has
	CheckMissingParams       = "missing-params"       // initialize without params
	CheckInitializeParams    = "initialize-params"    // initialize whose params lack what the specification asks for
	CheckParamsIncomplete    = "params-incomplete"    // a request whose params lack a member that its method needs, or have it of another type
	CheckKindUnexpected      = "kind-unexpected"      // a message of a kind that is not served
	CheckHandshake           = "handshake"            // an initialize of the modern era that names no modern version for itself
	CheckMetaMissing         = "meta-missing"         // a request whose params have no _meta
	CheckMetaIncomplete      = "meta-incomplete"      // a request whose _meta lacks what 2026-07-28 asks for
	CheckMetaMalformed       = "meta-malformed"       // a request whose _meta has a protocol field that cannot be one
	CheckMetaVersion         = "meta-version"         // a request whose _meta and MCP-Protocol-Version name two versions
	CheckMetaMethod          = "meta-method"          // a request whose Mcp-Method names another method
	CheckMemberDoubled       = "member-doubled"       // a request whose params or _meta have a member twice
	CheckInputMalformed      = "input-malformed"      // a request with inputResponses or a requestState that cannot be such
	CheckHeaderMissing       = "header-missing"       // a request without a header that says what its body says
	CheckHeaderDoubled       = "header-doubled"       // a request with several lines of such a header
	CheckHeaderMalformed     = "header-malformed"     // a request with such a header that cannot be decoded
	CheckHeaderDiffers       = "header-differs"       // a request with such a header that says something else
	CheckHeaderUnexpected    = "header-unexpected"    // a request with such a header for an argument that it has not
	CheckSlashMissing        = "slash-missing"        // the endpoint's path without a slash at its end
	CheckSlashExtra          = "slash-extra"          // the endpoint's path with a slash at its end
	CheckIDMissing           = "id-missing"           // a request's method in a notification
	CheckIDUnexpected        = "id-unexpected"        // a notification's method in a request
	CheckNotificationUnknown = "notification-unknown" // a notification that no revision has
	CheckNoSessionYet        = "no-session-yet"       // anything but initialize before the first session was opened, where sessions are required
	CheckSessionMissing      = "session-missing"      // no session id where sessions are required; initialize needs none
	CheckSessionUnknown      = "session-unknown"      // a session id that was never issued
	CheckSessionEnded        = "session-ended"        // a session id that was issued and has been deleted or has expired
	CheckSessionOnInit       = "session-on-init"      // initialize with the id of a living session
	CheckReinitialize        = "reinitialize"         // a second initialize in one session
	CheckNotInitialized      = "not-initialized"      // a request before the conversation's initialize (ping and server/discover aside)
	CheckNotReady            = "not-ready"            // a request between the initialize answer and notifications/initialized (ping aside)
	CheckVersionUnknown      = "version-unknown"      // MCP-Protocol-Version names no version the dialect speaks; initialize is left alone
	CheckVersionAny          = "version-any"          // the same, initialize included
	CheckVersionModern       = "version-modern"       // a request that names a version of 2026-07-28 or later, compared as text
	CheckVersionDiffers      = "version-differs"      // a version the dialect speaks, but not the negotiated one
	CheckStreamOpen          = "stream-open"          // a second GET stream in one session
	CheckEventUnknown        = "event-unknown"        // a GET with a Last-Event-ID that no stream of the session has
	CheckTooManySessions     = "too-many-sessions"    // one more session than the cap allows

	// These are no steps of the gate: they word what is refused when the answer
	// to a request is known.
	CheckCapabilityMissing = "capability-missing" // a request that needs more than its client can do
	CheckStateAltered      = "state-altered"      // a requestState that this server did not give out

	// Nor are these: they word what the mock refuses before it asks any dialect.
	CheckHost       = "host"         // a foreign Host
	CheckOrigin     = "origin"       // a foreign Origin
	CheckNoSuchPath = "no-such-path" // a path where nothing is served
)

// CheckNames lists every check, in the order above.
func CheckNames() []string {
	return []string{
		CheckMethod, CheckStateless, CheckSize, CheckContentType, CheckAcceptPost, CheckAcceptGet,
		CheckLastEventID, CheckEmpty, CheckJSON, CheckJSONRPC, CheckBatch, CheckBatchInitialize,
		CheckUnknownMethod, CheckMissingParams, CheckInitializeParams,
		CheckParamsIncomplete, CheckKindUnexpected, CheckHandshake, CheckMetaMissing, CheckMetaIncomplete, CheckMetaMalformed, CheckMetaVersion, CheckMetaMethod, CheckMemberDoubled, CheckInputMalformed,
		CheckHeaderMissing, CheckHeaderDoubled, CheckHeaderMalformed, CheckHeaderDiffers, CheckHeaderUnexpected, CheckSlashMissing, CheckSlashExtra,
		CheckIDMissing, CheckIDUnexpected, CheckNotificationUnknown, CheckNoSessionYet, CheckSessionMissing, CheckSessionUnknown,
		CheckSessionEnded, CheckSessionOnInit, CheckReinitialize, CheckNotInitialized, CheckNotReady,
		CheckVersionUnknown, CheckVersionAny, CheckVersionModern, CheckVersionDiffers, CheckStreamOpen, CheckEventUnknown, CheckTooManySessions,
		CheckCapabilityMissing, CheckStateAltered, CheckHost, CheckOrigin, CheckNoSuchPath,
	}
}
