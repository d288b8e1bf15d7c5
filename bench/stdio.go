package main

import (
	"fmt"
	"os"
	"time"
)

// stdio: calls over stdin and stdout, one at a time and many in flight,
// against a loop that echoes; and the time from the start of the process to
// the answer to initialize.
func (b *bench) stdio() error {
	if err := b.spoken(); err != nil {
		return err
	}
	return b.firstLine()
}

// inFlight is how many calls a busy client has open at once.
const inFlight = 16

// spoken compares the replay with a loop that finds the id and looks at
// nothing else, and with one that decodes the line.
func (b *bench) spoken() error {
	tape, err := b.writeTape(1, asJSON, 0)
	if err != nil {
		return err
	}
	itself, err := os.Executable()
	if err != nil {
		return err
	}
	var speakers []*speaker
	for _, command := range [][]string{
		{b.mcpmock, "replay", tape, "--stdio", "--repeat"},
		{itself, serveMode, "echo"},
		{itself, serveMode, "decode"},
	} {
		s, err := b.speak(command[len(command)-1], command[0], command[1:]...)
		if err != nil {
			return err
		}
		defer s.stop()
		speakers = append(speakers, s)
	}
	if err := speakers[0].begin(); err != nil {
		return err
	}
	text := func(id int) (string, string) { return request(id, 0), resultOf(0, 0) }
	var all []*subject
	for _, n := range []int{1, inFlight} {
		for _, s := range speakers {
			all = append(all, &subject{s.process, dialogue{s, n}, text})
		}
	}
	long := *b
	long.requests *= 10 // they are so short
	costs, err := long.compare(all...)
	if err != nil {
		return err
	}
	for i, how := range []string{"one at a time", fmt.Sprintf("%d in flight", inFlight)} {
		replay, bare, decoding := costs[3*i], costs[3*i+1], costs[3*i+2]
		b.add("stdio, "+how+" / bare echo, CPU", "x", 2, ratios(replay, bare))
		b.add("stdio, "+how+" / echo that decodes, CPU", "x", 0, ratios(replay, decoding))
		b.add("stdio, "+how+", CPU of a call", "us", 0, replay)
		b.add("bare echo, "+how+", CPU of a call", "us", 0, bare)
	}
	return nil
}

// firstLine measures the time to the first answer, at tapes of all lengths.
func (b *bench) firstLine() error {
	for i, n := range lengths {
		tape, err := b.writeTape(n, asJSON, padding)
		if err != nil {
			return err
		}
		var took []float64
		for range b.rounds + 1 {
			began := time.Now()
			s, err := b.speak("mcpmock replay --stdio", b.mcpmock, "replay", tape, "--stdio")
			if err != nil {
				return err
			}
			err = s.begin()
			took = append(took, milliseconds(time.Since(began)))
			s.stop()
			if err != nil {
				return err
			}
		}
		b.add(fmt.Sprintf("stdio, first answer, %d exchanges", n), "ms", startTargets[i], took[1:])
	}
	return nil
}
