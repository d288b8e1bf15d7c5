package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// A console is where a verb speaks: data on out, talk on err. Nothing is
// coloured.
type console struct {
	out     io.Writer
	asJSON  bool
	verbose bool

	mu  sync.Mutex
	err io.Writer
}

// talk prints a line for people. It may be called from several goroutines.
func (c *console) talk(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.err, format+"\n", args...)
}

// event prints a line of JSON on err for programs: what happened, and one thing
// about it. It may be called from several goroutines.
func (c *console) event(what, key string, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	onErr := console{out: c.err}
	_ = onErr.print(map[string]any{"event": what, key: value}) // nobody could be told
}

// print writes one value of JSON and a newline to out.
func (c *console) print(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// forPeople reports whether out is a terminal, so that what programs want to
// know need not be said there.
func (c *console) forPeople() bool {
	if c.asJSON {
		return false
	}
	f, ok := c.out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
