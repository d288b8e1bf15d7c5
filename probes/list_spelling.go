package probes

import "strings"

// spellingProbes ask with headers that a good client never sends so: twice,
// empty, in capitals, with parameters, or with several values in one line.
func spellingProbes() []Probe {
	var all []Probe
	inSessionOf := func(id string) line { return line{"Mcp-Session-Id", id} }
	version := func(v string) line { return line{"MCP-Protocol-Version", v} }
	add := func(name, about string, steps ...Step) {
		all = append(all, Probe{Name: name, About: about, Steps: steps})
	}
	for _, s := range []struct {
		name, about string
		lines       []line
	}{
		{"doubled", "the right session id in two lines", []line{inSession, inSession}},
		{"doubled-unknown-last", "the right session id, and an unknown one in a line after it", []line{inSession, unknownID}},
		{"doubled-unknown-first", "an unknown session id, and the right one in a line after it", []line{unknownID, inSession}},
		{"doubled-in-line", "the right session id twice in one line", []line{inSessionOf("${session}, ${session}")}},
		{"empty", "an empty session id although a session was opened", []line{inSessionOf("")}},
		{"blank", "a session id of blanks although a session was opened", []line{inSessionOf("   ")}},
		{"padded", "the right session id between blanks", []line{inSessionOf("  ${session}\t ")}},
		{"spaced", "a session id with blanks in it", []line{inSessionOf("no such session")}},
		{"unicode", "a session id that is no ASCII", []line{inSessionOf("säßion-☃")}},
		{"long", "a session id of 4000 characters", []line{inSessionOf(strings.Repeat("x", 4000))}},
		{"quoted", "the right session id in quotes", []line{inSessionOf(`"${session}"`)}},
		{"suffixed", "the right session id with a letter more", []line{inSessionOf("${session}x")}},
	} {
		lines := append([]line{inVersion}, s.lines...)
		add("ping-session-"+s.name, "ping with "+s.about, opened(post(pingBody, lines...))...)
		if s.name == "empty" || s.name == "doubled-unknown-first" || s.name == "padded" || s.name == "spaced" {
			add("get-session-"+s.name, "the stream, with "+s.about, opened(listen(lines...))...)
			add("delete-session-"+s.name, "DELETE with "+s.about, opened(hangUp(lines...))...)
		}
	}
	add("initialize-session-unicode", "initialize with a session id that is no ASCII", post(initializeBody, inSessionOf("säßion-☃")))
	add("session-lower-case", "ping with the header's name in lower case", opened(post(pingBody, line{"mcp-session-id", "${session}"}, line{"mcp-protocol-version", "${version}"}))...)

	for _, a := range []struct{ name, about, value string }{
		{"empty", "with an empty Accept", ""},
		{"crowded", "that accepts both without a blank", "application/json,text/event-stream"},
		{"reversed", "that accepts both the other way round", "text/event-stream, application/json"},
		{"charset", "that accepts both, JSON with a charset", "application/json; charset=utf-8, text/event-stream"},
		{"more", "that accepts both among others", "text/html, application/json, text/event-stream, */*;q=0.1"},
		{"quality-zero", "that accepts JSON with quality 0", "application/json;q=0, text/event-stream"},
		{"any-quality", "that accepts */* with a quality", "*/*;q=0.8"},
		{"longer", "that accepts types that begin with the right ones", "application/jsonx, text/event-streamx"},
		{"prefixed", "that accepts types that end with the right ones", "x-application/json, x-text/event-stream"},
		{"text-any", "that accepts JSON and text/*", "application/json, text/*"},
		{"semicolons", "that separates both with a semicolon", "application/json; text/event-stream"},
	} {
		add("accept-"+a.name, "initialize "+a.about, post(initializeBody, line{"Accept", a.value}))
		add("get-accept-"+a.name, "GET "+a.about, opened(listen(line{"Accept", a.value}, inSession, inVersion))...)
	}
	add("get-accept-both", "GET that accepts both", opened(listen(acceptBoth, inSession, inVersion))...)
	add("get-accept-spelling", "GET that accepts streams in capitals", opened(listen(line{"Accept", "Text/Event-Stream"}, inSession, inVersion))...)
	add("accept-two-lines", "initialize that accepts each of both in a line of its own",
		post(initializeBody, line{"Accept", "application/json"}, line{"Accept", "text/event-stream"}))
	add("accept-any-in-session", "ping that accepts */*", opened(post(pingBody, line{"Accept", "*/*"}, inSession, inVersion))...)
	add("accept-json-notification", "notifications/initialized that accepts JSON only",
		post(initializeBody), post(initializedBody, line{"Accept", "application/json"}, inSession, inVersion))

	for _, c := range []struct{ name, about, value string }{
		{"empty", "with an empty Content-Type", ""},
		{"multipart", "as multipart/form-data", "multipart/form-data; boundary=x"},
		{"form", "as a form", "application/x-www-form-urlencoded"},
		{"json-seq", "as application/json-seq", "application/json-seq"},
		{"suffix", "as application/vnd.api+json", "application/vnd.api+json"},
		{"charset-latin", "with another charset", "application/json; charset=iso-8859-1"},
		{"charset-capitals", "with a charset in capitals", "application/json; CHARSET=UTF-8"},
		{"charset-crowded", "with a charset without a blank", "application/json;charset=utf-8"},
		{"semicolon", "with a semicolon and nothing after it", "application/json;"},
		{"bad-parameter", "with a parameter that has no value", "application/json; charset"},
		{"second", "as text, and JSON after a comma", "text/plain, application/json"},
		{"first", "as JSON, and text after a comma", "application/json, text/plain"},
	} {
		add("content-type-"+c.name, "initialize "+c.about, post(initializeBody, line{"Content-Type", c.value}))
	}
	add("content-type-doubled", "initialize with Content-Type twice", post(initializeBody, contentType, contentType))
	add("content-type-two-lines", "initialize as text, and as JSON in a line after it", post(initializeBody, line{"Content-Type", "text/plain"}, contentType))
	add("content-type-missing-in-session", "ping without Content-Type", opened(post(pingBody, line{"Content-Type", Without}, inSession, inVersion))...)

	for _, v := range []struct {
		name, about string
		lines       []line
	}{
		{"doubled", "the negotiated version in two lines", []line{inVersion, inVersion}},
		{"doubled-unknown-last", "the negotiated version, and an unknown one in a line after it", []line{inVersion, version("1999-01-01")}},
		{"doubled-unknown-first", "an unknown version, and the negotiated one in a line after it", []line{version("1999-01-01"), inVersion}},
		{"list", "a list of versions", []line{version("2025-11-25, 2025-06-18")}},
		{"padded", "the negotiated version between blanks", []line{version("  ${version} ")}},
		{"quoted", "the negotiated version in quotes", []line{version(`"${version}"`)}},
		{"draft", "the version 2024-10-07", []line{version("2024-10-07")}},
		{"modern", "the version 2026-07-28", []line{version("2026-07-28")}},
		{"future", "the version 2099-01-01", []line{version("2099-01-01")}},
		{"unicode", "a version that is no ASCII", []line{version("☃")}},
		{"long", "a version of 200 characters", []line{version(strings.Repeat("1", 200))}},
	} {
		lines := append([]line{inSession}, v.lines...)
		add("ping-version-"+v.name, "ping with "+v.about, opened(post(pingBody, lines...))...)
		if v.name == "modern" || v.name == "future" || v.name == "doubled-unknown-first" || v.name == "list" {
			add("initialized-version-"+v.name, "notifications/initialized with "+v.about, post(initializeBody), post(initializedBody, lines...))
			add("get-version-"+v.name, "the stream, with "+v.about, opened(listen(lines...))...)
			add("delete-version-"+v.name, "DELETE with "+v.about, opened(hangUp(lines...))...)
			add("initialize-version-"+v.name, "initialize with "+v.about, post(initializeBody, v.lines...))
		}
	}
	add("get-version-empty", "the stream, with an empty version", opened(listen(inSession, version("")))...)
	add("get-version-absent", "the stream, without a version", opened(listen(inSession))...)
	add("delete-version-absent", "DELETE without a version", opened(hangUp(inSession))...)
	return all
}
