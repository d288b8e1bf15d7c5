package faults

import (
	"strings"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

// An index finds the faults that a request may meet by the three things that
// triggers name most: the HTTP method, the JSON-RPC method and the tool. A
// scenario with a hundred rules costs a request no more than those that are
// about the like of it.
type index struct {
	verbs, methods, tools map[string]bool // that some trigger names
	lists                 map[place][]candidate
}

// A place is what is known of a request, each of them "" where no trigger
// names it.
type place struct{ verb, method, tool string }

// A candidate is a fault that a request at a place may meet, and has met where
// the place is all that its trigger asks for.
type candidate struct {
	fault int
	met   bool
}

func newIndex(faults []scenarios.Fault) index {
	x := index{verbs: map[string]bool{}, methods: map[string]bool{}, tools: map[string]bool{}, lists: map[place][]candidate{}}
	named := make([]place, len(faults))
	for i := range faults {
		named[i] = placeOf(&faults[i].When)
		x.verbs[named[i].verb] = true
		x.methods[named[i].method] = true
		x.tools[named[i].tool] = true
	}
	x.verbs[""], x.methods[""], x.tools[""] = true, true, true
	for verb := range x.verbs {
		for method := range x.methods {
			for tool := range x.tools {
				if tool == "" || method == mcp.ToolsCall {
					at := place{verb, method, tool}
					x.lists[at] = list(faults, named, at)
				}
			}
		}
	}
	delete(x.verbs, "")
	delete(x.methods, "")
	delete(x.tools, "")
	return x
}

// list returns the candidates at a place, in order.
func list(faults []scenarios.Fault, named []place, at place) (all []candidate) {
	for i, n := range named {
		if (n.verb == "" || n.verb == at.verb) && (n.method == "" || n.method == at.method) && (n.tool == "" || n.tool == at.tool) {
			all = append(all, candidate{i, bare(&faults[i].When)})
		}
	}
	return all
}

// placeOf returns what a trigger names: only a request there can meet it.
func placeOf(t *scenarios.Trigger) place {
	p := place{verb: strings.ToUpper(t.HTTP)}
	if !strings.HasSuffix(t.Method, "*") {
		p.method = t.Method
	}
	if t.Tool != "" || t.Arguments != nil {
		p.method = mcp.ToolsCall
	}
	if !strings.HasSuffix(t.Tool, "*") {
		p.tool = t.Tool
	}
	return p
}

// bare reports whether a trigger asks for its place, and for nothing but a
// count beside that.
func bare(t *scenarios.Trigger) bool {
	if t.Tool != "" && t.Method != "" && t.Method != mcp.ToolsCall {
		return false // which nothing meets, if it is no pattern
	}
	rest := *t
	rest.HTTP, rest.Nth, rest.Every, rest.After, rest.AfterTime, rest.Chance = "", 0, 0, 0, 0, 0
	if !strings.HasSuffix(rest.Method, "*") {
		rest.Method = ""
	}
	if !strings.HasSuffix(rest.Tool, "*") {
		rest.Tool = ""
	}
	return rest.Empty()
}

// candidates returns the faults that a request may meet, in order.
func (x *index) candidates(r *Request) []candidate {
	at := place{verb: r.HTTP, method: r.Method()}
	if !x.verbs[at.verb] {
		at.verb = ""
	}
	if !x.methods[at.method] {
		at.method = ""
	}
	if len(x.tools) > 0 && at.method == mcp.ToolsCall {
		if at.tool = r.Tool(); !x.tools[at.tool] {
			at.tool = ""
		}
	}
	all := x.lists[at]
	if r.Client != Sends { // of those that are met by what is sent, none is
		return unmet(all)
	}
	return all
}

// unmet returns candidates of which none has been met yet.
func unmet(all []candidate) []candidate {
	some := make([]candidate, len(all))
	for i, c := range all {
		some[i] = candidate{fault: c.fault}
	}
	return some
}
