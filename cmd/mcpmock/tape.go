package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/near"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// openTape opens the cassette at path or, where there is no such file, the
// stock tape of that name. use is how the verb is given a tape, for hints:
// "mcpmock show %s".
func openTape(path, use string) (*cassettes.Tape, error) {
	tape, err := cassettes.Load(path)
	if place, ok := errors.AsType[*cassettes.Error](err); ok && strings.HasPrefix(place.Reason, "no cassette") {
		return nil, notATape(path, place.Reason, use)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return tape, err
	}
	if tape, err := cassettes.Stock(path); err == nil {
		return tape, nil
	}
	return nil, noTape(path, use)
}

// notATape is the failure to read a cassette in a file of another kind, most
// likely a scenario, whose flag was forgotten.
func notATape(path, reason, use string) error {
	f := wrongUse("%s is no cassette", path)
	s, err := scenarios.Load(path)
	switch {
	case err == nil && s.Stubs != nil:
		return f.hint("it is a scenario:  mcpmock replay -s %s", say.File(path))
	case err == nil:
		return f.hint("it is a scenario:  mcpmock replay weather -s %s", say.File(path))
	case scenarios.LooksLikeFile(filepath.Base(path)):
		return f.hint("if it is a scenario:  mcpmock scenario check %s", say.File(path))
	}
	f = wrongUse("%s is %s", path, reason).hint("record one:  mcpmock record -o weather.cassette --upstream URL")
	return stockTape(f, use)
}

// noTape is the failure to find a cassette. Where use is "", the verb takes
// files alone.
func noTape(path, use string) error {
	f := wrongUse("no cassette %s", path)
	meant := near.Word(strings.TrimSuffix(filepath.Base(path), ".cassette"), cassettes.StockNames())
	if use != "" && meant != "" {
		f.hint("did you mean the stock tape:  "+use, meant)
	}
	f.hint("record one:  mcpmock record -o %s --upstream URL", say.File(path))
	if use == "" || meant != "" {
		return f
	}
	return stockTape(f, use)
}

// stockTape adds the hint that there are stock tapes.
func stockTape(f *failure, use string) error {
	return f.hint("or take a stock tape, %s:  "+use, strings.Join(cassettes.StockNames(), " or "), defaultTape)
}
