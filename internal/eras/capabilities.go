package eras

import "github.com/mcpmock/mcpmock/internal/mcp"

// The extension that tasks became with 2026-07-28 (its changelog). It shares
// nothing with the tasks of 2025-11-25 but the name.
const tasksExtension = "io.modelcontextprotocol/tasks"

// ModernCapabilities returns the capabilities of a legacy server as one of
// 2026-07-28 has them. The tasks of 2025-11-25 go, all else stays: the set is
// an open one. What is no object becomes an empty one.
func ModernCapabilities(legacy []byte) []byte {
	o, ok := read(legacy)
	if !ok {
		return []byte("{}")
	}
	o.drop("tasks")
	return o.spell()
}

// LegacyCapabilities returns the capabilities of a modern server as one of
// that legacy revision has them. The tasks extension goes, and completions
// where they came later; all else stays, other extensions too, since they live
// in members that both eras have. What is no object becomes an empty one.
func LegacyCapabilities(modern []byte, version string) []byte {
	o, ok := read(modern)
	if !ok {
		return []byte("{}")
	}
	o.edit("extensions", func(value []byte) []byte {
		extensions, _ := read(value)
		if extensions.drop(tasksExtension) && len(extensions.members) == 0 {
			return nil
		}
		return extensions.spell()
	})
	if before(version, mcp.V20250326) {
		o.drop("completions")
	}
	return o.spell()
}
