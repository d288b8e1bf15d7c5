package cassettes

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// The stock tapes were recorded from real servers: everything from the npm
// package server-everything, weather from the server of mcpmock demo.
//
//go:embed *.cassette
var stock embed.FS

// StockNames lists the stock tapes, sorted.
func StockNames() []string {
	files, _ := fs.Glob(stock, "*.cassette") // the pattern is sound
	for i, file := range files {
		files[i] = strings.TrimSuffix(file, ".cassette")
	}
	slices.Sort(files)
	return files
}

// Stock opens the stock tape of that name. It needs no closing.
func Stock(name string) (*Tape, error) {
	data, err := stock.ReadFile(name + ".cassette")
	if err != nil {
		return nil, fmt.Errorf("cassettes: no stock tape %q: there are %s: %w", name, strings.Join(StockNames(), ", "), fs.ErrNotExist)
	}
	return LoadBytes(name+".cassette", data)
}
