package check

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/scenarios"
)

// known names what is known about a breach: the stock scenario that shows it,
// for trying a client against it, or else where it was reported.
func (f *Finding) known(scenario, issue string) *Finding {
	switch {
	case slices.Contains(scenarios.Stock(), scenario):
		f.Known = append(f.Known, scenario)
	case issue != "":
		f.Known = append(f.Known, issue)
	}
	return f
}

// shown is known for a breach, where it is one, that a stock scenario shows.
func (f *Finding) shown(scenario string) {
	if f.Verdict != OK {
		f.known(scenario, "")
	}
}

// knownInWords says what to type about it, or where to read, each for itself.
func (f *Finding) knownInWords() []string {
	var words []string
	for _, k := range f.Known {
		if !strings.Contains(k, "://") {
			k = "mcpmock replay weather -s " + k
			if strings.HasPrefix(f.Rule, "modern-") && f.Rule != "modern-probe" {
				k += " --era both"
			}
		}
		words = append(words, k)
	}
	return words
}
