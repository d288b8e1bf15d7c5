package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/mcpmock/mcpmock/scenarios"
)

// loadScenario loads the scenario of that name or in that file. Its failure has
// the command to type next: which one depends on what was meant.
func loadScenario(name string) (*scenarios.Scenario, error) {
	s, err := scenarios.Load(name)
	if err == nil {
		err = replay.CheckStubs(s, name)
	}
	if err == nil {
		return s, nil
	}
	f := &failure{code: exitUse, err: err}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return nil, f.hint("when it is mended:  mcpmock scenario check %s", say.File(name))
	}
	return nil, noScenario(f, name)
}

// noScenario adds to the failure to find a scenario how to get one.
func noScenario(f *failure, name string) *failure {
	if !scenarios.LooksLikeFile(name) {
		return f.hint("all scenarios: mcpmock scenario list")
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return f
	}
	called := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if known := slices.Concat(scenarios.Stock(), scenarios.Dialects()); slices.Contains(known, called) {
		f.hint("the stock one is meant without a path:  -s %s", say.Word(called))
	}
	return f.hint("begin one:  mcpmock scenario new %s -o %s", scenarioName(called), say.File(name))
}

// scenarioName is a name as a scenario can have it, made of that of a file.
func scenarioName(base string) string {
	name := strings.Map(func(r rune) rune {
		if goodInName(r) {
			return r
		}
		return '-'
	}, base)
	if strings.Trim(name, "-.") == "" {
		return "mine"
	}
	return name
}

// goodInName reports whether a letter is good in the name of a scenario, which
// stands in commands, reports and names of files.
func goodInName(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.", r)
}
