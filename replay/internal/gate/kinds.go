package gate

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Requests returns the requests among the messages.
func (f *Facts) Requests() []jsonrpc.Message {
	if !f.Post() {
		return nil
	}
	if !f.Batch.Array {
		if f.Batch.Messages[0].Kind != jsonrpc.Request {
			return nil
		}
		return f.Batch.Messages
	}
	return slices.DeleteFunc(slices.Clone(f.Batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Request })
}

// Notifications returns the notifications among the messages.
func (f *Facts) Notifications() []jsonrpc.Message {
	if !f.Post() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(f.Batch.Messages), func(m jsonrpc.Message) bool { return m.Kind != jsonrpc.Notification })
}

// hasKind reports whether the body has a message of one of these kinds.
func (f *Facts) hasKind(kinds []string) bool {
	return f.Post() && slices.ContainsFunc(f.Batch.Messages, func(m jsonrpc.Message) bool { return slices.Contains(kinds, kindName(m.Kind)) })
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
