package probes

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// A Client asks one server. Its methods may be called at the same time.
type Client struct {
	endpoint *url.URL
	options
}

type options struct {
	header   [][2]string
	version  string
	patience time.Duration
	quiet    time.Duration
	tidy     bool
	pauses   time.Duration
	dial     func(context.Context, string) (net.Conn, error)
}

// An Option says how a Client asks.
type Option func(*options)

// WithHeader sends a line with every request, such as an Authorization that
// the server wants.
func WithHeader(name, value string) Option {
	return func(o *options) { o.header = append(o.header, [2]string{name, value}) }
}

// WithVersion offers that version in initialize. Left out, it is the newest
// that has one.
func WithVersion(version string) Option { return func(o *options) { o.version = version } }

// WithPatience says how long an answer may take, and how long an event stream
// may be silent before it is taken to be one that stays open. Left out, they
// are 5 s and 300 ms.
func WithPatience(answer, silence time.Duration) Option {
	return func(o *options) { o.patience, o.quiet = answer, silence }
}

// WithTidy ends the sessions that a probe opened with DELETE, after its
// answer has come.
func WithTidy() Option { return func(o *options) { o.tidy = true } }

// WithPauses makes a request that got 429 again, three times at most, after as
// long as its Retry-After says, in seconds or by a date, or a second where it says
// neither. It is not made again where that is longer than most.
func WithPauses(most time.Duration) Option { return func(o *options) { o.pauses = most } }

// WithDial connects in another way than by TCP to the endpoint's host, which
// is given as host:port. For https, TLS is spoken on what it returns.
func WithDial(dial func(ctx context.Context, address string) (net.Conn, error)) Option {
	return func(o *options) { o.dial = dial }
}

