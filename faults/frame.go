package faults

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// Frame spells an event as an action has it on a stream where events are not
// counted.
func Frame(f sse.Frame, do *scenarios.StreamEdit) []byte {
	_, raw := frame(f, do, 0)
	return raw
}

// frame spells an event as a StreamEdit has it; n is its number on the
// stream, from 1, or 0 for one that gets no id by it. It returns the event as it
// then is as well.
func frame(f sse.Frame, do *scenarios.StreamEdit, n int) (sse.Frame, []byte) {
	end := "\n"
	if f.CRLF {
		end = "\r\n"
	}
	switch do.EOL {
	case "lf":
		end = "\n"
	case "crlf":
		end = "\r\n"
	case "cr":
		end = "\r"
	}
	switch {
	case do.Event == "none":
		f.Event, f.HasEvent = "", false
	case do.Event != "" && len(f.Data) > 0:
		f.Event, f.HasEvent = do.Event, true
	}
	switch {
	case do.IDs == "none":
		f.ID, f.HasID = "", false
	case do.IDs == "every" && !f.HasID && f.HasData && n > 0:
		f.ID, f.HasID = "e"+strconv.Itoa(n), true
	}
	if do.Retry > 0 && f.HasData {
		f.Retry, f.HasRetry = strconv.Itoa(do.Retry), true
	}
	colon := ": "
	if do.NoSpace {
		colon = ":"
	}
	var b bytes.Buffer
	line := func(name, value string) { b.WriteString(name + colon + value + end) }
	for _, c := range f.Comments {
		b.WriteString(":" + c + end)
	}
	if f.HasEvent {
		line("event", f.Event)
	}
	if f.HasID {
		line("id", f.ID)
	}
	if f.HasRetry {
		line("retry", f.Retry)
	}
	if f.HasData {
		for _, data := range split(lineEnds(string(f.Data)), do.SplitData) {
			line("data", data)
		}
	}
	b.WriteString(end)
	return f, b.Bytes()
}

// lineEnds makes all ends of lines those that data may have.
func lineEnds(data string) string {
	if strings.IndexByte(data, '\r') < 0 {
		return data
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data)
}

// split cuts the data of an event into lines: at its line ends, and where size
// is set after so many bytes as well, at the next place where JSON may have a
// line end, which is outside of a string.
func split(data string, size int) []string {
	if size <= 0 {
		return strings.Split(data, "\n")
	}
	var lines []string
	begin, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] == '\n':
			if begin < i || i == 0 || data[i-1] == '\n' { // else it is cut there already
				lines = append(lines, data[begin:i])
			}
			begin = i + 1
			continue
		case quoted && data[i] == '\\':
			i++
			continue
		case data[i] == '"':
			quoted = !quoted
		}
		if !quoted && i+1-begin >= size && i+1 < len(data) && strings.IndexByte(",:{}[]", data[i]) >= 0 {
			lines, begin = append(lines, data[begin:i+1]), i+1
		}
	}
	return append(lines, data[begin:])
}

// primeFrame makes the event that a Prime stands for.
func primeFrame(p *scenarios.Prime) sse.Frame {
	f := sse.Frame{Event: p.Event, HasEvent: p.Event != "", ID: p.ID, HasID: p.ID != "", Data: []byte(p.Data), HasData: true}
	if p.Retry > 0 {
		f.Retry, f.HasRetry = strconv.Itoa(p.Retry), true
	}
	return f
}
