package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The programs here are the other side in a script.

// serveWeather is the weather server until SIGTERM:
//
//	weather
func serveWeather() {
	s, err := serve(weather.Handler())
	orExit(err)
	ctx, stop := untilSignal(context.Background())
	defer stop()
	c := &console{out: os.Stdout, err: os.Stderr, asJSON: true}
	orExit(c.ready(ready{URL: s.url.String() + weather.Path}))
	<-ctx.Done()
	s.Close()
}

// visitWeather uses all that a weather server offers, and prints what it saw:
//
//	visit URL
func visitWeather() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tell(weather.Visit(ctx, os.Args[1]))
}

// visitOld is visit over HTTP+SSE:
//
//	visit_sse URL
func visitOld() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tell(weather.VisitBy(ctx, &mcp.SSEClientTransport{Endpoint: os.Args[1]}))
}

// tell prints what a client saw.
func tell(sights []weather.Sight, err error) {
	for _, s := range sights {
		fmt.Printf("%s: %s\n", s.Did, s.Saw)
	}
	orExit(err)
}

// sendRaw sends one request and prints the answer: status, content type,
// session id and body.
//
//	raw METHOD URL [K:V]... [BODY]
func sendRaw() {
	resp := send(os.Args[1:])
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	for _, name := range [...]string{"Allow", "Content-Type", "Mcp-Session-Id"} {
		if v := resp.Header.Get(name); v != "" {
			fmt.Printf("%s: %s\n", name, v)
		}
	}
	_, err := io.Copy(os.Stdout, resp.Body)
	orExit(err)
	fmt.Println()
}

func send(args []string) *http.Response {
	method, url, rest := args[0], args[1], args[2:]
	body := ""
	if n := len(rest) - 1; n >= 0 && strings.HasPrefix(rest[n], "{") {
		body, rest = rest[n], rest[:n]
	}
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	orExit(err)
	req.Header.Set("Accept", "application/json, text/event-stream")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range rest {
		name, value, _ := strings.Cut(h, ":")
		req.Header.Set(name, strings.TrimSpace(value))
	}
	client := http.Client{Transport: &http.Transport{ResponseHeaderTimeout: patience}}
	resp, err := client.Do(req)
	orExit(err)
	return resp
}

// listenForEver opens a session and its GET stream, says it is ready when the
// stream has begun, and ends when the stream has ended:
//
//	listen URL
func listenForEver() {
	signal.Ignore(syscall.SIGTERM) // the stream's end alone ends it
	url := os.Args[1]
	opened := send([]string{"POST", url, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"listener","version":"1.0.0"}}}`})
	_, _ = io.Copy(io.Discard, opened.Body)
	opened.Body.Close()
	stream := send([]string{"GET", url, "Mcp-Session-Id:" + opened.Header.Get("Mcp-Session-Id")})
	if stream.StatusCode != http.StatusOK {
		orExit(fmt.Errorf("GET got %s", stream.Status))
	}
	c := &console{out: os.Stdout, err: os.Stderr, asJSON: true}
	orExit(c.ready(ready{URL: url}))
	late := time.AfterFunc(6*patience, func() { os.Exit(1) })
	defer late.Stop()
	_, err := io.Copy(io.Discard, stream.Body)
	fmt.Printf("the stream ended: %v\n", err)
}

// orExit ends a peer that cannot go on.
func orExit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
