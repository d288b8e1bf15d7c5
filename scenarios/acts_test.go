package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// filled returns a value that is not zero, for a member of an action or of an
// edit of a stream.
func filled(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(5)
	case reflect.Pointer:
		v.Set(reflect.New(of.Elem()))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(of, 1, 1))
	case reflect.Map:
		v.Set(reflect.MakeMap(of))
		v.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf("b"))
	default:
		t.Fatalf("no value for a %s", of)
	}
	return v
}

// Each member of an Action belongs to one row of the table, which finds it, spells
// it, takes it out, and joins it; and each row says when it takes effect.
func TestActs(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	members := reflect.TypeFor[Action]()
	for i := range members.NumField() {
		member := members.Field(i)
		var a Action
		reflect.ValueOf(&a).Elem().Field(i).Set(filled(t, member.Type))
		var its []act
		for _, k := range acts() {
			if k.set(&a) {
				its = append(its, k)
			}
		}
		if len(its) != 1 {
			t.Errorf("%s belongs to %d rows of acts: write one for it", member.Name, len(its))
			continue
		}
		k := its[0]
		found[k.name] = true
		if got := a.Keys(); !slices.Equal(got, []string{k.name}) {
			t.Errorf("%s is spelt %q, want %s", member.Name, got, k.name)
		}
		joined := (&Action{}).Joined(&a)
		if edits := k.nature&onAnswer != 0; edits != reflect.DeepEqual(*joined, a) || a.Edits() != edits {
			t.Errorf("%s: joined: %+v, of %+v", k.name, joined, a)
		}
		if a.Replaces() != (k.nature&inPlace != 0) || a.OnSession() != (k.nature&onSession != 0) || a.Quits() != (k.nature&quits != 0) ||
			a.Says() != (k.nature&spoken != 0) || a.Responds() != (k.nature&responds != 0) {
			t.Errorf("%s: its nature is %b, and it says otherwise", k.name, k.nature)
		}
		for transport, foreign := range map[string]nature{"http": stdioOnly, "sse": stdioOnly, "stdio": httpOnly} {
			if left, nothing := a.Over(transport); (left == nil) != (k.nature&foreign != 0) || (len(nothing) > 0) != (left == nil) {
				t.Errorf("%s over %s: left %+v, without %q", k.name, transport, left, nothing)
			}
		}
		if k.clear(&a); !reflect.ValueOf(a).IsZero() {
			t.Errorf("%s without itself: %+v", k.name, a)
		}
	}
	for _, k := range acts() {
		if !found[k.name] {
			t.Errorf("%s sets no member of an action", k.name)
		}
		if step := k.nature & (onRequest | inPlace | onAnswer); step&(step-1) != 0 || step == 0 {
			t.Errorf("%s: say once when it takes effect", k.name)
		}
		if k.nature&(httpOnly|stdioOnly) == httpOnly|stdioOnly {
			t.Errorf("%s means nothing over any transport", k.name)
		}
		if k.alias != nil || k.about == "" {
			t.Errorf("%s: say what it does", k.name)
		}
	}
}

// Whatever an action may have, somebody performs.
func TestActsArePerformed(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, room := range []string{"../faults/*.go", "../replay/*.go"} {
		files, err := filepath.Glob(room)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	performed := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b(?:do|Do|edits)\.([A-Z]\w*)`).FindAllStringSubmatch(source.String(), -1) {
		performed[m[1]] = true
	}
	members := reflect.TypeFor[Action]()
	for i := range members.NumField() {
		if name := members.Field(i).Name; !performed[name] {
			t.Errorf("nobody performs Action.%s: faults does what edits an answer, replay the rest", name)
		}
	}
}

func TestJoined(t *testing.T) {
	t.Parallel()
	one, two := 1, 2
	a := &Action{Status: 200, Headers: []Header{{Name: "A"}}, Replace: map[string]string{"a": "b", "c": "c"}, Wrap: true, Exit: &one, IDAs: "null", Delay: &Delay{From: 1, To: 2}, Restart: true}
	b := &Action{Status: 500, Headers: []Header{{Name: "B"}}, Replace: map[string]string{"c": "d"}, Gzip: true, Exit: &two, Delay: &Delay{From: 3}, Ignore: true}
	wasA, wasB := *a, *b
	got := a.Joined(b)
	want := &Action{Status: 500, Headers: []Header{{Name: "A"}, {Name: "B"}}, Replace: map[string]string{"a": "b", "c": "d"}, Wrap: true, Gzip: true, Exit: &two, IDAs: "null", Delay: &Delay{From: 3}, Restart: true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !reflect.DeepEqual(*a, wasA) || !reflect.DeepEqual(*b, wasB) || len(a.Replace) != 2 || len(a.Headers) != 1 || len(b.Replace) != 1 {
		t.Error("joining has changed a part")
	}
	if (*Action)(nil).Joined(b) != b {
		t.Error("one alone is itself")
	}
	if j := (&Action{IDAs: "null"}).Joined(&Action{ID: []byte("7")}); j.IDAs != "" || string(j.ID) != "7" {
		t.Errorf("of two ids the later is done: %+v", j)
	}
	some := make([]Header, 1, 8)
	mine := &Action{Headers: some}
	x, y := mine.Joined(&Action{Headers: []Header{{Name: "X"}}}), mine.Joined(&Action{Headers: []Header{{Name: "Y"}}})
	if x.Headers[1].Name != "X" || y.Headers[1].Name != "Y" {
		t.Errorf("two that are joined with one share its list: %v, %v", x.Headers, y.Headers)
	}
}

// Two edits of a stream are one, key by key, whatever the later says.
func TestJoinedStreams(t *testing.T) {
	t.Parallel()
	members := reflect.TypeFor[StreamEdit]()
	for i := range members.NumField() {
		name := members.Field(i).Name
		later := StreamEdit{End: name == "EndAfter" || name == "EndTime"} // which says that they are meant
		reflect.ValueOf(&later).Elem().Field(i).Set(filled(t, members.Field(i).Type))
		mine := StreamEdit{Hold: true}
		got := (&Action{Stream: &mine}).Joined(&Action{Stream: &later}).Stream
		want := later
		want.Hold = true
		if !reflect.DeepEqual(*got, want) || mine != (StreamEdit{Hold: true}) {
			t.Errorf("%s: got %+v, want %+v; the first is %+v", name, *got, want, mine)
		}
	}
	got := (&Action{Stream: &StreamEdit{End: true, EndAfter: 2, EndPrime: true, IDs: "none"}}).Joined(&Action{Stream: &StreamEdit{End: true, EndTime: time.Second}}).Stream
	if want := (StreamEdit{End: true, EndTime: time.Second, IDs: "none"}); *got != want {
		t.Errorf("a stream ends once: got %+v, want %+v", *got, want)
	}
}
