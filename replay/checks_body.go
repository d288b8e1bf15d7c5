package replay

import (
	"errors"
	"io"
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
)

func checkEmpty(q *visit, c *scenarios.Check) string {
	if errors.Is(q.bodyErr, jsonrpc.ErrEmpty) && (len(q.body) == 0 || c.Match == "") {
		return "the body is empty"
	}
	return ""
}

func checkJSON(q *visit, _ *scenarios.Check) string {
	switch {
	case q.bodyErr == nil, errors.Is(q.bodyErr, errTooLarge):
		return ""
	case errors.Is(q.bodyErr, jsonrpc.ErrEmpty), errors.Is(q.bodyErr, jsonrpc.ErrDepth), errors.Is(q.bodyErr, jsonrpc.ErrJSON):
		return q.bodyErr.Error()
	case errors.Is(q.bodyErr, io.ErrUnexpectedEOF):
		return "the body ended before its announced length"
	}
	if _, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr); ok {
		return ""
	}
	return "the body could not be read: " + q.bodyErr.Error()
}

func checkJSONRPC(q *visit, c *scenarios.Check) string {
	bad, ok := errors.AsType[*jsonrpc.EnvelopeError](q.bodyErr)
	if ok && (len(c.Flaw) == 0 || slices.Contains(c.Flaw, flaw(q.body))) {
		return bad.Reason
	}
	return ""
}

func checkBatch(q *visit, c *scenarios.Check) string {
	if !q.post() || !q.batch.Array || mcp.HasBatches(q.revision()) && !c.Every {
		return ""
	}
	if c.Every {
		return "this server has no batches; send each message in a request of its own"
	}
	return "revision " + q.revision() + " has no batches; send each message in a request of its own"
}

func checkBatchInitialize(q *visit, _ *scenarios.Check) string {
	if q.post() && q.batch.Array && q.initialize() {
		return "initialize must not be part of a batch"
	}
	return ""
}
