package check

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// oldRules walks the rules of HTTP+SSE, the transport of 2024-11-05
// (basic/transports, "HTTP with SSE"): a GET opens a stream that names where
// messages go, and all answers come on it.
func (w *holding) oldRules(ctx context.Context) error {
	w.loopback = onThisMachine(w.endpoint)
	began := time.Now()
	first, a := w.openFirst(ctx)
	if !w.beginsOld(first, a) {
		return ctx.Err()
	}
	defer first.close()
	w.zipped(a)
	hello := first.ask(ctx, saysInitialize, firstWithin)
	took := time.Since(began)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s := &piped{Report: w.Report, options: &w.options, p: first.pipe, log: "its log", start: took}
	if odd := flawOf("1", hello.messages()); hello.message == nil && odd != nil {
		s.flawed("initialize", ofResponses, odd)
		return nil
	}
	if hello.message == nil {
		w.unanswered(first, hello)
		return nil
	}
	if !s.begin(hello) {
		return nil
	}
	s.talk(ctx)
	w.posted(ctx, first)
	w.framing(ofOldStream, []probes.Answer{first.answer()})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var second *oldStream
	switch {
	case s.mute():
	case s.slow():
		second, _ = w.openOld(ctx)
	default:
		second = w.anew(ctx, s, first)
	}
	if second != nil {
		defer second.close()
	}
	if !s.enough(ofOldStream) {
		w.inside(ctx, s, first)
	}
	if s.mute() || ctx.Err() != nil {
		return ctx.Err()
	}
	return w.oldSessions(ctx, s, first, second)
}

// inside is about what a server may be told in a session.
func (w *holding) inside(ctx context.Context, s *piped, first *oldStream) {
	w.alone(ctx, s, first, func(s *piped, _ *oldStream) { s.unknown(ctx) })
	w.alone(ctx, s, first, func(s *piped, _ *oldStream) {
		s.notified(ctx, "notification", ofNotices, saysNotice, func() (string, bool) { return s.goesOn(ctx, "23") })
	})
	w.alone(ctx, s, first, func(s *piped, o *oldStream) { w.oldTorn(ctx, s, o) })
}

// openFirst opens a stream. The one by which the server was found out is closed, but
// a server that serves one alone may not have seen it yet.
func (w *holding) openFirst(ctx context.Context) (*oldStream, probes.Answer) {
	over := time.NewTimer(forgetsWithin)
	defer over.Stop()
	again := time.NewTicker(forgetsWithin / 20)
	defer again.Stop()
	for {
		o, a := w.openOld(ctx)
		if o != nil || a.Status/100 != 4 {
			return o, a
		}
		select {
		case <-ctx.Done():
			return nil, a
		case <-over.C:
			return nil, a
		case <-again.C:
		}
	}
}

// alone looks at one rule in a session of its own, for a server may end the session in
// which it is asked what it does not know; in the first one where there is no other.
func (w *holding) alone(ctx context.Context, s *piped, first *oldStream, rule func(s *piped, o *oldStream)) {
	var o *oldStream
	if !s.lone {
		o, _ = w.openOld(ctx)
	}
	if o != nil {
		defer o.close()
		if hello := o.ask(ctx, saysInitialize, w.answerWithin); hello.message != nil {
			o.tell(ctx, saysInitialized)
			own := *s
			own.p = o.pipe
			rule(&own, o)
			return
		}
	}
	rule(s, first)
}

const wantsEndpoint = "a stream that begins with an endpoint event, which has the URL to post to, of the stream's own origin"

// beginsOld is about the endpoint event, and reports whether there is one to go
// by.
func (w *holding) beginsOld(o *oldStream, a probes.Answer) bool {
	switch {
	case o == nil:
		w.find("endpoint-event", Broken, ofOldStream, "MUST", wantsEndpoint, "GET: %s", inWords(a)).
			because("clients do not know where to send messages, and time out", "send the endpoint event first, at once, and flush it")
		return false
	case o.to == nil:
		w.find("endpoint-event", Broken, ofOldStream, "MUST", wantsEndpoint, "%s, which is no URL", quoted(o.endpoint)).
			because("clients do not know where to send messages", "send a path such as /messages?sessionId=ID, and nothing around it")
		return false
	case o.client == nil:
		w.find("endpoint-event", Note, ofOldStream, "MUST", wantsEndpoint, "it names %s", quoted(o.endpoint)).
			because("clients refuse to send messages to another origin, and so does this check", "let the server name a path alone; behind a proxy it may not know its own name, or that it is https")
		w.find("all-others", LeftOut, ofOldStream, "", "messages that go to the server itself", "credentials do not go to another origin")
		return false
	case o.before != "":
		w.find("endpoint-event", Note, ofOldStream, "MUST", wantsEndpoint, "before it came %s", o.before).
			because("some clients take the first event for it", "send the endpoint event first")
	default:
		w.find("endpoint-event", OK, ofOldStream, "MUST", wantsEndpoint, "%s", quoted(o.endpoint))
	}
	return true
}

