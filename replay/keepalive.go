package replay

import (
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/sse"
)

// idle returns what is closed, or receives, when the dialect's next ping is
// due on the stream of this connection, and a function that gives the wait
// up; nil where there is none.
func (q *visit) idle() (due <-chan time.Time, stop func()) {
	every := q.p.dialect.Stream.Ping.Every
	if every == 0 || q.stream == nil {
		return nil, func() {}
	}
	c := &q.connection
	if c.pinged.IsZero() {
		c.pinged = q.p.clock.Now()
	}
	return q.p.clock.After(every - q.p.clock.Now().Sub(c.pinged))
}

// ping sends the comment that keeps a stream from being taken for dead.
func (q *visit) ping() {
	ping := &q.p.dialect.Stream.Ping
	c := &q.connection
	c.pinged = c.pinged.Add(ping.Every)
	comment := strings.ReplaceAll(ping.Comment, "${utc}", pythonTime(q.p.clock.Now()))
	q.say(&line{raw: true, frame: &sse.Frame{Comments: []string{comment}, CRLF: q.p.dialect.Stream.CRLF}}, &run{})
}

// pythonTime shows a time as str(datetime.now(timezone.utc)) does: the
// fraction is left out where it is 0.
func pythonTime(t time.Time) string {
	if t = t.UTC().Truncate(time.Microsecond); t.Nanosecond() == 0 {
		return t.Format("2006-01-02 15:04:05+00:00")
	}
	return t.Format("2006-01-02 15:04:05.000000+00:00")
}
