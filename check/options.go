package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/probes"
)

// An Option says how a server is asked.
type Option func(*options)

type options struct {
	header          [][2]string
	tool, arguments string
	probing         []probes.Option // of those who ask over HTTP; tests are less patient
	waiting         func(what string)
	waitingAfter    time.Duration
	answerWithin    time.Duration // over stdio, after the first answer; and how long a stream of changes
	quietFor        time.Duration // is listened to there; tests are less patient
}

// WithHeader sends a header with every request, such as an Authorization that
// the server wants. It may be given several times, and means nothing over
// stdio.
func WithHeader(name, value string) Option {
	return func(o *options) { o.header = append(o.header, [2]string{name, value}) }
}

// WithCall calls that tool, whatever it does, with a JSON object as its
// arguments; nil means none. Left out, the first tool is called that says
// that it is read-only and needs no arguments.
func WithCall(tool string, arguments json.RawMessage) Option {
	return func(o *options) { o.tool, o.arguments = tool, string(arguments) }
}

// WithWaiting has f called where it takes long: when a server has not answered
// initialize for 3 seconds, over stdio and HTTP+SSE anything else that long, and
// when the probes will take more than 10. It is
// told what is waited for, and how long at most. It is called by the goroutine
// that called [HTTP], [Stdio] or [Survey].
func WithWaiting(f func(what string)) Option {
	return func(o *options) { o.waiting = f }
}

// waits tells who wants to know what is waited for.
func (o *options) waits(format string, args ...any) {
	if o.waiting != nil {
		o.waiting(fmt.Sprintf(format, args...))
	}
}

// settle makes options of what was given.
func settle(opts []Option) (options, error) {
	o := options{waitingAfter: 3 * time.Second, answerWithin: 5 * time.Second, quietFor: 300 * time.Millisecond}
	for _, opt := range opts {
		opt(&o)
	}
	if o.arguments == "" {
		o.arguments = "{}"
	}
	var line bytes.Buffer // for what goes over stdio has no line breaks
	if err := json.Compact(&line, []byte(o.arguments)); err != nil || !strings.HasPrefix(line.String(), "{") {
		return o, fmt.Errorf(`the arguments of the tool %q are no JSON object: give one like {"city":"Oslo"}`, o.tool)
	}
	o.arguments = line.String()
	return o, nil
}

// asking are the options of a client that asks over HTTP.
func (o *options) asking(more ...probes.Option) []probes.Option {
	list := append(more, o.probing...)
	for _, h := range o.header {
		list = append(list, probes.WithHeader(h[0], h[1]))
	}
	return list
}
