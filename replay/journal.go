package replay

import (
	"encoding/json"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/tidwall/gjson"
)

// The bounds of a journal: how many of the latest events it keeps, and how
// many bytes of what they say.
const (
	journalEvents = 10_000
	journalBytes  = 32 << 20
)

// A Journal is the tape of what happens during a replay: each request, what
// mcpmock made of it, and what was answered. It keeps the latest 10,000
// events. It is safe for concurrent use.
type Journal struct {
	begin time.Time
	each  func(*cassettes.Event)

	mu     sync.Mutex
	ring   []entry
	total  int // entries ever; the next goes to total % journalEvents
	mute   int // the oldest entry that still says something
	bytes  int // held by the entries
	counts map[string]int
	misses []*Mismatch
}

// An entry is an event in the form in which it costs least to keep.
type entry struct {
	on     int
	from   cassettes.From
	at     time.Duration
	method string // with path and query: a request line
	path   string
	query  string
	status int
	header http.Header
	text   []byte
	frame  *sse.Frame
	note   cassettes.Note
	end    cassettes.End
	code   int // with an exit
	weight int // bytes
}

func newJournal(begin time.Time, each func(*cassettes.Event)) *Journal {
	return &Journal{begin: begin, each: each, counts: map[string]int{}}
}

// exited reports whether the latest event is the end of a process.
func (j *Journal) exited() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.total > 0 && j.ring[(j.total-1)%len(j.ring)].end == cassettes.Exit
}

// add appends an entry and lets the oldest go where there is no room.
func (j *Journal) add(e entry, now time.Time) {
	e.weight = e.size()
	e.at = now.Sub(j.begin)
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.note.Kind != "" {
		j.counts[e.note.Kind]++
	}
	if j.each != nil {
		j.each(e.event())
	}
	j.bytes += e.weight
	if len(j.ring) < journalEvents {
		j.ring = append(j.ring, e)
	} else {
		old := &j.ring[j.total%journalEvents]
		j.bytes -= old.weight
		*old = e
	}
	j.total++
	j.mute = max(j.mute, j.total-journalEvents)
	for ; j.bytes > journalBytes && j.mute < j.total-1; j.mute++ {
		old := &j.ring[j.mute%journalEvents]
		j.bytes -= old.weight
		old.forget()
	}
}

// size is how many bytes an entry holds on to.
func (e *entry) size() int {
	n := len(e.text) + len(e.note.Detail) + len(e.note.Text) + len(e.path) + len(e.query)
	for name, values := range e.header {
		n += len(name)
		for _, v := range values {
			n += len(v)
		}
	}
	return n
}

// forget keeps that an event was, but not what it said.
func (e *entry) forget() {
	e.text, e.header, e.query, e.note.Detail, e.weight = nil, nil, "", nil, 0
}

// event makes the event that an entry stands for.
func (e *entry) event() *cassettes.Event {
	ev := &cassettes.Event{On: e.on, From: e.from, At: e.at.Truncate(time.Millisecond), End: e.end, Code: e.code}
	switch {
	case e.method != "":
		ev.HTTP = &cassettes.HTTP{Method: e.method, Path: e.path, Query: e.query, Header: e.header}
	case e.status != 0:
		ev.HTTP = &cassettes.HTTP{Status: e.status, Header: e.header}
	}
	if e.frame != nil {
		ev.SSE = &cassettes.SSE{Event: e.frame.Event, ID: e.frame.ID, HasID: e.frame.HasID, Retry: e.frame.Retry,
			Comment: e.frame.Comments, CRLF: e.frame.CRLF}
	}
	switch text := gjson.ParseBytes(e.text); {
	case len(e.text) == 0 && e.frame != nil && e.frame.HasData:
		ev.Raw = []byte{}
	case len(e.text) == 0:
	case jsonrpc.Valid(e.text) != nil:
		ev.Raw = e.text
	case text.IsObject():
		ev.Message = e.text
	case text.IsArray():
		for _, m := range text.Array() {
			if !m.IsObject() {
				ev.Messages, ev.Raw = nil, e.text
				break
			}
			ev.Messages = append(ev.Messages, json.RawMessage(m.Raw))
		}
	default:
		ev.Raw = e.text
	}
	if e.note.Kind != "" {
		n := e.note
		ev.Note = &n
	}
	return ev
}

