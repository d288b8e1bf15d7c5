package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// requests returns the requests among the messages.
func (q *visit) requests() []jsonrpc.Message {
	if !q.post() {
		return nil
	}
	if !q.batch.Array {
		if q.batch.Messages[0].Kind != jsonrpc.Request {
			return nil
		}
		return q.batch.Messages
	}
	return slices.DeleteFunc(slices.Clone(q.batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Request })
}

// notifications returns the notifications among the messages.
func (q *visit) notifications() []jsonrpc.Message {
	if !q.post() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(q.batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Notification })
}

// hasKind reports whether the body has a message of one of these kinds.
func (q *visit) hasKind(kinds []string) bool {
	return q.post() && slices.ContainsFunc(q.batch.Messages, func(m jsonrpc.Message) bool { return slices.Contains(kinds, kindName(m.Kind)) })
}

// kindsOf lists the kinds of messages, each once.
func kindsOf(messages []jsonrpc.Message) (kinds []string) {
	for _, m := range messages {
		if kind := kindName(m.Kind); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// kindName is the word that a dialect has for a kind of message.
func kindName(k jsonrpc.Kind) string {
	switch k {
	case jsonrpc.Request:
		return "request"
	case jsonrpc.Notification:
		return "notification"
	case jsonrpc.Response:
		return "response"
	}
	return ""
}
