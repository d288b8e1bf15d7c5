package gate

import "github.com/mcpmock/mcpmock/scenarios"

// A check is one that a dialect may put in order: what finds the breach, and
// where it is asked. This is all that there is to know of it; a gate is made of
// the rows of checks.
type check struct {
	// find returns what it found, in words that say what to do, or "". It is nil
	// of what is no step of a gate.
	find func(visitor, *scenarios.Check) string
	nature
}

// A nature is what is true of a check, as a set.
type nature uint8

const (
	// What it is asked of, where the dialect has it for the era:
	overHTTP      nature = 1 << iota // what comes over Streamable HTTP
	posted                           // the POST that carries a message of an HTTP+SSE client
	message                          // that message itself, or a line of a pipe
	modernMessage                    // a line of a pipe that is of the modern era

	// It is no step of a gate, and only words a refusal:
	outside // of what the mock refuses before it asks
	late    // of what shows when the answer is known

	// No leniency turns it into a note:
	unbending       // for there would be nothing to serve
	unbendingModern // in that era, for there would be as many answers as requests, and one body for them all
)

// is reports whether any of these is true of a check.
func (n nature) is(any nature) bool { return n&any != 0 }

// checks are all that a dialect may name, by their names.
var checks = map[string]check{
	scenarios.CheckMethod:      {checkMethod, overHTTP | posted | unbending},
	scenarios.CheckStateless:   {checkStateless, overHTTP | unbending},
	scenarios.CheckSize:        {checkSize, overHTTP | posted | message | modernMessage | unbending},
	scenarios.CheckContentType: {checkContentType, overHTTP | posted},
	scenarios.CheckAcceptPost:  {checkAcceptPost, overHTTP},
	scenarios.CheckAcceptGet:   {checkAcceptGet, overHTTP},
	scenarios.CheckLastEventID: {checkLastEventID, overHTTP},

	scenarios.CheckEmpty:           {checkEmpty, overHTTP | posted | message | modernMessage | unbending},
	scenarios.CheckJSON:            {checkJSON, overHTTP | posted | message | modernMessage | unbending},
	scenarios.CheckJSONRPC:         {checkJSONRPC, overHTTP | posted | message | modernMessage | unbending},
	scenarios.CheckBatch:           {checkBatch, overHTTP | message | modernMessage | unbendingModern},
	scenarios.CheckBatchInitialize: {checkBatchInitialize, overHTTP | message | unbending},

	scenarios.CheckUnknownMethod:    {checkUnknownMethod, overHTTP | message | modernMessage},
	scenarios.CheckMissingParams:    {checkMissingParams, overHTTP | message | modernMessage},
	scenarios.CheckInitializeParams: {checkInitializeParams, overHTTP | message},
	scenarios.CheckParamsIncomplete: {checkParamsIncomplete, overHTTP | modernMessage},
	scenarios.CheckKindUnexpected:   {checkKindUnexpected, overHTTP | modernMessage},
	scenarios.CheckHandshake:        {checkHandshake, overHTTP | modernMessage | unbending},
	scenarios.CheckMetaMissing:      {checkMetaMissing, overHTTP | modernMessage},
	scenarios.CheckMetaIncomplete:   {checkMetaIncomplete, overHTTP | modernMessage},
	scenarios.CheckMetaMalformed:    {checkMetaMalformed, overHTTP | modernMessage},
	scenarios.CheckMetaVersion:      {checkMetaVersion, overHTTP},
	scenarios.CheckMetaMethod:       {checkMetaMethod, overHTTP},
	scenarios.CheckMemberDoubled:    {checkMemberDoubled, overHTTP | modernMessage},
	scenarios.CheckInputMalformed:   {checkInputMalformed, overHTTP | modernMessage},

	scenarios.CheckHeaderMissing:    {checkHeaderMissing, overHTTP},
	scenarios.CheckHeaderDoubled:    {checkHeaderDoubled, overHTTP},
	scenarios.CheckHeaderMalformed:  {checkHeaderMalformed, overHTTP},
	scenarios.CheckHeaderDiffers:    {checkHeaderDiffers, overHTTP},
	scenarios.CheckHeaderUnexpected: {checkHeaderUnexpected, overHTTP},
	scenarios.CheckSlashMissing:     {checkSlashMissing, overHTTP},
	scenarios.CheckSlashExtra:       {checkSlashExtra, overHTTP},

	scenarios.CheckIDMissing:           {checkIDMissing, overHTTP | message | modernMessage},
	scenarios.CheckIDUnexpected:        {checkIDUnexpected, overHTTP | message | modernMessage},
	scenarios.CheckNotificationUnknown: {checkNotificationUnknown, overHTTP | message | modernMessage},

	scenarios.CheckNoSessionYet:   {checkNoSessionYet, overHTTP},
	scenarios.CheckSessionMissing: {checkSessionMissing, overHTTP},
	scenarios.CheckSessionUnknown: {checkSessionUnknown, overHTTP},
	scenarios.CheckSessionEnded:   {checkSessionEnded, overHTTP},
	scenarios.CheckSessionOnInit:  {checkSessionOnInit, overHTTP},
	scenarios.CheckReinitialize:   {checkReinitialize, overHTTP | message},
	scenarios.CheckNotInitialized: {checkNotInitialized, overHTTP | message},
	scenarios.CheckNotReady:       {checkNotReady, overHTTP | message},

	scenarios.CheckVersionUnknown:  {checkVersionUnknown, overHTTP},
	scenarios.CheckVersionAny:      {checkVersionAny, overHTTP | modernMessage},
	scenarios.CheckVersionModern:   {checkVersionModern, overHTTP},
	scenarios.CheckVersionDiffers:  {checkVersionDiffers, overHTTP},
	scenarios.CheckStreamOpen:      {checkStreamOpen, overHTTP | unbending},
	scenarios.CheckEventUnknown:    {checkEventUnknown, overHTTP},
	scenarios.CheckTooManySessions: {checkTooManySessions, overHTTP | unbending},

	scenarios.CheckCapabilityMissing: {nil, late},
	scenarios.CheckStateAltered:      {nil, late},

	scenarios.CheckHost:       {nil, outside},
	scenarios.CheckOrigin:     {nil, outside},
	scenarios.CheckNoSuchPath: {nil, outside},
}
