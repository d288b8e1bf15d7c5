package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// padding makes an exchange take about a kilobyte of a compact tape.
const padding = 150

// Tapes of these lengths are to answer within so many milliseconds.
var (
	lengths      = []int{0, 10_000, 100_000}
	startTargets = []float64{25, 100, 500}
)

// start: the time from the start of the process to its first answer, which is
// the one to initialize. The bare server is started in the same rounds, so
// that one can tell what the machine was like.
func (b *bench) start() error {
	var tapes []string
	for _, n := range lengths {
		tape, err := b.writeTape(n, asJSON, padding)
		if err != nil {
			return err
		}
		tapes = append(tapes, tape)
	}
	took, used := make([][]float64, len(tapes)), make([][]float64, len(tapes))
	var bare []float64
	for round := range b.rounds + 1 {
		for i, tape := range tapes {
			ms, processor, err := firstAnswer(true, func() (*process, error) { return b.replay(tape) })
			if err != nil {
				return err
			}
			if round > 0 {
				took[i], used[i] = append(took[i], ms), append(used[i], processor)
			}
		}
		ms, _, err := firstAnswer(false, func() (*process, error) { return b.itself("bare") })
		if err != nil {
			return err
		}
		if round > 0 {
			bare = append(bare, ms)
		}
	}
	for i, n := range lengths {
		b.add(fmt.Sprintf("first answer, %d exchanges", n), "ms", startTargets[i], took[i])
		b.add(fmt.Sprintf("first answer, %d exchanges, CPU", n), "ms", 0, used[i])
	}
	b.add("first answer, bare net/http", "ms", 0, bare)
	b.add("first answer, 0 exchanges / bare net/http", "x", 0, ratios(took[0], bare))
	return nil
}

// firstAnswer returns how long it took, on the clock and on the processors;
// the latter is 0 where it cannot be told.
func firstAnswer(session bool, start func() (*process, error)) (ms, processor float64, err error) {
	began := time.Now()
	server, err := start()
	if err != nil {
		return 0, 0, err
	}
	defer server.stop()
	c, err := dial(server.url, "/mcp", 1, session)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	if !session {
		_ = c.conns[0].SetDeadline(time.Now().Add(askTimeout))
		_, err = c.conns[0].send(c.head, initialize) // 404 is an answer
	}
	took := time.Since(began)
	used, _ := processorTime(server.pid())
	return milliseconds(took), milliseconds(used), err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// memory: the most memory that a replay of a million exchanges has resident,
// from its start until it has answered ten thousand of them, here and there.
func (b *bench) memory() error {
	const n = 1_000_000
	tape, err := b.writeTape(n, asJSON, padding)
	if err != nil {
		return err
	}
	defer os.Remove(tape)
	if info, err := os.Stat(tape); err == nil {
		b.add("tape of 1,000,000 exchanges, bytes each", "B", 0, []float64{float64(info.Size()) / n})
	}
	began := time.Now()
	server, err := b.replay(tape)
	if err != nil {
		return err
	}
	defer server.stop()
	b.add("ready, 1,000,000 exchanges", "s", 0, []float64{time.Since(began).Seconds()})
	c, err := dial(server.url, "", b.conns, true)
	if err != nil {
		return err
	}
	defer c.close()
	loaded, err := peakMemory(server.pid())
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(1, 1)).Perm(n)
	err = c.ask(b.ctx, 10_000, func(id int) (string, string) {
		x := rnd[id%n]
		return request(id, x), resultOf(x, padding)
	})
	if err != nil {
		return err
	}
	asked, err := peakMemory(server.pid())
	b.add("peak memory, 1,000,000 exchanges, ready", "MB", 200, []float64{loaded})
	b.add("peak memory, 1,000,000 exchanges, 10,000 answered", "MB", 200, []float64{asked})
	return err
}
