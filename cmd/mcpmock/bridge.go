package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
)

// runBridge records a server that speaks over stdio for clients that speak
// HTTP: each session has a server of its own.
func (r *recording) runBridge(ctx context.Context, c *console) error {
	if err := r.serverCommand().Err; err != nil {
		return r.cannotStart(err)
	}
	listener, err := net.Listen("tcp", r.listen)
	if err != nil {
		return cannotListen(r.listen, err, r.again("--listen 127.0.0.1:0"))
	}
	c.warnExposed(r.listen, "listen on 127.0.0.1 unless they are meant to")
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
	if err := file.Begin(); err != nil {
		return err
	}
	surviveBrokenPipes()
	bridge := rec.Bridge(r.serverCommand, c.err)
	server := serveOn(listener, bridge)
	defer server.Close()
	ctx, stop := untilSignal(ctx)
	defer stop()
	at := ready{URL: server.url.String() + "/mcp", SSE: server.url.String() + "/sse"}
	err = c.ready(at,
		fmt.Sprintf("recording %s to %s  %s", say.Word(r.command[0]), r.file, redaction(file.Header)),
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
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	server.end(grace)
	var last func() error
	if r.golden {
		last = func() error { return cassettes.RewriteGolden(r.file, r.layout()) }
	}
	if failed = errors.Join(failed, file.CloseThen(last)); failed != nil {
		return (&failure{code: exitCheck, err: failed}).hint("what was written before is whole: mcpmock show %s", say.File(r.file))
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
