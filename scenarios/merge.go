package scenarios

import "slices"

// Merge makes one scenario of several, in their order: what a later one says
// about the dialect and the policies wins, and faults add up. Names and abouts
// are joined. Merge of nothing changes nothing.
func Merge(list ...*Scenario) *Scenario {
	all := &Scenario{}
	for _, s := range list {
		if s == nil {
			continue
		}
		all.Name = join(all.Name, s.Name)
		all.About = join(all.About, s.About)
		if s.Dialect != "" {
			all.Dialect = s.Dialect
		}
		if s.Sessions != "" {
			all.Sessions = s.Sessions
		}
		all.Faults = slices.Concat(all.Faults, s.Faults)
	}
	return all
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
