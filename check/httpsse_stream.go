package check

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/probes"
)

// An oldStream is one stream of HTTP+SSE, which is a session, and where its
// client posts to. One goroutine uses it.
type oldStream struct {
	*pipe
	stream   *probes.Stream
	endpoint string         // as the endpoint event has it
	before   string         // what came before that event, in words; "" for nothing
	to       *url.URL       // where it says; nil where that is no URL
	client   *probes.Client // of to; nil where that is of another origin
	patient  *probes.Client // the same, which waits for its answers until the stream is closed
	posts    []*posting     // what was posted
	written  []byte         // the events as they came, the first mebibyte

	over   context.CancelFunc // gives up the POSTs that are not answered
	posted sync.WaitGroup
}

// A posting is one POST of a message. Its answer may be late, or never come, where that to
// the message is on the stream.
type posting struct {
	answer probes.Answer // once done is closed
	done   chan struct{}
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
	posting, over := context.WithCancel(ctx)
	o.over = over
	o.pipe = &pipe{
		put:  func(message string) <-chan string { return o.put(posting, message) },
		said: stream.Events, line: o.message, left: o.ended, ids: map[string]bool{},
		slowAfter: w.waitingAfter, slow: func(method string, patience time.Duration) {
			w.waits("waiting for %s to be answered, up to %s", method, patience)
		},
		taking: w.answerWithin, moment: w.quietFor,
	}
	o.dozing = func() { w.dozes, o.taking = true, w.quietFor }
	if w.dozes {
		o.taking = w.quietFor
	}
	late := time.NewTimer(w.answerWithin)
	defer late.Stop()
	slow := time.NewTimer(w.waitingAfter)
	defer slow.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-slow.C:
			w.waits("waiting for the endpoint event, up to %s", w.answerWithin)
			continue
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
		o.close()
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
		o.client, a.Err = w.poster(to)
		if a.Err == nil {
			const ever = time.Hour // for it is given up with the stream
			o.patient, a.Err = w.towards(to, probes.WithPauses(longestPause), probes.WithPatience(ever, w.quietFor))
		}
	}
	return a
}

// poster is a client of an endpoint, which waits no longer than it must for a server
// that is known to let POSTs wait.
func (w *holding) poster(to *url.URL) (*probes.Client, error) {
	more := []probes.Option{probes.WithPauses(longestPause)}
	if w.dozes {
		more = append(more, probes.WithPatience(time.Second, w.quietFor))
	}
	return w.towards(to, more...)
}

// close closes the stream, and gives up what was posted and is not answered. It may be
// called twice.
func (o *oldStream) close() {
	o.over()
	o.posted.Wait()
	o.stream.Close()
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

// put posts a message, and does not wait for that: a server may answer the POST when it
// has worked on the message, and its answer is on the stream.
func (o *oldStream) put(ctx context.Context, message string) <-chan string {
	p, taken := &posting{done: make(chan struct{})}, make(chan string, 1)
	o.posts = append(o.posts, p)
	o.posted.Go(func() {
		defer close(p.done)
		p.answer = post(ctx, o.patient, message)
		switch a := p.answer; {
		case a.Err == nil && a.Status/100 != 2:
			taken <- "POST: " + inWords(a)
		default: // also where it broke off: the server may answer on the stream
			taken <- ""
		}
	})
	return taken
}

// answered waits until a POST is answered, or ctx is done, and reports which.
func (p *posting) answered(ctx context.Context) (probes.Answer, bool) {
	select {
	case <-p.done:
		return p.answer, true
	default:
	}
	select {
	case <-p.done:
		return p.answer, true
	case <-ctx.Done():
		return probes.Answer{}, false
	}
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
