package faults

import (
	"net/http"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// An index finds the faults that a request may meet. Each fault is filed once,
// by the rarest name that its trigger has for a request: a tool, an argument and
// its value, a method, a path, a header and its value, or an HTTP method. So of
// a hundred rules a request costs no more than those that are about the like of
// it.
type index struct {
	all   []candidate // in order
	apart []candidate // those that no name finds
	files []file      // the others
}

// A file has the faults whose triggers name the same thing, by its value.
type file struct {
	subject
	by map[string][]candidate
}

// A subject is what a name is of.
type subject struct {
	what what
	of   string // the argument, or the header
}

type what uint8

const (
	ofTool what = iota
	ofArgument
	ofMethod
	ofPath
	ofHeader
	ofVerb
)

// A label is a subject and its value: a request without it does not meet the
// trigger.
type label struct {
	subject
	value string
}

// A candidate is a fault that a request may meet, and all that decides whether
// it is to be looked at any closer.
type candidate struct {
	fault   int
	bare    bool // what it is found by is all that its trigger asks for
	asks    bool // its trigger asks about a message
	session bool // it acts on the session of the request
	// plain: counting those of its session that are found so is all there is to
	// it, as for {tool: x, nth: 2}, found by the tool x and met at its second call.
	plain bool
	tally
}

func newIndex(faults []scenarios.Fault) index {
	var x index
	stable := true // what headers a request has, which faults may change
	for i := range faults {
		stable = stable && faults[i].Do.Request == nil
	}
	labels := make([][]label, len(faults))
	shared, subjects := map[label]int{}, map[subject]int{}
	for i := range faults {
		labels[i] = labelsOf(&faults[i].When, stable)
		for _, l := range labels[i] {
			shared[l]++
			subjects[l.subject]++
		}
	}
	at := map[subject]int{}
	for i := range faults {
		t := &faults[i].When
		c := candidate{fault: i, asks: asksOfMessage(t), session: faults[i].Do.OnSession(), tally: tallyOf(&faults[i])}
		x.all = append(x.all, c)
		if len(labels[i]) == 0 {
			c.bare = bare(t, label{})
			x.apart = append(x.apart, c)
			continue
		}
		best := labels[i][0]
		for _, l := range labels[i][1:] {
			if shared[l] < shared[best] || shared[l] == shared[best] && subjects[l.subject] > subjects[best.subject] {
				best = l
			}
		}
		k, ok := at[best.subject]
		if !ok {
			k = len(x.files)
			at[best.subject] = k
			x.files = append(x.files, file{best.subject, map[string][]candidate{}})
		}
		c.bare = bare(t, best)
		c.plain = c.bare && c.scope == inSession && c.nth > 0 && c.wait == 0
		x.files[k].by[best.value] = append(x.files[k].by[best.value], c)
	}
	return x
}

// labelsOf returns the labels that a trigger asks for; headers says that those
// of a request stay as they are.
func labelsOf(t *scenarios.Trigger, headers bool) (all []label) {
	add := func(what what, of, value string) { all = append(all, label{subject{what, of}, value}) }
	if t.Tool != "" && !strings.HasSuffix(t.Tool, "*") {
		add(ofTool, "", t.Tool)
	}
	gjson.ParseBytes(t.Arguments).ForEach(func(key, value gjson.Result) bool {
		if value.Type == gjson.String && value.Str != "" && !strings.HasSuffix(value.Str, "*") {
			add(ofArgument, key.Str, value.Str)
		}
		return true
	})
	switch {
	case t.Method != "" && !strings.HasSuffix(t.Method, "*"):
		add(ofMethod, "", t.Method)
	case t.Tool != "" || t.Arguments != nil:
		add(ofMethod, "", mcp.ToolsCall)
	}
	if t.Path != "" && !strings.HasSuffix(t.Path, "*") {
		add(ofPath, "", t.Path)
	}
	for i := range t.Headers {
		if h := &t.Headers[i]; headers && h.Is != "" {
			add(ofHeader, http.CanonicalHeaderKey(h.Name), h.Is)
		}
	}
	if t.HTTP != "" {
		add(ofVerb, "", strings.ToUpper(t.HTTP))
	}
	return all
}

// bare reports whether a trigger asks for that label, and for nothing but a
// count beside it.
func bare(t *scenarios.Trigger, l label) bool {
	rest := *t
	rest.Nth, rest.Every, rest.After, rest.AfterTime, rest.Chance = 0, 0, 0, 0, 0
	switch l.what {
	case ofTool:
		if rest.Tool = ""; rest.Method == mcp.ToolsCall {
			rest.Method = ""
		}
	case ofMethod:
		if rest.Method == l.value {
			rest.Method = ""
		}
	case ofPath:
		rest.Path = ""
	case ofVerb:
		rest.HTTP = ""
	}
	return rest.Empty()
}

// value is what a request has of a subject; "" is nothing.
func (s *subject) value(r *Request) string {
	switch s.what {
	case ofTool:
		return r.Tool()
	case ofArgument:
		if r.Method() == mcp.ToolsCall {
			if v := member(gjson.Get(jsonrpc.String(r.message().Params), "arguments"), s.of); v.Type == gjson.String {
				return v.Str
			}
		}
	case ofMethod:
		return r.Method()
	case ofPath:
		return r.Path
	case ofHeader:
		return strings.Join(r.Header[s.of], ", ")
	case ofVerb:
		return strings.ToUpper(r.HTTP)
	}
	return ""
}
