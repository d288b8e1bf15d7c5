package scenarios

import "time"

// An Expectation is what a good client does. It is judged by package verdicts
// from what happened.
type Expectation struct {
	// Level is must (the specification demands it; only a breach of this
	// fails), should, or advice.
	Level string
	// What is one of Assertions.
	What string
	// Since is where the judge begins to look: fault (the first time that a
	// fault fired or a policy showed), refusal (the first refusal), start (the
	// first request), or the name of a fault. Parse puts fault for "", or
	// refusal where the scenario has neither faults nor policies.
	Since string

	Of     Trigger       // which requests never, always, at_most and sends mean; of replays: none
	Has    Trigger       // always: what each of these meets
	Within time.Duration // 0 is at any time
	Count  int           // at_most: so many; sends: at least so many; reinitialize: at most so many; 0 is 1, for reinitialize any
	Per    time.Duration // at_most: in any such span; 0 is in all
	Order  []string      // order: methods, each answered before the next is sent
	With   string        // resumes: the Last-Event-ID that it must name; "" is the last that was given
}

// The assertions.
const (
	// AssertReinitialize: an initialize without a session id is sent.
	AssertReinitialize = "reinitialize"
	// AssertSettles: the client goes on: it sends another request, closes the
	// connection, cancels, or ends.
	AssertSettles = "settles"
	// AssertReplays: the request that the fault met is sent again and answered.
	AssertReplays = "replays"
	// AssertSends: requests that meet Of are sent.
	AssertSends = "sends"
	// AssertNever: none is.
	AssertNever = "never"
	// AssertAlways: each that meets Of also meets Has.
	AssertAlways = "always"
	// AssertAtMost: no more than Count are.
	AssertAtMost = "at_most"
	// AssertResumes: a GET goes on with a stream, with the right Last-Event-ID.
	AssertResumes = "resumes"
	// AssertUniqueIDs: no two requests of a session have the same id.
	AssertUniqueIDs = "unique_ids"
	// AssertOrder: the methods come in that order, each after the answer to the
	// one before.
	AssertOrder = "order"
	// AssertAlive: a request is sent and answered with success.
	AssertAlive = "alive"
	// AssertCancels: the request that the fault met is cancelled: by
	// notifications/cancelled, and in a revision without handshakes, over HTTP,
	// by closing the response.
	AssertCancels = "cancels"
	// AssertRetries: what was answered with input_required is sent again with
	// another id, the requestState that was given, and all that was asked for.
	AssertRetries = "retries"
)

// Assertions lists every assertion, in the order above.
func Assertions() []string {
	return []string{
		AssertReinitialize, AssertSettles, AssertReplays, AssertSends, AssertNever, AssertAlways, AssertAtMost,
		AssertResumes, AssertUniqueIDs, AssertOrder, AssertAlive, AssertCancels, AssertRetries,
	}
}
