package check

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/probes"
)

// forgetsWithin is how long a server may go on with a session of HTTP+SSE whose
// stream the client has closed.
const forgetsWithin = 2 * time.Second

// oldSessions is about the sessions of HTTP+SSE, of which each ends with its stream:
// the first is open, and so is the second where it is not nil.
func (w *holding) oldSessions(ctx context.Context, s *piped, first, second *oldStream) error {
	if second != nil {
		second.close()
	}
	var third *oldStream
	if !s.slow() && !s.lone {
		third, _ = w.openOld(ctx)
	}
	if third != nil {
		early := third.ask(ctx, saysTools, w.answerWithin)
		f := w.tooEarly(early, "a client that begins in the wrong order waits, and cannot tell what is wrong")
		if early.ended {
			f.known("poison-request-kills-server", "https://github.com/modelcontextprotocol/python-sdk/issues/838")
		}
		third.close()
	}
	if second != nil {
		w.unnamed(ctx, first, second)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := w.oldCORS(ctx); err != nil {
		return err
	}
	return w.originRules("origin", ofOldSecurity, "initialize", false, func(lines ...[2]string) (probes.Answer, error) {
		o, a := w.openOld(ctx, lines...)
		if o == nil {
			return a, ctx.Err()
		}
		defer o.close()
		return post(ctx, o.client, saysInitialize, lines...), ctx.Err()
	})
}

// anew opens a second stream beside the first, as another client does, and
// offers a version there that no server speaks. The stream is nil where there
// is none to go on with.
func (w *holding) anew(ctx context.Context, s *piped, first *oldStream) *oldStream {
	const wants = "a client that connects gets a stream and a session of its own"
	note := func(saw string) {
		w.find("initialize-anew", Note, ofOldStream, "", wants, "%s", saw).
			because("the server has one transport for all, so clients get each other's answers, or none", "make a transport, and a server, for each GET")
	}
	began := time.Now()
	second, a := w.openOld(ctx)
	if second == nil {
		note("a second GET beside the first: " + inWords(a))
		return nil
	}
	offer := strings.Replace(strings.Replace(saysInitialize, mcp.Legacy()[0], "1999-01-01", 1), `"id":1`, `"id":31`, 1)
	offered := second.ask(ctx, offer, w.answerWithin)
	if offered.message != nil { // each session takes that long to begin
		s.pace = max(s.pace, min(s.start, time.Since(began)))
	} else {
		s.lone = true
	}
	words, goesOn := s.goesOn(ctx, "25")
	if s.lone && !goesOn {
		s.unheard = silence
	}
	switch {
	case ctx.Err() != nil:
	case offered.message == nil && first.stray != nil:
		note("initialize in a second session is answered on the stream of the first")
	case offered.message == nil:
		note("initialize in a second session: " + offered.inWords())
	case !goesOn:
		note("the first session, once there is a second: " + words)
	case second.endpoint == first.endpoint:
		note("both are told to post to " + quoted(first.endpoint))
	default:
		w.find("initialize-anew", OK, ofOldStream, "", wants, "a second stream beside the first: each has its own answers")
	}
	if offered.message != nil {
		result, ok := offered.result()
		w.negotiated(result, ok, offered.inWords())
	}
	return second
}

// unnamed is about messages that belong to no session: without one, with one
// that nobody knows, and with one whose stream was closed. How an endpoint
// names its session is told by two of them.
func (w *holding) unnamed(ctx context.Context, open, closed *oldStream) {
	const wants = "an HTTP error, such as %s, for a message %s"
	unknown, missing := otherwise(open.to, closed.to)
	cases := []struct {
		rule, status, to, what string
		ask                    func() probes.Answer
	}{
		{"session-missing", "400", "to no session", "ping without a session", func() probes.Answer { return w.postTo(ctx, missing) }},
		{"session-unknown", "404", "to a session that nobody knows", "ping to a made-up session", func() probes.Answer { return w.postTo(ctx, unknown) }},
		{"session-ended", "404", "to a session whose stream was closed", "ping after the stream was closed", func() probes.Answer { return closed.forgotten(ctx) }},
	}
	if unknown == nil { // nothing names it
		cases = cases[2:]
	}
	answers := make([]probes.Answer, len(cases))
	var all sync.WaitGroup // at once, for some servers never answer them
	for i, c := range cases {
		all.Go(func() { answers[i] = c.ask() })
	}
	all.Wait()
	for i, c := range cases {
		wants, saw := fmt.Sprintf(wants, c.status, c.to), c.what+": "+inWords(answers[i])
		if answers[i].Status/100 == 4 {
			w.find(c.rule, OK, ofOldStream, "", wants, "%s", saw)
			w.Sessions = "required"
			continue
		}
		w.find(c.rule, Note, ofOldStream, "", wants, "%s", saw).
			because("a client whose session is lost is not told, and waits for an answer on no stream", "answer "+c.status)
	}
}

// postTo posts a ping to that URL.
func (w *holding) postTo(ctx context.Context, to *url.URL) probes.Answer {
	client, err := w.poster(to)
	if err != nil {
		return probes.Answer{Err: err}
	}
	return post(ctx, client, saysPing)
}

// forgotten posts a ping to a session whose stream was closed, until it is not
// taken any more, or should not have been for long.
func (o *oldStream) forgotten(ctx context.Context) probes.Answer {
	over := time.NewTimer(forgetsWithin)
	defer over.Stop()
	again := time.NewTicker(forgetsWithin / 20)
	defer again.Stop()
	for {
		a := post(ctx, o.client, saysPing)
		if a.Err != nil || a.Status/100 != 2 {
			return a
		}
		select {
		case <-ctx.Done():
			return a
		case <-over.C:
			return a
		case <-again.C:
		}
	}
}

// otherwise returns where a message goes to no session and to one that nobody knows,
// by what differs in the endpoints of two sessions: a value of the query, or
// a part of the path. They are nil where nothing does.
func otherwise(one, other *url.URL) (unknown, missing *url.URL) {
	query := one.Query()
	for name := range query {
		if query.Get(name) != other.Query().Get(name) {
			unknown, missing = cloned(one), cloned(one)
			less := one.Query()
			less.Del(name)
			missing.RawQuery = less.Encode()
			query.Set(name, madeUp(query.Get(name)))
			unknown.RawQuery = query.Encode()
			return unknown, missing
		}
	}
	mine, theirs := strings.Split(one.Path, "/"), strings.Split(other.Path, "/")
	for i := range min(len(mine), len(theirs)) {
		if mine[i] != theirs[i] {
			unknown, missing = cloned(one), cloned(one)
			missing.Path, missing.RawPath = strings.Join(mine[:i], "/")+"/", ""
			mine[i] = madeUp(mine[i])
			unknown.Path, unknown.RawPath = strings.Join(mine, "/"), ""
			return unknown, missing
		}
	}
	return nil, nil
}

func cloned(u *url.URL) *url.URL {
	c := *u
	return &c
}

// madeUp is an id of the same shape that nobody has.
func madeUp(id string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return '0'
		}
		return r
	}, id)
}
