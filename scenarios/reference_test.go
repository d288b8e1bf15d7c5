package scenarios_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

// The reference names everything that a file may hold: every key of the
// grammar, every word, every variable and template, every check and dialect.
func TestReference(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(source)
	words := slices.Concat(scenarios.CheckNames(), scenarios.Dialects(), scenarios.Groups(), scenarios.Assertions(), schemaKeys(t), schemaWords(t))
	for _, name := range scenarios.Variables() {
		words = append(words, "${"+name+"}")
	}
	for _, name := range []string{"args", "args.city", "uuid", "now", "seq", "session", "method", "token", "id"} {
		words = append(words, "{{"+name+"}}")
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if !mentions(page, word) {
			t.Errorf("docs/scenarios.md does not say what `%s` is", word)
		}
	}
}

// mentions reports whether a page has a word in the type of code, alone or
// in a mapping.
func mentions(page, word string) bool {
	if strings.Contains(page, "`"+word+"`") {
		return true
	}
	for code := range strings.SplitSeq(page, "`") {
		if len(code) > 100 || strings.Contains(code, "\n") {
			continue
		}
		for _, part := range strings.FieldsFunc(code, func(r rune) bool { return strings.ContainsRune("{}:, ", r) }) {
			if part == word {
				return true
			}
		}
	}
	return false
}

// schemaWords lists every word that a value may be.
func schemaWords(t *testing.T) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal(scenarios.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	var words []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, v := range v {
				walk(v)
			}
		case map[string]any:
			enum, _ := v["enum"].([]any)
			for _, w := range append(enum, v["const"]) {
				if s, ok := w.(string); ok {
					words = append(words, s)
				}
			}
			for _, v := range v {
				walk(v)
			}
		}
	}
	walk(root)
	return words
}

// The page of the stock scenarios is made from their files.
// UPDATE_STOCK=1 writes it anew.
func TestStockPage(t *testing.T) {
	t.Parallel()
	const file = "../docs/stock-scenarios.md"
	page := stockPage(t)
	if os.Getenv("UPDATE_STOCK") != "" {
		if err := os.WriteFile(file, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, page) {
		t.Errorf("%s is out of date: UPDATE_STOCK=1 go test ./scenarios -run TestStockPage", file)
	}
}

func stockPage(t *testing.T) []byte {
	t.Helper()
	groups := map[string][]string{}
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		about := s.About
		if strings.HasPrefix(about, "https://") {
			about = "[source](" + about + ")"
		}
		row := fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, cell(scenarios.StockWords(name)), cell(s.Good), cell(about))
		groups[s.Group] = append(groups[s.Group], row)
	}
	var b bytes.Buffer
	b.WriteString(`# Stock scenarios

They come with mcpmock: ` + "`mcpmock replay weather -s NAME`" + ` plays one, ` + "`mcpmock scenario show NAME`" + ` prints its
file. [scenarios.md](scenarios.md) says how one is written. This page is made from the files.
`)
	for _, group := range append(scenarios.Groups(), "") {
		if len(groups[group]) == 0 {
			continue
		}
		title := group
		if group == "" {
			title = "other"
		}
		fmt.Fprintf(&b, "\n## %s\n\n| name | what happens | a good client | |\n| --- | --- | --- | --- |\n", title)
		for _, row := range groups[group] {
			b.WriteString(row)
		}
	}
	return b.Bytes()
}

// cell is text within a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}
