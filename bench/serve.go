package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"time"
)

// serveMode is the first argument that makes this program one of the servers
// that mcpmock is held against:
//
//	bare       reads the body and gives the answer that the path names
//	proxy URL  an httputil.ReverseProxy before URL, with FlushInterval -1
//	echo       gives one answer to each line of stdin
//	decode     the same, but decodes the line with encoding/json
const serveMode = "serve"

func serve(args []string) {
	switch args[0] {
	case "echo":
		echo(os.Stdin, os.Stdout, cutID)
		return
	case "decode":
		echo(os.Stdin, os.Stdout, decodeID)
		return
	}
	var h http.Handler = bare()
	if args[0] == "proxy" {
		h = plainProxy(args[1])
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	fmt.Printf("{\"event\":\"ready\",\"url\":\"http://%s/mcp\"}\n", listener.Addr())
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintln(os.Stderr, "bench:", server.Serve(listener))
}

// bare is the least that can answer: a handler for each shape of answer.
func bare() http.Handler {
	mux := http.NewServeMux()
	for _, s := range shapes() {
		whole := []byte(s.body(0))
		messages := s.messages(0)
		mux.HandleFunc("/"+s.name, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			w.Header().Set("Content-Type", s.contentType)
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write(whole)
		})
		mux.HandleFunc("/flushed/"+s.name, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			w.Header().Set("Content-Type", s.contentType)
			rc := http.NewResponseController(w)
			for _, m := range messages {
				_, _ = io.WriteString(w, frame(m))
				_ = rc.Flush()
			}
		})
	}
	return mux
}

// plainProxy is what anybody would put before a server.
func plainProxy(upstream string) http.Handler {
	target, err := url.Parse(upstream)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 1024 // its default of 2 would dial for most requests
	transport.DisableCompression = true
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) },
		FlushInterval: -1,
		Transport:     transport,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		// Else an answer that comes at once closes the request's body before
		// the transport has seen its end, and the transport breaks off.
		_ = http.NewResponseController(w).EnableFullDuplex()
		proxy.ServeHTTP(w, req)
	})
}
