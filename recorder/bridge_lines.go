package recorder

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"sync"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// lines cuts what is written to it into lines, whatever the chunks it comes
// in, and hands each on without its end.
type lines struct {
	each    func(line []byte) error // the line is valid during the call
	tooLong func() error            // a line of more than partSize bytes, passed over

	buf  []byte
	over bool // the current line is too long already
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			l.keep(p)
			return n, nil
		}
		l.keep(p[:i])
		p = p[i+1:]
		if err := l.end(); err != nil {
			return n - len(p), err
		}
	}
}

func (l *lines) keep(part []byte) {
	if l.over = l.over || len(l.buf)+len(part) > partSize; l.over {
		l.buf = nil
		return
	}
	l.buf = append(l.buf, part...)
}

// end hands on the current line; one of white space alone says nothing.
func (l *lines) end() error {
	line, over := bytes.TrimSpace(l.buf), l.over
	l.over = false
	defer func() { l.buf = l.buf[:0] }()
	switch {
	case over:
		return l.tooLong()
	case len(line) == 0:
		return nil
	}
	return l.each(line)
}

// A lineWriter writes messages, each as one line by one write.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// say writes a message.
func (l *lineWriter) say(message []byte) error {
	line := append(bytes.Clone(oneLine(message)), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.w.Write(line)
	return err
}

// oneLine returns a message in its own spelling, but for line breaks: over
// stdio a message must not have any (2025-11-25 basic/transports, "stdio"),
// and in an event stream they would end its line.
func oneLine(message []byte) []byte {
	if bytes.ContainsAny(message, "\r\n") {
		return jsonrpc.Compact(message)
	}
	return message
}

// idKey is what an id and its echo have in common: a peer may spell a string
// with other escapes.
func idKey(id []byte) string {
	if len(id) == 0 || id[0] != '"' {
		return string(id)
	}
	key, err := jsonrpc.Canonical(bytes.Clone(id))
	if err != nil {
		return string(id)
	}
	return string(key)
}

// errorTo is a JSON-RPC error in answer to a request; without an id where that
// is not known.
func errorTo(id []byte, code int, message string) []byte {
	text, err := json.Marshal(message)
	if err != nil { // no text is
		text = []byte(`""`)
	}
	return passError(id, []byte(`{"code":`+strconv.Itoa(code)+`,"message":`+string(text)+`}`))
}

// passError is an error of somebody else in answer to a request.
func passError(id, fault []byte) []byte {
	b := []byte(`{"jsonrpc":"2.0"`)
	if len(id) > 0 { // 2025-11-25 schema: an error response need not have one, and null is none
		b = append(append(b, `,"id":`...), id...)
	}
	b = append(append(b, `,"error":`...), fault...)
	return append(b, '}')
}
