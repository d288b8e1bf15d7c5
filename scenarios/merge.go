package scenarios

import "slices"

// Merge makes one scenario of several, in their order: what a later one says
// about the dialect, the policies, the seed and the scale wins; faults,
// expectations and stubs add up (of two stubs for one thing the later
// answers). Names, abouts and goods are joined. Merge of nothing changes
// nothing.
func Merge(list ...*Scenario) *Scenario {
	all := &Scenario{}
	for _, s := range list {
		if s == nil {
			continue
		}
		all.Name = join(all.Name, s.Name)
		all.About = join(all.About, s.About)
		all.Good = join(all.Good, s.Good)
		later(&all.Group, s.Group)
		later(&all.Transport, s.Transport)
		later(&all.Dialect, s.Dialect)
		later(&all.Era, s.Era)
		later(&all.Sessions, s.Sessions)
		later(&all.Idle, s.Idle)
		later(&all.Version, s.Version)
		later(&all.Replicas, s.Replicas)
		later(&all.Rate, s.Rate)
		later(&all.CORS, s.CORS)
		later(&all.Auth, s.Auth)
		later(&all.Seed, s.Seed)
		later(&all.Scale, s.Scale)
		all.Faults = slices.Concat(all.Faults, s.Faults)
		all.Expect = slices.Concat(all.Expect, s.Expect)
		all.Stubs = mergeStubs(all.Stubs, s.Stubs)
	}
	return all
}

// later puts what a later scenario says in the place of what an earlier said.
func later[V comparable](dst *V, v V) {
	if v != *new(V) {
		*dst = v
	}
}

func mergeStubs(a, b *Stubs) *Stubs {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	all := &Stubs{
		Server: a.Server, Instructions: a.Instructions, Version: a.Version,
		Tools:     slices.Concat(a.Tools, b.Tools),
		Prompts:   slices.Concat(a.Prompts, b.Prompts),
		Resources: slices.Concat(a.Resources, b.Resources),
		Methods:   slices.Concat(a.Methods, b.Methods),
	}
	if b.Server != nil {
		all.Server = b.Server
	}
	later(&all.Instructions, b.Instructions)
	later(&all.Version, b.Version)
	return all
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
