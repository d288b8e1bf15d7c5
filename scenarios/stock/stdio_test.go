package stock_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A spill is what the mock writes to stderr.
type spill struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spill) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spill) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// A spool is a pipe with room for everything.
type spool struct {
	mu   sync.Mutex
	more *sync.Cond
	text bytes.Buffer
	over bool
}

func newSpool() *spool {
	s := &spool{}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *spool) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return 0, io.ErrClosedPipe
	}
	s.more.Broadcast()
	return s.text.Write(p)
}

func (s *spool) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.text.Len() == 0 && !s.over {
		s.more.Wait()
	}
	return s.text.Read(p)
}

func (s *spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.more.Broadcast()
	return nil
}

// wants compares the next line with what the recipe has.
func (p *process) wants(want string) {
	p.v.t.Helper()
	if got := p.reads(); !fits(want, got) {
		p.v.t.Errorf("\n got %.300q\nwant %.300q", got, want)
	}
}

// begins does the handshake over stdio.
func (p *process) begins() {
	p.v.t.Helper()
	p.says(p.v.handshake("2025-11-25"))
	p.reads()
	p.says(initializedNote)
}

// piped is a client over stdio that sends requests and reads so many lines after
// each, -1 being all there are.
func piped(steps ...func(*visitor, *process)) func(*visitor) {
	return func(v *visitor) {
		p := v.pipe()
		for _, f := range steps {
			f(v, p)
		}
	}
}

// asks sends initialize, tools/list or a call, and reads so many lines.
func asks(what string, lines int) func(*visitor, *process) {
	return func(v *visitor, p *process) {
		switch what {
		case "initialize":
			p.says(v.handshake("2025-11-25"))
		case "initialized":
			p.says(initializedNote)
		case "list":
			p.says(v.listing())
		case "call":
			p.says(v.calling())
		case "probe":
			p.says(v.request("server/discover", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"visitor","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}`))
			v.heard("faulted", 1)
		}
		for range lines {
			p.reads()
		}
	}
}

func waits(v *visitor, _ *process) { v.passes(40 * time.Second) }

// closesStdin closes stdin and waits until all is heard.
func closesStdin(_ *visitor, p *process) { p.ends() }

// reads reads a line.
func reads(_ *visitor, p *process) { p.reads() }

// greetedOddly is a scenario in which the answer to initialize is odd and n
// lines long; assertion is what a client fails that does not go on.
func greetedOddly(n int, assertion string, wants ...string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			p := v.pipe()
			p.says(v.handshake("2025-11-25"))
			for _, w := range wants {
				p.wants(w)
			}
			p.quiet()
		},
		good: piped(asks("initialize", n), asks("initialized", 0), closesStdin),
		bad:  map[string]func(*visitor){assertion: piped(asks("initialize", n), waits)},
	}
}

// calledOddly is one in which the answer to a tool call is.
func calledOddly(n int, wants ...string) stockCase {
	begin := piped(asks("initialize", 1), asks("initialized", 0), asks("call", n), waits)
	return stockCase{
		wire: func(v *visitor) {
			p := v.pipe()
			p.begins()
			p.says(v.calling())
			for _, w := range wants {
				p.wants(w)
			}
			p.says(v.listing())
			p.wants("~" + `\{"jsonrpc":"2\.0","id":3,"result":\{.*\n`)
			p.quiet()
		},
		good: piped(asks("initialize", 1), asks("initialized", 0), asks("call", n), asks("list", 1), closesStdin),
		bad:  map[string]func(*visitor){"settles": begin, "alive": begin},
	}
}

// slowly reads a line whose pieces come so far apart, and says how often the
// mock has waited.
func (p *process) slowly(apart time.Duration) (line string, waits int) {
	p.v.t.Helper()
	got := make(chan string, 1)
	go func() {
		line, _ := p.out.ReadString('\n')
		got <- line
	}()
	late := time.After(patience)
	for {
		if p.v.clock.waiting() > 0 {
			waits++
			p.v.passes(apart)
			continue
		}
		select {
		case line = <-got:
			return line, waits
		case <-p.v.clock.asked:
		case <-late:
			p.v.t.Fatal("the line does not end")
		}
	}
}

