// Package sse reads and writes the frames of text/event-stream so that
// nothing is lost: comments, ids, retry, several data lines, the line ends,
// and a frame that was cut off.
//
//	var s sse.Splitter
//	for _, f := range s.Feed(chunk) { // whole frames, as bytes
//		frame := sse.Parse(f)
//		if frame.HasData { ... frame.Data ... }
//	}
//	torn := s.Rest()
//
// What this does not do: it does not dispatch events as a browser does; a
// frame of comments is a frame here.
package sse

import (
	"bytes"
	"strings"
)

// A Frame is what stands between two blank lines of an event stream.
type Frame struct {
	Comments []string // without the leading colon
	Event    string
	HasEvent bool
	ID       string
	HasID    bool
	Retry    string
	HasRetry bool
	Data     []byte // data lines joined by \n
	HasData  bool
	CRLF     bool // lines end in \r\n instead of \n
	// Order lists the fields id, event, retry and data as Append writes them;
	// nil is the order of the Go and TypeScript servers.
	Order []string
}

// Append writes the frame: comments, and then the fields in their order, which
// is event, id, retry, data unless Order says otherwise.
func (f *Frame) Append(dst []byte) []byte {
	end := "\n"
	if f.CRLF {
		end = "\r\n"
	}
	for _, c := range f.Comments {
		dst = append(append(append(dst, ':'), c...), end...)
	}
	if f.Order == nil {
		dst = f.appendField(dst, "event", end)
		dst = f.appendField(dst, "id", end)
		dst = f.appendField(dst, "retry", end)
		dst = f.appendField(dst, "data", end)
	}
	for _, field := range f.Order {
		dst = f.appendField(dst, field, end)
	}
	return append(dst, end...)
}

func (f *Frame) appendField(dst []byte, name, end string) []byte {
	switch {
	case name == "event" && f.HasEvent:
		return append(append(append(dst, "event: "...), f.Event...), end...)
	case name == "id" && f.HasID:
		return append(append(append(dst, "id: "...), f.ID...), end...)
	case name == "retry" && f.HasRetry:
		return append(append(append(dst, "retry: "...), f.Retry...), end...)
	case name == "data" && f.HasData:
		return AppendData(dst, f.Data, end)
	}
	return dst
}

// AppendData writes data lines, one for each line of data.
func AppendData(dst, data []byte, end string) []byte {
	for {
		i := bytes.IndexByte(data, '\n')
		line := data
		if i >= 0 {
			line = data[:i]
		}
		dst = append(append(append(dst, "data: "...), line...), end...)
		if i < 0 {
			return dst
		}
		data = data[i+1:]
	}
}

// Parse reads one whole frame. Unknown fields are passed over; whoever must
// keep them compares Append's result with the frame.
func Parse(frame []byte) Frame {
	var f Frame
	text := string(frame)
	f.CRLF = strings.Contains(text, "\r\n")
	for text != "" {
		var line string
		line, text = cutLine(text)
		if line == "" {
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		if name == "" {
			f.Comments = append(f.Comments, value)
			continue
		}
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			f.Event, f.HasEvent = value, true
		case "id":
			f.ID, f.HasID = value, true
		case "retry":
			f.Retry, f.HasRetry = value, true
		case "data":
			if f.HasData {
				f.Data = append(f.Data, '\n')
			}
			f.Data, f.HasData = append(f.Data, value...), true
		}
	}
	return f
}

// cutLine takes the first line off text; a line ends in \r\n, \n or \r.
func cutLine(text string) (line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return text, ""
	}
	if strings.HasPrefix(text[i:], "\r\n") {
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}
