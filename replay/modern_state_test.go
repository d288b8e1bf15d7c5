package replay

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestState(t *testing.T) {
	two := func(t *testing.T) *taper {
		tp := rounds(t)
		tp.modern("tester", 4, "tools/call", of("delete", `{}`), inputWanted("three", confirm))
		tp.modern("tester", 5, "tools/call", of("deploy", `{"to":"moon"}`), inputWanted("four", confirm))
		return tp
	}
	flip := func(s string) string {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	for _, c := range []struct {
		why   string
		state func(cl *client, state string) string
	}{
		{"the recorded one: whoever reads a tape must not get in with it", func(*client, string) string { return "one" }},
		{"one that is made up", func(*client, string) string { return "AAAA" }},
		{"an empty one", func(*client, string) string { return "" }},
		{"no base64", func(*client, string) string { return "{}" }},
		{"one whose exchange was changed", func(_ *client, s string) string { return flip(s) }},
		{"one that was cut", func(_ *client, s string) string { return s[:len(s)-1] }},
		{"one with something behind it", func(_ *client, s string) string { return s + "A" }},
		{"one padded, as some clients encode again what they decoded", func(_ *client, s string) string { return s + "==" }},
		{"one of another run", func(*client, string) string { return two(t).play().deploy("1").state() }},
		{"one of another tool", func(cl *client, _ string) string { return cl.told("9", "tools/call", of("delete", `{}`)).state() }},
		{"one of the same tool with other arguments", func(cl *client, _ string) string {
			return cl.told("9", "tools/call", of("deploy", `{"to":"moon"}`)).state()
		}},
	} {
		cl := two(t).play()
		r := cl.deploy("2", responding(c.state(cl, cl.deploy("1").state()), accepted))
		if r.status != 400 || r.get("error.code").Int() != -32602 || r.get("id").Raw != "2" {
			t.Errorf("%s: %d %s, want 400 and -32602", c.why, r.status, r.body)
		}
		if notes := cl.notes("refused"); len(notes) != 1 || !strings.HasPrefix(notes[0], "state-altered") {
			t.Errorf("%s: notes %q", c.why, notes)
		}
	}
}

// In recorded order, rounds are answered in that order, whatever was responded.
func TestRoundsInOrder(t *testing.T) {
	cl := rounds(t).play(WithOrder())
	first := cl.told("1", "tools/call", of("deploy", `{"any":1}`))
	second := cl.told("2", "tools/call", of("deploy", `{"any":2}`, responding(first.state(), declined)))
	if r := cl.told("3", "tools/call", of("deploy", `{"any":3}`, responding(second.state(), drafted))); r.text() != "deployed" {
		t.Errorf("%s, after %s and %s", r.body, first.body, second.body)
	}
}

// Two runs with one seed give out the same states, and others do not.
func TestStateIsSeeded(t *testing.T) {
	state := func(opts ...Option) string { return rounds(t).play(opts...).deploy("1").state() }
	if a, b := state(WithSeed(7)), state(WithSeed(7)); a != b {
		t.Errorf("%s and %s, want the same", a, b)
	}
	if a, b := state(WithSeed(7)), state(WithSeed(8)); a == b {
		t.Error("another seed gives the same state")
	}
	if a, b := state(), state(); a == b {
		t.Error("two runs give out the same state")
	}
	for _, c := range []struct {
		why    string
		issued string
		want   string
	}{
		{"one with the same seed takes it", state(WithSeed(7)), ""},
		{"one with another does not", state(WithSeed(8)), "-32602"},
	} {
		if r := rounds(t).play(WithSeed(7)).deploy("2", responding(c.issued, accepted)); r.get("error.code").Raw != c.want {
			t.Errorf("%s: %s, want error %q", c.why, r.body, c.want)
		}
	}
}

func FuzzSeal(f *testing.F) {
	s := seal{key: [32]byte{1}}
	f.Add(s.state(0, 0), 0, 0)
	f.Add("", 1, 1)
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAA", 1<<40, 3)
	f.Fuzz(func(t *testing.T, state string, x, round int) {
		if gotX, gotRound, ok := s.open(state); ok && s.state(gotX, gotRound) != state {
			t.Errorf("%q was not made by this seal", state)
		}
		if x < 0 || round < 0 {
			return
		}
		if gotX, gotRound, ok := s.open(s.state(x, round)); !ok || gotX != x || gotRound != round {
			t.Errorf("%d, %d came back as %d, %d, %v", x, round, gotX, gotRound, ok)
		}
		other := seal{key: [32]byte{2}}
		if _, _, ok := other.open(s.state(x, round)); ok {
			t.Error("another key opens it")
		}
	})
}
