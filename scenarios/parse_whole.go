package scenarios

import (
	"fmt"
	"slices"
)

// whereabouts remembers where faults and expectations stand, for what can be
// checked only when the whole file has been read.
type whereabouts struct {
	faults []places // of each fault, with the actions and conditions under do. and when.
	since  []node   // of each expectation
}

// check looks at what the parts of a scenario say about each other.
func (w *whereabouts) check(at places, s *Scenario) error {
	for i := range s.Faults {
		if err := w.checkNames(i, s); err != nil {
			return err
		}
		if err := w.checkPartners(i, s); err != nil {
			return err
		}
		if err := w.checkTransport(i, s); err != nil {
			return err
		}
	}
	if s.Transport == "stdio" {
		for _, policy := range []string{"cors", "auth", "replicas", "rate"} {
			if at.has(policy) {
				return at[policy].errorf("%s in a scenario for stdio, where there is none: leave it or transport out", policy)
			}
		}
	}
	if s.Sessions == "stateless" && s.Idle > 0 {
		return at["idle"].errorf("idle without sessions: sessions is stateless, leave one of them out")
	}
	return w.checkSince(s)
}

// leastOfAll is what a scenario must have.
const leastOfAll = "write at least a dialect, a sessions policy or a fault"

// says reports whether a scenario has more than words about itself.
func says(at places) bool {
	for key := range at {
		if !slices.Contains([]string{"name", "group", "about", "good", "transport", "seed", "scale"}, key) {
			return true
		}
	}
	return false
}

func (w *whereabouts) checkNames(i int, s *Scenario) error {
	name := s.Faults[i].Name
	if name == "" {
		return nil
	}
	at := w.faults[i]["name"]
	if slices.Contains(begins(), name) {
		return at.errorf("a fault cannot be called %q: since means something else by it", name)
	}
	for j := range i {
		if s.Faults[j].Name == name {
			first := ""
			if line := w.faults[j]["name"].line; line > 0 { // those of a program have none
				first = fmt.Sprintf(", the first on line %d", line)
			}
			return at.errorf("two faults are called %q%s: give them different names", name, first)
		}
	}
	return nil
}

// checkPartners looks for what a condition needs elsewhere in the file.
func (w *whereabouts) checkPartners(i int, s *Scenario) error {
	f, at := &s.Faults[i], w.faults[i]
	if f.When.Chance > 0 && s.Seed == nil {
		return at["when.chance"].errorf("chance without a seed: add seed: 1 to the scenario, so that it can be repeated")
	}
	for _, t := range []*Trigger{&f.When, f.Until} {
		if t == nil {
			continue
		}
		whereOf := func(key string) node {
			if t == f.Until {
				return at["until"]
			}
			return at["when."+key]
		}
		if s.Sessions == "stateless" && (t.Session == "known" || t.Session == "ended") {
			return whereOf("session").errorf("session: %s is never met where sessions is stateless: leave one of them out", t.Session)
		}
		if t.Replica == 0 {
			continue
		}
		place := whereOf("replica")
		switch {
		case s.Replicas == nil:
			return place.errorf("replica without replicas: add replicas: {n: 2} to the scenario")
		case t.Replica > s.Replicas.N:
			return place.errorf("replica is %d, and replicas has %d: write one from 1 to %d", t.Replica, s.Replicas.N, s.Replicas.N)
		}
	}
	return nil
}

