package mcpmock

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// A fakeT is a test that a test can look at. The zero value passes.
type fakeT struct {
	name string

	mu       sync.Mutex
	failed   bool
	text     strings.Builder
	cleanups []func()
}

func (f *fakeT) Helper()                           {}
func (f *fakeT) Name() string                      { return f.name }
func (f *fakeT) Cleanup(c func())                  { f.cleanups = append(f.cleanups, c) }
func (f *fakeT) Logf(format string, args ...any)   { f.say(false, format, args...) }
func (f *fakeT) Errorf(format string, args ...any) { f.say(true, format, args...) }
func (f *fakeT) Fatalf(format string, args ...any) {
	f.say(true, format, args...)
	runtime.Goexit()
}

func (f *fakeT) Failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *fakeT) say(failed bool, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = f.failed || failed
	fmt.Fprintf(&f.text, format+"\n", args...)
}

func (f *fakeT) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

// run runs a test function, which may end early.
func (f *fakeT) run(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
	f.end()
}

// end ends the test.
func (f *fakeT) end() {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
	f.cleanups = nil
}

func (f *fakeT) mustPass(t *testing.T) {
	t.Helper()
	if f.Failed() {
		t.Fatal(f.said())
	}
}
