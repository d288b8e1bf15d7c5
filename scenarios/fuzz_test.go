package scenarios

import (
	"regexp"
	"testing"
)

// FuzzScenario looks for a file that makes Parse panic, hang, or complain
// without naming a place; and for a scenario that breaks its own promises.
func FuzzScenario(f *testing.F) {
	for _, name := range Stock() {
		data, err := StockSource(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
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
		if s.Name == "" {
			t.Error("a scenario without a name")
		}
		for _, fault := range s.Faults {
			if fault.Do.ExpireSession == (fault.Do.Respond != nil) {
				t.Errorf("not exactly one action: %+v", fault.Do)
			}
			if r := fault.Do.Respond; r != nil && (r.Status < 200 || r.Message != "" && r.Body != "") {
				t.Errorf("an answer that cannot be sent: %+v", r)
			}
		}
	})
}
