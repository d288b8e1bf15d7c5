package main

import (
	"fmt"
	"strings"
)

// A shape is how an answer goes out.
type shape struct {
	name        string
	contentType string
	notices     int // messages before the result
}

// shapes are those of all parts.
func shapes() []shape { return []shape{asJSON, oneEvent, fourEvents} }

var (
	asJSON     = shape{"json", "application/json", 0}
	oneEvent   = shape{"event", "text/event-stream", 0}
	fourEvents = shape{"events", "text/event-stream", 3}
)

// request is the call with the given id for exchange x of a tape.
func request(id, x int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"city-%d","days":3,"units":"metric"}}}`, id, x)
}

// result is the answer to it, of some 290 bytes and pad more.
func result(id, x, pad int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,%s`, id, resultOf(x, pad))
}

// resultOf is what follows the id: it tells the exchange.
func resultOf(x, pad int) string {
	return fmt.Sprintf(`"result":{"content":[{"type":"text","text":"city-%d: light wind from the west, no rain before tomorrow evening%s"}],"structuredContent":{"temperature":21.5,"hours":[18,19,21,21,20,17,15],"wind":"W 3"},"isError":false}}`,
		x, strings.Repeat(" calm", pad/5))
}

const notice = `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"looking at one more station on the way there"}}`

// messages are those of the answer to exchange x.
func (s shape) messages(x int) []string {
	var all []string
	for range s.notices {
		all = append(all, notice)
	}
	return append(all, result(0, x, 0))
}

// body is the answer as it stands on the wire.
func (s shape) body(x int) string {
	if s.contentType == asJSON.contentType {
		return s.messages(x)[0]
	}
	var b strings.Builder
	for _, m := range s.messages(x) {
		b.WriteString(frame(m))
	}
	return b.String()
}

func frame(message string) string { return "event: message\ndata: " + message + "\n\n" }
