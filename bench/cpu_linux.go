package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// processorTime returns what a process has used so far, of all its threads,
// user and system: the clock of clock_getcpuclockid(3), which does not round
// to ticks as /proc does.
func processorTime(pid int) (time.Duration, error) {
	const sched = 2 // CPUCLOCK_SCHED
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|sched, &t); err != nil {
		return 0, fmt.Errorf("the processor time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// peakMemory returns the most memory that a process had resident, in MB.
func peakMemory(pid int) (float64, error) {
	kb, err := memory(pid, "VmHWM:")
	return kb * 1024 / 1e6, err
}

// residentMemory returns the memory that a process has resident, in KB.
func residentMemory(pid int) (float64, error) { return memory(pid, "VmRSS:") }

func memory(pid int, line string) (kb float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for l := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(l, []byte(line)); ok {
			return strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
		}
	}
	return 0, fmt.Errorf("no %s in the status of process %d", line, pid)
}

// fileLimit returns how many files this process, and one that it starts, may
// have open.
func fileLimit() (int, error) {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return int(min(limit.Cur, 1<<20)), err
}