// NewClient returns a client of the server whose MCP endpoint is at that URL,
// http or https. It uses no proxy.
func NewClient(endpoint string, opts ...Option) (*Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("the endpoint is no URL: %w; give one like http://127.0.0.1:8000/mcp", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("the endpoint %q is no http or https URL: give one like http://127.0.0.1:8000/mcp", endpoint)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	c := &Client{endpoint: u, options: options{version: mcp.Legacy()[0], patience: 5 * time.Second, quiet: 300 * time.Millisecond}}
	for _, o := range opts {
		o(&c.options)
	}
	if c.dial == nil {
		var d net.Dialer
		c.dial = func(ctx context.Context, address string) (net.Conn, error) { return d.DialContext(ctx, "tcp", address) }
	}
	for _, l := range c.header {
		if strings.ContainsAny(l[0]+l[1], "\r\n") {
			return nil, fmt.Errorf("the header %q has a line break: leave it out", l[0])
		}
	}
	return c, nil
}

// Ask asks one probe. The error is ctx's own, or says that a step before the
// last got no answer at all; what became of the last step is in the answer,
// its Err included.
func (c *Client) Ask(ctx context.Context, p Probe) (Answer, error) {
	answers, err := c.Talk(ctx, p)
	if len(answers) < len(p.Steps) || len(answers) == 0 {
		return Answer{}, err
	}
	return answers[len(answers)-1], err
}

// Talk is Ask that returns the answers to all steps, as far as it came.
func (c *Client) Talk(ctx context.Context, p Probe) ([]Answer, error) {
	var answers []Answer
	t := talk{client: c, seen: map[string]bool{}}
	defer t.end(ctx)
	for i, s := range p.Steps {
		a := t.step(ctx, s)
		if ctx.Err() != nil {
			return answers, ctx.Err()
		}
		answers = append(answers, a)
		if a.Err != nil && a.Status == 0 && i < len(p.Steps)-1 {
			return answers, fmt.Errorf("%s: request %d of %d got no answer: %w", p.Name, i+1, len(p.Steps), a.Err)
		}
	}
	return answers, nil
}

// A talk is one probe being asked.
type talk struct {
	client           *Client
	session, version string
	leaked           string
	accepted         bool            // the last POST was, and may not have been taken yet
	seen             map[string]bool // session ids that were shown; true while they are not deleted
	open             []net.Conn
}

// step sends one request and takes from its answer what later ones need.
func (t *talk) step(ctx context.Context, s Step) Answer {
	a := t.send(ctx, s)
	for again := 1; again <= 3 && t.pause(ctx, a); again++ {
		a = t.send(ctx, s)
		a.Again = again
	}
	if a.Err != nil && a.Status == 0 {
		return a
	}
	id := a.Header.Get(mcp.HeaderSessionID)
	if id != "" && s.Method == "POST" {
		if _, ok := t.seen[id]; !ok {
			t.seen[id] = true
		}
	}
	if t.leaked == "" && a.Status >= 400 {
		t.leaked = id
	}
	if s.Method == "POST" && a.Status/100 == 2 {
		t.accepted = a.Status == http.StatusAccepted
	}
	if s.Method == "DELETE" && a.Status/100 == 2 {
		t.seen[t.session] = false
	}
	if t.version == "" && a.Status == 200 && strings.Contains(s.Body, `"method":"initialize"`) {
		for _, m := range Messages(a) { // a notification may come first
			if result := gjson.GetBytes(m, "result"); result.IsObject() {
				t.session, t.version = id, result.Get("protocolVersion").String()
				break
			}
		}
	}
	return a
}

// pause waits where an answer says to come back later, and reports whether to.
func (t *talk) pause(ctx context.Context, a Answer) bool {
	if a.Status != 429 || t.client.pauses == 0 {
		return false
	}
	wait := comeBack(a.Header.Get("Retry-After"))
	if wait > t.client.pauses {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// comeBack is how long a value of Retry-After says to wait, in seconds or by a
// date (RFC 9110, section 10.2.3). It is a second where it says neither, or where
// its date has passed: clocks differ.
func comeBack(said string) time.Duration {
	s, err := strconv.ParseUint(said, 10, 31) // as many as a Duration holds
	switch {
	case err == nil:
		return time.Duration(s) * time.Second
	case errors.Is(err, strconv.ErrRange):
		return math.MaxInt64
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(time.Until(at), time.Second)
	}
	return time.Second
}

// end closes all connections and, where the client is tidy, ends the sessions.
func (t *talk) end(ctx context.Context) {
	for _, c := range t.open {
		_ = c.Close() // nothing more is wanted of it
	}
	t.open = nil
	if !t.client.tidy || ctx.Err() != nil {
		return
	}
	t.settle(ctx)
	// Whoever takes the request ends the session, whether it is answered or not.
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for id, alive := range t.seen {
		if alive {
			t.send(ctx, Step{Method: "DELETE", Header: [][2]string{{mcp.HeaderSessionID, Literal(id)}}})
		}
	}
	for _, c := range t.open {
		_ = c.Close()
	}
}

// settle waits until the server may have taken what it accepted, and may have
// begun the sessions that only a refusal showed: python-sdk 1.9.1 does not
// survive their end before that.
func (t *talk) settle(ctx context.Context) {
	for id, alive := range t.seen {
		switch {
		case !alive:
		case id != t.session:
			timer := time.NewTimer(t.client.quiet)
			defer timer.Stop()
			select {
			case <-ctx.Done():
			case <-timer.C:
			}
			return
		case t.accepted:
			t.send(ctx, settled)
			t.accepted = false
		}
	}
}

// send fills in one step and sends it.
func (t *talk) send(ctx context.Context, s Step) Answer {
	ask, a := t.dial(ctx, s)
	if ask == nil {
		return a
	}
	defer ask.over()
	return ask.answered(exchange(ask.conn, ask.bytes, s.Method, t.client.quiet))
}

// An asking is one request that is about to be sent, and may take as long as
// the client is patient.
type asking struct {
	ctx   context.Context
	conn  net.Conn
	bytes []byte // of the request
	over  func() // called once, when it has been answered
}

// answered is an answer, whose error is why the time was over where it was.
func (k *asking) answered(a Answer) Answer {
	if a.Err != nil && k.ctx.Err() != nil {
		a.Err = context.Cause(k.ctx)
	}
	return a
}

// dial fills in one step and connects. The asking is nil where there is no
// connection, and then the answer says why.
func (t *talk) dial(ctx context.Context, s Step) (*asking, Answer) {
	c := t.client
	s, host := t.fill(s)
	ctx, cancel := context.WithTimeoutCause(ctx, c.patience, fmt.Errorf("no answer for %s", c.patience))
	conn, err := c.connect(ctx)
	if err != nil {
		defer cancel()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, Answer{Err: err}
	}
	t.open = append(t.open, conn)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // wakes whoever reads or writes
	return &asking{ctx, conn, request(s, host), func() { stop(); cancel() }}, Answer{}
}

// fill puts what the conversation has come to into a step, and returns the host
// to name.
func (t *talk) fill(s Step) (Step, string) {
	c := t.client
	slashed := c.endpoint.EscapedPath() + "/"
	if p := c.endpoint.EscapedPath(); strings.HasSuffix(p, "/") && p != "/" {
		slashed = strings.TrimSuffix(p, "/")
	}
	filler := ""
	if strings.Contains(s.Body, "${filler}") {
		filler = strings.Repeat("x", 5<<20)
	}
	fill := strings.NewReplacer("${$}", "$", "${filler}", filler, "${session}", t.session, "${leaked}", t.leaked, "${version}", t.version, "${offer}", c.version,
		"${endpoint}", c.endpoint.RequestURI(), "${slashed}", slashed, "${host}", c.endpoint.Host, "${port}", c.port())
	s.Path = fill.Replace(cmp.Or(s.Path, "${endpoint}"))
	host := c.endpoint.Host
	var lines [][2]string
	for _, l := range s.Header {
		switch {
		case t.session == "" && strings.Contains(l[1], "${session}"), t.leaked == "" && strings.Contains(l[1], "${leaked}"), t.version == "" && strings.Contains(l[1], "${version}"):
		case strings.EqualFold(l[0], "Host"):
			host = fill.Replace(l[1])
		default:
			lines = append(lines, [2]string{l[0], fill.Replace(l[1])})
		}
	}
	s.Header = append(lines, c.header...)
	s.Body = fill.Replace(s.Body)
	return s, host
}

// port is that of the endpoint, said or not.
func (c *Client) port() string {
	return cmp.Or(c.endpoint.Port(), map[string]string{"http": "80", "https": "443"}[c.endpoint.Scheme])
}

func (c *Client) connect(ctx context.Context) (net.Conn, error) {
	conn, err := c.dial(ctx, net.JoinHostPort(c.endpoint.Hostname(), c.port()))
	if err != nil || c.endpoint.Scheme == "http" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: c.endpoint.Hostname(), NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secure, nil
}

// FirstMessage returns the first JSON-RPC message of an answer: its body, or
// the data of the first event that has any. It is nil where there is none.
func FirstMessage(a Answer) []byte {
	for _, m := range Messages(a) {
		return m
	}
	return nil
}

// Messages returns the JSON values of an answer: its body, or the data of
// each event that has any.
func Messages(a Answer) [][]byte {
	if !isStream(a.Header) {
		if gjson.ValidBytes(a.Body) {
			return [][]byte{a.Body}
		}
		return nil
	}
	var all [][]byte
	var s sse.Splitter
	for _, frame := range s.Feed(a.Body) {
		if f := sse.Parse(frame); f.HasData && gjson.ValidBytes(f.Data) {
			all = append(all, f.Data)
		}
	}
	return all
}
