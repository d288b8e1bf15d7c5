package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// Manners are how a server answers the probes.
type Manners struct {
	// Answers has an answer for each of [Probes], where the server has
	// initialize, and of [ModernProbes], where it speaks 2026-07-28, by name.
	// What got none says so in its Err.
	Answers map[string]probes.Answer
	// Likeness says which dialect the server has.
	Likeness *Likeness
}

// The errors of [Survey] about servers that answer, and yet cannot be asked.
var (
	// ErrOneClient is that of a server with one transport for all: the end
	// of a session would close it for good.
	ErrOneClient = errors.New("the server serves one client alone, whose end would close it: make a transport for each session")
	// ErrOldTransport is that of a server of HTTP+SSE alone, which has no
	// refusals to tell it by.
	ErrOldTransport = errors.New("the server speaks HTTP+SSE, of which nothing can be learned: survey one that speaks Streamable HTTP")
	// ErrTooSlow is that of a server that does not answer enough in time to tell
	// it by, or only that it is asked too much.
	ErrTooSlow = errors.New("the server is too slow to be asked all, or limits the rate: survey it where it is not")
)

// Survey asks the server at that URL the [Probes] and [ModernProbes] alone,
// without walking the rules. The errors are those of [HTTP], [ErrOneClient] and [ErrOldTransport];
// a server that answers initialize with an error is an [*Unreachable], too.
func Survey(ctx context.Context, endpoint string, opts ...Option) (*Manners, error) {
	w, err := newHolding(endpoint, opts)
	if err != nil {
		return nil, err
	}
	first, err := w.arrive(ctx)
	switch {
	case err != nil:
		return nil, err
	case w.refused != nil:
		return w.modernManners(ctx)
	case first == nil && w.Transport == overSSE:
		return nil, ErrOldTransport
	case first == nil:
		f := w.Findings[len(w.Findings)-1]
		return nil, unreachable("%s refuses initialize: %s", w.Endpoint, f.Saw).hint("%s", f.Cure)
	}
	w.begin(*first)
	if shared, err := w.shared(ctx, *first); err != nil {
		return nil, err
	} else if !shared {
		return nil, ErrOneClient
	}
	if err := w.askAll(ctx); err != nil {
		return nil, err
	}
	if w.answers == nil {
		return nil, ErrTooSlow
	}
	s, err := w.modernly(ctx)
	switch {
	case err != nil:
		return nil, err
	case speaksModern(s):
		return w.modernManners(ctx)
	}
	likeness, err := resembling(ctx, w.answers, nil, w.issued)
	if err != nil {
		return nil, err
	}
	return &Manners{w.answers, likeness}, nil
}

// modernManners asks the probes of revision 2026-07-28, which the server
// speaks, and adds their answers.
func (w *holding) modernManners(ctx context.Context) (*Manners, error) {
	modern, err := w.ask(ctx, ModernProbes())
	if err != nil {
		return nil, err
	}
	if modern == nil {
		return nil, ErrTooSlow
	}
	likeness, err := resembling(ctx, w.answers, modern, w.issued)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(modern)
	maps.Copy(all, w.answers)
	return &Manners{all, likeness}, nil
}

// Probes are those that tell dialects apart and that every known server
// survives, in the order in which they are asked.
func Probes() []probes.Probe {
	var list []probes.Probe
	for _, name := range strings.Fields(tellingNames) {
		if p, ok := probes.Named(name); ok {
			list = append(list, p)
		}
	}
	return list
}

const tellingNames = `
	ping-no-session tools-list-no-session initialized-no-session get-no-session delete-no-session
	ping-unknown-session initialize-unknown-session initialized-unknown-session get-unknown-session delete-unknown-session put-unknown-session
	ping-wrong-header ping-empty-session ping-session-left-out ping-session-misnamed ping-other-session
	ping-deleted-session initialize-deleted-session get-deleted-session delete-deleted-session delete
	initialize initialize-anew initialize-twice initialize-unknown-version initialize-version-known initialize-version-unknown
	ping-version-unknown get-version-unknown ping-version-absent ping-version-unknown-no-session ping-version-unknown-unknown-session
	get-in-session get-second-stream get-last-event-id get-accept-missing get-accept-json post-last-event-id put options
	accept-missing accept-any accept-json content-type-missing content-type-text accept-and-content-type all-wrong
	body-empty body-not-json body-not-jsonrpc body-not-json-no-session batch batch-2025-03-26 id-null id-string id-missing`

