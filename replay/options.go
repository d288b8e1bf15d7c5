package replay

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/scenarios"
)

// An Option is a choice about a Player.
type Option func(*options)

type options struct {
	scenarios    []*scenarios.Scenario
	mode         string // required, optional, stateless; "" is as recorded
	sessioned    string // the mode that was asked for, where it is one with sessions
	lenient      bool
	inOrder      bool
	ignore       []string
	repeat       bool
	missStatus   int
	pace         float64
	paceCap      time.Duration
	transport    string // http, sse; "" is both
	era          string // legacy, modern, both; "" is as recorded
	style        style
	allowOrigins []string
	allowHosts   []string
	seed         *int64
	maxSessions  int
	maxBody      int64
	idle         time.Duration
	clock        Clock
	stderr       io.Writer
	live         bool         // a live server answers
	upstream     http.Handler // that one, over HTTP
	onMismatch   func(*Mismatch)
	onEvent      func(*cassettes.Event)

	// derived from the scenarios
	dialect        *scenarios.Dialect
	faults         *faults.Set
	idles          bool // the scenario has a policy about that
	rate           *scenarios.Rate
	auth           *scenarios.Auth
	cors           *scenarios.CORS
	replicas       *scenarios.Replicas
	answersVersion string // protocolVersion of initialize; "" is negotiated
	err            error
}

// The limits of a Player, where no option sets others.
const (
	DefaultMaxSessions = 10_000
	DefaultIdle        = 30 * time.Minute
	DefaultMaxBody     = 4 << 20 // bytes
)

func defaults() options {
	return options{
		missStatus:  200,
		maxSessions: DefaultMaxSessions,
		maxBody:     DefaultMaxBody,
		idle:        DefaultIdle,
		clock:       machine{},
		stderr:      os.Stderr,
	}
}

// WithScenario breaks the replay as the scenario says. Given several times,
// later dialects and policies win and faults add up.
func WithScenario(s *scenarios.Scenario) Option {
	return func(o *options) { o.scenarios = append(o.scenarios, s) }
}

// WithSessions says how sessions are treated: "required" (an id on every
// request but initialize), "optional" (a request without one belongs to the
// space's conversation), "stateless" (each request stands alone), or "auto",
// the default: as the tape and the scenario have it. New refuses the first two
// where 2026-07-28 alone is served, which has no sessions.
// (2025-11-25 basic/transports, "Session Management")
func WithSessions(mode string) Option {
	return func(o *options) {
		o.sessioned = ""
		switch mode {
		case "auto", "":
			o.mode = ""
		case "required", "optional":
			o.mode, o.sessioned = mode, mode
		case "stateless":
			o.mode = mode
		default:
			o.fail("sessions %q: it must be auto, required, optional or stateless", mode)
		}
	}
}

// WithLenient serves requests that break the rules, and notes the breach in
// the journal, in place of refusing them. What cannot be served (no JSON, no
// JSON-RPC, too large) or must not be (foreign hosts and origins) is refused
// all the same.
func WithLenient() Option { return func(o *options) { o.lenient = true } }

// WithOrder answers each method's (and tool's) requests in recorded order,
// whatever their params.
func WithOrder() Option { return func(o *options) { o.inOrder = true } }

// WithIgnore leaves the places that a JSON Pointer into the request names,
// such as /params/arguments/date, out of the comparison.
func WithIgnore(pointer string) Option {
	return func(o *options) {
		if !strings.HasPrefix(pointer, "/params/") {
			o.fail("ignore %q: it must be a JSON Pointer that begins with /params/, such as /params/arguments/date", pointer)
		}
		o.ignore = append(o.ignore, pointer)
	}
}

// WithRepeat lets a tool call be repeated within a session beyond the times
// it was recorded; the last answer is played again.
func WithRepeat() Option { return func(o *options) { o.repeat = true } }

// WithMissStatus sets the HTTP status of a mismatch: 200 (the default) or 500.
func WithMissStatus(status int) Option {
	return func(o *options) {
		if status != 200 && status != 500 {
			o.fail("miss status %d: it must be 200 or 500", status)
		}
		o.missStatus = status
	}
}

// WithPace keeps recorded time: 1 as recorded, 0.2 a fifth of it, 0 (the
// default) not at all.
func WithPace(factor float64) Option {
	return func(o *options) {
		if !(factor >= 0 && factor <= 1000) {
			o.fail("pace %v: it must be from 0 to 1000", factor)
		}
		o.pace = factor
	}
}

// WithPaceCap keeps no recorded gap between two events longer than d, in this
// run's time; 0, the default, sets no bound.
func WithPaceCap(d time.Duration) Option {
	return func(o *options) {
		if d < 0 {
			o.fail("pace cap %v: it must not be negative", d)
		}
		o.paceCap = d
	}
}

