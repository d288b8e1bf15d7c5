package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// A process is a server that runs.
type process struct {
	name string
	url  string
	cmd  *exec.Cmd
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// startTimeout is how long a server may take until it listens.
const startTimeout = time.Minute

// command starts a server and waits for its ready line, one line of JSON.
func (b *bench) command(name, path string, args ...string) (*process, error) {
	cmd := exec.CommandContext(b.ctx, path, args...)
	cmd.Stderr = os.Stderr
	if path == b.mcpmock {
		cmd.Stderr = nil // its lines for people
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd}
	late := time.AfterFunc(startTimeout, func() { _ = cmd.Process.Kill() }) // then reading ends
	line, err := bufio.NewReader(out).ReadBytes('\n')
	late.Stop()
	var ready struct{ URL string }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %q: %w", name, line, err)
	}
	p.url = ready.URL
	return p, nil
}

// stop kills the server; nothing it still has to say counts.
func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// replay plays a tape. Tool calls are repeated far beyond the recorded ones.
func (b *bench) replay(tape string, args ...string) (*process, error) {
	args = append([]string{"replay", tape, "--listen", "127.0.0.1:0", "--json", "--repeat"}, args...)
	return b.command("mcpmock replay", b.mcpmock, args...)
}

// itself starts this program as a server; see serve.
func (b *bench) itself(args ...string) (*process, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.command(args[0], path, append([]string{serveMode}, args...)...)
}
