// Mcpmock records the traffic of a real MCP server, plays it back as a mock
// that holds its clients to the rules, and breaks it on purpose.
//
//	mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp
//	mcpmock replay weather
//	mcpmock replay weather -s fastmcp-missing-session-id
//
// Exit codes: 0 good, 1 a check failed (a replay had mismatches, a tape could
// not be written), 2 wrong use or a bad file, 3 the server cannot be reached or
// started. Over stdio it is the server's own where that is not 0.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
