package check

import (
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/probes"
)

// Probes are those that tell dialects apart and that every known server
// survives, in the order in which they are asked.
func Probes() []probes.Probe {
	var list []probes.Probe
	for _, name := range strings.Fields(tellingNames) {
		if p, ok := probes.Named(name); ok {
			list = append(list, p)
		}
	}
	return list
}

const tellingNames = `
	ping-no-session tools-list-no-session initialized-no-session get-no-session delete-no-session
	ping-unknown-session initialize-unknown-session initialized-unknown-session get-unknown-session delete-unknown-session put-unknown-session
	ping-wrong-header ping-empty-session ping-session-left-out ping-session-misnamed ping-other-session
	ping-deleted-session initialize-deleted-session get-deleted-session delete-deleted-session delete
	initialize initialize-anew initialize-twice initialize-unknown-version initialize-version-known initialize-version-unknown
	ping-version-unknown get-version-unknown ping-version-absent ping-version-unknown-no-session ping-version-unknown-unknown-session
	get-in-session get-second-stream get-last-event-id get-accept-missing get-accept-json post-last-event-id put options
	accept-missing accept-any accept-json content-type-missing content-type-text accept-and-content-type all-wrong
	body-empty body-not-json body-not-jsonrpc body-not-json-no-session batch batch-2025-03-26 id-null id-string id-missing`

// ModernProbes are those for servers of revision 2026-07-28, in the order in
// which they are asked.
func ModernProbes() []probes.Probe {
	return slices.DeleteFunc(probes.All(), func(p probes.Probe) bool { return !p.Modern || p.Harmful || p.Heavy })
}
