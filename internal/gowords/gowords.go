// Package gowords has what servers of the MCP Go SDK make of a body, and what
// they say of one that they do not take: its libraries are asked themselves.
//
//	_, _, err := gowords.Read([]byte("not json"), gowords.Segmentio)
//	// unmarshaling jsonrpc message: json: expected 'null' but found invalid token: not json
//
// What this does not do: it looks at no params.
package gowords

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	segmentio "github.com/segmentio/encoding/json"
)

// A Library is the one that a version of the SDK reads JSON with.
type Library int

// The libraries.
const (
	Standard  Library = iota // 1.0: encoding/json
	Segmentio                // 1.8: github.com/segmentio/encoding, the first value of a body alone
)

// wireCombined is what version 1.0 decodes, under the name that errors have.
type wireCombined struct {
	VersionTag string          `json:"jsonrpc"`
	ID         any             `json:"id,omitempty"`
	Method     string          `json:"method,omitempty"`
	Params     json.RawMessage `json:"params,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
	Error      *WireError      `json:"error,omitempty"`
}

// wireDecode is what version 1.8 decodes: a method is there or is not,
// whatever its text.
type wireDecode struct {
	VersionTag string          `json:"jsonrpc"`
	ID         any             `json:"id,omitempty"`
	Method     json.RawMessage `json:"method"`
	Params     json.RawMessage `json:"params,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
	Error      *WireError      `json:"error,omitempty"`
}

// WireError is the error of a response. It is exported for its name stands in
// what the libraries say.
type WireError struct {
	Code    int64           `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Read makes messages of a body as a server does, and spells them so that any
// reader has the same of them: of two members of one name the last, an id as a
// whole number or a text, no params where they are null or, of a notification,
// no object. The error is in the server's words.
func Read(body []byte, l Library) (messages [][]byte, batch bool, err error) {
	var list []json.RawMessage
	if l.unmarshal(body, &list) == nil {
		if len(list) == 0 {
			return nil, true, errors.New("empty batch")
		}
		for _, raw := range list {
			m, err := l.message(raw)
			if err != nil {
				return nil, true, err
			}
			messages = append(messages, m)
		}
		return messages, true, nil
	}
	m, err := l.message(body)
	return [][]byte{m}, false, err
}

// maxDepth is how deep encoding/json follows arrays and objects. The other
// library has no bound, and a body of a few MiB would exhaust the stack, which
// ends the process.
const maxDepth = 10_000

func (l Library) unmarshal(text []byte, v any) error {
	if l == Standard {
		return json.Unmarshal(text, v)
	}
	if jsonrpc.Depth(text) > maxDepth {
		return fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	d := segmentio.NewDecoder(bytes.NewReader(text))
	d.DontMatchCaseInsensitiveStructFields()
	return d.Decode(v)
}

// parse is unmarshal with the error that a client sees.
func (l Library) parse(text []byte, v any) error {
	if err := l.unmarshal(text, v); err != nil {
		return errors.New("unmarshaling jsonrpc message: " + strings.ReplaceAll(err.Error(), "gowords.", "jsonrpc2."))
	}
	return nil
}

// message spells one message.
func (l Library) message(text []byte) ([]byte, error) {
	var w wireDecode
	method, called := "", false
	if l == Standard {
		var c wireCombined
		if err := l.parse(text, &c); err != nil {
			return nil, err
		}
		w = wireDecode{c.VersionTag, c.ID, nil, c.Params, c.Result, c.Error}
		method, called = c.Method, c.Method != ""
	} else if err := l.parse(text, &w); err != nil {
		return nil, err
	}
	if w.VersionTag != "2.0" {
		return nil, fmt.Errorf("invalid message version tag %q; expected %q", w.VersionTag, "2.0")
	}
	id := ""
	switch v := w.ID.(type) {
	case nil:
	case float64:
		id = strconv.FormatInt(int64(v), 10)
	case string:
		id = quoted(v)
	default:
		return nil, fmt.Errorf("parse error: invalid ID type %T", v)
	}
	if len(w.Method) > 0 {
		if called = true; l.parse(w.Method, &method) != nil {
			return nil, l.parse(w.Method, &method)
		}
	}
	out := `{"jsonrpc":"2.0"`
	if id != "" {
		out += `,"id":` + id
	}
	params := bytes.TrimSpace(w.Params)
	switch {
	case called && (id != "" && len(params) > 0 && string(params) != "null" || bytes.HasPrefix(params, []byte("{"))):
		out += `,"method":` + quoted(method) + `,"params":` + string(params)
	case called:
		out += `,"method":` + quoted(method)
	case id == "":
		return nil, errors.New("invalid request")
	default:
		out += `,"result":{}` // whatever it is, nobody asked
	}
	return []byte(out + "}"), nil
}

// quoted spells a text as the SDK does: as JSON, without escaping for HTML.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can be encoded
	return strings.TrimSuffix(b.String(), "\n")
}
