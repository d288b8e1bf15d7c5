package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"syscall"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/recorder"
)

// runBridge records a server that speaks over stdio for clients that speak
// HTTP: each session has a server of its own.
func (r *recording) runBridge(ctx context.Context, c *console) error {
	if err := r.serverCommand().Err; err != nil {
		return r.cannotStart(err)
	}
	c.warnExposed(r.listen, "listen on 127.0.0.1 unless they are meant to")
	listener, err := net.Listen("tcp", r.listen)
	if err != nil {
		return cannotListen(r.listen, err, "mcpmock record --listen 127.0.0.1:0 -o "+word(r.file)+" -- COMMAND...")
	}
	defer listener.Close()
	file, err := r.share()
	if err != nil {
		return err
	}
	defer file.Close()
	rec, err := r.pipeRecorder(c, file)
	if err != nil {
		return err
	}
	bridge := rec.Bridge(r.serverCommand, c.err)
	server := serveOn(listener, bridge)
	defer server.Close()
	ctx, stop := untilSignal(ctx)
	defer stop()
	at := ready{URL: server.url.String() + "/mcp", SSE: server.url.String() + "/sse"}
	err = c.ready(at,
		fmt.Sprintf("recording %s to %s  %s", word(r.command[0]), r.file, redaction(file.Header)),
		"  url   "+at.URL,
		"  sse   "+at.SSE,
		"  stop  ctrl-c")
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-server.served:
		}
	}
	failed := errors.Join(err, bridge.Close(), rec.Close())
	server.Close()
	var last func() error
	if r.golden {
		last = func() error { return cassettes.RewriteGolden(r.file, r.layout()) }
	}
	if failed = errors.Join(failed, file.CloseThen(last)); failed != nil {
		return (&failure{code: exitCheck, err: failed}).hint("what was written before is whole: mcpmock show %s", word(r.file))
	}
	r.saved(c, rec.Stats())
	return nil
}

func redaction(h cassettes.Header) string {
	if len(h.Redact) == 0 {
		return "redaction off"
	}
	return "redaction on"
}

// runCaller records a server that speaks HTTP for the one client that started
// mcpmock and speaks over stdio. stdout is that client's, so people are told
// nothing unless something is wrong.
func (r *recording) runCaller(ctx context.Context, c *console) error {
	upstream, err := url.Parse(r.upstream)
	if err != nil {
		return err // check has looked at it
	}
	var opts []recorder.Option
	for _, h := range r.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return err
		}
		opts = append(opts, recorder.WithHeader(name, value))
	}
	if err := reach(ctx, upstream); err != nil {
		return err
	}
	file, err := r.create()
	if err != nil {
		return err
	}
	defer file.Close()
	rec, err := newRecorder(c, file, opts)
	if err != nil {
		return err
	}
	surviveBrokenPipes()
	ctx, stop := untilSignal(ctx)
	defer stop()
	lost := rec.Stdio(ctx, upstream, r.transport == overSSE, os.Stdin, c.out)
	if errors.Is(lost, syscall.EPIPE) {
		lost = nil // a client may end by hanging up
	}
	err = errors.Join(rec.Close(), file.Close())
	if err == nil && r.golden {
		err = cassettes.RewriteGolden(r.file, r.layout())
	}
	if err != nil {
		return (&failure{code: exitCheck, err: err}).hint("what was written before is whole: mcpmock show %s", word(r.file))
	}
	if c.verbose {
		r.saved(c, rec.Stats())
	}
	if lost != nil {
		return &failure{code: exitUpstream, err: lost}
	}
	return nil
}
