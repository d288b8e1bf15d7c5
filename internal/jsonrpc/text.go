package jsonrpc

import (
	"bytes"
	"encoding/json"
)

// Text spells a value as JSON, in one line and without escaping <, > and &:
// URIs keep their ampersands. It panics where the value cannot be JSON, as
// channels and functions cannot.
func Text(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
