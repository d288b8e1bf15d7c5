package main

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
)

// openTape opens the cassette at path or, where there is no such file, the
// stock tape of that name.
func openTape(path string) (*cassettes.Tape, error) {
	tape, err := cassettes.Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return tape, err
	}
	if tape, err := cassettes.Stock(path); err == nil {
		return tape, nil
	}
	return nil, noTape(path)
}

// noTape is the failure to find a cassette.
func noTape(path string) error {
	return wrongUse("no cassette %s", path).
		hint("record one:  mcpmock record -o %s --upstream URL", fileWord(path)).
		hint("or play a stock tape:  mcpmock replay %s", strings.Join(cassettes.StockNames(), " | "))
}
