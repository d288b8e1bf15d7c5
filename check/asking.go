package check

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

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
		w.find("rate-limit", Note, ofSending, "", "room for what a client asks", "429 %s, and 429 again to %d of %d", say.Times(again), refused, len(list)).
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

// atOnce is how many probes are asked at once, and how many mocks.
const atOnce = 4

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
