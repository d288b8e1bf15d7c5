package main

import (
	"net/url"

	"github.com/mcpmock/mcpmock/cassettes"
)

// Streams know on which carrier a request of a journal is answered: its own, but
// over HTTP+SSE the stream that named the place where it was posted.
type streams struct {
	at    map[string]int // path and query that a stream has named -> its carrier
	posts map[int]int    // a carrier that was posted there -> that of the stream
}

func newStreams() streams { return streams{map[string]int{}, map[int]int{}} }

// of returns the carrier on which what an event is about is answered, and whether
// that is another than the event's.
func (s *streams) of(e *cassettes.Event) (on int, elsewhere bool) {
	switch {
	case e.SSE != nil && e.SSE.Event == "endpoint":
		if u, err := url.Parse(string(e.Raw)); err == nil {
			s.at[u.Path+"?"+u.RawQuery] = e.On
		}
	case e.From == cassettes.Client && e.HTTP != nil && e.HTTP.Method == "POST":
		if stream, ok := s.at[e.HTTP.Path+"?"+e.HTTP.Query]; ok {
			s.posts[e.On] = stream
		}
	}
	on, elsewhere = s.posts[e.On]
	if !elsewhere {
		on = e.On
	}
	if e.End != "" || e.HTTP != nil && e.HTTP.Status != 0 {
		delete(s.posts, e.On)
	}
	return on, elsewhere
}
