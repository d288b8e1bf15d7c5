package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The programs here are the other side in a script about stdio.

// serveWeatherStdio is the weather server on stdin and stdout:
//
//	weather_stdio
func serveWeatherStdio() { orExit(weather.New().Run(context.Background(), &mcp.StdioTransport{})) }

// visitCommand is visit for a server that it starts itself:
//
//	visit_stdio COMMAND...
func visitCommand() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	tell(weather.VisitBy(ctx, &mcp.CommandTransport{Command: cmd, TerminateDuration: patience}))
}

// outlive starts a server and becomes it, as it were: it says it is ready when
// the server has said a first line, and passes on the signal that ends it. Its
// exit code is the server's; its last words are what the server said after.
//
//	outlive COMMAND...
func outlive() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	orExit(err)
	stdout, err := cmd.StdoutPipe()
	orExit(err)
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	orExit(cmd.Start())
	in := bufio.NewReader(stdout)
	first, err := in.ReadString('\n')
	orExit(err)
	orExit(json.NewEncoder(os.Stdout).Encode(ready{Event: "ready", URL: "stdio:" + first[:len(first)-1], PID: os.Getpid()}))
	orExit(cmd.Process.Signal(<-terminated))
	_, err = io.Copy(os.Stdout, in)
	orExit(err)
	_ = cmd.Wait() // the exit code says it
	_ = stdin.Close()
	os.Exit(cmd.ProcessState.ExitCode())
}
