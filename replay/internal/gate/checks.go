package gate

import (
	"github.com/mcpmock/mcpmock/scenarios"
)

// checks are the breaches that a dialect may put in order. Each function
// returns what it found, in words that say what to do, or "".
var checks = map[string]func(visitor, *scenarios.Check) string{
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

// checkNothing stands for what the mock refuses before it walks any checks, or
// when the answer is known.
func checkNothing(visitor, *scenarios.Check) string { return "" }
