package main

import (
	"path/filepath"
	"slices"
	"time"
)

// record: the recorder as a proxy, its tape on disk, against a ReverseProxy
// that flushes at once, both before the same bare server.
func (b *bench) record() error {
	p := &pair{}
	defer p.close()
	upstream, err := b.itself("bare")
	if err != nil {
		return err
	}
	p.servers = append(p.servers, upstream)
	recorder, err := b.command("mcpmock record", b.mcpmock, "record", "-o", filepath.Join(b.dir, "recorded.cassette"), "--upstream", upstream.url, "--json")
	if err != nil {
		return err
	}
	p.servers = append(p.servers, recorder)
	plain, err := b.itself("proxy", upstream.url)
	if err != nil {
		return err
	}
	p.servers = append(p.servers, plain)
	paths := []struct{ path, what string }{
		{"/" + asJSON.name, "JSON"},
		{"/flushed/" + oneEvent.name, "SSE, one event"},
		{"/flushed/" + fourEvents.name, "SSE, four events"},
	}
	var all []*subject
	for _, at := range paths {
		for _, server := range []*process{recorder, plain} {
			s, err := b.subject(p, server, at.path, 1, false)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
	}
	costs, err := b.compare(all...)
	if err != nil {
		return err
	}
	for i, at := range paths {
		b.add("record "+at.what+" / ReverseProxy, CPU", "x", 1.1, ratios(costs[2*i], costs[2*i+1]))
	}
	return b.delay(upstream, recorder, plain)
}

// delay measures what the recorder adds to the time of an answer, one request
// at a time.
func (b *bench) delay(upstream, recorder, plain *process) error {
	servers := []*process{upstream, recorder, plain}
	clients := make([]*client, len(servers))
	for i, s := range servers {
		c, err := dial(s.url, "/"+asJSON.name, 1, false)
		if err != nil {
			return err
		}
		defer c.close()
		clients[i] = c
	}
	var byRecorder, byPlain []float64
	for round := range b.rounds + 1 {
		var medians [3]float64
		for i := range clients {
			i = (i + round) % len(clients)
			var err error
			if medians[i], err = b.medianTime(clients[i], max(1, b.requests/8)); err != nil {
				return err
			}
		}
		if round > 0 {
			byRecorder = append(byRecorder, medians[1]-medians[0])
			byPlain = append(byPlain, medians[2]-medians[0])
		}
	}
	b.add("record JSON, added to the median answer time", "ms", 0.2, byRecorder)
	b.add("ReverseProxy JSON, added to the median answer time", "ms", 0, byPlain)
	return nil
}

// medianTime returns the median time of n answers, in milliseconds.
func (b *bench) medianTime(c *client, n int) (float64, error) {
	var took []time.Duration
	err := c.each(b.ctx, n, func(conn *conn) error {
		began := time.Now()
		_, err := conn.send(c.head, request(1, 0))
		took = append(took, time.Since(began))
		return err
	})
	if err != nil {
		return 0, err
	}
	slices.Sort(took)
	return milliseconds(took[len(took)/2]), nil
}
