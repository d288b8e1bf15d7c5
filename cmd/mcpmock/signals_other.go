//go:build !unix

package main

import "os"

// passedOn is the one signal there is. On Windows the console gives it to the
// server, too, so mcpmock has only to outlive it.
func passedOn() []os.Signal { return []os.Signal{os.Interrupt} }

// toldBy are the signals by which a program is told something besides.
func toldBy() []os.Signal { return nil }

// surviveBrokenPipes has nothing to do: a broken pipe is an error here.
func surviveBrokenPipes() {}
