package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/scenarios"
)

// A part is one condition of a trigger on its own.
type part struct {
	key, value string
	trigger    scenarios.Trigger
	met        bool // something on the tape meets it
	seen       seen // until then
}

func (p *part) String() string {
	switch {
	case p.key == "any" && len(p.trigger.Any) > 1:
		return "either " + p.value
	case p.key == "any":
		return p.value
	}
	return strings.TrimSpace(p.key + " " + p.value)
}

// unmet says of a condition that nothing on the tape meets it.
func (p *part) unmet() string {
	switch p.key {
	case "any":
		return "nothing on the cassette has " + p.value
	case "not":
		return "everything on the cassette has " + strings.TrimPrefix(whenWords(p.trigger.Not), "either ")
	}
	return "nothing on the cassette has " + p.String()
}

// parts takes a trigger apart. What counts requests and what is left to chance
// is no part. Each has what the client does, for a condition on what it sends
// means nothing where it sends nothing.
func parts(t *scenarios.Trigger) []part {
	var all []part
	v := reflect.ValueOf(*t)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch name {
		case "Nth", "Every", "After", "AfterTime", "Chance":
			continue
		}
		if v.Field(i).IsZero() {
			continue
		}
		p := part{key: keyOf(name), value: valueOf(v.Field(i))}
		p.trigger.Client = t.Client
		reflect.ValueOf(&p.trigger).Elem().Field(i).Set(v.Field(i))
		if p.key == "era" { // first: what is of the other one lacks most of the rest for that
			all = slices.Insert(all, 0, p)
			continue
		}
		all = append(all, p)
	}
	return all
}

// valueOf is a value in words; "" for one that is too long for them.
func valueOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String, reflect.Int, reflect.Float64, reflect.Int64:
		return say.Short(fmt.Sprint(v.Interface()), 60)
	}
	switch v := v.Interface().(type) {
	case json.RawMessage:
		return say.Short(string(v), 60)
	case []scenarios.HeaderTest:
		var names []string
		for i := range v {
			names = append(names, headerWords(&v[i]))
		}
		return strings.Join(names, ", ")
	case []scenarios.Trigger:
		var words []string
		for i := range v {
			words = append(words, within(&v[i]))
		}
		return strings.Join(words, " or ")
	case *scenarios.Trigger:
		return within(v)
	case fmt.Stringer:
		return v.String()
	}
	return ""
}

// headerWords is the test of a header, as a file has it.
func headerWords(h *scenarios.HeaderTest) string {
	switch {
	case h.Absent:
		return h.Name + ": absent"
	case h.Present:
		return h.Name + ": present"
	case h.Repeated:
		return h.Name + ": repeated"
	case h.Starts != "":
		return h.Name + ": starts " + say.Short(h.Starts, 60)
	case h.Contains != "":
		return h.Name + ": contains " + say.Short(h.Contains, 60)
	case h.Lacks != "":
		return h.Name + ": lacks " + say.Short(h.Lacks, 60)
	case h.Matches != nil:
		return h.Name + ": matches " + say.Short(h.Matches.String(), 60)
	}
	return h.Name + ": is " + say.Short(h.Is, 60)
}

// keyOf is the Go name of a condition as a file has it: InFlight is in_flight.
func keyOf(name string) string {
	switch name {
	case "Headers":
		return "header"
	case "AfterTime":
		return "after"
	case "Members":
		return "params"
	case "SameID":
		return "same_id"
	}
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// whenWords is a trigger in words.
func whenWords(t *scenarios.Trigger) string {
	var words []string
	for _, p := range parts(t) {
		words = append(words, p.String())
	}
	if t.Chance > 0 {
		words = append(words, fmt.Sprintf("chance %v", t.Chance))
	}
	if counts := countWords(t); counts != "" {
		words = append(words, counts)
	}
	if words == nil {
		return "every request"
	}
	return strings.Join(words, ", ")
}

// within is a trigger in words, as a part of another.
func within(t *scenarios.Trigger) string {
	if len(parts(t)) > 1 || len(t.Any) > 1 {
		return "(" + whenWords(t) + ")"
	}
	return whenWords(t)
}

// countWords is what a trigger counts, in words.
func countWords(t *scenarios.Trigger) string {
	switch {
	case t.Nth > 0:
		return fmt.Sprintf("nth %d", t.Nth)
	case t.Every > 0:
		return fmt.Sprintf("every %d", t.Every)
	case t.After > 0:
		return fmt.Sprintf("after %d", t.After)
	case t.AfterTime > 0:
		return fmt.Sprintf("after %s", t.AfterTime)
	}
	return ""
}

// faultName is what people call a fault by; n counts from 1.
func faultName(f *scenarios.Fault, n int) string {
	if f.Name != "" {
		return say.Short(f.Name, 60)
	}
	return fmt.Sprintf("fault %d", n)
}
