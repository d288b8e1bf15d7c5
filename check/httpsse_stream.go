package check

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
)

// An oldStream is one stream of HTTP+SSE, which is a session, and where its
// client posts to. One goroutine uses it.
type oldStream struct {
	*pipe
	stream   *probes.Stream
	endpoint string          // as the endpoint event has it
	before   string          // what came before that event, in words; "" for nothing
	to       *url.URL        // where it says; nil where that is no URL
	client   *probes.Client  // of to; nil where that is of another origin
	posts    []probes.Answer // to what was posted
	written  []byte          // the events as they came, the first mebibyte
}

// keptOfStream is how much of a stream is looked at as it is written.
const keptOfStream = 1 << 20

// openOld opens a stream, with header lines added, and waits for its endpoint
// event. Where none comes it is nil, and the answer says what did.
func (w *holding) openOld(ctx context.Context, lines ...[2]string) (*oldStream, probes.Answer) {
	step := probes.Listen()
	step.Header = append(step.Header, lines...)
	stream, a := w.client.Open(ctx, step)
	if stream == nil {
		return nil, a
	}
	o := &oldStream{stream: stream}
	o.pipe = &pipe{
		tell: func(message string) string { return o.told(ctx, message) },
		said: stream.Events, line: o.message, left: o.ended, ids: map[string]bool{},
	}
	late := time.NewTimer(w.answerWithin)
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-late.C:
			a.Open = true
		case frame, ok := <-stream.Events:
			if !ok {
				break
			}
			o.message(frame) // which keeps it
			if f := sse.Parse(frame); f.Event == "endpoint" {
				o.endpoint = string(f.Data)
				return o, w.aimed(o, a)
			} else if f.HasData && o.before == "" {
				o.before = quoted(string(f.Data))
			}
			continue
		}
		a.Body = o.written
		stream.Close()
		return nil, a
	}
}

// aimed makes ready to post to where the endpoint event says, if that is of the
// stream's own origin: credentials do not go to another.
func (w *holding) aimed(o *oldStream, a probes.Answer) probes.Answer {
	to, err := w.endpoint.Parse(o.endpoint)
	if err != nil {
		return a
	}
	o.to = to
	if origin(to) == origin(w.endpoint) {
		o.client, a.Err = w.towards(to, probes.WithPauses(longestPause))
	}
	return a
}

// origin is that of a URL (RFC 6454, section 4).
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + port)
}

// message is the message in an event; nil where it has none.
func (o *oldStream) message(frame []byte) []byte {
	if len(o.written)+len(frame) <= keptOfStream {
		o.written = append(o.written, frame...)
	}
	if f := sse.Parse(frame); f.HasData && (f.Event == "" || f.Event == "message") {
		return f.Data
	}
	return nil
}

// told posts a message, and says why it was not taken.
func (o *oldStream) told(ctx context.Context, message string) string {
	a := post(ctx, o.client, message)
	o.posts = append(o.posts, a)
	if a.Err == nil && a.Status/100 != 2 {
		return "POST: " + inWords(a)
	}
	return "" // also where the server is silent: it may answer on the stream
}

// post posts a message as clients of HTTP+SSE do.
func post(ctx context.Context, client *probes.Client, message string, lines ...[2]string) probes.Answer {
	step := probes.Step{Method: http.MethodPost, Header: append([][2]string{{"Content-Type", "application/json"}}, lines...), Body: probes.Literal(message)}
	if client == nil {
		return probes.Answer{Err: errors.New("not posted: the endpoint is of another origin")}
	}
	a, err := client.Ask(ctx, probes.Probe{Name: "post", Steps: []probes.Step{step}})
	if err != nil {
		a.Err = err // that of ctx, for whoever asked to see
	}
	return a
}

// ended says how the stream ended.
func (o *oldStream) ended() string {
	if err := o.stream.Err(); err != nil {
		return "the stream broke off: " + reason(err)
	}
	return "the stream ended"
}

// answer is what came on the stream, for who looks at how events are framed.
func (o *oldStream) answer() probes.Answer {
	return probes.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: o.written}
}
