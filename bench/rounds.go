package main

import (
	"context"
	"fmt"
	"time"
)

// A subject is a server that is measured in rounds.
type subject struct {
	server *process
	client asker
	text   func(id int) (request, answer string)
}

// An asker makes n calls to a server.
type asker interface {
	ask(ctx context.Context, n int, text func(id int) (request, answer string)) error
}

// compare asks all subjects in interleaved rounds and returns what each cost
// in each round, in processor time. The first round is not counted.
func (b *bench) compare(subjects ...*subject) (costs [][]float64, err error) {
	costs = make([][]float64, len(subjects))
	for round := range b.rounds + 1 {
		for i := range subjects {
			i = (i + round) % len(subjects)
			s := subjects[i]
			before, err := processorTime(s.server.pid())
			if err != nil {
				return nil, err
			}
			if err := s.client.ask(b.ctx, b.requests, s.text); err != nil {
				return nil, fmt.Errorf("%s: %w", s.server.name, err)
			}
			after, err := processorTime(s.server.pid())
			if err != nil {
				return nil, err
			}
			if round > 0 {
				costs[i] = append(costs[i], float64(after-before)/float64(time.Microsecond)/float64(b.requests))
			}
		}
	}
	return costs, nil
}

// ratios divides round by round.
func ratios(a, by []float64) []float64 {
	r := make([]float64, len(a))
	for i := range a {
		r[i] = a[i] / by[i]
	}
	return r
}
