package mcpmock_test

import (
	"cmp"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/mcpmock/mcpmock"

// TestImportsRunOneWay holds the floors of the house apart: what a package
// builds on, directly or not, is on a lower floor (docs/architecture.md).
func TestImportsRunOneWay(t *testing.T) {
	for _, c := range []struct {
		why   string
		floor string   // a package, or with /... all under it
		never []string // of the house
	}{
		{"a recorder that knows the player would judge what it records", "recorder", []string{"replay", "scenarios", "cmd/..."}},
		{"a player that knows the recorder would serve live traffic", "replay", []string{"recorder", "cmd/..."}},
		{"who checks a server neither records it nor speaks for a shell", "check", []string{"recorder", "internal/weather", "cmd/..."}},
		{"a probe asks and does not judge", "probes", []string{"check", "replay", "recorder", "scenarios", "cassettes", "cmd/..."}},
		{"a judge hears tapes, wherever they come from", "verdicts", []string{"replay", "recorder", "cmd/..."}},
		{"a gate knows a request by the facts, and neither tape, faults nor player", "replay/internal/gate", []string{"replay", "replay/internal/matching", "replay/internal/stubs", "faults", "verdicts", "cassettes", "cmd/..."}},
		{"a scenario is data: it neither plays nor reads a tape", "scenarios", []string{"replay", "recorder", "cassettes", "cmd/..."}},
		{"the tape stands on facts alone", "cassettes", []string{"replay", "recorder", "scenarios", "cmd/..."}},
		{"facts know nothing of the house", "internal/...", []string{"cassettes", "recorder", "replay", "scenarios", "cmd/..."}},
		{"whoever imports the library gets neither the command, nor the demo's server, nor what asks live ones", ".", []string{"cmd/...", "internal/weather", "internal/harbour", "check", "probes"}},
	} {
		for floor, deps := range dependencies(t, "./"+c.floor) {
			for _, dep := range deps {
				name, ours := strings.CutPrefix(dep, module+"/")
				if ours && slices.ContainsFunc(c.never, func(p string) bool { return under(name, p) }) {
					t.Errorf("%s builds on %s: %s", floor, name, c.why)
				}
			}
		}
	}
}

// TestLibrariesStayInTheirPlace holds that each library is met in one place,
// so that it can be replaced there.
func TestLibrariesStayInTheirPlace(t *testing.T) {
	const anywhere = 0
	for _, c := range []struct {
		library string
		places  []string
		files   int  // how many may import it
		tests   bool // and any test, too
	}{
		{"github.com/gorilla/mux", []string{"replay"}, 1, false},
		{"github.com/goccy/go-yaml", []string{"scenarios"}, anywhere, false},
		{"github.com/gofrs/flock", []string{"cassettes"}, 1, false},
		{"github.com/spf13", []string{"cmd/..."}, anywhere, false},
		{"github.com/BurntSushi/toml", []string{"cmd/mcpmock"}, 1, false},
		{"github.com/modelcontextprotocol/go-sdk", []string{"internal/weather", "internal/harbour", "interop/harbour"}, anywhere, true},
		{"github.com/rogpeppe/go-internal", nil, anywhere, true},
		{"github.com/google/jsonschema-go", []string{"replay/internal/stubs"}, 1, true},
		{"github.com/segmentio/encoding", []string{"internal/gowords"}, 1, true},
		{"github.com/google/go-cmp", []string{"internal/jsondiff"}, anywhere, true},
		{"github.com/go-json-experiment/json", []string{"cassettes", "internal/jsonrpc"}, anywhere, true},
	} {
		var in []string
		for file, imports := range files(t) {
			if !slices.ContainsFunc(imports, func(path string) bool { return path == c.library || strings.HasPrefix(path, c.library+"/") }) {
				continue
			}
			if c.tests && strings.HasSuffix(file, "_test.go") {
				continue
			}
			in = append(in, file)
			if !slices.ContainsFunc(c.places, func(p string) bool { return under(filepath.ToSlash(filepath.Dir(file)), p) }) {
				t.Errorf("%s imports %s, whose place is %s", file, c.library, cmp.Or(strings.Join(c.places, ", "), "in tests"))
			}
		}
		if c.files > anywhere && len(in) != c.files {
			t.Errorf("%s is imported in %d files (%s), and should be in %d", c.library, len(in), strings.Join(in, ", "), c.files)
		}
	}
}

// TestArchitecturePage holds that docs/architecture.md speaks of this house:
// every package has its row, and what it names is there.
func TestArchitecturePage(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	page, sources, is := string(text), "", map[string]bool{}
	for file := range files(t) {
		is[filepath.Base(file)] = true
		if strings.HasSuffix(file, "_test.go") {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources += string(source)
			continue
		}
		dir := filepath.ToSlash(filepath.Dir(file))
		if dir != "." && !strings.Contains(page, "`"+dir+"`") && !strings.Contains(page, "`"+dir+"/`") {
			t.Errorf("the page does not speak of %s", dir)
			page += "`" + dir + "`" // once is enough
		}
	}
	for _, name := range regexp.MustCompile(`[a-z_]+[.]go\b`).FindAllString(page, -1) {
		if !is[name] {
			t.Errorf("the page names the file %s, which is gone", name)
		}
	}
	for _, name := range regexp.MustCompile("`(Test|Fuzz)[A-Za-z0-9]+`").FindAllString(page, -1) {
		if !strings.Contains(sources, "func "+strings.Trim(name, "`")+"(") {
			t.Errorf("the page names the test %s, which is gone", name)
		}
	}
}

// under reports whether a package's path is meant by a pattern.
func under(path, pattern string) bool {
	dir, all := strings.CutSuffix(pattern, "/...")
	return path == dir || all && strings.HasPrefix(path, dir+"/")
}

// dependencies returns all that the packages of a pattern build on, tests
// aside.
func dependencies(t *testing.T, pattern string) map[string][]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, pattern)
	var stderr strings.Builder
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", pattern, err, stderr.String())
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		deps[words[0]] = words[1:]
	}
	if len(deps) == 0 {
		t.Fatalf("go list %s: no such package", pattern)
	}
	return deps
}

// files returns what each Go file of the module imports, whatever system it
// is for.
func files(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		imports[path] = []string{}
		for _, i := range file.Imports {
			text, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports[path] = append(imports[path], text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}
