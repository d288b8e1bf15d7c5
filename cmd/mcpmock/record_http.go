package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/recorder"
)

// runHTTP records a server that speaks HTTP, by a proxy in front of it.
func (r *recording) runHTTP(ctx context.Context, c *console) error {
	upstream, opts, err := r.towards(ctx)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", r.listen)
	if err != nil {
		return cannotListen(r.listen, err, r.again("--listen 127.0.0.1:0"))
	}
	c.warnExposed(r.listen, "listen on 127.0.0.1 unless they are meant to")
	defer listener.Close()
	if r.probe {
		r.learned = r.header()
		asking, stop := untilSignal(ctx)
		err := r.learn(asking, c, upstream, &r.learned)
		interrupt := asking.Err()
		stop()
		if interrupt != nil {
			return interrupted("the probe of the upstream", "nothing is recorded")
		}
		if err != nil {
			return err
		}
	}
	file, err := r.create()
	if err != nil {
		return err
	}
	defer file.Close()
	if file.Had.Cut > 0 {
		c.talk("mcpmock: %s ended in a torn value: %d bytes cut off", r.file, file.Had.Cut)
	}
	rec, err := newRecorder(c, file, opts)
	if err != nil {
		return err
	}
	spendMemory()
	surviveBrokenPipes()
	return r.serve(ctx, c, file, rec, listener, upstream)
}

// towards is the server that speaks HTTP, which must be there, and what its
// requests have besides the client's own.
func (r *recording) towards(ctx context.Context) (*url.URL, []recorder.Option, error) {
	upstream, err := url.Parse(r.upstream)
	if err != nil {
		return nil, nil, err // check has looked at it
	}
	var opts []recorder.Option
	for _, h := range r.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return nil, nil, err
		}
		opts = append(opts, recorder.WithHeader(name, value))
	}
	return upstream, opts, reach(ctx, upstream)
}

func parseHeader(h string) (name, value string, err error) {
	name, value, ok := strings.Cut(h, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || name == "" || strings.ContainsAny(name, " \t\r\n\"(),/;<=>?@[\\]{}") || strings.ContainsAny(value, "\r\n\x00") {
		// Not the whole of it: what does not look like a header may be a secret.
		return "", "", wrongUse("--header %.12q...: it must be a name, a colon and a value", h).hint(`such as: --header "Authorization: Bearer TOKEN"`)
	}
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Connection", "Trailer":
		return "", "", wrongUse("--header %s: it belongs to the connection, and each request has its own", name)
	}
	return name, value, nil
}

// reach tries whether somebody listens where the upstream is.
func reach(ctx context.Context, upstream *url.URL) error {
	at := upstream
	// The error is about the proxy's own URL, which the requests will name.
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: upstream}); err == nil && proxy != nil {
		at = proxy
	}
	port := at.Port()
	if port == "" {
		port = at.Scheme
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(at.Hostname(), port))
	if err != nil {
		f := &failure{code: exitUpstream, err: fmt.Errorf("cannot reach the upstream %s: %w", say.Place(at), err)}
		return f.hint("start the server first, and check host and port")
	}
	return conn.Close()
}

// serve records until a signal comes.
func (r *recording) serve(ctx context.Context, c *console, file *cassettes.File, rec *recorder.Recorder, listener net.Listener, upstream *url.URL) error {
	proxy := serveOn(listener, rec.Proxy(upstream))
	defer proxy.Close()
	ctx, stop := untilSignal(ctx)
	defer stop()
	address := proxy.url.String() + upstream.EscapedPath()
	err := c.ready(ready{URL: address},
		fmt.Sprintf("recording %s to %s  %s", say.Place(upstream), r.file, redaction(file.Header)),
		"  url   "+address,
		"  stop  ctrl-c")
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-proxy.served:
		}
	}
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	failed := rec.Shutdown(grace)
	proxy.end(grace)
	if failed == nil && file.Err() == nil && err != nil {
		failed = err // the listener broke
	}
	return r.finish(c, file, rec, failed)
}
