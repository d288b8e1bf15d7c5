package scenarios

import (
	"encoding/json"
	"sync"
	"time"
)

// An act is one action: its key, how that is read, held and spelt, and its
// nature. This is all that there is to know of it but what performs it, which is
// package faults where it edits an answer, and replay else; whatever goes through
// actions goes through the rows of acts.
type act struct {
	nature
	key[Action]
}

// A nature is what is true of an action, as a set.
type nature uint16

const (
	// When it takes effect, which is one of these.
	onRequest nature = 1 << iota // before the server looks at the request
	inPlace                      // in place of the server's answer
	onAnswer                     // on the answer

	httpOnly  // it means nothing over stdio
	stdioOnly // it means nothing over HTTP
	responds  // it is an HTTP response of its own
	onSession // it acts on the session of the request
	quits     // it ends the process over stdio
	spoken    // something is said by it or with it, so that an exit beside it comes after that
	lone      // it happens where nothing is answered, because the client did not ask
	ignored   // it happens where nothing is answered, because of ignore
	ofMessage // it concerns the answer to one message, and not the response in which that comes
)

// acts are the actions, in the order in which they take effect.
func acts() []act {
	return []act{
		{onRequest | httpOnly, requestKey()},
		{onRequest | onSession | quits, field("expire_session", "Ends the session of the request. The dialect's refusal for that answers it and all that follow.", flag(), func(a *Action) *bool { return &a.ExpireSession })},
		{onRequest | onSession | quits, field("forget_session", "Ends it as if it had never been.", flag(), func(a *Action) *bool { return &a.ForgetSession })},
		{onRequest | onSession | quits, field("restart", "Forgets all sessions.", flag(), func(a *Action) *bool { return &a.Restart })},
		{onRequest | onSession | httpOnly, field("adopt_session", "Takes any session id for that of a living, initialized session.", flag(), func(a *Action) *bool { return &a.AdoptSession })},
		{onRequest | quits, field("crash", "Cuts all connections and takes no new ones for so long; over stdio the process ends with status 1.", span(), func(a *Action) *time.Duration { return &a.Crash })},

		{inPlace | spoken | responds, part("respond", "Answers in place of the server.", response(), func(a *Action) **Response { return &a.Respond })},
		{inPlace | spoken | responds | httpOnly, part("latch", "Answers this and every later request of every session.", response(), func(a *Action) **Response { return &a.Latch })},
		{inPlace | spoken | responds | httpOnly, part("redirect", "Sends the client elsewhere.", of(redirect), func(a *Action) **Redirect { return &a.Redirect })},
		{inPlace | spoken | responds | httpOnly, part("challenge", "Asks for credentials.", of(challenge), func(a *Action) **Challenge { return &a.Challenge })},
		{inPlace | spoken | ofMessage, part("error", "A JSON-RPC error in the form of an answer.", of(rpcError), func(a *Action) **RPCError { return &a.Error })},
		{inPlace | spoken | ofMessage, field("result", "The result of an answer.", anyJSON(), func(a *Action) *json.RawMessage { return &a.Result })},
		{inPlace | spoken, field("ignore", "There is no answer: it is left open until the client goes away.", flag(), func(a *Action) *bool { return &a.Ignore })},

		{onAnswer | httpOnly, field("status", "The HTTP status in place of the answer's.", whole(200, 599), func(a *Action) *int { return &a.Status })},
		{onAnswer | httpOnly, field("headers", "Headers that are set on the response; null takes one off. Values may hold variables.", headerLines(), func(a *Action) *[]Header { return &a.Headers })},
		{onAnswer | onSession | httpOnly, field("rotate_session", "The response shows a new session id, which names the session as well from now on.", flag(), func(a *Action) *bool { return &a.RotateSession })},

		{onAnswer | spoken | ofMessage, field("set", "Puts values at JSON Pointers into the response.", edits(), func(a *Action) *[]Edit { return &a.Set })},
		{onAnswer | spoken | ofMessage, field("remove", "Takes what is at these JSON Pointers out of it.", texts(pointer(), false), func(a *Action) *[]string { return &a.Remove })},
		{onAnswer | spoken | ofMessage, responseID()},
		{onAnswer | spoken | ofMessage, field("inject", "Put raw, not as JSON has it, into the first text of the result.", someText(), func(a *Action) *string { return &a.Inject })},
		{onAnswer | spoken | ofMessage, field("pad", "Bytes of spaces that make the message longer: a number, or one with KiB or MiB.", size(), func(a *Action) *int { return &a.Pad })},
		{onAnswer | spoken | ofMessage, field("wrap", "The message stands in an array.", flag(), func(a *Action) *bool { return &a.Wrap })},
		{onAnswer | spoken | ofMessage, field("duplicate", "It is sent twice.", flag(), func(a *Action) *bool { return &a.Duplicate })},
		{onAnswer | ofMessage, field("withhold", "It is not sent, but what is around it is.", flag(), func(a *Action) *bool { return &a.Withhold })},
		{onAnswer | ofMessage, field("swap", "It changes places with that of the session's next request in flight.", flag(), func(a *Action) *bool { return &a.Swap })},
		{onAnswer | spoken | lone | ignored | ofMessage, field("send", "Messages that the server sends beside it. {{token}} and {{id}} in them are the request's progress token and id.", single(of(sent)), func(a *Action) *[]Sent { return &a.Send })},
		{onAnswer | spoken | ofMessage, field("replace", "Text for text, in the body or in each message.", replacements(), func(a *Action) *map[string]string { return &a.Replace })},

		{onAnswer | httpOnly, streamKey()},
		{onAnswer | spoken, field("truncate", "So many bytes of the body are sent, before it ends as if whole.", size(), func(a *Action) *int { return &a.Truncate })},
		{onAnswer | httpOnly, field("gzip", "The body is compressed.", flag(), func(a *Action) *bool { return &a.Gzip })},
		{onAnswer, field("buffer", "Nothing goes out before all is said.", flag(), func(a *Action) *bool { return &a.Buffer })},
		{onAnswer | lone, part("delay", "Time before the answer: a duration, evenly between two, or by a log-normal distribution around a median.", delay(), func(a *Action) **Delay { return &a.Delay })},
		{onAnswer | lone, part("stall", "Silence in the middle of the answer.", stall(), func(a *Action) **Stall { return &a.Stall })},
		{onAnswer | spoken, part("split", "The bytes are sent in pieces: of so many bytes, or cut inside of the first character that has several bytes.", split(), func(a *Action) **Split { return &a.Split })},
		{onAnswer, field("throttle", "Bytes a second.", size(), func(a *Action) *int { return &a.Throttle })},
		{onAnswer | lone | quits, part("drop", "The connection breaks off: fin or rst, before any byte of the answer, or where bytes, events or after says.", drop(), func(a *Action) **Drop { return &a.Drop })},
		{onAnswer | ignored | httpOnly, field("close_idle", "The connection is reset when it was unused for so long after this answer.", span(), func(a *Action) *time.Duration { return &a.CloseIdle })},

		{onAnswer | lone | ignored | stdioOnly, field("emit", "Writes bytes that are no message.", single(of(emit)), func(a *Action) *[]Emit { return &a.Emit })},
		{onAnswer | spoken | ignored | stdioOnly, field("frame", "How messages stand on stdout: crlf, content_length, pretty (over several lines) or no_newline.", oneOf("frame", "crlf", "content_length", "pretty", "no_newline"), func(a *Action) *string { return &a.Frame })},
		{onAnswer | lone | ignored, field("bom", "A byte order mark stands before the message, or at the beginning of stdout.", flag(), func(a *Action) *bool { return &a.BOM })},
		{onAnswer | lone | ignored | stdioOnly, field("close_stdout", "stdout is closed after the answer, and the process lives on.", flag(), func(a *Action) *bool { return &a.CloseStdout })},
		{onAnswer | lone | ignored | quits | stdioOnly, part("exit", "The process ends with this status: in place of an answer, or after it where one is left.", whole(0, 255), func(a *Action) **int { return &a.Exit })},
	}
}

