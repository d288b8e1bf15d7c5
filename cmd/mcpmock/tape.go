package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// openTape opens the cassette at path or, where there is no such file, the
// stock tape of that name.
func openTape(path string) (*cassettes.Tape, error) {
	tape, err := cassettes.Load(path)
	if place, ok := errors.AsType[*cassettes.Error](err); ok && strings.HasPrefix(place.Reason, "no cassette") {
		return nil, notATape(path, place.Reason)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return tape, err
	}
	if tape, err := cassettes.Stock(path); err == nil {
		return tape, nil
	}
	return nil, noTape(path)
}

// notATape is the failure to read a cassette in a file of another kind, most
// likely a scenario, whose flag was forgotten.
func notATape(path, reason string) error {
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
	return wrongUse("%s is %s", path, reason).
		hint("record one:  mcpmock record -o weather.cassette --upstream URL").
		hint("or play a stock tape:  mcpmock replay %s", strings.Join(cassettes.StockNames(), " | "))
}

// noTape is the failure to find a cassette.
func noTape(path string) error {
	return wrongUse("no cassette %s", path).
		hint("record one:  mcpmock record -o %s --upstream URL", say.File(path)).
		hint("or play a stock tape:  mcpmock replay %s", strings.Join(cassettes.StockNames(), " | "))
}
