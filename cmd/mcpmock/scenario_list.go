package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A listed scenario is one of the list, as scenario list --json prints it. Its
// keys stay as they are; new ones may be added.
type listed struct {
	Name      string `json:"name"`
	Group     string `json:"group,omitempty"`
	Happens   string `json:"happens,omitempty"`
	About     string `json:"about"`
	Good      string `json:"good,omitempty"`
	Transport string `json:"transport,omitempty"`
	Dialect   string `json:"dialect,omitempty"`
	Era       string `json:"era,omitempty"`
	Sessions  string `json:"sessions,omitempty"`
	Faults    int    `json:"faults"`
	Expect    int    `json:"expect"`
	Stubs     bool   `json:"stubs,omitempty"`
}

// dialectGroup is what the dialects are listed as: each can be played by its
// name as a scenario can, and breaks nothing.
const dialectGroup = "dialect"

// listScenarios lists the stock scenarios by their groups, each by its name.
// Those without a group come after these, and the dialects last.
func listScenarios(c *console) error {
	groups := map[string][]listed{}
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		groups[s.Group] = append(groups[s.Group], listed{
			Name: s.Name, Group: s.Group, Happens: scenarios.StockWords(name), About: s.About, Good: s.Good, Transport: s.Transport, Dialect: s.Dialect,
			Era: s.Era, Sessions: s.Sessions, Faults: len(s.Faults), Expect: len(s.Expect), Stubs: s.Stubs != nil,
		})
	}
	for _, name := range scenarios.Dialects() {
		d, err := scenarios.LoadDialect(name)
		if err != nil {
			return err
		}
		groups[dialectGroup] = append(groups[dialectGroup], listed{Name: name, Group: dialectGroup, Happens: scenarios.DialectWords(name), About: d.About, Dialect: name})
	}
	order := append(scenarios.Groups(), "", dialectGroup)
	if c.asJSON {
		all := []listed{}
		for _, group := range order {
			all = append(all, groups[group]...)
		}
		return c.print(all)
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, group := range order {
		if len(groups[group]) == 0 {
			continue
		}
		fmt.Fprintf(table, "%s\n", or(group, "other"))
		for _, l := range groups[group] {
			fmt.Fprintf(table, "  %s\t%s\n", l.Name, inShort(l.Happens))
		}
	}
	return table.Flush()
}

// inShort is the beginning of a text: its first sentence, or what of that fits
// into a line beside a name.
func inShort(text string) string {
	const room = 84
	if sentence, _, more := strings.Cut(text, ". "); more {
		text = sentence
	}
	text = strings.TrimSuffix(text, ".")
	if len(text) <= room {
		return text
	}
	cut := strings.LastIndexByte(text[:room], ' ')
	return strings.TrimRight(text[:max(cut, 1)], " ,:;") + " ..."
}
