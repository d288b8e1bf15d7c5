package mcpmock_test

import "fmt"

// A tester is a *testing.T for examples, which are given none.
type tester struct {
	cleanups []func()
}

func (t *tester) Helper()          {}
func (t *tester) Name() string     { return "Example" }
func (t *tester) Failed() bool     { return false }
func (t *tester) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *tester) Logf(string, ...any)               {}
func (t *tester) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (t *tester) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *tester) end() {
	for _, f := range t.cleanups {
		f()
	}
	t.cleanups = nil
}
