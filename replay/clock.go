package replay

import "time"

// A Clock tells the time and waits for it. The default is the machine's.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function
	// that gives the wait up. Both may be called from several goroutines.
	After(d time.Duration) (passed <-chan time.Time, stop func())
}

// machine is the Clock of the machine.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

func (machine) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
