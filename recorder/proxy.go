package recorder

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A proxy passes requests on to one upstream and records them. It is a loop
// of its own and not an httputil.ReverseProxy because it costs less, and
// because it must know when a body has ended before it hands the end on.
type proxy struct {
	rec    *Recorder
	scheme string
	host   string
	query  []string // name=value pairs of the upstream's own query
	auth   string   // Authorization for the user in the upstream's URL
}

// Proxy returns a reverse proxy that serves every path of the upstream's
// origin, and records. To its client it is the upstream: it adds no header,
// passes on each chunk and each header as it comes, and breaks off where the
// upstream does. An absolute URL of the upstream in a Location header or an
// endpoint event becomes the proxy's own.
//
// A query that the upstream's URL has is added to requests that lack it, and
// is not on the tape. A client has ten seconds for each chunk of its body. From
// Accept-Encoding the codings go that a recorder
// cannot read (br, zstd, deflate). An upstream that cannot be reached is
// answered for with 502 and a text. A request whose Host or Origin is
// foreign gets 403 and goes no further.
func (r *Recorder) Proxy(upstream *url.URL) http.Handler {
	p := &proxy{rec: r, scheme: upstream.Scheme, host: upstream.Host}
	if upstream.RawQuery != "" {
		p.query = strings.Split(upstream.RawQuery, "&")
		for _, values := range upstream.Query() {
			for _, v := range values {
				r.redact.Hide(v)
			}
		}
	}
	if user := upstream.User; user != nil {
		password, _ := user.Password()
		q := http.Request{Header: http.Header{}}
		q.SetBasicAuth(user.Username(), password)
		p.auth = q.Header.Get("Authorization")
		r.redact.HideHeader("Authorization", p.auth)
		r.redact.Hide(password)
	}
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if reason := p.rec.foreign(req); reason != "" {
		p.rec.log.Warn("refused a foreign request", "reason", reason)
		http.Error(w, reason, http.StatusForbidden)
		return
	}
	v := p.rec.enter(w)
	if v == nil {
		http.Error(w, ErrStopped.Error(), http.StatusServiceUnavailable)
		return
	}
	defer p.rec.leave(v)
	body, rest, err := readBody(v.hurried(req.Body), req.ContentLength)
	ctx, cancel := context.WithCancelCause(req.Context())
	defer cancel(nil)
	c := p.rec.begin(req.Context(), cancel, p.request(req, body, rest != nil || err != nil))
	if c == nil {
		http.Error(w, ErrStopped.Error(), http.StatusServiceUnavailable)
		return
	}
	if err != nil { // the client went away in the middle of its request
		c.end(cassettes.Client, cassettes.Closed)
		panic(http.ErrAbortHandler)
	}
	watched, over := watching(ctx, w, req)
	out := p.outgoing(watched, req)
	c.give(out, body, rest)
	resp, err := p.rec.send(c, out)
	over()
	if err != nil {
		p.unanswered(ctx, c, w, err)
		return
	}
	p.answer(ctx, c, w, req, resp)
}

// request is what the client asked, as it goes on the tape.
func (p *proxy) request(req *http.Request, body []byte, part bool) *request {
	header := make(http.Header, len(req.Header)+1)
	for name, values := range req.Header {
		header[name] = values
	}
	if req.Host != "" {
		header["Host"] = []string{req.Host}
	}
	return &request{
		method: req.Method,
		path:   req.URL.EscapedPath(),
		query:  req.URL.RawQuery,
		header: header,
		body:   body,
		part:   part,
	}
}

// outgoing is the request towards the upstream.
func (p *proxy) outgoing(ctx context.Context, req *http.Request) *http.Request {
	u := *req.URL
	u.Scheme, u.Host, u.User = p.scheme, p.host, nil
	if len(p.query) > 0 {
		u.RawQuery = p.withQuery(u.RawQuery)
	}
	out := (&http.Request{
		Method:        req.Method,
		URL:           &u,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, len(req.Header)+1),
		ContentLength: req.ContentLength,
		Host:          p.host,
	}).WithContext(ctx)
	copyEnd(out.Header, req.Header)
	delete(out.Header, "Expect") // the body is here already
	if encodings, ok := out.Header["Accept-Encoding"]; ok {
		out.Header["Accept-Encoding"] = readable(encodings)
	}
	if p.auth != "" && out.Header["Authorization"] == nil {
		out.Header["Authorization"] = []string{p.auth}
	}
	p.rec.addHeader(out)
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = nil // else net/http adds its own
	}
	return out
}

