package scenarios

import "testing"

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