// unanswered is about an initialize that was posted, and to which nothing came
// on the stream.
func (w *holding) unanswered(o *oldStream, hello reply) {
	f := w.find("initialize", Broken, ofInitialize, "MUST", wantsInitialize, "%s", hello.inWords())
	now, stop := context.WithCancel(context.Background())
	stop()
	switch a, _ := o.posts[0].answered(now); {
	case a.Status == 404, a.Status == 405:
		f.Saw = fmt.Sprintf("POST to %s: %s", say.Short(o.to.Path, 80), inWords(a))
		f.because("the endpoint event names a path that is not served: the server is mounted at a path that it does not know of",
			"tell the server its prefix (root_path in ASGI), or let what stands before it pass the path on as it came").
			known("sse-endpoint-wrong-prefix", "https://github.com/modelcontextprotocol/python-sdk/issues/412")
	case hasResponse(a):
		f.Saw = "the result came with the POST, and none on the stream"
		f.because("clients listen to the stream alone, and wait until they time out", "send responses as events on the stream, and answer the POST 202")
	case a.Status == 401, a.Status == 403:
		f.because("what GET may, POST may not", "let POST pass with the same credentials")
	case a.Status >= 300:
		f.because("no client gets past the handshake", "look at the server's log, and at that of what stands before it")
	default:
		f.because("clients wait until they time out: the answer went elsewhere, such as to another replica, or is held back by a proxy",
			"keep a client's GET and POSTs on one replica; let the proxy pass events on as they come (X-Accel-Buffering: no)").
			known("proxy-buffers-sse", "")
	}
}

// posted is about the answers to the POSTs of a good client. No rule says when they
// come: a server may answer a POST when it has worked on its message.
func (w *holding) posted(ctx context.Context, o *oldStream) {
	const wants = "an endpoint that takes messages, and answers on the stream alone"
	limited, cancel := context.WithTimeout(ctx, o.taking)
	defer cancel()
	other, cause, cure, silent, last := "", "", "", 0, probes.Answer{}
	for i, p := range o.posts {
		a, answered := p.answered(limited)
		if answered {
			last = a
		}
		switch {
		case ctx.Err() != nil:
			return
		case !answered:
			w.dozes = true
			silent++
			other = fmt.Sprintf("%d of %d POSTs are not answered", silent, len(o.posts))
			cause, cure = "clients that post one message after the other wait for it", "answer each POST with 202, before it is worked on"
		case a.Err != nil || a.Status/100 != 2:
			w.find("posted", Broken, ofOldStream, "MUST", wants, "message %d of %d: %s", i+1, len(o.posts), inWords(a)).
				because("clients take it that the message was not delivered, and give up", "answer each POST with 202, before it is worked on")
			return
		case hasResponse(a):
			other = "the response came with the POST, too"
			cause, cure = "clients that read both take the second for an answer to nothing", "answer each POST 202, and on the stream alone"
		}
	}
	if other != "" {
		w.find("posted", Note, ofOldStream, "", wants, "%s", other).because(cause, cure)
		return
	}
	w.find("posted", OK, ofOldStream, "MUST", wants, "%s; the last: %s", say.Count(len(o.posts), "message"), inWords(last))
}

// oldTorn is about a body that is not JSON.
func (w *holding) oldTorn(ctx context.Context, s *piped, o *oldStream) {
	const wants = "an HTTP error, such as 400, or one on the stream; and a session that goes on"
	s.p.unasked = ""
	a := post(ctx, o.client, saysBroken)
	words, goesOn := s.goesOn(ctx, "24")
	saw := "a body that is not JSON: " + inWords(a)
	if s.p.unasked != "" {
		saw += ", and on the stream " + s.p.unasked
	}
	switch {
	case !goesOn:
		w.find("malformed", Note, ofMessages, "", wants, "%s; %s", saw, words).
			because("one torn message ends the session", "answer 400, and take the next message")
	case a.Status/100 != 4 && s.p.unasked == "":
		w.find("malformed", Note, ofMessages, "", wants, "%s, and nothing on the stream", saw).
			because("a client cannot tell that its message was broken", "answer 400, or send error -32700 on the stream")
	default:
		w.find("malformed", OK, ofMessages, "", wants, "%s", saw)
	}
}
