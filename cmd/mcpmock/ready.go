package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/pflag"
)

// A ready line tells a program that a server listens: it is the one line on
// stdout, and complete when it is there.
type ready struct {
	Event string `json:"event"`
	URL   string `json:"url"`
	SSE   string `json:"sse,omitempty"` // where clients of HTTP+SSE find it
	PID   int    `json:"pid"`
}

// ready says that a server listens: to a program by the ready line, to people
// by lines on stderr.
func (c *console) ready(r ready, lines ...string) error {
	if !c.forPeople() {
		r.Event, r.PID = "ready", os.Getpid()
		return c.print(r)
	}
	for _, l := range lines {
		c.talk("%s", l)
	}
	return nil
}

// untilSignal returns a context that ends with the first SIGINT or SIGTERM.
// From then on signals have their usual effect again, so a second one kills.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// An address is the value of --listen. It must not be empty, as a variable is
// that is not set: that would be every address of the machine.
type address string

func (a *address) String() string { return string(*a) }
func (a *address) Type() string   { return "string" }

func (a *address) Set(s string) error {
	if s == "" {
		return errors.New("it must be HOST:PORT")
	}
	*a = address(s)
	return nil
}

// listenOn adds --listen to the flags of a verb.
func listenOn(flags *pflag.FlagSet, to *string, or, usage string) {
	*to = or
	flags.Var((*address)(to), "listen", usage)
}

// warnExposed warns where others than this machine can reach an address.
func (c *console) warnExposed(listen, advice string) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return
	}
	c.talk("mcpmock: warning: %s can be reached from other machines, and nothing asks who they are", listen)
	c.talk("  %s", advice)
}

// cannotListen is the failure to take an address; again is the command that
// works.
func cannotListen(listen string, err error, again string) error {
	if port, bad := strconv.ParseUint(listen, 10, 16); bad == nil {
		return wrongUse("--listen %s: it must be HOST:PORT", listen).hint("write --listen 127.0.0.1:%d", port)
	}
	reason := err.Error()
	if op, ok := err.(*net.OpError); ok {
		reason = op.Err.Error()
		if sys, ok := op.Err.(*os.SyscallError); ok {
			reason = sys.Err.Error()
		}
	}
	return wrongUse("cannot listen on %s: %s", listen, reason).hint("use a free port: %s", again)
}
