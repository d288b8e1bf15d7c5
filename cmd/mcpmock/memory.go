package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// memoryGoal is what mcpmock should get by with, whatever it plays, as long as
// a tape's index leaves room in it.
const memoryGoal = 128 << 20

// spareMemory keeps the garbage of opening a large tape small. A person who
// set GOGC or GOMEMLIMIT knows better.
func spareMemory() {
	if !tunes() {
		debug.SetMemoryLimit(memoryGoal)
	}
}

// A spending is memory spent to save time, until leave.
type spending struct{ left atomic.Bool }

// spendMemory lets the collector rest while the mock or the recorder serves:
// they make little that lasts, and up to the goal memory is cheaper than time.
func spendMemory() *spending {
	s := &spending{}
	if tunes() {
		return s
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetGCPercent(400)
	goal := max(memoryGoal, int64(m.Sys-m.HeapReleased)+int64(m.HeapAlloc)/4)
	debug.SetMemoryLimit(goal)
	s.follow(goal)
	return s
}

// follow raises the limit with what lives, after each collection: at
// thousands of open streams the collector would else do nothing but run. What
// it leaves over the living is little, for then it is the streams that count.
func (s *spending) follow(goal int64) {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
	}
	var watch func()
	watch = func() {
		runtime.AddCleanup(new([64]byte), func(struct{}) { // when the next collection has found it dead
			metrics.Read(samples)
			live, beside := int64(samples[0].Value.Uint64()), int64(samples[1].Value.Uint64())
			for _, sample := range samples[2:] {
				beside -= int64(sample.Value.Uint64())
			}
			if !s.left.Load() {
				debug.SetMemoryLimit(max(goal, beside+live+live/16))
			}
			watch()
		}, struct{}{})
	}
	watch()
}

// leave lets the collector rest at the end: what thousands of open
// streams hold is about to be let go, and their clients wait.
func (s *spending) leave() {
	if !tunes() {
		s.left.Store(true)
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

func tunes() bool { return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" }
