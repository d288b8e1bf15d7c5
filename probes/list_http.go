package probes

// streamProbes ask for the standalone stream.
func streamProbes() []Probe {
	return []Probe{
		{Name: "get-in-session", About: "the stream as a good client asks for it", Steps: opened(listen(inSession, inVersion))},
		{Name: "get-second-stream", About: "a second stream while the first is open", Steps: opened(listen(inSession, inVersion), listen(inSession, inVersion))},
		{Name: "get-last-event-id", About: "the stream from an event on that nobody knows", Steps: opened(listen(inSession, inVersion, line{"Last-Event-ID", "no-such-event"}))},
		{Name: "get-accept-missing", About: "GET without Accept", Steps: opened(listen(line{"Accept", Without}, inSession, inVersion))},
		{Name: "get-accept-json", About: "GET that accepts JSON only", Steps: opened(listen(line{"Accept", "application/json"}, inSession, inVersion))},
		{Name: "get-accept-any", About: "GET that accepts */*", Steps: opened(listen(line{"Accept", "*/*"}, inSession, inVersion))},
		{Name: "get-accept-json-no-session", About: "GET that accepts no stream and has no session: which is checked first", Steps: []Step{listen(line{"Accept", "application/json"})}},
		{Name: "post-last-event-id", About: "POST with Last-Event-ID", Steps: opened(post(pingBody, inSession, inVersion, line{"Last-Event-ID", "no-such-event"}))},
	}
}

// methodProbes ask with other HTTP methods, and elsewhere.
func methodProbes() []Probe {
	var all []Probe
	for _, m := range []struct{ name, method string }{{"put", "PUT"}, {"patch", "PATCH"}} {
		all = append(all,
			Probe{Name: m.name, About: m.method + " without a session", Steps: []Step{{Method: m.method, Header: []line{contentType, acceptBoth}, Body: pingBody}}},
			Probe{Name: m.name + "-in-session", About: m.method + " in a session",
				Steps: opened(Step{Method: m.method, Header: []line{contentType, acceptBoth, inSession, inVersion}, Body: pingBody})})
	}
	return append(all,
		Probe{Name: "options", About: "OPTIONS without an origin", Steps: []Step{{Method: "OPTIONS"}}},
		Probe{Name: "options-in-session", About: "OPTIONS in a session", Steps: opened(Step{Method: "OPTIONS", Header: []line{inSession, inVersion}})},
		Probe{Name: "head", About: "HEAD without a session", Steps: []Step{{Method: "HEAD", Header: []line{acceptSSE}}}},
		Probe{Name: "trailing-slash", About: "initialize at the endpoint with a slash more, or less", Steps: []Step{{Method: "POST", Path: "${slashed}", Header: []line{contentType, acceptBoth}, Body: initializeBody}}},
		Probe{Name: "no-such-path", About: "initialize where nothing is served", Steps: []Step{{Method: "POST", Path: "/mcpmock-no-such-path", Header: []line{contentType, acceptBoth}, Body: initializeBody}}},
	)
}

// headerProbes ask with other Accept and Content-Type headers.
func headerProbes() []Probe {
	var all []Probe
	for _, a := range []struct{ name, value, about string }{
		{"missing", Without, "without Accept"},
		{"any", "*/*", "that accepts */*"},
		{"json", "application/json", "that accepts JSON only"},
		{"sse", "text/event-stream", "that accepts event streams only"},
		{"application", "application/*", "that accepts application/*"},
		{"wildcards", "application/*, text/*", "that accepts both by wildcards"},
		{"spelling", "APPLICATION/JSON, Text/Event-Stream", "that accepts both in capitals"},
		{"quality", "application/json;q=0.9, text/event-stream;q=0.8", "that accepts both with a quality"},
	} {
		all = append(all,
			Probe{Name: "accept-" + a.name, About: "initialize " + a.about, Steps: []Step{post(initializeBody, line{"Accept", a.value})}},
		)
	}
	for _, c := range []struct{ name, value, about string }{
		{"missing", Without, "without Content-Type"},
		{"text", "text/plain", "as text/plain"},
		{"charset", "application/json; charset=utf-8", "with a charset"},
		{"parameter", "text/plain; a=application/json", "with JSON in a parameter only"},
		{"capitals", "Application/JSON", "with a media type in capitals"},
	} {
		all = append(all, Probe{Name: "content-type-" + c.name, About: "initialize " + c.about, Steps: []Step{post(initializeBody, line{"Content-Type", c.value})}})
	}
	return append(all,
		Probe{Name: "accept-json-in-session", About: "ping that accepts JSON only", Steps: opened(post(pingBody, line{"Accept", "application/json"}, inSession, inVersion))},
		Probe{Name: "content-type-text-in-session", About: "ping as text/plain", Steps: opened(post(pingBody, line{"Content-Type", "text/plain"}, inSession, inVersion))},
		Probe{Name: "accept-and-content-type", About: "initialize with neither right: which is checked first",
			Steps: []Step{post(initializeBody, line{"Content-Type", "text/plain"}, line{"Accept", "application/json"})}},
		Probe{Name: "all-wrong", About: "a POST with nothing right: which is checked first",
			Steps: []Step{post("not json", line{"Content-Type", "text/plain"}, line{"Accept", "text/html"}, unknownID)}},
	)
}

// originProbes ask as a page of another site would after DNS rebinding.
func originProbes() []Probe {
	return []Probe{
		{Name: "origin-foreign", About: "initialize for a page of another site", Steps: []Step{post(initializeBody, line{"Origin", "https://evil.example"})}},
		{Name: "origin-null", About: "initialize with Origin: null, as a sandboxed page sends", Steps: []Step{post(initializeBody, line{"Origin", "null"})}},
		{Name: "origin-own", About: "initialize for a page of the server itself", Steps: []Step{post(initializeBody, line{"Origin", "http://${host}"})}},
		{Name: "host-foreign", About: "initialize under a name that is not the server's", Steps: []Step{post(initializeBody, line{"Host", "evil.example"})}},
		{Name: "preflight", About: "a browser's question before a cross-origin POST",
			Steps: []Step{{Method: "OPTIONS", Header: []line{{"Origin", "http://${host}"}, {"Access-Control-Request-Method", "POST"}, {"Access-Control-Request-Headers", "content-type,mcp-session-id"}}}}},
	}
}
