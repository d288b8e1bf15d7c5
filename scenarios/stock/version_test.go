package stock_test

import "time"

// fixed is the case of a scenario in which the server answers initialize with
// a revision that nobody speaks: a good client leaves.
func fixed(version string) stockCase {
	return stockCase{
		wire: answersVersion(version, "2025-11-25", "2024-11-05"),
		good: initializes,
		bad:  map[string]func(*visitor){"never": begins},
	}
}

// answersVersion wants a revision in the answer to initialize, whichever was
// asked for.
func answersVersion(want string, asked ...string) func(*visitor) {
	return func(v *visitor) {
		for _, version := range asked {
			a := v.post(v.handshake(version))
			a.succeeds()
			if got := a.get("result.protocolVersion").Str; got != want {
				v.t.Errorf("asked for %s, the answer is %q, want %q", version, got, want)
			}
		}
	}
}

// wanted is the refusal of a request without the header, with its id if it has
// one.
func wanted(id string) string {
	return `{"jsonrpc":"2.0",` + id + `"error":{"code":-32600,"message":"Bad Request: MCP-Protocol-Version header is required"}}`
}

// versionCases are the scenarios about the protocol revision.
func versionCases() map[string]stockCase {
	return map[string]stockCase{
		"initialize-rejected-by-version-header": {
			wire: func(v *visitor) {
				v.initialize("MCP-Protocol-Version", "2025-11-25").is(400,
					"Bad Request: Unsupported protocol version (supported versions: 2025-06-18,2025-03-26,2024-11-05)\n",
					"Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff", "Mcp-Session-Id", "")
				v.begin()
				v.list().succeeds()
			},
			good: beginsAndCalls,
			bad:  map[string]func(*visitor){"never": func(v *visitor) { v.initialize("MCP-Protocol-Version", "2025-11-25") }},
		},
		"initialize-rejected-without-version-header": {
			wire: func(v *visitor) {
				v.initialize().is(400, wanted(`"id":1,`),
					"Content-Type", "application/json")
				v.initialize("MCP-Protocol-Version", "2025-11-25").succeeds()
				v.initialized().is(202, "")
			},
			good: func(v *visitor) {
				v.initialize()
				v.initialize("MCP-Protocol-Version", "2025-11-25")
			},
			bad: map[string]func(*visitor){
				"settles": lingers(initializes, 6*time.Second),
				"at_most": repeats(5, initializes),
				"sends":   initializes,
			},
		},
		"version-echoed": {
			wire: func(v *visitor) {
				for _, version := range []string{"2099-01-01", "2025-03-26", "1.0"} {
					answersVersion(version, version)(v)
				}
			},
			good: beginsAndCalls,
			bad:  map[string]func(*visitor){"alive": func(v *visitor) { v.get() }},
		},
		"version-hardcoded-new": fixed("2099-01-01"),
		"version-placeholder":   fixed("%params/protocolVersion%"),
		"version-hardcoded-old": {
			wire: func(v *visitor) {
				answersVersion("2024-10-07", "2025-11-25", "2024-11-05")(v)
				v.begin()
				v.list("MCP-Protocol-Version", "2024-10-07").succeeds()
			},
			good: initializes,
			bad:  map[string]func(*visitor){"settles": lingers(initializes, 6*time.Second)},
		},
		"client-omits-version-header": {
			wire: func(v *visitor) {
				v.initialize().succeeds()
				v.initialized("MCP-Protocol-Version", "").is(400, wanted(""))
				v.initialized().is(202, "")
				v.list("MCP-Protocol-Version", "").is(400, wanted(`"id":2,`),
					"Content-Type", "application/json")
				v.list().succeeds()
				v.session, v.version = "", ""
				if got := v.post(v.handshake("2025-06-18")).get("result.protocolVersion").Str; got != "2025-11-25" {
					v.t.Errorf("the server speaks %s, want 2025-11-25 whatever a client asks for", got)
				}
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){"always": func(v *visitor) {
				v.begin()
				v.list("MCP-Protocol-Version", "")
			}},
		},
		"version-header-ignored": {
			wire: func(v *visitor) {
				v.begin()
				v.list("MCP-Protocol-Version", "1999-01-01-nonsense").succeeds()
				v.list("MCP-Protocol-Version", "").succeeds()
				v.session, v.version = "", ""
				if got := v.post(v.handshake("2025-06-18")).get("result.protocolVersion").Str; got != "2025-11-25" {
					v.t.Errorf("the server speaks %s, want 2025-11-25 whatever a client asks for", got)
				}
			},
			good: beginsAndCalls,
			bad: map[string]func(*visitor){
				"always: {of: {session: known}, has: {header: {MCP-Protocol-Version: present": func(v *visitor) {
					v.begin()
					v.list("MCP-Protocol-Version", "")
				},
				"always: {of: {session: known}, has: {header: {MCP-Protocol-Version: {is": func(v *visitor) {
					v.begin()
					v.list("MCP-Protocol-Version", "1999-01-01-nonsense")
				},
			},
		},
	}
}
