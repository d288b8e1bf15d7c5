package scenarios

// Quotes says what a server quotes from the libraries beneath it, for the
// variables ${parser} and ${validator}.
type Quotes struct {
	Parser   string // python (the standard library's json), jiter, v8, go (encoding/json) or segmentio; "" is none
	Zod      string // the version of zod behind v8: 3 or 4; "" is none
	Pydantic string // the version of pydantic that the links name; "" is none
	Title    string // what pydantic calls the union of the message classes
	Models   []QuotedModel
}

// A QuotedModel is a message class that pydantic tries.
type QuotedModel struct {
	Name   string
	Fields []string // in the order of the class
	ID     []string // what its id may be, in the order in which it is tried
}
