package scenarios

import "testing"

// A part of a scenario is found in its file, or what is around it.
func TestPlace(t *testing.T) {
	t.Parallel()
	const file = "stubs:\n  tools:\n    - name: a\n      input: {type: object}\n      answers: [{text: b}, {structured: {c: [1]}}]\n"
	for _, c := range []struct{ why, part, want string }{
		{"a member", "stubs.tools[0].input", "f.yaml:4:14"},
		{"an answer", "stubs.tools[0].answers[1]", "f.yaml:5:28"},
		{"within it", "stubs.tools[0].answers[1].structured.c[0]", "f.yaml:5:46"},
		{"what is not there stands where it would", "stubs.tools[0].answers[0].error.message", "f.yaml:5:17"},
		{"beyond the end of a list", "stubs.tools[7].input", "f.yaml:3:5"},
		{"nothing of it", "faults[0]", "f.yaml:1:1"},
	} {
		if got := Place("f.yaml", []byte(file), c.part); got != c.want {
			t.Errorf("%s: %s is at %s, want %s", c.why, c.part, got, c.want)
		}
	}
	if got := Place("f.yaml", []byte("{"), "stubs"); got != "" {
		t.Errorf("a text that is no scenario has %s", got)
	}
}
