package check

import "fmt"

// An Unreachable is the error that no MCP server answers. It says what is
// there instead.
type Unreachable struct {
	// Hints say what to do about it, the most likely first: each is a line,
	// and some end with a command to type.
	Hints []string

	err error
}

func (u *Unreachable) Error() string { return u.err.Error() }

// Unwrap returns why the server's command could not be started, if that is it.
func (u *Unreachable) Unwrap() error { return u.err }

func unreachable(format string, args ...any) *Unreachable {
	return &Unreachable{err: fmt.Errorf(format, args...)}
}

// hint adds a line that says what to do.
func (u *Unreachable) hint(format string, args ...any) *Unreachable {
	u.Hints = append(u.Hints, fmt.Sprintf(format, args...))
	return u
}
