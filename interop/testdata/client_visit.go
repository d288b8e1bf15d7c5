// The steps of a visit for programs in Go, told as clients.d/visit.mjs tells them.
package main

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"sync"
	"time"
)

// A visit tells its steps one after the other, and ends the program when its bound is over.
type visit struct {
	mu    sync.Mutex
	now   string
	since time.Time
}

func begin() *visit {
	v := &visit{now: "start", since: time.Now()}
	time.AfterFunc(milliseconds("VISIT_BOUND_MS", 15_000), func() {
		v.mu.Lock()
		v.tell(map[string]any{"bound": true})
		os.Exit(0)
	})
	return v
}

// step does one thing within the timeout and says whether it went well.
func (v *visit) step(name string, act func(context.Context) (string, error)) bool {
	ctx, cancel := context.WithTimeout(context.Background(), milliseconds("VISIT_TIMEOUT_MS", 3000))
	defer cancel()
	v.mu.Lock()
	v.now, v.since = name, time.Now()
	v.mu.Unlock()
	ok, err := act(ctx)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.tell(map[string]any{"error": err.Error()})
		return false
	}
	v.tell(map[string]any{"ok": ok})
	return true
}

func (v *visit) stay() { time.Sleep(milliseconds("VISIT_STAY_MS", 2000)) }

// tell is called with the lock held, so that the bound finds a whole line.
func (v *visit) tell(line map[string]any) {
	line["step"], line["ms"] = v.now, time.Since(v.since).Milliseconds()
	text, _ := json.Marshal(line) // strings, numbers and booleans
	os.Stdout.Write(append(text, '\n'))
}

func milliseconds(name string, otherwise int) time.Duration {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		otherwise = n
	}
	return time.Duration(otherwise) * time.Millisecond
}
