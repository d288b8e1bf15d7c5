package stock_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// An answer is what came back for one request.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	err    error // of the connection; status is 0 where it broke off before there was one
}

// message is the last JSON-RPC message of an answer.
func (a answer) message() string {
	text := a.body
	for line := range strings.Lines(strings.ReplaceAll(a.body, "\r\n", "\n")) {
		if data, ok := strings.CutPrefix(line, "data:"); ok && strings.TrimSpace(data) != "" {
			text = strings.TrimSpace(data)
		}
	}
	return text
}

func (a answer) get(path string) gjson.Result { return gjson.Get(a.message(), path) }

// is compares an answer with what the recipe has: status, the whole body, and
// headers by name and value, where "" is one that must not be there. A body or
// value that begins with ~ is a regular expression for all of it.
func (a answer) is(status int, body string, headers ...string) {
	a.t.Helper()
	if a.err != nil || a.status != status || !fits(body, a.body) {
		a.t.Errorf("got %d %q %v\nwant %d %q", a.status, a.body, a.err, status, body)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		got := strings.Join(a.header[http.CanonicalHeaderKey(headers[i])], ", ")
		if !fits(headers[i+1], got) {
			a.t.Errorf("%s is %q, want %q", headers[i], got, headers[i+1])
		}
	}
}

func fits(want, got string) bool {
	if expr, ok := strings.CutPrefix(want, "~"); ok {
		return regexp.MustCompile(`\A(?s:` + expr + `)\z`).MatchString(got)
	}
	return want == got
}

// succeeds wants an answer with a result.
func (a answer) succeeds() {
	a.t.Helper()
	if a.err != nil || a.status != http.StatusOK || !a.get("result").Exists() {
		a.t.Errorf("got %d %q %v, want a result", a.status, a.body, a.err)
	}
}

// A pending is a request that is under way.
type pending struct {
	v      *visitor
	cancel context.CancelFunc
	done   chan answer
	header chan *http.Response
}

// opens sends a request in the background.
func (v *visitor) opens(method, body string, headers ...string) *pending {
	v.t.Helper()
	return v.opensBy(http.DefaultClient, method, body, headers)
}

// straight sends a request and follows no redirect.
func (v *visitor) straight(method, body string, headers ...string) answer {
	v.t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	p := v.opensBy(c, method, body, headers)
	a := p.answer()
	p.cancel()
	return a
}

func (v *visitor) opensBy(c *http.Client, method, body string, headers []string) *pending {
	v.t.Helper()
	ctx, cancel := context.WithCancel(v.t.Context())
	req, err := http.NewRequestWithContext(ctx, method, v.url, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	v.dress(req, headers)
	p := &pending{v: v, cancel: cancel, done: make(chan answer, 1), header: make(chan *http.Response, 1)}
	go func() {
		resp, err := c.Do(req)
		if err != nil {
			p.done <- answer{t: v.t, err: err}
			return
		}
		defer resp.Body.Close()
		p.header <- resp
		text, err := io.ReadAll(resp.Body)
		p.done <- answer{v.t, resp.StatusCode, resp.Header, string(text), err}
	}()
	v.t.Cleanup(cancel)
	return p
}

// dress gives a request the headers of a good client, but for those given.
func (v *visitor) dress(req *http.Request, headers []string) {
	req.Header.Set("Accept", "application/json, text/event-stream")
	if req.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Body, req.ContentLength = nil, 0
	}
	if req.Method == http.MethodGet {
		req.Header.Set("Accept", "text/event-stream")
	}
	if v.session != "" {
		req.Header.Set("Mcp-Session-Id", v.session)
	}
	if v.version != "" {
		req.Header.Set("Mcp-Protocol-Version", v.version)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
}

// answer waits for the end of the response.
func (p *pending) answer() answer {
	p.v.t.Helper()
	select {
	case a := <-p.done:
		return a
	case <-time.After(patience):
		p.v.t.Fatal("there is no whole answer")
		return answer{}
	}
}

// head waits for the status line.
func (p *pending) head() *http.Response {
	p.v.t.Helper()
	select {
	case resp := <-p.header:
		return resp
	case a := <-p.done:
		p.v.t.Fatalf("there is no status line: %v", a.err)
	case <-time.After(patience):
		p.v.t.Fatal("there is no status line")
	}
	return nil
}

// leaves hangs up before the answer is whole, waits until the mock has noticed,
// and returns what had come: the err is that of the visitor's own leaving, or
// there was an answer.
func (p *pending) leaves() answer {
	p.v.t.Helper()
	p.v.mu.Lock()
	n := p.v.notes["end of client"]
	p.v.mu.Unlock()
	p.cancel()
	a := p.answer()
	if errors.Is(a.err, context.Canceled) {
		p.v.heard("end of client", n+1)
	}
	return a
}

// does sends a request and waits for the whole answer.
func (v *visitor) does(method, body string, headers ...string) answer {
	v.t.Helper()
	answers := "answer to " + gjson.Get(body, "id").Raw
	n := v.count(answers)
	p := v.opens(method, body, headers...)
	a := p.answer()
	p.cancel()
	if a.status == http.StatusOK { // the journal may tell of an answer when the client has got it
		v.heard(answers, n+1)
	}
	return a
}

func (v *visitor) post(body string, headers ...string) answer {
	v.t.Helper()
	return v.does(http.MethodPost, body, headers...)
}

func (v *visitor) get(headers ...string) answer {
	v.t.Helper()
	return v.does(http.MethodGet, "", headers...)
}

func (v *visitor) delete(headers ...string) answer {
	v.t.Helper()
	return v.does(http.MethodDelete, "", headers...)
}
