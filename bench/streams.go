package main

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// openStreams is how many streams are open at once, where the system lets a
// process have so many files.
const openStreams = 10_000

// streamRounds is how often that is done at most: it takes some seconds.
const streamRounds = 5

// streams: what an open stream that is silent takes of the server's memory,
// and how long it takes until all clients have seen that the server stopped.
func (b *bench) streams() error {
	n, err := fileLimit()
	if err != nil {
		return err
	}
	n = min(openStreams, n-200) // for what else a process has open
	tape, err := b.writeTape(1, asJSON, 0)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		what string
		open func(*process, int) ([]*hearer, error)
	}{
		{"GET streams", listenAll},
		{"HTTP+SSE streams", listenOld},
	} {
		var kb, ms []float64
		for range min(b.rounds, streamRounds) + 1 {
			memory, took, err := b.streamed(tape, n, kind.open)
			if err != nil {
				return fmt.Errorf("%s: %w", kind.what, err)
			}
			kb, ms = append(kb, memory), append(ms, took)
		}
		b.add(fmt.Sprintf("%d %s, memory of each", n, kind.what), "KB", 32, kb[1:])
		b.add(fmt.Sprintf("%d %s, until all have ended", n, kind.what), "ms", 1000, ms[1:])
	}
	return nil
}

// streamed opens n streams of a server, and stops it.
func (b *bench) streamed(tape string, n int, open func(*process, int) ([]*hearer, error)) (kb, ms float64, err error) {
	server, err := b.replay(tape)
	if err != nil {
		return 0, 0, err
	}
	defer server.stop()
	before, err := residentMemory(server.pid())
	if err != nil {
		return 0, 0, err
	}
	hearers, err := open(server, n)
	defer func() {
		for _, h := range hearers {
			_ = h.Close()
		}
	}()
	if err != nil {
		return 0, 0, err
	}
	after, err := residentMemory(server.pid())
	if err != nil {
		return 0, 0, err
	}
	var heard sync.WaitGroup
	var cut atomic.Int64
	for _, h := range hearers {
		heard.Go(func() {
			if h.hear() != nil {
				cut.Add(1)
			}
		})
	}
	began := time.Now()
	if err := server.cmd.Process.Signal(os.Interrupt); err != nil {
		return 0, 0, err
	}
	heard.Wait()
	took := time.Since(began)
	if n := cut.Load(); n > 0 {
		err = fmt.Errorf("%d streams were cut after %v, not ended", n, took)
	}
	return (after - before) / float64(n), milliseconds(took), err
}

// listenAll begins n sessions and opens the GET stream of each.
func listenAll(server *process, n int) ([]*hearer, error) {
	c, err := dial(server.url, "", 1, false)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.head = head("/mcp", c.host)
	var all []*hearer
	for range n {
		id, err := c.begin()
		if err != nil {
			return all, err
		}
		h, err := listen(c.host, "/mcp", "Mcp-Session-Id: "+id+"\r\n")
		if err != nil {
			return all, err
		}
		all = append(all, h)
	}
	return all, nil
}

// listenOld opens n streams of HTTP+SSE and begins the session of each.
func listenOld(server *process, n int) ([]*hearer, error) {
	c, err := dial(server.url, "", 1, false)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var all []*hearer
	for range n {
		h, err := listen(c.host, "/sse", "")
		if err != nil {
			return all, err
		}
		all = append(all, h)
		endpoint, err := h.data()
		if err != nil {
			return all, err
		}
		_ = c.conns[0].SetDeadline(time.Now().Add(askTimeout))
		resp, err := c.conns[0].send(head(endpoint, c.host), initialize)
		if err != nil {
			return all, err
		}
		if resp.StatusCode != http.StatusAccepted {
			return all, fmt.Errorf("initialize: %s", resp.Status)
		}
		if _, err := h.data(); err != nil { // the answer
			return all, err
		}
	}
	return all, nil
}
