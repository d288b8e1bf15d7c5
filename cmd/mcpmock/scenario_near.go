package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/faults"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/near"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/tidwall/gjson"
)

// seen is what the tape has where a condition asks for another path, or for
// other arguments or params.
type seen struct {
	values []string // each once; of an object the members that are asked for, else all of its arguments
	likely string   // the condition that a slip of the fingers made of this one; "" is none
	slips  int      // that it takes
}

// see takes in a request that does not meet the condition.
func (p *part) see(q *faults.Request) {
	switch p.key {
	case "path":
		if q.Path == "" {
			return // over stdio
		}
		p.seen.add(q.Path)
		if p.seen.likely == "" {
			likely, _ := meant(p.trigger.Path, []string{q.Path})
			p.seen.likely = likely
		}
	case "arguments", "params":
		for i := range q.Batch.Messages {
			p.seeMembers(&q.Batch.Messages[i])
		}
	}
}

// seeMembers takes in what a message has where members are asked for.
func (p *part) seeMembers(m *jsonrpc.Message) {
	wanted, got := p.trigger.Members, gjson.ParseBytes(m.Params)
	if p.key == "arguments" {
		if m.Method != mcp.ToolsCall {
			return
		}
		wanted, got = p.trigger.Arguments, got.Get("arguments")
	}
	if !got.IsObject() || wanted == nil {
		return
	}
	var some []string
	for _, key := range keysOf(gjson.ParseBytes(wanted)) {
		if v := memberOf(got, key); v.Exists() {
			some = append(some, quoted(key)+":"+rawOf(v))
		}
	}
	switch {
	case some != nil:
		p.seen.add("{" + strings.Join(some, ",") + "}")
	case p.key == "arguments":
		p.seen.add(rawOf(got))
	}
	if text, slips := slipped(gjson.ParseBytes(wanted), got); slips > 0 && (p.seen.likely == "" || slips < p.seen.slips) {
		p.seen.likely, p.seen.slips = text, slips
	}
}

func (s *seen) add(value string) {
	value = say.Short(value, 60)
	if len(s.values) < maxTallies && !slices.Contains(s.values, value) {
		s.values = append(s.values, value)
	}
}

// slipped returns what was meant by a wanted value that a value does not have,
// and in how many of its names and values the two differ; -1 where more than
// slips of the fingers do.
func slipped(wanted, got gjson.Result) (text string, slips int) {
	switch {
	case wanted.IsObject() && got.IsObject():
		var all []string
		for _, key := range keysOf(wanted) {
			name, n := key, 0
			if !memberOf(got, key).Exists() {
				if name, n = near.Word(key, keysOf(got)), 1; name == "" {
					return "", -1
				}
			}
			value, more := slipped(memberOf(wanted, key), memberOf(got, name))
			if more < 0 {
				return "", -1
			}
			all = append(all, quoted(name)+":"+value)
			slips += n + more
		}
		return "{" + strings.Join(all, ",") + "}", slips
	case faults.Contains(got, json.RawMessage(wanted.Raw)):
		return rawOf(wanted), 0
	case wanted.IsObject(), wanted.IsArray(), got.IsObject(), got.IsArray():
		return "", -1
	case wanted.String() == got.String(), // 5 and "5"
		wanted.Type == gjson.String && got.Type == gjson.String && near.Word(wanted.Str, []string{got.Str}) != "":
		return rawOf(got), 1
	}
	return "", -1
}

func keysOf(object gjson.Result) (all []string) {
	object.ForEach(func(key, _ gjson.Result) bool {
		all = append(all, key.Str)
		return true
	})
	return all
}

// memberOf returns the first member of that name, whatever signs are in it.
func memberOf(object gjson.Result, name string) (found gjson.Result) {
	object.ForEach(func(key, value gjson.Result) bool {
		if key.Str == name {
			found = value
		}
		return !found.Exists()
	})
	return found
}

// rawOf is a value as it stands on the tape or in the scenario, on one line.
func rawOf(v gjson.Result) string {
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(v.Raw)) // what is on a tape, or in a scenario, is JSON
	return b.String()
}

func quoted(s string) string {
	text, _ := json.Marshal(s) // of a text there is always one
	return string(text)
}

// instead says what was meant by a condition that nothing on the tape meets, or
// what the tape has in its place; "" where that is too much, or nothing.
func (r *rehearsal) instead(p *part) string {
	values, likely := p.seen.values, p.seen.likely
	switch p.key {
	case "method", "tool":
		values = map[string][]string{"method": r.methods, "tool": r.tools}[p.key]
		likely, _ = meant(p.value, values)
		if other, exists := meant(p.value, namesOf(r.scenario, r).called(p.key)); likely == "" && !exists {
			likely = other
		}
		fallthrough
	case "path":
		if likely != "" {
			return fmt.Sprintf(": did you mean %q?", likely)
		}
	}
	switch {
	case likely != "":
		return fmt.Sprintf(": did you mean %s?", say.Short(likely, 200))
	case len(values) > 0 && len(values) <= maxSessions:
		return ": it has " + strings.Join(values, ", ")
	}
	return ""
}