// checkTransport looks for what the scenario's transport does not have.
func (w *whereabouts) checkTransport(i int, s *Scenario) error {
	if s.Transport == "" {
		return nil
	}
	at, where := w.faults[i], "stdio"
	if s.Transport == "stdio" {
		where = "HTTP"
	}
	for _, k := range everyAct() {
		if place, ok := at["do."+k.name]; ok && k.nature&foreignTo(s.Transport) != 0 && k.set(&s.Faults[i].Do) {
			return place.errorf("%s happens over %s only, and transport is %s: leave one of them out", k.name, where, s.Transport)
		}
	}
	when := &s.Faults[i].When
	switch {
	case s.Transport == "stdio" && when.Client == "resume":
		return at["when.client"].errorf("client: resume happens over HTTP only, and transport is stdio: leave one of them out")
	case s.Transport == "stdio" && when.Path != "":
		return at["when.path"].errorf("path is never met over stdio, which transport says: leave one of them out")
	case s.Transport == "stdio" && when.HTTP != "" && when.HTTP != "POST":
		return at["when.http"].errorf("http: %s is never met over stdio, where a line counts as a POST: leave it or transport out", when.HTTP)
	case s.Transport != "stdio" && when.Client == "eof":
		return at["when.client"].errorf("client: eof happens over stdio only, and transport is %s: leave one of them out", s.Transport)
	case s.Transport == "http" && when.Client == "connect":
		return at["when.client"].errorf("client: connect happens over sse and stdio only, and transport is http: leave one of them out")
	case !when.Meetable(s.Transport):
		return at["when"].errorf("when is never met over %s, which transport says: leave one of them out", s.Transport)
	case s.Faults[i].Until != nil && !s.Faults[i].Until.Meetable(s.Transport):
		return at["until"].errorf("until is never met over %s, which transport says: leave one of them out", s.Transport)
	}
	return nil
}

// begins are the words of since that name no fault.
func begins() []string { return []string{"fault", "refusal", "start"} }

// checkSince settles where the judge begins.
func (w *whereabouts) checkSince(s *Scenario) error {
	words := begins()
	for _, f := range s.Faults {
		if f.Name != "" {
			words = append(words, f.Name)
		}
	}
	for i := range s.Expect {
		e, at := &s.Expect[i], w.since[i]
		switch {
		case e.Since == "" && breaks(s):
			e.Since = "fault"
		case e.Since == "":
			e.Since = "refusal"
		case e.Since == "fault" && !breaks(s):
			return at.errorf("since: fault, but the scenario has neither faults nor policies: write since: refusal or since: start")
		case !slices.Contains(words, e.Since):
			return at.errorf("since names no fault %q: %s", e.Since, instead(e.Since, words))
		}
	}
	return nil
}

// breaks reports whether a scenario does something of its own beside refusing
// what its dialect and its policy about sessions refuse.
func breaks(s *Scenario) bool {
	return len(s.Faults) > 0 || s.Idle > 0 || s.Version != "" || s.Replicas != nil || s.Rate != nil || s.CORS != nil || s.Auth != nil
}

// checkFault looks at what the parts of a fault say about each other.
func checkFault(n node, at places, f *Fault) error {
	if err := n.inside(at, f); err != nil {
		return err
	}
	counts := f.When.Nth > 0 || f.When.Every > 0 || f.When.After > 0 || f.When.AfterTime > 0
	if at.has("scope") && !counts {
		return at["scope"].errorf("scope without nth, every or after: it says what they count in; leave it out")
	}
	for _, name := range unanswered(f.When.Client) {
		if place, ok := at["do."+name]; ok {
			return place.errorf("%s beside client: %s: nothing is answered to that; leave one of them out", name, f.When.Client)
		}
	}
	if d := f.Do.Drop; d != nil && (d.Bytes > 0 || d.Events > 0) && (f.When.Client == "connect" || f.When.Client == "eof") {
		return at["do.drop"].errorf("a drop within an answer beside client: %s: nothing is answered to that; write drop: fin, or {after: 1s}", f.When.Client)
	}
	if f.Cooldown > 0 && f.Times == 1 {
		return at["cooldown"].errorf("cooldown beside times: 1: a fault that happens once does not happen again; leave one of them out")
	}
	return nil
}

// inside adds the places of what stands under each key of a mapping: do.respond
// for what stands at respond under do.
func (n node) inside(at places, f *Fault) error {
	if n.yaml == nil { // it was made in Go
		for _, k := range everyAct() {
			if k.set(&f.Do) {
				at["do."+k.name] = n.under(".do." + k.name)
			}
		}
		for _, k := range when().keys {
			if k.set(&f.When) {
				at["when."+k.name] = n.under(".when." + k.name)
			}
		}
		return nil
	}
	all, err := n.entries()
	if err != nil {
		return err
	}
	for _, e := range all {
		if word, ok := e.value.scalar().(string); ok {
			at[e.key+"."+word] = e.value
		}
		parts, err := e.value.entries()
		if err != nil {
			return err
		}
		for _, part := range parts {
			at[e.key+"."+part.key] = part.at
		}
	}
	return nil
}
