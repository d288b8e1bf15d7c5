package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/near"
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

// listGroups are what the list can be asked for.
func listGroups() []string { return append(scenarios.Groups(), dialectGroup) }

// listScenarios lists the stock scenarios of some groups, or of all where none
// is named, and of these those that have some words in their names or in what
// they are about: by their groups, each by its name. Those without a group come
// after these, and the dialects last.
func listScenarios(c *console, asked []string) error {
	var wanted, words []string
	for _, group := range asked {
		if slices.Contains(listGroups(), group) {
			wanted = append(wanted, group)
			continue
		}
		anyHas := func(name string) bool { return scenarios.Mention(name, group) }
		if !slices.Contains(scenarios.Stock(), group) && slices.ContainsFunc(slices.Concat(scenarios.Stock(), scenarios.Dialects()), anyHas) {
			words = append(words, group)
			continue
		}
		f := wrongUse("there is no group %q, and no scenario that has to do with it", group)
		if likely := near.Word(group, listGroups()); likely != "" {
			f.hint("did you mean: mcpmock scenario list %s", likely)
		} else if slices.Contains(scenarios.Stock(), group) {
			f.hint("it is a scenario: mcpmock scenario show %s", group)
		}
		return f.hint("the groups: %s", strings.Join(listGroups(), ", "))
	}
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
	found := 0
	for group, all := range groups {
		groups[group] = slices.DeleteFunc(all, func(l listed) bool { return words != nil && !scenarios.Mention(l.Name, strings.Join(words, " ")) })
		if len(wanted) == 0 || slices.Contains(wanted, group) {
			found += len(groups[group])
		}
	}
	if found == 0 {
		return wrongUse("no scenario has to do with all of: %s", strings.Join(asked, ", ")).hint("all scenarios: mcpmock scenario list")
	}
	order := append(scenarios.Groups(), "", dialectGroup)
	if len(wanted) > 0 {
		order = slices.DeleteFunc(order, func(group string) bool { return !slices.Contains(wanted, group) })
	}
	if c.asJSON {
		all := []listed{}
		for _, group := range order {
			all = append(all, groups[group]...)
		}
		return c.print(all)
	}
	for _, group := range order {
		if len(groups[group]) == 0 {
			continue
		}
		longest := 0
		for _, l := range groups[group] {
			longest = max(longest, len(l.Name))
		}
		fmt.Fprintf(c.out, "%s\n", or(group, "other"))
		for _, l := range groups[group] {
			fmt.Fprintf(c.out, "  %-*s  %s\n", longest, l.Name, inShort(l.Happens, c.width()-longest-4))
		}
	}
	return nil
}

// inShort is the beginning of a text: its first sentence, or what of that fits
// into so many columns, and be it three words or so.
func inShort(text string, room int) string {
	room = max(room, 24)
	if sentence, _, more := strings.Cut(text, ". "); more {
		text = sentence
	}
	text = strings.TrimSuffix(text, ".")
	if len(text) <= room {
		return text
	}
	cut := strings.LastIndexByte(text[:room-len(" ...")+1], ' ')
	return strings.TrimRight(text[:max(cut, 1)], " ,:;") + " ..."
}
