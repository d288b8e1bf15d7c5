package matching

import (
	"maps"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
)

// SampleSize is how many exchanges of a method, and of each name, are
// remembered for near misses.
const SampleSize = 64

// maxSamples keeps a tape of ever new names from eating memory: those beyond
// have no near miss.
const maxSamples = 10_000

// samples are some exchanges of each method, and of each method and name.
type samples map[asked]*sample

type sample struct{ exchanges []int32 }

// An asked is what a request asks: a method, about something or about nothing;
// or, with all, the method whatever it is about.
type asked struct {
	method, name string
	all          bool
}

// add takes in exchange x: for the method as a whole one of each name, and all
// that are about nothing. The texts are only good during the call.
func (s samples) add(x int32, method, name string) {
	if first := s.remember(x, asked{method: method, name: name}); first || name == "" {
		s.remember(x, asked{method: method, all: true})
	}
}

// remember adds an exchange to a sample. It reports whether it is the sample's
// first.
func (s samples) remember(x int32, a asked) bool {
	of := s[a]
	if of == nil {
		if len(s) >= maxSamples {
			return false
		}
		of = &sample{}
		s[asked{strings.Clone(a.method), strings.Clone(a.name), a.all}] = of
	}
	if len(of.exchanges) < SampleSize {
		of.exchanges = append(of.exchanges, x)
	}
	return len(of.exchanges) == 1
}

// of returns a sample's exchanges.
func (s samples) of(a asked) []int32 {
	if of := s[a]; of != nil {
		return of.exchanges
	}
	return nil
}

// Of returns some exchanges of a method, in the order of the tape; nil where it
// has none.
func (ix *Index) Of(method string) []int32 { return ix.samples.of(asked{method: method, all: true}) }

// Named does the same of a method about something; name "" is about nothing.
func (ix *Index) Named(method, name string) []int32 {
	return ix.samples.of(asked{method: method, name: name})
}

// Has reports whether any exchange of a method is on the tape.
func (ix *Index) Has(method string) bool { return ix.Of(method) != nil }

// Methods lists the methods that are on the tape, sorted.
func (ix *Index) Methods() []string {
	names := map[string]bool{}
	for a := range ix.samples {
		names[a.method] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Plays reports whether the tape has an answer to a request of a method.
func (ix *Index) Plays(method string) bool { return slices.ContainsFunc(ix.Of(method), ix.plays) }

// PlaysModern reports whether it has one to a modern request of it.
func (ix *Index) PlaysModern(method string) bool {
	return slices.ContainsFunc(ix.Of(method), func(x int32) bool {
		return ix.Flags(int(x))&cassettes.Modern != 0 && ix.plays(x)
	})
}

func (ix *Index) plays(x int32) bool { return ix.PlayableAt(int(x)) }
