package recorder

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
)

// maxEndpoint is how long a server may take to name its endpoint.
const maxEndpoint = 10 * time.Second

// connect opens the one stream of an HTTP+SSE server and waits until it has
// named the endpoint to POST to (2024-11-05 basic/transports, "HTTP with
// SSE"). From then on all that the server says comes on that stream.
func (c *caller) connect(ctx context.Context) error {
	name := c.name()
	c.old = true
	defer context.AfterFunc(ctx, func() { c.stop(nil) })()
	resp, err := c.send(c.work, http.MethodGet, nil, nil)
	if err != nil {
		return fmt.Errorf("recorder: %s", c.unreachable(err))
	}
	if resp.StatusCode != http.StatusOK || !isEventStream(resp.Header.Get("Content-Type")) {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what came of it
		_ = resp.Body.Close()
		return fmt.Errorf("recorder: %s is no HTTP+SSE server: it answered %s: %s", name, resp.Status, excerptOf(resp, body))
	}
	named := make(chan error, 1)
	c.others.Go(func() {
		defer resp.Body.Close()
		err := c.hearAll(resp, named)
		if err == nil {
			err = io.EOF
		}
		c.stop(fmt.Errorf("%w: %s ended its stream: %w", errGone, name, err))
	})
	late := time.NewTimer(maxEndpoint)
	defer late.Stop()
	select {
	case err := <-named:
		return err
	case <-late.C:
		return fmt.Errorf("recorder: %s named no endpoint to POST to: is it an HTTP+SSE server?", name)
	case <-c.work.Done():
		return context.Cause(c.work)
	}
}

// hearAll reads the stream: the endpoint, and then messages.
func (c *caller) hearAll(resp *http.Response, named chan<- error) error {
	begun := false
	return readFrames(resp.Body, func(f sse.Frame) {
		if f.Event == "endpoint" && !begun {
			begun = true
			named <- c.moveTo(string(f.Data))
			return
		}
		c.frame(f, &place{}, c.hear)
	})
}

// moveTo makes the endpoint the target. It must be of the server's own
// origin, for headers go there that are meant for nobody else.
func (c *caller) moveTo(endpoint string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, err := c.target.Parse(strings.TrimSpace(endpoint))
	if err != nil {
		return fmt.Errorf("recorder: the endpoint that the server names is no URL: %q", endpoint)
	}
	if !strings.EqualFold(u.Scheme, c.target.Scheme) || !strings.EqualFold(withPort(u), withPort(&c.target)) {
		return fmt.Errorf("recorder: the endpoint that the server names is elsewhere, at %s://%s: record the server there", u.Scheme, u.Host)
	}
	u.User = nil
	c.target = *u
	return nil
}

// hear passes on a message of the one stream, to the line that it answers.
func (c *caller) hear(m jsonrpc.Message) {
	c.mu.Lock()
	k := c.postings[idKey(m.ID)]
	c.mu.Unlock()
	if k != nil && m.Kind == jsonrpc.Response {
		k.hear(m)
		return
	}
	c.say(m.Raw)
}

// awaitStream waits until the stream has the answers.
func (k *posting) awaitStream() {
	select {
	case <-k.settled:
	case <-k.ctx.Done(): // run knows what to say
	}
}
