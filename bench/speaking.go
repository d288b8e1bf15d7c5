package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A speaker is a server that is spoken to over its stdin and stdout.
type speaker struct {
	*process
	in  io.Writer
	out *bufio.Reader
	buf []byte
	ids int
}

// speak starts a server that speaks over stdio. It has nothing to say until
// it is asked, so this returns at once.
func (b *bench) speak(name, path string, args ...string) (*speaker, error) {
	cmd := exec.CommandContext(b.ctx, path, args...)
	if path != b.mcpmock { // its lines for people
		cmd.Stderr = os.Stderr
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &speaker{process: &process{name: name, cmd: cmd}, in: in, out: bufio.NewReaderSize(out, 64<<10)}, nil
}

// begin begins the session and returns when initialize has been answered.
func (s *speaker) begin() error {
	late := time.AfterFunc(startTimeout, func() { _ = s.cmd.Process.Kill() })
	defer late.Stop()
	if _, err := io.WriteString(s.in, initialize+"\n"); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	line, err := s.out.ReadSlice('\n')
	if err != nil || !bytes.Contains(line, []byte(`"protocolVersion"`)) {
		return fmt.Errorf("%s: initialize: %q: %w", s.name, line, err)
	}
	_, err = io.WriteString(s.in, initialized+"\n")
	return err
}

// A dialogue asks a speaker with so many calls in flight: each answer lets one
// more call go, in a write of its own, as a client's callers would have it.
type dialogue struct {
	*speaker
	inFlight int
}

// ask makes n calls and looks for the right id and text in each answer. Both
// servers answer in the order in which they were asked.
func (d dialogue) ask(ctx context.Context, n int, text func(id int) (request, answer string)) error {
	late := time.AfterFunc(askTimeout, func() { _ = d.cmd.Process.Kill() }) // then reading ends
	defer late.Stop()
	awaited := make(chan string, d.inFlight)
	for said, heard := 0, 0; heard < n; {
		for ; said < n && said-heard < d.inFlight; said++ {
			d.ids++
			request, answer := text(d.ids)
			awaited <- fmt.Sprintf(`"id":%d,%s`, d.ids, answer)
			d.buf = append(append(d.buf[:0], request...), '\n')
			if _, err := d.in.Write(d.buf); err != nil {
				return err
			}
		}
		for more := true; more; heard++ {
			line, err := d.out.ReadSlice('\n')
			if err != nil {
				return err
			}
			if want := <-awaited; !bytes.Contains(line, []byte(want)) {
				return fmt.Errorf("it answered %s, want %s", line, want)
			}
			waiting, _ := d.out.Peek(d.out.Buffered())
			more = bytes.IndexByte(waiting, '\n') >= 0
		}
	}
	return ctx.Err()
}
