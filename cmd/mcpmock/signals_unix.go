//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// passedOn are the signals with which a client ends a server.
func passedOn() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// toldBy are the signals by which a program is told something besides.
func toldBy() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGUSR2} }

// surviveBrokenPipes makes a write to a client that is gone an error, and not
// the end of mcpmock, until the process ends: the server must see it. A signal
// that is ignored would be ignored in the server, too.
func surviveBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
