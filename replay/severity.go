package replay

import (
	"slices"

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
