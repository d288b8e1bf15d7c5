package replay

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A meter counts the requests of those who share a rate.
type meter struct {
	mu     sync.Mutex
	served map[string]*recent
}

// recent are the times of the requests that were served in the latest span,
// oldest first: a ring.
type recent struct {
	at    []int64 // unix nanoseconds
	first int
	n     int
}

// maxMeters bounds those who are counted apart.
const maxMeters = 10_000

// take counts one request, and returns how long the one who sent it has to
// wait until another one is served; 0 is not at all. In no span of that length
// are more served than the rate has; one that is refused does not count.
func (m *meter) take(who string, r *scenarios.Rate, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.served[who]
	if t == nil {
		if m.served == nil || len(m.served) >= maxMeters {
			m.served = map[string]*recent{}
		}
		t = &recent{}
		m.served[who] = t
	}
	for since := now.Add(-r.Per).UnixNano(); t.n > 0 && t.at[t.first] <= since; t.n-- {
		t.first = (t.first + 1) % len(t.at)
	}
	if t.n < r.Requests {
		t.add(now.UnixNano())
		return 0
	}
	return max(time.Millisecond, r.Per-now.Sub(time.Unix(0, t.at[t.first])))
}

func (t *recent) add(at int64) {
	if t.n == len(t.at) {
		larger := make([]int64, max(8, 2*t.n))
		copied := copy(larger, t.at[t.first:])
		copy(larger[copied:], t.at[:t.first])
		t.at, t.first = larger, 0
	}
	t.at[(t.first+t.n)%len(t.at)] = at
	t.n++
}

// tooMany refuses a request beyond the rate. Clients that show no living
// session, if only an id that names none, have one count between them.
func (q *visit) tooMany(r *scenarios.Rate) bool {
	if r.HTTP != "" && r.HTTP != q.Verb {
		return false
	}
	who := ""
	switch {
	case r.By == "client":
		who, _, _ = net.SplitHostPort(q.HTTP.RemoteAddr)
	case q.session != nil:
		who = q.session.id
	}
	wait := q.space.meter.take(who, r, q.began)
	if wait == 0 {
		return false
	}
	q.note("faulted", "rate", "")
	if r.Respond != nil {
		q.answerFault(r.Respond)
		return true
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	q.reply(http.StatusTooManyRequests, http.Header{"Retry-After": {strconv.Itoa(seconds)}, "Content-Type": {"text/plain; charset=utf-8"}},
		[]byte("Too Many Requests"))
	return true
}
