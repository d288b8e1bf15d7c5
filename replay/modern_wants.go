package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
)

// A severity is how severe a log message is: 1 is debug, 8 an emergency.
type severity int8

const (
	strange severity = 100 // of a level that no revision has: it goes to all who asked for any
	none    severity = 127 // is wanted
)

func severityOf(level string) severity {
	if at := slices.Index(mcp.LogLevels(), level); at >= 0 {
		return severity(at + 1)
	}
	return strange
}

// wants reads off a request what its client wants to be told on the way.
func (q *visit) wants(m jsonrpc.Message, r *run) {
	if q.Modern {
		r.least = none
		if jsonrpc.HasMeta(m.Params) {
			if level := q.Told(m).Field(mcp.MetaLogLevel); level.Exists() {
				r.least = severityOf(level.Str)
			}
		}
		return
	}
	if q.p.taped.modern {
		q.conv.mu.Lock()
		r.least = q.conv.level
		q.conv.mu.Unlock()
	}
}

// token returns the progress token of a request, or nil.
func (q *visit) token(m jsonrpc.Message) []byte {
	if !q.Modern {
		return jsonrpc.ProgressToken(m.Params)
	}
	if token := q.Told(m).Field("progressToken"); jsonrpc.IsToken(token) {
		return jsonrpc.Bytes(token.Raw)
	}
	return nil
}
