// Mcpmock records the traffic of a real MCP server, plays it back as a mock
// that holds its clients to the rules, and breaks it on purpose.
//
//	mcpmock record -o weather.cassette --upstream http://127.0.0.1:3001/mcp
//	mcpmock replay weather.cassette
//	mcpmock replay weather.cassette -s fastmcp-missing-session-id
//
// Exit codes: 0 good, 1 a check failed (a replay had mismatches), 2 wrong use
// or a bad file, 3 the upstream cannot be reached.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
