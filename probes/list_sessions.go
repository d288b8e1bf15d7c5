package probes

// sessionProbes ask without a session, or with a wrong one.
func sessionProbes() []Probe {
	var all []Probe
	add := func(name, about string, steps ...Step) {
		all = append(all, Probe{Name: name, About: about, Steps: steps})
	}
	for _, r := range requests {
		add(r.name+"-no-session", r.name+" as the first request ever, without a session id", post(r.body))
		add(r.name+"-unknown-session", r.name+" with a session id that was never issued", post(r.body, unknownID))
		add(r.name+"-wrong-header", r.name+" with X-Session-ID where no session was opened", post(r.body, line{"X-Session-ID", "test"}))
		add(r.name+"-empty-session", r.name+" with an empty Mcp-Session-Id", post(r.body, line{"Mcp-Session-Id", ""}))
	}
	for _, r := range requests[:4] {
		add(r.name+"-session-left-out", r.name+" without a session id although a session was opened", opened(post(r.body, inVersion))...)
		add(r.name+"-session-misnamed", r.name+" with the right session id under the name X-Session-ID",
			opened(post(r.body, line{"X-Session-ID", "${session}"}, inVersion))...)
		add(r.name+"-other-session", r.name+" with an id that was never issued although a session was opened",
			opened(post(r.body, unknownID, inVersion))...)
	}
	add("ping-in-session", "ping as a good client sends it", opened(post(pingBody, inSession, inVersion))...)
	add("tools-list-in-session", "tools/list as a good client sends it", opened(post(listBody, inSession, inVersion))...)
	add("initialized-in-session", "notifications/initialized as a good client sends it", opened()...)
	add("initialized-twice", "notifications/initialized once more", opened(post(initializedBody, inSession, inVersion))...)
	for _, r := range requests[:2] {
		all = append(all, Probe{Name: r.name + "-leaked-session", Harmful: true,
			About: r.name + " with the session id that a refusal showed; python-sdk before 1.11 does not survive it",
			Steps: []Step{post(r.body), post(r.body, line{"Mcp-Session-Id", "${leaked}"})}})
	}
	add("get-no-session", "the stream, without a session id", listen())
	add("get-unknown-session", "the stream, with a session id that was never issued", listen(unknownID))
	add("delete-no-session", "DELETE without a session id", hangUp())
	add("delete-unknown-session", "DELETE with a session id that was never issued", hangUp(unknownID))
	add("put-unknown-session", "PUT with a session id that was never issued", Step{Method: "PUT", Header: []line{contentType, acceptBoth, unknownID}, Body: pingBody})
	return all
}

// endedProbes ask in a session that DELETE has ended.
func endedProbes() []Probe {
	var all []Probe
	add := func(name, about string, last Step) {
		all = append(all, Probe{Name: name, About: about, Steps: opened(hangUp(inSession, inVersion), last)})
	}
	for _, r := range requests {
		add(r.name+"-deleted-session", r.name+" with the id of a session that was ended with DELETE", post(r.body, inSession, inVersion))
	}
	add("get-deleted-session", "the stream of a session that was ended with DELETE", listen(inSession, inVersion))
	add("delete-deleted-session", "DELETE once more", hangUp(inSession, inVersion))
	all = append(all, Probe{Name: "delete", About: "DELETE of a living session", Steps: opened(hangUp(inSession, inVersion))})
	return all
}

