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

// A visit tells its steps one after the other. A step that is not over by its bound ends the program.
type visit struct {
	mu    sync.Mutex
	now   string
	since time.Time
}

// modern says that the client shall find out which era the server speaks, and
// listen to it.
func modern() bool { return os.Getenv("VISIT_ERA") == "modern" }

// A call is the tool that is called, and with what.
type call struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
}

func wanted() (c call) {
	if json.Unmarshal([]byte(os.Getenv("VISIT_CALL")), &c) != nil {
		c = call{"get_forecast", map[string]any{"city": "Oslo"}}
	}
	return c
}

func begin() *visit {
	return &visit{now: "start", since: time.Now()}
}

// step does one thing within the timeout and says whether it went well.
func (v *visit) step(name string, act func(context.Context) (string, error)) bool {
	ctx, cancel := context.WithTimeout(context.Background(), milliseconds("VISIT_TIMEOUT_MS", 3000))
	defer cancel()
	v.mu.Lock()
	v.now, v.since = name, time.Now()
	v.mu.Unlock()
	bound := time.AfterFunc(milliseconds("VISIT_BOUND_MS", 10_000), func() {
		v.mu.Lock()
		v.tell(map[string]any{"bound": true})
		os.Exit(0)
	})
	ok, err := act(ctx)
	v.mu.Lock()
	defer v.mu.Unlock()
	bound.Stop()
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