// stdioCases are the scenarios about stdio.
func stdioCases() map[string]stockCase {
	line := "~" + greeted("1") + `\n`
	second := "~" + greeted("2") + `\n` // after a probe
	const warning = "WARNING Failed to validate request: 3 errors\n"
	return map[string]stockCase{
		"stdio-startup-banner": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.wants("STDIO MCP Server started\n")
				p.says(v.handshake("2025-11-25"))
				p.wants(line)
			},
			good: piped(reads, asks("initialize", 1), asks("initialized", 0), closesStdin),
			bad:  map[string]func(*visitor){"sends": piped(reads, asks("initialize", 1), waits)},
		},
		"stdio-log-interleaved": greetedOddly(4, "sends", "[Breadcrumb] {\n", "  message: '...'\n", "}\n", line),
		"stdio-ansi-colour":     greetedOddly(1, "settles", "~\x1b\\[32m"+greeted("1")+"\x1b\\[0m\n"),
		"stdio-bom":             greetedOddly(1, "settles", "~\ufeff"+greeted("1")+`\n`),
		"stdio-crlf":            greetedOddly(1, "sends", "~"+greeted("1")+`\r\n`),
		"stdio-pretty-json": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				text := p.reads()
				for !strings.HasSuffix(text, "\n}\n") {
					text += p.reads()
				}
				var one, pretty bytes.Buffer
				if err := json.Compact(&one, []byte(text)); err != nil || !fits("~"+greeted("1"), one.String()) {
					v.t.Errorf("got %q: %v", text, err)
				}
				if _ = json.Indent(&pretty, one.Bytes(), "", "  "); pretty.String()+"\n" != text {
					v.t.Errorf("got %q, want each level two spaces deeper", text)
				}
				p.quiet()
			},
			good: piped(asks("initialize", 3), asks("initialized", 0), closesStdin),
			bad:  map[string]func(*visitor){"settles": piped(asks("initialize", 3), waits)},
		},
		"stdio-content-length-framing": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				head := p.reads()
				p.wants("\r\n")
				p.says(initializedNote)
				p.says(v.listing())
				message, rest, _ := strings.Cut(p.reads(), "Content-Length: ")
				if head != "Content-Length: "+strconv.Itoa(len(message))+"\r\n" || !fits("~"+greeted("1"), message) || !strings.HasSuffix(rest, "\r\n") {
					v.t.Errorf("got %q, %q and %q", head, message, rest)
				}
			},
			good: piped(asks("initialize", 2), asks("initialized", 0), closesStdin),
			bad:  map[string]func(*visitor){"settles": piped(asks("initialize", 2), waits)},
		},
		"stdio-huge-line": calledOddly(1, "{"+strings.Repeat(" ", 11<<20)+oslo(2)[1:]+"\n"),
		"stdio-split-write": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				got, pieces := p.slowly(3 * time.Millisecond)
				if want := (len(got) - 1) / 100; !fits(line, got) || pieces != want {
					v.t.Errorf("%d bytes with %d waits between: %q", len(got), pieces, got)
				}
			},
			good: func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				p.slowly(3 * time.Millisecond)
				p.says(initializedNote)
				p.ends()
			},
			bad: map[string]func(*visitor){"sends": func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				p.slowly(3 * time.Millisecond)
				v.passes(11 * time.Second)
			}},
		},
		"stdio-stderr-flood": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.begins()
				p.says(v.calling())
				p.wants(oslo(2) + "\n")
				const warning = "WARNING: something that nobody reads, over and over and over...\n"
				p.says(v.calling())
				p.wants(oslo(3) + "\n") // with no flood before it
				if got := v.stderr.String(); len(got) != 256<<10 || got != strings.Repeat(warning, 4096) {
					v.t.Errorf("%d bytes on stderr: %.80q", len(got), got)
				}
			},
			good: piped(asks("initialize", 1), asks("initialized", 0), asks("call", 1), asks("list", 1)),
			bad:  map[string]func(*visitor){"settles": piped(asks("initialize", 1), asks("initialized", 0), asks("call", 1), waits)},
		},
		"stdio-exit-on-pre-init": {
			wire: func(v *visitor) {
				p := v.pipe()
				asks("probe", 0)(v, p)
				p.wants("")
				if code := p.ends(); code != 1 {
					v.t.Errorf("it ends with status %d", code)
				}
				p = v.pipe()
				p.says(v.handshake("2025-11-25"))
				p.wants(second)
			},
			good: func(v *visitor) {
				asks("probe", 1)(v, v.pipe())
				p := v.pipe()
				p.begins()
				p.says(v.listing())
				p.reads()
			},
			bad: map[string]func(*visitor){"sends": piped(asks("probe", 1), waits)},
		},
		"stdio-probe-ignored": {
			wire: func(v *visitor) {
				p := v.pipe()
				asks("probe", 0)(v, p)
				p.says(v.handshake("2025-11-25"))
				p.wants(second) // the first thing that it says
			},
			good: piped(asks("probe", 0), asks("initialize", 1)),
			bad:  map[string]func(*visitor){"sends": piped(asks("probe", 0), waits)},
		},
		"stdio-probe-stderr-deadlock": {
			wire: func(v *visitor) {
				p := v.pipe()
				asks("probe", 0)(v, p)
				p.wants("~" + `\{"jsonrpc":"2\.0","id":1,"error":\{"code":-32601,.*\n`)
				if got := v.stderr.String(); len(got) < 64<<10 || got != strings.Repeat(warning, len(got)/len(warning)) {
					v.t.Errorf("%d bytes on stderr: %.80q", len(got), got)
				}
			},
			good: piped(asks("probe", 1), asks("initialize", 1)),
			bad:  map[string]func(*visitor){"sends": piped(asks("probe", 1), waits)},
		},
		"stdio-no-final-newline": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.begins()
				p.says(v.calling())
				p.wants(oslo(2))
				p.wants("")
				if code := p.ends(); code != 0 {
					v.t.Errorf("it ends with status %d", code)
				}
			},
			good: piped(asks("initialize", 1), asks("initialized", 0), asks("call", 1), closesStdin),
			bad:  map[string]func(*visitor){"settles": piped(asks("initialize", 1), asks("initialized", 0), asks("call", 1), waits)},
		},
		"stdio-duplicate-response": calledOddly(2, oslo(2)+"\n", oslo(2)+"\n"),
		"stdio-id-zero": {
			wire: func(v *visitor) {
				p := v.pipe()
				p.says(v.handshake("2025-11-25"))
				p.wants("~" + greeted("0") + `\n`)
				p.says(v.calling())
				p.wants(oslo(0) + "\n")
			},
			good: piped(asks("initialize", 1), asks("initialized", 0), asks("list", 1), asks("call", 1)),
			bad: map[string]func(*visitor){
				"settles: {within: 5s}":  piped(asks("initialize", 1), waits),
				"settles: {within: 10s}": piped(asks("initialize", 1), asks("initialized", 0), asks("list", 1), waits),
			},
		},
	}
}
