package recorder

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A refusal is why a request never gets to a server: a status, and a JSON-RPC
// error that says what to do.
type refusal struct {
	status  int
	code    int
	message string
	allow   string // the methods that there are, with 405
	id      []byte // of the request, where it is known
}

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status: status, code: mcp.InvalidRequest, message: fmt.Sprintf(format, args...)}
}

// notAllowed refuses an HTTP method.
func notAllowed(method, allow string) *refusal {
	f := refuse(http.StatusMethodNotAllowed, "method not allowed: %s: use %s", method, allow)
	f.allow = allow
	return f
}

// to makes the refusal one of the request in a body.
func (f *refusal) to(batch jsonrpc.Batch) *refusal {
	if len(batch.Messages) == 1 && batch.Messages[0].Kind == jsonrpc.Request {
		f.id = batch.Messages[0].ID
	}
	return f
}

func (f *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	if f.allow != "" {
		h.Set("Allow", f.allow)
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_, _ = w.Write(errorTo(f.id, f.code, f.message)) // its client may have gone
}

// readMessages reads the messages of a POST.
func readMessages(req *http.Request) (jsonrpc.Batch, *refusal) {
	body, rest, err := readBody(req.Body, req.ContentLength)
	if rest != nil {
		_ = rest.Close()
		return jsonrpc.Batch{}, refuse(http.StatusRequestEntityTooLarge, "the message is longer than %d MiB: send a smaller one", partSize>>20)
	}
	if err != nil { // the client went away in the middle of it
		panic(http.ErrAbortHandler)
	}
	batch, err := jsonrpc.Parse(body)
	if err == nil {
		return batch, nil
	}
	f := refuse(http.StatusBadRequest, "the body must be one JSON-RPC message: %v", err)
	f.code = mcp.ParseError
	if envelope, ok := errors.AsType[*jsonrpc.EnvelopeError](err); ok {
		f.code, f.id = mcp.InvalidRequest, envelope.ID
	}
	return batch, f
}
