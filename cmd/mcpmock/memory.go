package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
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

// spendMemory lets the collector rest while the mock or the recorder serves:
// they make little that lasts, and up to the goal memory is cheaper than time.
func spendMemory() {
	if tunes() {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(max(memoryGoal, int64(m.Sys-m.HeapReleased)+int64(m.HeapAlloc)/4))
}

// leaveMemory lets the collector rest at the end: what thousands of open
// streams hold is about to be let go, and their clients wait.
func leaveMemory() {
	if !tunes() {
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

func tunes() bool { return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" }
