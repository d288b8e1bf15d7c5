package check

import (
	"context"
	"errors"
	"maps"

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