// everyAct is acts, made once: requests that meet a fault are looked at by it.
var everyAct = sync.OnceValue(acts)

// named are the keys of the actions of which that is true.
func named(is func(nature) bool) (all []string) {
	for _, k := range everyAct() {
		if is(k.nature) {
			all = append(all, k.name)
		}
	}
	return all
}

// unanswered lists the actions that do nothing where the client does that,
// because nothing is answered to it.
func unanswered(client string) []string {
	switch client {
	case "connect", "eof":
		return named(func(n nature) bool { return n&(inPlace|onAnswer) != 0 && n&lone == 0 })
	case "disconnect": // nobody is there any more
		return named(func(n nature) bool { return n&(inPlace|onAnswer) != 0 })
	}
	return nil
}

// has reports whether something of that nature is set in an action.
func (a *Action) has(n nature) bool {
	all := everyAct()
	for i := range all {
		if all[i].nature&n != 0 && all[i].set(a) {
			return true
		}
	}
	return false
}

// Edits reports whether an action changes an answer on its way, beyond what it
// does to the request or puts in the answer's place.
func (a *Action) Edits() bool { return a.has(onAnswer) }

// Replaces reports whether an action stands in place of the server's answer.
func (a *Action) Replaces() bool { return a.has(inPlace) }

// Responds reports whether what an action has in place of the server's answer is
// an HTTP response, which answers a POST of HTTP+SSE as well.
func (a *Action) Responds() bool { return a.has(responds) }

// OnSession reports whether an action acts on the session of a request. One that
// does other things as well is meant to do them together.
func (a *Action) OnSession() bool { return a.has(onSession) }

// Quits reports whether an action ends the process over stdio, where a process is
// the session and the connection.
func (a *Action) Quits() bool { return a.has(quits) }

// Says reports whether something is said by an action or with what it edits, so
// that a process which it ends does so after that.
func (a *Action) Says() bool { return a.has(spoken) }

// Apart returns what of an action concerns the answer to one message of a batch,
// and what the response in which all of them are answered, or the request as a
// whole. Either is empty where there is no such thing; a is not changed.
func (a *Action) Apart() (message, response Action) {
	response = *a
	for _, k := range everyAct() {
		if k.nature&ofMessage != 0 && k.set(a) {
			k.join(&message, a)
			k.clear(&response)
		}
	}
	return message, response
}

// Keys lists what is set in an action, as a file spells it, in the order in which
// it takes effect.
func (a *Action) Keys() (all []string) {
	for _, k := range everyAct() {
		if k.set(a) {
			all = append(all, k.name)
		}
	}
	return all
}

// Joined makes one action of two that edit the same answer: lists add up, of
// what can be said only once the later is done. Neither is changed. With a nil
// action the later one is itself.
func (a *Action) Joined(later *Action) *Action {
	if a == nil {
		return later
	}
	j := *a
	for _, k := range everyAct() {
		if k.nature&onAnswer != 0 && k.set(later) {
			k.join(&j, later)
		}
	}
	return &j
}
