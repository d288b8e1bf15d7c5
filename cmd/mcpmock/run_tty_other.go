//go:build !unix

package main

import "os"

// shared reports whether a signal is one that a child got when mcpmock did: on
// Windows the console gives each to both.
func shared(os.Signal) bool { return true }
