package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

//go:embed stock/*.yaml
var stockFiles embed.FS

//go:embed dialects/*.yaml
var dialectFiles embed.FS

// Load reads a scenario: a stock one by its name, the one that is nothing but a
// dialect by the dialect's name, or a file by its path (where a file is named
// like one of these, ./NAME is the file).
func Load(nameOrFile string) (*Scenario, error) {
	if slices.Contains(Stock(), nameOrFile) {
		data, err := StockSource(nameOrFile)
		if err != nil {
			return nil, err
		}
		return Parse(nameOrFile+".yaml", data)
	}
	if slices.Contains(Dialects(), nameOrFile) {
		d, err := LoadDialect(nameOrFile)
		if err != nil {
			return nil, err
		}
		return &Scenario{Name: d.Name, About: d.About, Dialect: d.Name}, nil
	}
	f, err := os.Open(nameOrFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("scenarios: no stock scenario, no dialect and no file %q: %s", nameOrFile, instead(nameOrFile, slices.Concat(Stock(), Dialects())))
	}
	if err != nil {
		return nil, fmt.Errorf("scenarios: opening a scenario: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("scenarios: reading a scenario: %w", err)
	}
	return Parse(nameOrFile, data)
}

// Stock returns the names of the stock scenarios, sorted.
func Stock() []string { return names(stockFiles, "stock") }

// StockSource returns the text of a stock scenario.
func StockSource(name string) ([]byte, error) {
	if !slices.Contains(Stock(), name) {
		return nil, fmt.Errorf("scenarios: no stock scenario %q: %s", name, instead(name, Stock()))
	}
	return stockFiles.ReadFile("stock/" + name + ".yaml")
}

// StockWords says what happens in a stock scenario: the first words of the
// comment that its file begins with. It is "" for a name that is none.
func StockWords(name string) string {
	source, _ := StockSource(name)
	var words []string
	for line := range strings.Lines(string(source)) {
		text, comment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !comment || strings.TrimSpace(text) == "" {
			break
		}
		words = append(words, strings.TrimSpace(text))
	}
	return strings.Join(words, " ")
}

// Dialects returns the names of the dialects, sorted.
func Dialects() []string { return names(dialectFiles, "dialects") }

// LoadDialect returns the dialect of that name.
func LoadDialect(name string) (*Dialect, error) {
	if !slices.Contains(Dialects(), name) {
		return nil, fmt.Errorf("scenarios: no dialect %q: %s", name, instead(name, Dialects()))
	}
	if d, ok := parsedDialects.Load(name); ok {
		return d.(*Dialect), nil
	}
	data, err := dialectFiles.ReadFile("dialects/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	d, err := parseDialect(name+".yaml", data)
	if err == nil {
		parsedDialects.Store(name, d)
	}
	return d, err
}

// parsedDialects remembers the dialects that were loaded: their files are part
// of the program, a Dialect never changes, and a test suite starts a player
// for every test.
var parsedDialects sync.Map

// names lists the files of an embedded directory without their ending. The
// directory is part of the program, so it can be read.
func names(files embed.FS, dir string) []string {
	entries, _ := files.ReadDir(dir)
	all := make([]string, 0, len(entries))
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	slices.Sort(all)
	return all
}
