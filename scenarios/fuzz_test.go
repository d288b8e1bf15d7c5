package scenarios

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse looks for a file that makes Parse panic, hang, or complain
// without naming a place; and for a scenario that breaks its own promises.
func FuzzParse(f *testing.F) {
	for _, name := range Stock() {
		data, err := StockSource(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, file := range []string{"testdata/everything.yaml", "testdata/stdio.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, k := range action().keys {
		f.Add([]byte("seed: 1\nfaults: [{when: {chance: 0.5}, do: {" + k.name + ": {}}}]\n"))
		f.Add([]byte("faults: [{when: {}, do: {" + k.name + ": 1s}}]\n"))
		f.Add([]byte("faults: [{when: {}, do: " + k.name + "}]\n"))
	}
	for _, k := range when().keys {
		f.Add([]byte("faults: [{when: {" + k.name + ": 1}, do: ignore}]\n"))
		f.Add([]byte("expect: [{must: {never: {not: {" + k.name + ": known}}}}]\n"))
	}
	for _, name := range Assertions() {
		f.Add([]byte("expect:\n- {must: " + name + ", since: start}\n- advice: {" + name + ": {within: 5s}}\n"))
	}
	for _, name := range Dialects() {
		data, err := dialectFiles.ReadFile("dialects/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, broken := range []string{
		"", "\n", "---\n---\n", "- a\n", "a: &a [*a]\n", "name: \"a\n", "name: |\n", "{", "[[[[", "? a\n: b\n", "name: a: b\n",
		"faults:\n  - when: {not: {not: {}}}\n    do: expire_session\n", "faults: [{when: {}, do: {respond: {status: 400, body: \"${\"}}}]\n",
		"name: !!binary aGk=\n", "%YAML 1.2\n---\nname: a\n", "name: a\r\nabout: b\r\n", "\ufeffname: a", "name: >-\n\ta\n", "\x00", "faults:\n-\n  when:\n",
		"faults:\n  - {when: {nth: 99999999999999999999}, do: {respond: {status: 0x190, headers: {a: }}}}\n",
	} {
		f.Add([]byte(broken))
	}
	place := regexp.MustCompile(`^fuzz\.yaml:[1-9][0-9]*:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := parseDialect("fuzz.yaml", data); err != nil && !place.MatchString(err.Error()) {
			t.Errorf("dialect: no place in %q", err)
		}
		s, err := Parse("fuzz.yaml", data)
		if err != nil {
			if !place.MatchString(err.Error()) || s != nil {
				t.Errorf("no place in %q, or a scenario beside it", err)
			}
			return
		}
		if err := s.Sound(); err != nil {
			t.Errorf("a file is taken, and what it says is not sound: %v", err)
		}
		if s.Name == "" {
			t.Error("a scenario without a name")
		}
		for i := range s.Faults {
			checkPromises(t, &s.Faults[i].Do)
		}
		for _, e := range s.Expect {
			if e.Level == "" || e.What == "" || e.Since == "" {
				t.Errorf("a part of an expectation is missing: %+v", e)
			}
		}
		again, err := Parse("fuzz.yaml", data)
		if d := cmp.Diff(s, again, cmp.Comparer(func(a, b *regexp.Regexp) bool { return a == b || a.String() == b.String() })); err != nil || d != "" {
			t.Errorf("read again it is another: %v\n%s", err, d)
		}
	})
}

// checkPromises holds an action to what its type says.
func checkPromises(t *testing.T, a *Action) {
	if reflect.ValueOf(*a).IsZero() {
		t.Error("an action that does nothing")
	}
	answers := 0
	for _, is := range []bool{a.Respond != nil, a.Latch != nil, a.Redirect != nil, a.Challenge != nil, a.Error != nil, a.Result != nil, a.Ignore} {
		if is {
			answers++
		}
	}
	if answers > 1 {
		t.Errorf("%d answers: %+v", answers, a)
	}
	if r := a.Respond; r != nil && (r.Status < 200 || r.Message != "" && r.Body != "") {
		t.Errorf("an answer that cannot be sent: %+v", r)
	}
	for _, e := range a.Set {
		if !json.Valid(e.Value) || !strings.HasPrefix(e.Pointer, "/") {
			t.Errorf("an edit that cannot be made: %+v", e)
		}
	}
	for _, text := range []json.RawMessage{a.Result, a.ID} {
		if text != nil && !json.Valid(text) {
			t.Errorf("no JSON: %q", text)
		}
	}
	for _, m := range a.Send {
		if !json.Valid(m.Message) {
			t.Errorf("no JSON: %q", m.Message)
		}
	}
	if a.Crash < 0 || a.Crash > maxSpan || a.Pad < 0 || a.Pad > maxSize || a.Delay != nil && a.Delay.To > 0 && a.Delay.To < a.Delay.From {
		t.Errorf("out of bounds: %+v", a)
	}
}
