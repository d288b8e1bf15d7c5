//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// shared reports whether a signal is one that the terminal gives to every
// process in the foreground: a child got it when mcpmock did, and must not get
// it twice.
func shared(s os.Signal) bool {
	if s != os.Interrupt && s != unix.SIGQUIT {
		return false
	}
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false // there is no terminal
	}
	defer tty.Close()
	foreground, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}