// lifecycleProbes ask in the wrong order.
func lifecycleProbes() []Probe {
	return []Probe{
		{Name: "initialize", About: "initialize as a good client sends it", Steps: []Step{post(initializeBody)}},
		{Name: "initialize-twice", About: "a second initialize in one session", Steps: opened(post(againBody, inSession, inVersion))},
		{Name: "initialize-anew", About: "a second initialize without a session id", Steps: opened(post(againBody))},
		{Name: "initialize-without-params", About: "initialize without params", Steps: []Step{post(`{"jsonrpc":"2.0","id":1,"method":"initialize"}`)}, Harmful: true},
		{Name: "initialize-empty-params", About: "initialize with params that lack all they need", Steps: []Step{post(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`)}, Harmful: true},
		{Name: "initialize-unknown-version", About: "initialize that offers a version that no server speaks",
			Steps: []Step{post(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01","capabilities":{},"clientInfo":{"name":"mcpmock-probe","version":"1"}}}`)}},
		{Name: "ping-before-initialized", About: "ping between the answer to initialize and notifications/initialized",
			Steps: []Step{post(initializeBody), post(pingBody, inSession, inVersion)}, Harmful: true},
		{Name: "get-before-initialized", About: "the stream between the answer to initialize and notifications/initialized",
			Steps: []Step{post(initializeBody), listen(inSession, inVersion)}},
		{Name: "tools-list-before-initialized", About: "tools/list between the answer to initialize and notifications/initialized; python-sdk before 1.11 does not survive it",
			Steps: []Step{post(initializeBody), post(listBody, inSession, inVersion)}, Harmful: true},
		{Name: "initialize-after-poison", About: "initialize after tools/list came too early in another",
			Steps: []Step{post(initializeBody), post(listBody, inSession, inVersion), post(initializeBody)}, Harmful: true},
	}
}

// versionProbes ask with the version header in many ways.
func versionProbes() []Probe {
	var all []Probe
	version := func(v string) line { return line{"MCP-Protocol-Version", v} }
	add := func(name, about string, steps ...Step) {
		all = append(all, Probe{Name: name, About: about, Steps: steps})
	}
	add("initialize-version-known", "initialize with MCP-Protocol-Version: 2025-03-26", post(initializeBody, version("2025-03-26")))
	add("initialize-version-unknown", "initialize with MCP-Protocol-Version: 1999-01-01", post(initializeBody, version("1999-01-01")))
	add("ping-version-unknown", "ping with MCP-Protocol-Version: 1999-01-01", opened(post(pingBody, inSession, version("1999-01-01")))...)
	add("tools-list-version-unknown", "tools/list with MCP-Protocol-Version: 1999-01-01", opened(post(listBody, inSession, version("1999-01-01")))...)
	add("ping-version-unknown-no-session", "ping with an unknown version and no session: which is checked first", post(pingBody, version("1999-01-01")))
	add("ping-version-unknown-unknown-session", "ping with an unknown version and an unknown session: which is checked first", post(pingBody, unknownID, version("1999-01-01")))
	add("get-version-unknown", "the stream with MCP-Protocol-Version: 1999-01-01", opened(listen(inSession, version("1999-01-01")))...)
	add("delete-version-unknown", "DELETE with MCP-Protocol-Version: 1999-01-01", opened(hangUp(inSession, version("1999-01-01")))...)
	add("ping-version-malformed", "ping with a version that is none", opened(post(pingBody, inSession, version("newest please")))...)
	add("ping-version-empty", "ping with an empty version", opened(post(pingBody, inSession, version("")))...)
	add("ping-version-absent", "ping without MCP-Protocol-Version", opened(post(pingBody, inSession))...)
	add("ping-version-other", "ping with a known version that is not the negotiated one", opened(post(pingBody, inSession, version("2024-11-05")))...)
	modern := `{"jsonrpc":"2.0","id":6,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"mcpmock-probe","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
	all = append(all, Probe{Name: "discover", About: "server/discover as a client of revision 2026-07-28 begins; python-sdk before 1.9.4 without sessions does not survive it",
		Steps: []Step{post(modern, version("2026-07-28"), line{"Mcp-Method", "server/discover"})}, Harmful: true})
	add("tools-list-modern", "tools/list as a client of revision 2026-07-28 sends it",
		post(`{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"mcpmock-probe","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`,
			version("2026-07-28"), line{"Mcp-Method", "tools/list"}))
	return all
}
