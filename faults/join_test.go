package faults

import (
	"reflect"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
)

func TestJoin(t *testing.T) {
	one, two := 1, 2
	a := &scenarios.Action{Status: 200, Headers: []scenarios.Header{{Name: "A"}}, Replace: map[string]string{"a": "b"}, Wrap: true, Exit: &one, IDAs: "null"}
	b := &scenarios.Action{Status: 500, Headers: []scenarios.Header{{Name: "B"}}, Replace: map[string]string{"c": "d"}, Gzip: true, Exit: &two}
	j := Join(a, b)
	if j.Status != 500 || len(j.Headers) != 2 || len(j.Replace) != 2 || !j.Wrap || !j.Gzip || *j.Exit != 2 || j.IDAs != "null" {
		t.Errorf("got %+v", j)
	}
	if len(a.Headers) != 1 || len(a.Replace) != 1 || len(b.Replace) != 1 || a.Gzip || a.Status != 200 {
		t.Error("joining has changed a part")
	}
	if Join(nil, b) != b {
		t.Error("one alone is itself")
	}
}

// Nothing that the later of two says is lost, whatever the earlier says.
func TestJoinTakesAll(t *testing.T) {
	for _, b := range everyEdit() {
		if !Edits(&b) {
			continue
		}
		j := reflect.ValueOf(*Join(&scenarios.Action{Wrap: true, Stream: &scenarios.StreamEdit{Hold: true}}, &b))
		for i := range j.NumField() {
			if theirs := reflect.ValueOf(b).Field(i); theirs.Kind() != reflect.Pointer && !theirs.IsZero() && !reflect.DeepEqual(j.Field(i).Interface(), theirs.Interface()) {
				t.Errorf("%s is lost: %+v", j.Type().Field(i).Name, b)
			}
		}
	}
	var b scenarios.StreamEdit
	fields := reflect.ValueOf(&b).Elem()
	for i := range fields.NumField() {
		b = scenarios.StreamEdit{}
		switch f := fields.Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.String:
			f.SetString("x")
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		default:
			f.SetInt(5)
		}
		if name := fields.Type().Field(i).Name; name == "EndAfter" || name == "EndTime" {
			b.End = true // which says that they are meant
		}
		mine := scenarios.StreamEdit{Hold: true}
		j := Join(&scenarios.Action{Stream: &mine}, &scenarios.Action{Stream: &b}).Stream
		want := b
		want.Hold = true
		if !reflect.DeepEqual(*j, want) || mine != (scenarios.StreamEdit{Hold: true}) {
			t.Errorf("%s: got %+v, want %+v; the first is %+v", fields.Type().Field(i).Name, *j, want, mine)
		}
	}
	if j := Join(&scenarios.Action{IDAs: "null"}, &scenarios.Action{ID: []byte("7")}); j.IDAs != "" || string(j.ID) != "7" {
		t.Errorf("of two ids the later wins: %+v", j)
	}
}
