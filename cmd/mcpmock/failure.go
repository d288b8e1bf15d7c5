package main

import (
	"errors"
	"fmt"
	"strings"
)

// The exit codes.
const (
	exitCheck    = 1 // a check failed
	exitUse      = 2 // wrong use, or a bad file
	exitUpstream = 3 // the upstream cannot be reached

	exitInterrupted = 130 // as shells have it for a program that SIGINT ends
)

// A failure is an error with the exit code it means and what to do about it.
type failure struct {
	code  int
	err   error
	hints []string // each a line, best a command to type
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// An exit is the exit code of a server that was run, passed on without a word.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// orNil is no error where all went well.
func (e exit) orNil() error {
	if e == 0 {
		return nil
	}
	return e
}

// interrupted is the failure of what a signal ended before it was done.
func interrupted(what, left string) error {
	return &failure{code: exitInterrupted, err: fmt.Errorf("%s was interrupted: %s", what, left)}
}

// wrongUse is a failure of whoever typed the command.
func wrongUse(format string, args ...any) *failure {
	return &failure{code: exitUse, err: fmt.Errorf(format, args...)}
}

// hint adds a line that says what to do.
func (f *failure) hint(format string, args ...any) *failure {
	f.hints = append(f.hints, fmt.Sprintf(format, args...))
	return f
}

// tell prints an error and returns the exit code. An error that is no failure
// is wrong use or a bad file: all others are made where they happen.
func (c *console) tell(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[exit](err); ok {
		return int(e)
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{code: exitUse, err: err}
	}
	message := plainly(err.Error())
	if c.asJSON {
		type told struct {
			Exit    int      `json:"exit"`
			Message string   `json:"message"`
			Hints   []string `json:"hints,omitempty"`
		}
		onErr := console{out: c.err}
		_ = onErr.print(map[string]told{"error": {f.code, message, f.hints}})
		return f.code
	}
	text := "mcpmock: " + message
	for _, h := range f.hints {
		text += "\n  " + h
	}
	c.talk("%s", text)
	return f.code
}

// plainly takes away the name of the package that an error begins with: it
// means nothing at a shell.
func plainly(message string) string {
	for _, name := range [...]string{"cassettes: ", "recorder: ", "replay: ", "scenarios: "} {
		message = strings.TrimPrefix(message, name)
	}
	return message
}