// WithTransport says what is served over HTTP: "http" (Streamable HTTP), "sse"
// (HTTP+SSE of 2024-11-05), or "auto", the default: both side by side, whatever
// the tape was recorded from.
func WithTransport(name string) Option {
	return func(o *options) {
		switch name {
		case "auto", "":
			o.transport = ""
		case "http", "sse":
			o.transport = name
		default:
			o.fail("transport %q: it must be auto, http or sse", name)
		}
	}
}

// WithEra says which eras of the protocol are served: "legacy" (the revisions
// with a handshake), "modern" (2026-07-28), "both" on one endpoint, chosen by
// how the client opens, or "auto", the default: those that the scenario names,
// else those on the tape, so that a client sees what was recorded. What a tape
// lacks of an era that was asked for is translated from the other, and what
// cannot be is refused in words. HTTP+SSE is of the legacy era: where that is
// not served, it is not either. NewLive takes no era, for a live server has its
// own. (2026-07-28 basic/versioning, "Backward Compatibility with
// Initialization-Based Versions")
func WithEra(name string) Option {
	return func(o *options) {
		switch name {
		case "auto", "":
			o.era = ""
		case "legacy", "modern", "both":
			o.era = name
		default:
			o.fail("era %q: it must be auto, legacy, modern or both", name)
		}
	}
}

// WithAnswers says how an answer of one message goes out over Streamable HTTP,
// to a client that takes either: as "json", or on an event stream, "sse";
// "recorded" is the default. An answer of several messages is always a stream.
// (2025-11-25 basic/transports, "Sending Messages to the Server" 5)
func WithAnswers(how string) Option {
	return func(o *options) {
		switch how {
		case "recorded", "":
			o.style.answers = ""
		case "json", "sse":
			o.style.answers = how
		default:
			o.fail("answers %q: it must be recorded, json or sse", how)
		}
	}
}

// WithResumable gives the events of all streams ids, whether they were
// recorded with ids or not, so that a client whose connection breaks off can
// come back for the rest; and a priming event at their beginning, for clients
// of 2025-11-25. New refuses it where 2026-07-28 alone is served, whose streams
// are not resumed. (2025-11-25 basic/transports, "Resumability and Redelivery")
func WithResumable() Option { return func(o *options) { o.style.resumable = true } }

// WithAllowOrigin admits browsers of one more origin, such as
// https://inspector.example. Origins on loopback names are always admitted.
func WithAllowOrigin(origin string) Option {
	origin = strings.TrimSuffix(strings.ToLower(origin), "/") // which no browser sends
	return func(o *options) { o.allowOrigins = append(o.allowOrigins, origin) }
}

// WithAllowHost admits one more Host, by its name or address, at any port.
func WithAllowHost(host string) Option {
	if strings.HasPrefix(host, "[") || strings.Count(host, ":") == 1 { // with a port, as it stands in a refusal
		host = hostname(host)
	}
	return func(o *options) { o.allowHosts = append(o.allowHosts, strings.ToLower(host)) }
}

// WithSeed makes session ids repeatable, the key under which the requestState
// of the modern era is issued, and what a scenario without a seed of its own
// leaves to chance. Without it they are random. Players with one seed take each other's requestState, as the instances of one server
// do; another seed, or none, keeps them apart.
func WithSeed(seed int64) Option { return func(o *options) { o.seed = &seed } }

// WithMaxSessions caps the live sessions; one more initialize is refused.
func WithMaxSessions(n int) Option {
	return func(o *options) {
		if n < 1 {
			o.fail("max sessions %d: it must be at least 1", n)
		}
		o.maxSessions = n
	}
}

// WithIdleTimeout ends sessions that were not used for so long; 0 is never.
func WithIdleTimeout(d time.Duration) Option { return func(o *options) { o.idle = d } }

// WithMaxBody caps the bytes of a request's body.
func WithMaxBody(n int64) Option { return func(o *options) { o.maxBody = n } }

// WithClock replaces the machine's clock: for pace, idle timeouts and the
// journal.
func WithClock(c Clock) Option { return func(o *options) { o.clock = c } }

// WithStderr sets where a player over stdio writes what faults say on stderr;
// the default is the process's own.
func WithStderr(w io.Writer) Option { return func(o *options) { o.stderr = w } }

// WithOnMismatch calls f for each request that the tape cannot answer, before
// the answer goes out. Calls may come from several goroutines at once.
func WithOnMismatch(f func(*Mismatch)) Option { return func(o *options) { o.onMismatch = f } }

// WithJournal hands every event of the journal to f as it happens, one at a
// time. f must not keep the event's slices longer than the call.
func WithJournal(f func(*cassettes.Event)) Option { return func(o *options) { o.onEvent = f } }

// fail remembers the first mistake for New to return.
func (o *options) fail(format string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf("replay: "+format, args...)
	}
}
