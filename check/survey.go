package check

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

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
	if err := w.askAll(ctx, *first); err != nil {
		return nil, err
	}
	if w.answers == nil {
		return nil, ErrOneClient
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
	modern, err := ask(ctx, w.client, ModernProbes())
	if err != nil {
		return nil, err
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
