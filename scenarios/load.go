package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/internal/near"
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
		if LooksLikeFile(nameOrFile) {
			return nil, fmt.Errorf("scenarios: no file %s: write it first, or name a stock scenario", nameOrFile)
		}
		return nil, fmt.Errorf("scenarios: no stock scenario, no dialect and no file %q: %s", nameOrFile, insteadOf(nameOrFile, slices.Concat(Stock(), Dialects())))
	}
	if err != nil {
		return nil, fmt.Errorf("scenarios: opening a scenario: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("scenarios: %s is a directory: name a file in it", nameOrFile)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("scenarios: reading a scenario: %w", err)
	}
	return Parse(nameOrFile, data)
}

// LooksLikeFile reports whether a name is meant for a file's: it has a slash or
// the ending of a scenario file.
func LooksLikeFile(name string) bool {
	return strings.ContainsAny(name, `/\`) || slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(name)))
}

// insteadOf says which stock name to write in place of a wrong one: a near one,
// or those that have the words in them, or else are about them.
func insteadOf(wrong string, names []string) string {
	if near.Word(wrong, names) != "" {
		return instead(wrong, names)
	}
	for _, known := range []struct {
		words string
		text  func(name string) string
	}{
		{"that in them", func(name string) string { return name }},
		{"to do with that", searched},
	} {
		var found []string
		for _, name := range names {
			if near.Holds(wrong, known.text(name)) {
				found = append(found, name)
			}
		}
		switch {
		case len(found) == 1:
			return fmt.Sprintf("did you mean %q?", found[0])
		case len(found) > maxFound:
			return fmt.Sprintf("%d have %s: %s, ...", len(found), known.words, listed(found[:maxFound]))
		case found != nil:
			return fmt.Sprintf("these have %s: %s", known.words, listed(found))
		}
	}
	return instead(wrong, names)
}

// maxFound is how many names are told to somebody who had none of them right.
const maxFound = 8

// Mention reports whether a stock scenario or a dialect has words in its name,
// or in what its file says about it.
func Mention(name, words string) bool { return near.Holds(words, searched(name)) }

// searched is what words are looked for in, of a stock scenario or a dialect:
// its name, what its file begins with, and what it is about.
func searched(name string) string {
	source, err := stockFiles.ReadFile("stock/" + name + ".yaml")
	if err != nil {
		source, _ = dialectFiles.ReadFile("dialects/" + name + ".yaml")
	}
	text := name + " " + beginning(source)
	for line := range strings.Lines(string(source)) {
		if strings.HasPrefix(line, "about:") {
			text += " " + line
		}
	}
	return text
}

// Stock returns the names of the stock scenarios, sorted.
func Stock() []string { return names(stockFiles, "stock") }

// StockSource returns the text of a stock scenario.
func StockSource(name string) ([]byte, error) {
	if !slices.Contains(Stock(), name) {
		return nil, fmt.Errorf("scenarios: no stock scenario %q: %s", name, insteadOf(name, Stock()))
	}
	return stockFiles.ReadFile("stock/" + name + ".yaml")
}

// StockWords says what happens in a stock scenario: the first words of the
// comment that its file begins with. It is "" for a name that is none.
func StockWords(name string) string {
	source, _ := StockSource(name)
	return beginning(source)
}

// beginning is the first words of the comment that a file begins with.
func beginning(source []byte) string {
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

// DialectSource returns the text of a dialect's file.
func DialectSource(name string) ([]byte, error) {
	if !slices.Contains(Dialects(), name) {
		return nil, fmt.Errorf("scenarios: no dialect %q: %s", name, insteadOf(name, Dialects()))
	}
	return dialectFiles.ReadFile("dialects/" + name + ".yaml")
}

// DialectWords says whose manners a dialect has: the first words of the comment
// that its file begins with. It is "" for a name that is none.
func DialectWords(name string) string {
	source, _ := DialectSource(name)
	return beginning(source)
}

// LoadDialect returns the dialect of that name.
func LoadDialect(name string) (*Dialect, error) {
	if d, ok := parsedDialects.Load(name); ok {
		return d.(*Dialect), nil
	}
	data, err := DialectSource(name)
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