// Events returns the events kept, oldest first, as they are at the call.
func (j *Journal) Events() iter.Seq[*cassettes.Event] {
	j.mu.Lock()
	defer j.mu.Unlock()
	oldest := 0
	if j.total > len(j.ring) {
		oldest = j.total % journalEvents
	}
	ring := append(append([]entry{}, j.ring[oldest:]...), j.ring[:oldest]...)
	return func(yield func(*cassettes.Event) bool) {
		for i := range ring {
			if !yield(ring[i].event()) {
				return
			}
		}
	}
}

// Count returns how many notes of a kind there have been: matched,
// stubbed, synthesized, refused, noted, diverged, mismatched, faulted.
func (j *Journal) Count(kind string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts[kind]
}

// Mismatches returns the first thousand mismatches.
func (j *Journal) Mismatches() []*Mismatch {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]*Mismatch{}, j.misses...)
}

func (j *Journal) missed(m *Mismatch) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.misses) < 1000 {
		j.misses = append(j.misses, m)
	}
}

// asked puts the request on the journal.
func (q *visit) asked() {
	e := entry{on: q.carrier, from: cassettes.Client, text: q.Body}
	if q.HTTP != nil {
		e.method, e.path, e.query, e.header = q.HTTP.Method, q.HTTP.URL.Path, q.HTTP.URL.RawQuery, q.HTTP.Header
	}
	q.p.journal.add(e, q.began)
}

// note puts a remark of mcpmock on the journal.
func (q *visit) note(kind, rule, text string) {
	q.remark(cassettes.Note{Kind: kind, Rule: rule, Text: text})
}

func (q *visit) noteDetail(kind, text string, detail []byte) {
	q.remark(cassettes.Note{Kind: kind, Text: text, Detail: detail})
}

func (q *visit) noteExchange(kind string, exchange int) {
	// It follows from the request at once, so its time will do.
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Mcpmock, note: cassettes.Note{Kind: kind, Exchange: exchange + 1, Space: q.space.name}}, q.began)
}

func (q *visit) noteTranslated(a *answer) {
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Mcpmock, note: cassettes.Note{Kind: "translated", Text: a.remark, Space: q.space.name}}, q.began)
}

func (q *visit) noteStubbed(text string) {
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Mcpmock, note: cassettes.Note{Kind: "stubbed", Text: text, Space: q.space.name}}, q.began)
}

func (q *visit) remark(n cassettes.Note) {
	if q.space != nil {
		n.Space = q.space.name
	}
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Mcpmock, note: n}, q.p.clock.Now())
}

// said puts a whole response on the journal.
func (q *visit) said(status int, header http.Header, body []byte) {
	if q.edited != nil { // it says itself what the client gets
		return
	}
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, status: status, header: header, text: body}, q.p.clock.Now())
}

// saidMessage puts a response of one message on the journal.
func (q *visit) saidMessage(status int, header http.Header, message []byte, framed bool) {
	if q.edited != nil {
		return
	}
	e := entry{on: q.carrier, from: cassettes.Server, status: status, header: header, text: message}
	if framed {
		e.frame = &messageFrame
	}
	q.p.journal.add(e, q.p.clock.Now())
}

// saidHead puts the beginning of a stream on the journal.
func (q *visit) saidHead(status int, header http.Header) { q.said(status, header, nil) }

// saidFrame puts one frame of a stream on the journal, with the id that it
// went out with.
func (q *visit) saidFrame(l *line, message []byte, id string) {
	if q.edited != nil {
		return
	}
	frame := l.frame
	switch {
	case frame == nil:
		frame = &messageFrame
	case frame.HasID:
		sent := *frame
		sent.ID = id
		frame = &sent
	}
	q.p.journal.add(entry{on: q.carrier, from: cassettes.Server, text: message, frame: frame}, q.p.clock.Now())
}

// saidEnd puts the end of a stream on the journal: the client's where it has
// gone away, else the mock's.
func (q *visit) saidEnd(end cassettes.End) {
	if q.edited != nil {
		return
	}
	e := entry{on: q.carrier, from: cassettes.Server, end: end}
	switch {
	case q.felled():
		e.end = cassettes.Reset
	case q.HTTP.Context().Err() != nil:
		e.from, e.end = cassettes.Client, cassettes.Closed
	}
	if q.p.breaks {
		q.ended.Store(true)
	}
	q.p.journal.add(e, q.p.clock.Now())
}
