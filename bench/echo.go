package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// echo is the least that can answer over stdio: it reads a line, finds its id
// and writes the answer with that id in it. What was written goes out when no
// more input is at hand, so that many calls at once take few writes.
func echo(in io.Reader, out io.Writer, id func(line []byte) []byte) {
	answer := []byte(resultOf(0, 0) + "\n")
	r, w := bufio.NewReaderSize(in, 64<<10), bufio.NewWriterSize(out, 64<<10)
	for {
		line, err := r.ReadSlice('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		_, _ = w.WriteString(`{"jsonrpc":"2.0","id":`)
		_, _ = w.Write(id(line))
		_ = w.WriteByte(',')
		_, _ = w.Write(answer)
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
	}
}

// cutID finds an id where this program's own requests have it.
func cutID(line []byte) []byte {
	_, id, _ := bytes.Cut(line, []byte(`"id":`))
	id, _, _ = bytes.Cut(id, []byte(","))
	return id
}

// decodeID finds it as a server would that is written with the standard
// library.
func decodeID(line []byte) []byte {
	var m struct {
		ID     json.RawMessage
		Method string
		Params json.RawMessage
	}
	_ = json.Unmarshal(line, &m) // the answer is looked at
	return m.ID
}
