package gate

import (
	"errors"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/jswords"
	"github.com/mcpmock/mcpmock/internal/pywords"
	"github.com/mcpmock/mcpmock/scenarios"
)

// parserWords are what the dialect's JSON parser says of the body; the detail
// where there is none, or where it would have nothing to say.
func (q visitor) parserWords(detail string) string {
	said := ""
	switch q.dialect.Quotes.Parser {
	case "python":
		said = pywords.JSON(q.Body)
	case "jiter":
		said = pywords.Jiter(q.Body)
	case "v8":
		said = jswords.JSON(q.Body)
	case "go", "segmentio":
		if _, _, err := reading(&q.dialect.Quotes, q.Body); err != nil {
			said = err.Error()
		}
	}
	if said == "" {
		return detail
	}
	return said
}

// validatorWords are what the dialect's validator says of the body; likewise.
// It is not shown what nests too deep, which it would follow to the end.
func (q visitor) validatorWords(detail string) string {
	quotes := &q.dialect.Quotes
	said := ""
	switch {
	case errors.Is(q.BodyErr, jsonrpc.ErrDepth):
	case quotes.Zod == "3":
		said = jswords.Zod(q.Body)
	case len(quotes.Models) > 0:
		said = unionOf(quotes).Validate(q.Body)
	}
	if said == "" {
		return detail
	}
	return said
}

// quoted returns the words that a response asks for, and nothing for those
// that it does not: they cost a walk over the body.
func (q visitor) quoted(resp *scenarios.Response, detail string) (parser, validator string) {
	if uses(resp, "${parser}") {
		parser = q.parserWords(detail)
	}
	if uses(resp, "${validator}") {
		validator = q.validatorWords(detail)
	}
	return parser, validator
}
