package gate

import (
	"errors"
	"io"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkEmpty(q visitor, c *scenarios.Check) string {
	if errors.Is(q.BodyErr, jsonrpc.ErrEmpty) && (len(q.Body) == 0 || c.Match == "") {
		return "the body is empty"
	}
	return ""
}

func checkJSON(q visitor, _ *scenarios.Check) string {
	switch {
	case q.BodyErr == nil, errors.Is(q.BodyErr, ErrTooLarge):
		return ""
	case errors.Is(q.BodyErr, jsonrpc.ErrEmpty), errors.Is(q.BodyErr, jsonrpc.ErrDepth), errors.Is(q.BodyErr, jsonrpc.ErrJSON):
		return q.BodyErr.Error()
	case errors.Is(q.BodyErr, io.ErrUnexpectedEOF):
		return "the body ended before its announced length"
	}
	if _, ok := errors.AsType[*jsonrpc.EnvelopeError](q.BodyErr); ok {
		return ""
	}
	return "the body could not be read: " + q.BodyErr.Error()
}

func checkJSONRPC(q visitor, c *scenarios.Check) string {
	bad, ok := errors.AsType[*jsonrpc.EnvelopeError](q.BodyErr)
	if ok && (len(c.Flaw) == 0 || slices.Contains(c.Flaw, flaw(q.Body))) {
		return bad.Reason
	}
	return ""
}

func checkBatch(q visitor, c *scenarios.Check) string {
	if !q.Post() || !q.Batch.Array || mcp.HasBatches(q.Revision()) && !c.Every {
		return ""
	}
	if c.Every {
		return "this server has no batches; send each message in a request of its own"
	}
	return "revision " + q.Revision() + " has no batches; send each message in a request of its own"
}

func checkBatchInitialize(q visitor, _ *scenarios.Check) string {
	if q.Post() && q.Batch.Array && q.Initialize() {
		return "initialize must not be part of a batch"
	}
	return ""
}
