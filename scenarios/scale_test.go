package scenarios

import (
	"math"
	"os"
	"reflect"
	"testing"
	"time"
)

// What clients are told to wait is scaled as what the mock waits is.
func TestScaledRetry(t *testing.T) {
	s, err := Parse("test.yaml", []byte(`
name: test
faults:
  - when: {method: ping}
    do: {stream: {retry: 3000, prime: {id: x, retry: 20}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why           string
		by            float64
		stream, prime int
	}{
		{"as it is", 1, 3000, 20},
		{"a hundredth", 0.01, 30, 1},
		{"never nothing, which would tell the client nothing", 0.001, 3, 1},
		{"longer", 2, 6000, 40},
	} {
		s.Scale = c.by
		do := s.Scaled().Faults[0].Do.Stream
		if do.Retry != c.stream || do.Prime.Retry != c.prime {
			t.Errorf("%s: %d and %d, want %d and %d", c.why, do.Retry, do.Prime.Retry, c.stream, c.prime)
		}
	}
	if do := s.Faults[0].Do.Stream; do.Retry != 3000 || do.Prime.Retry != 20 {
		t.Error("the scenario itself was changed")
	}
}

// Every duration that a file may have is scaled, and none to nothing, which would
// say something else.
func TestScaledDurations(t *testing.T) {
	source, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("everything.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	s.Scale = 1
	before := durations(reflect.ValueOf(s))
	if len(before) < 20 {
		t.Fatalf("only %d durations: the file has every key", len(before))
	}
	s.Scale = 0.5
	for i, d := range durations(reflect.ValueOf(s.Scaled())) {
		if d != before[i]/2 {
			t.Errorf("half of %v is %v", before[i], d)
		}
	}
	s.Scale = 1e-300
	after := durations(reflect.ValueOf(s.Scaled()))
	if len(after) != len(before) {
		t.Errorf("of %d durations %d are left", len(before), len(after))
	}
}

// A day that is made longer than a Duration holds does not become nothing.
func TestScaledTooLong(t *testing.T) {
	s := &Scenario{Scale: 1e9, Faults: []Fault{{For: 24 * time.Hour, Do: Action{Stream: &StreamEdit{Retry: 86_400_000}}}}}
	f := s.Scaled().Faults[0]
	if f.For != math.MaxInt64 || f.Do.Stream.Retry != math.MaxInt32 {
		t.Errorf("got %v, and retry %d", f.For, f.Do.Stream.Retry)
	}
}

// durations lists the durations within a value, but those of 0.
func durations(v reflect.Value) (all []time.Duration) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && ours(v.Type().Elem()) {
			return durations(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, durations(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, durations(v.Index(i))...)
		}
	case reflect.Int64:
		if d, ok := v.Interface().(time.Duration); ok && d != 0 {
			all = append(all, d)
		}
	}
	return all
}
