package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
)

// A server serves a handler until Close.
type server struct {
	url    *url.URL // without a path
	http   *http.Server
	served chan error // has why it ended by itself
}

// serve serves a handler on a free port of the loopback interface.
func serve(h http.Handler) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return serveOn(listener, h), nil
}

func serveOn(listener net.Listener, h http.Handler) *server {
	s := &server{
		url: &url.URL{Scheme: "http", Host: reachable(listener.Addr())},
		http: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second, // for a body a recorder sets one
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          say.Defects(os.Stderr),
		},
		served: make(chan error, 1),
	}
	go func() {
		s.served <- s.http.Serve(listener)
		close(s.served)
	}()
	return s
}

// end lets what has been answered get to its clients, until ctx is done, and
// closes. A handler that has returned has not yet said the end of its answer.
func (s *server) end(ctx context.Context) {
	_ = s.http.Shutdown(ctx) // what it leaves open is cut
	s.Close()
}

// Close cuts what is open and returns when nothing is served any more. It may
// be called twice.
func (s *server) Close() {
	_ = s.http.Close() // it cuts on purpose
	for range s.served {
	}
}

// reachable is the address at which this machine reaches a listener.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return a.String()
}