// withQuery adds the upstream's own query to a request's.
func (p *proxy) withQuery(query string) string {
	has := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		has[name] = true
	}
	for _, pair := range p.query {
		if name, _, _ := strings.Cut(pair, "="); !has[name] {
			if query != "" {
				query += "&"
			}
			query += pair
		}
	}
	return query
}

// unanswered deals with a request that got no answer.
func (p *proxy) unanswered(ctx context.Context, c *carrier, w http.ResponseWriter, err error) {
	switch {
	case context.Cause(ctx) == ErrStopped:
		http.Error(w, ErrStopped.Error(), http.StatusServiceUnavailable)
	case c.client.Err() != nil || brokeOff(err):
		c.broke()
		panic(http.ErrAbortHandler)
	default:
		text := fmt.Sprintf("mcpmock: cannot reach the upstream %s://%s: %v\n", p.scheme, p.host, cause(err))
		h := w.Header()
		h["Content-Type"] = []string{"text/plain; charset=utf-8"}
		h["Content-Length"] = []string{strconv.Itoa(len(text))}
		c.write(&cassettes.Event{
			From: cassettes.Mcpmock,
			HTTP: &cassettes.HTTP{Status: http.StatusBadGateway, Header: h.Clone()},
			Raw:  []byte(text),
			End:  cassettes.EOF,
		})
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, text)
	}
}

// brokeOff reports whether the upstream took the request and broke off.
func brokeOff(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op == "read" || op.Op == "write"
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.Contains(err.Error(), "server closed idle connection") || strings.Contains(err.Error(), "stream error")
}

// cause is what to tell a person of an error.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return cert
	}
	return err
}

// buffers are what bodies are copied through.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// answer passes the upstream's answer on.
func (p *proxy) answer(ctx context.Context, c *carrier, w http.ResponseWriter, req *http.Request, resp *http.Response) {
	defer resp.Body.Close()
	h := w.Header()
	copyEnd(h, resp.Header)
	for _, name := range [...]string{"Date", "Content-Type"} {
		if _, ok := h[name]; !ok {
			h[name] = nil // else net/http adds one
		}
	}
	if location, ok := h["Location"]; ok && len(location) == 1 {
		h["Location"] = []string{p.ownURL(location[0], req)}
	}
	for name := range resp.Trailer {
		h.Add("Trailer", name)
	}
	if b, ok := resp.Body.(*body); ok && b.frames != nil && req.Method == http.MethodGet {
		b.rewrite = p.endpoint(req)
	}
	w.WriteHeader(resp.StatusCode)
	flusher, _ := w.(http.Flusher)
	if flusher != nil && resp.ContentLength != 0 {
		flusher.Flush()
	}
	if b, ok := resp.Body.(*body); ok {
		p.pass(ctx, c, w, flusher, b)
	}
	for name, values := range resp.Trailer {
		h[http.TrailerPrefix+name] = values
	}
}

// pass copies a body, each chunk as it comes.
func (p *proxy) pass(ctx context.Context, c *carrier, w io.Writer, flusher http.Flusher, b *body) {
	buf := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(buf)
	for {
		n, err := b.Read(buf[:])
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				c.end(cassettes.Client, cassettes.Closed)
				panic(http.ErrAbortHandler)
			}
			if err == nil && flusher != nil {
				flusher.Flush()
			}
		}
		switch {
		case err == io.EOF:
			return
		case err != nil && context.Cause(ctx) == ErrStopped && b.isStream():
			return // a clean end: the recorder's own
		case err != nil:
			panic(http.ErrAbortHandler)
		}
	}
}