// atOnce is how many probes are asked at once, and how many mocks.
const atOnce = 4

// ModernProbes are those for servers of revision 2026-07-28, in the order in
// which they are asked.
func ModernProbes() []probes.Probe {
	return slices.DeleteFunc(probes.All(), func(p probes.Probe) bool { return !p.Modern || p.Harmful || p.Heavy })
}

// longestAsking is how long all probes of an era may take, and longestPause
// how long a server may have its clients wait by Retry-After.
const (
	longestAsking = 2 * time.Minute
	longestPause  = 10 * time.Second
)

// ask asks the server probes and returns the answers by name. They are nil,
// and the report says so, where it takes too long to ask them all, or where
// a limit on the rate answers in the server's place.
func (w *holding) ask(ctx context.Context, list []probes.Probe) (map[string]probes.Answer, error) {
	const wants = "an answer to each of the probes"
	const steps = 2.5 // of a probe, on average
	if long := time.Duration(float64(w.pace) * steps * float64(len(list)) / atOnce); long > longestAsking {
		w.find("all-others", LeftOut, ofSending, "", wants, "initialize takes %s: all probes would take %s", w.pace.Round(100*time.Millisecond), long.Round(time.Second))
		return nil, nil
	} else if long > 10*time.Second {
		w.waits("asking %s of a slow server, up to %s", say.Count(len(list), "probe"), longestAsking)
	}
	limited, cancel := context.WithTimeout(ctx, longestAsking)
	defer cancel()
	answers, err := ask(limited, w.client, list)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		w.find("all-others", LeftOut, ofSending, "", wants, "not all of %s in %s", say.Count(len(list), "probe"), longestAsking)
		return nil, nil
	}
	again, refused, down := 0, 0, 0
	for _, a := range w.talked {
		again += a.Again
	}
	w.talked = nil
	for _, a := range answers {
		again += a.Again
		switch {
		case a.Status == 429:
			refused++
		case a.Status >= 500, errors.Is(a.Err, syscall.ECONNREFUSED):
			down++
		}
	}
	if down*2 > len(list) {
		w.find("all-others", LeftOut, ofSending, "", wants, "the server went down while it was asked: %d of %d got no more than %s", down, len(list), w.lastWords(ctx)).
			because("some requests end some servers, such as one before notifications/initialized (mcp before 1.9.4 for Python)", "restart it, update it, and look at its log").
			known("poison-request-kills-server", "https://github.com/modelcontextprotocol/python-sdk/issues/838")
		return nil, nil
	}
	if again > 0 {
		w.find("rate-limit", Note, ofSending, "", "room for what a client asks", "429 %s, and 429 again to %d of %d", times(again), refused, len(list)).
			because("clients that list page after page, or call tools at once, run into it", "raise the limit, or be sure that Retry-After says when to come back").
			known("rate-limit-per-session", "")
	}
	if refused > 0 {
		w.find("all-others", LeftOut, ofSending, "", wants, "429 answers in the place of the server")
		return nil, nil
	}
	return answers, nil
}

// lastWords is what the server says to a good client now.
func (w *holding) lastWords(ctx context.Context) string {
	a, err := w.client.Ask(ctx, initialize())
	if err != nil {
		return err.Error()
	}
	return inWords(a)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// ask asks probes, some at once, and returns the answers by name. What got
// none is in its answer; the error is that of ctx.
func ask(ctx context.Context, client *probes.Client, list []probes.Probe) (map[string]probes.Answer, error) {
	answers := make([]probes.Answer, len(list))
	next := make(chan int)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := range next {
				a, err := client.Ask(ctx, list[i])
				if err != nil {
					a = probes.Answer{Err: err}
				}
				answers[i] = a
			}
		})
	}
	for i := range list {
		next <- i // whoever takes it gives up at once when ctx is done
	}
	close(next)
	all.Wait()
	byName := map[string]probes.Answer{}
	for i, p := range list {
		byName[p.Name] = answers[i]
	}
	return byName, ctx.Err()
}
