package gate

import (
	"slices"

	"github.com/mcpmock/mcpmock/internal/mirror"
	"github.com/tidwall/gjson"
)

// paramHeaders are the arguments that a header mirrors, by the name of the
// tool.
type paramHeaders map[string][]mirror.Argument

// Learn takes in a tool of the mock's, whose arguments may have headers of their
// own. It is for the time before the first request.
func (g *Gate) Learn(tool []byte) { g.params.add(tool) }

// add takes in a tool's definition. Of a tool that is defined several times only
// those headers count that all of its definitions have: a client may have seen
// any of them.
func (t paramHeaders) add(tool []byte) {
	name := gjson.GetBytes(tool, "name")
	if name.Type != gjson.String {
		return
	}
	headers := mirror.Of(tool)
	if known, again := t[name.Str]; again {
		headers = slices.DeleteFunc(headers, func(a mirror.Argument) bool {
			return !slices.ContainsFunc(known, func(k mirror.Argument) bool { return k.Header == a.Header && slices.Equal(k.Path, a.Path) })
		})
	}
	t[name.Str] = headers
}
