package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/eras"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// modernStub makes a stub's answer one of the modern era. What that era has no
// words for stays as it was written.
func (a *answers) modernStub(method string, from *answer) *answer {
	own := *from
	own.lines, own.modern = slices.Clone(from.lines), true
	for i := range own.lines {
		l := &own.lines[i]
		if l.kind != jsonrpc.Response {
			continue
		}
		m := jsonrpc.One(l.text)
		outcome, status, err := modernOutcome(method, m, a.serverInfo(from.session))
		if err != nil {
			continue
		}
		l.text, l.stamps = slices.Concat([]byte(`{"jsonrpc":"2.0","id":`), m.ID, []byte(","), outcome, []byte("}")), nil
		if status != 0 {
			own.status = status
		}
		l.stamp(m.ID, nil, "")
	}
	return &own
}

// modernOutcome translates the outcome of a response, and says by which HTTP
// status it is answered; 0 is that of any result.
func modernOutcome(method string, m jsonrpc.Message, server []byte) (outcome []byte, status int, err error) {
	if m.Error != nil {
		text, status, err := eras.ModernError(method, nil, m.Error)
		return append([]byte(`"error":`), text...), status, err
	}
	result, err := eras.ModernResult(method, m.Result, server)
	return append([]byte(`"result":`), result...), 0, err
}
