package mcpmock

import (
	"flag"
	"regexp"
	"testing"
)

// recordFlag is the name of the flag that makes Serve record.
const recordFlag = "mcpmock.record"

// The flag has to be there before a test binary reads its flags, which is
// before any test runs. No other program has it.
var recording = registerFlag(testing.Testing(), flag.CommandLine)

// registerFlag defines the flag and returns how to read it. Where another
// copy of this package has defined it, they share it.
func registerFlag(inTest bool, flags *flag.FlagSet) func() string {
	if !inTest {
		return func() string { return "" }
	}
	if flags.Lookup(recordFlag) == nil {
		flags.String(recordFlag, "", "record the cassettes of the tests whose names match the regular `expression`, where they name an upstream")
	}
	return func() string { return flags.Lookup(recordFlag).Value.String() }
}

// Recording reports whether the flag -mcpmock.record matches the name of the
// test, so that a test can start the real server only when it is needed.
func Recording(t Tester) bool {
	t.Helper()
	expression := recording()
	if expression == "" {
		return false
	}
	matches, err := regexp.MatchString(expression, t.Name())
	if err != nil {
		t.Fatalf("mcpmock: -%s %s: %v", recordFlag, expression, err)
	}
	return matches
}
