package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/near"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// names are the methods and tools that a name in a scenario may mean. Servers
// have methods of their own, so what is not among them is remarked on, and no
// mistake.
type names struct {
	methods []string // of all revisions, of the stubs, and on the cassette
	tools   []string // of the stubs, and on the cassette; none where neither is there
}

// namesOf are the names that a scenario goes by; r is what a cassette has, or nil.
func namesOf(s *scenarios.Scenario, r *rehearsal) *names {
	n := &names{methods: mcp.ClientMethods()}
	if s.Stubs != nil {
		for _, m := range s.Stubs.Methods {
			n.methods = append(n.methods, m.Method)
		}
		for _, t := range s.Stubs.Tools {
			n.tools = append(n.tools, t.Name)
		}
	}
	if r != nil {
		n.methods, n.tools = append(n.methods, r.methods...), append(n.tools, r.tools...)
	}
	return n
}

// called are the names that a condition asks for.
func (n *names) called(key string) []string {
	switch key {
	case "method":
		return n.methods
	case "tool":
		return n.tools
	}
	return nil
}

// of are the remarks on the names in some triggers.
func (n *names) of(triggers ...*scenarios.Trigger) (all []string) {
	for _, t := range triggers {
		for _, t := range nested(t) {
			all = append(all, n.method(t.Method)...)
			all = append(all, n.tool(t.Tool)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// expected are the remarks on the names in an expectation.
func (n *names) expected(e *scenarios.Expectation) []string {
	all := n.of(&e.Of, &e.Has)
	for _, method := range e.Order {
		all = append(all, n.method(method)...)
	}
	return all
}

// stubbed are the remarks on the methods that are written as stubs: one near a
// method of the protocol may have been meant for it.
func (n *names) stubbed(s *scenarios.Stubs) (all []string) {
	if s == nil {
		return nil
	}
	for _, m := range s.Methods {
		if likely, known := meant(m.Method, mcp.ClientMethods()); !known && likely != "" {
			all = append(all, fmt.Sprintf("no revision has the method %s of the stubs: did you mean %q?", say.Short(m.Method, 60), likely))
		}
	}
	return all
}

// method is the remark on the name of a method, if there is one.
func (n *names) method(name string) []string {
	switch likely, known := meant(name, n.methods); {
	case known:
		return nil
	case likely != "":
		return []string{fmt.Sprintf("no revision has the method %s: did you mean %q?", say.Short(name, 60), likely)}
	}
	return []string{fmt.Sprintf("no revision has the method %s: only clients that have it of their own send it", say.Short(name, 60))}
}

// tool is the remark on the name of a tool, if there is one.
func (n *names) tool(name string) []string {
	likely, known := meant(name, n.tools)
	if known || likely == "" {
		return nil
	}
	return []string{fmt.Sprintf("nothing here has the tool %s: did you mean %q?", say.Short(name, 60), likely)}
}

// meant reports whether a name, or one that a pattern stands for, is among those
// that are known, and else which of them was likely meant.
func meant(name string, words []string) (likely string, known bool) {
	start, open := strings.CutSuffix(name, "*")
	if name == "" || open && start == "" {
		return "", true
	}
	if !open {
		return near.Word(name, words), slices.Contains(words, name)
	}
	var begins []string
	for _, word := range words {
		if strings.HasPrefix(word, start) {
			return "", true
		}
		if group, _, ok := strings.Cut(word, "/"); ok {
			begins = append(begins, group+"/")
		}
	}
	if likely = near.Word(start, begins); likely != "" {
		likely += "*"
	}
	return likely, false
}

// nested are a trigger and those that it is made of; nil is none.
func nested(t *scenarios.Trigger) []*scenarios.Trigger {
	if t == nil {
		return nil
	}
	all := append([]*scenarios.Trigger{t}, nested(t.Not)...)
	for i := range t.Any {
		all = append(all, nested(&t.Any[i])...)
	}
	return all
}
