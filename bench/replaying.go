package main

// A pair is a played tape and the bare handler for the same answers, or more
// of either, ready to be asked.
type pair struct {
	servers []*process
	clients []*client
}

func (p *pair) close() {
	for _, c := range p.clients {
		c.close()
	}
	for _, s := range p.servers {
		s.stop()
	}
}

// playing starts a replay of n exchanges of a shape.
func (b *bench) playing(p *pair, n int, s shape, args ...string) (*subject, error) {
	tape, err := b.writeTape(n, s, 0)
	if err != nil {
		return nil, err
	}
	server, err := b.replay(tape, args...)
	if err != nil {
		return nil, err
	}
	p.servers = append(p.servers, server)
	return b.subject(p, server, "", n, true)
}

// subject connects to a server.
func (b *bench) subject(p *pair, server *process, path string, n int, session bool) (*subject, error) {
	c, err := dial(server.url, path, b.conns, session)
	if err != nil {
		return nil, err
	}
	p.clients = append(p.clients, c)
	return &subject{server, c, func(id int) (string, string) {
		if !session {
			return request(id, 0), resultOf(0, 0) // a bare server gives one answer to all
		}
		return request(id, id%n), resultOf(id%n, 0)
	}}, nil
}

// bareFor starts the bare server and connects to each of the paths.
func (b *bench) bareFor(p *pair, paths ...string) ([]*subject, error) {
	server, err := b.itself("bare")
	if err != nil {
		return nil, err
	}
	p.servers = append(p.servers, server)
	var all []*subject
	for _, path := range paths {
		s, err := b.subject(p, server, path, 1, false)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// json: one JSON answer.
func (b *bench) json() error {
	p := &pair{}
	defer p.close()
	bare, err := b.bareFor(p, "/"+asJSON.name)
	if err != nil {
		return err
	}
	replay, err := b.playing(p, 1, asJSON)
	if err != nil {
		return err
	}
	costs, err := b.compare(bare[0], replay)
	if err != nil {
		return err
	}
	b.add("replay JSON / bare net/http, CPU", "x", 1.5, ratios(costs[1], costs[0]))
	return nil
}

// sse: one event whose length is known, and events that are flushed. A tape
// without times that is played at its recorded pace waits for nothing, but
// takes the way of a stream whose end is not known.
func (b *bench) sse() error {
	p := &pair{}
	defer p.close()
	bare, err := b.bareFor(p, "/"+oneEvent.name, "/flushed/"+oneEvent.name, "/"+fourEvents.name, "/flushed/"+fourEvents.name)
	if err != nil {
		return err
	}
	whole, err := b.playing(p, 1, oneEvent)
	if err != nil {
		return err
	}
	one, err := b.playing(p, 1, oneEvent, "--pace", "recorded")
	if err != nil {
		return err
	}
	four, err := b.playing(p, 1, fourEvents)
	if err != nil {
		return err
	}
	costs, err := b.compare(append(bare, whole, one, four)...)
	if err != nil {
		return err
	}
	b.add("replay SSE, one event with length / bare with length, CPU", "x", 1.5, ratios(costs[4], costs[0]))
	b.add("replay SSE, one event flushed / bare with length, CPU", "x", 1.8, ratios(costs[5], costs[0]))
	b.add("replay SSE, one event flushed / bare flushed, CPU", "x", 0, ratios(costs[5], costs[1]))
	b.add("replay SSE, four events flushed / bare flushed, CPU", "x", 1.8, ratios(costs[6], costs[3]))
	b.add("replay SSE, four events flushed / bare with length, CPU", "x", 0, ratios(costs[6], costs[2]))
	return nil
}

// tape: many exchanges against one.
func (b *bench) tape() error {
	p := &pair{}
	defer p.close()
	one, err := b.playing(p, 1, asJSON)
	if err != nil {
		return err
	}
	many, err := b.playing(p, 10_000, asJSON)
	if err != nil {
		return err
	}
	costs, err := b.compare(one, many)
	if err != nil {
		return err
	}
	b.add("replay of 10,000 exchanges / of one, CPU", "x", 1.2, ratios(costs[1], costs[0]))
	return nil
}
