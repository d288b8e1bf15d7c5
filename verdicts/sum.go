package verdicts

import "slices"

// Sum makes one list of verdicts of several on the same scenarios, such as
// those of two mocks that one client has used: of an expectation the first
// verdict that fails speaks for all, else the first that waits, else the first
// that passes. Lists that are empty do not count.
func Sum(lists ...[]Verdict) []Verdict {
	var all []Verdict
	for _, list := range lists {
		if len(all) == 0 {
			all = slices.Clone(list)
			continue
		}
		for i := range list {
			if i < len(all) && worse(list[i].Result, all[i].Result) {
				all[i] = list[i]
			}
		}
	}
	return all
}
