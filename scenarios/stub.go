package scenarios

import (
	"encoding/json"
	"time"
)

// Stubs are answers that are written by hand, so that a scenario serves
// without a tape; with one, they come before it.
//
// In every text of an answer stand templates: {{args.city}} (an argument of the
// call, also nested: {{args.where.city}}; a string that is nothing but this
// becomes the argument's own value), {{uuid}}, {{now}} (RFC 3339, UTC),
// {{seq}} (1, 2, 3, ... for each stub), {{session}}, {{method}}.
type Stubs struct {
	Server       json.RawMessage // serverInfo; nil is mcpmock's own
	Instructions string
	Version      string // the newest protocol version; "" is the newest legacy one
	Tools        []StubTool
	Prompts      []StubPrompt
	Resources    []StubResource
	// Methods answer other requests.
	Methods []StubMethod
}

// A StubTool is a tool and its answers: the first that fits is given.
type StubTool struct {
	Name, Description string
	Input             json.RawMessage // inputSchema, which arguments are held to; nil is any object
	Output            json.RawMessage // outputSchema, which Structured is held to; nil is none
	Answers           []StubAnswer
}

// A StubPrompt is a prompt.
type StubPrompt struct {
	Name, Description string
	Arguments         []string // names; one that ends in ! is required
	Answers           []StubAnswer
}

// A StubResource is a resource.
type StubResource struct {
	URI, Name, MIME string
	Text            string
}

// A StubMethod answers any other request.
type StubMethod struct {
	Method  string
	Answers []StubAnswer
}

// A StubAnswer is one answer. Of several in a Sequence, each call gets the
// next, and the last repeats.
type StubAnswer struct {
	// Arguments must be those of the call, as in Trigger.Arguments.
	Arguments json.RawMessage
	// State is the state of the conversation in which it is given ("" is any;
	// a conversation begins in "start"), and Then the one that follows.
	State, Then string

	Text       string          // a result of one text
	Structured json.RawMessage // structuredContent, and its text
	IsError    bool
	Result     json.RawMessage // the whole result
	Error      *RPCError
	Progress   []StubProgress // before it, where the client asked for progress
	Delay      time.Duration
	Sequence   []StubAnswer
}

// StubProgress is one progress notification.
type StubProgress struct {
	Progress, Total float64
	Message         string
}
