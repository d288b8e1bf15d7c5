package probes

import (
	"bytes"
	"compress/gzip"
)

// travelProbes ask in other ways to say the same over HTTP: compressed, in
// chunks, in HTTP/1.0, under other names of the host, with a query.
func travelProbes() []Probe {
	var all []Probe
	add := func(name, about string, steps ...Step) {
		all = append(all, Probe{Name: name, About: about, Steps: steps})
	}
	add("body-gzip", "initialize in gzip", post(zipped(initializeBody), line{"Content-Encoding", "gzip"}))
	add("body-encoding-unknown", "initialize in an encoding that does not exist", post(initializeBody, line{"Content-Encoding", "mcpmock-none"}))
	add("body-identity", "initialize that says it is not encoded", post(initializeBody, line{"Content-Encoding", "identity"}))
	add("accept-encoding", "initialize that takes gzip", post(initializeBody, line{"Accept-Encoding", "gzip, deflate, br"}))
	add("expect-continue", "initialize with Expect: 100-continue", post(initializeBody, line{"Expect", "100-continue"}))
	add("connection-close", "initialize on a connection that is to be closed", post(initializeBody, line{"Connection", "close"}))

	chunked := func(s Step) Step { s.Chunked = true; return s }
	add("body-chunked", "initialize in chunks", chunked(post(initializeBody)))
	add("body-chunked-empty", "a body of no chunks", opened(chunked(post("", inSession, inVersion)))...)
	add("body-chunked-not-json", "what is no JSON, in chunks", opened(chunked(post("not json", inSession, inVersion)))...)
	add("delete-with-body", "DELETE with a body", opened(Step{Method: "DELETE", Header: []line{contentType, inSession, inVersion}, Body: pingBody})...)
	add("get-with-body", "GET with a body", opened(Step{Method: "GET", Header: []line{contentType, acceptSSE, inSession, inVersion}, Body: pingBody})...)

	old := func(s Step) Step { s.Proto = "HTTP/1.0"; return s }
	add("http-1-0-initialize", "initialize in HTTP/1.0", old(post(initializeBody)))
	add("http-1-0-ping-no-session", "ping without a session in HTTP/1.0", old(post(pingBody)))
	add("http-1-0-get", "the stream in HTTP/1.0", opened(old(listen(inSession, inVersion)))...)

	for _, m := range []struct{ name, method string }{{"lower-case", "post"}, {"trace", "TRACE"}, {"query", "QUERY"}, {"unheard-of", "MCPMOCK"}} {
		add("method-"+m.name, m.method+" without a session", Step{Method: m.method, Header: []line{contentType, acceptBoth}})
	}
	add("head-in-session", "HEAD in a session", opened(Step{Method: "HEAD", Header: []line{acceptSSE, inSession, inVersion}})...)
	add("head-accept-missing", "HEAD without Accept", Step{Method: "HEAD"})
	add("options-accept-missing", "OPTIONS in a session that accepts nothing", opened(Step{Method: "OPTIONS", Header: []line{{"Accept", ""}, inSession}})...)
	add("put-deleted-session", "PUT with the id of a session that was ended with DELETE",
		opened(hangUp(inSession, inVersion), Step{Method: "PUT", Header: []line{contentType, acceptBoth, inSession}, Body: pingBody})...)
	add("response-deleted-session", "a response in a session that was ended with DELETE",
		opened(hangUp(inSession, inVersion), post(`{"jsonrpc":"2.0","id":99,"result":{}}`, inSession, inVersion))...)
	add("session-anew-after-delete", "initialize without a session id after DELETE, and ping in the new session",
		opened(hangUp(inSession, inVersion), post(initializeBody))...)

	at := func(path string, s Step) Step { s.Path = path; return s }
	add("path-query", "initialize at the endpoint with a query", at("${endpoint}?a=b", post(initializeBody)))
	add("path-slash-get", "GET at the endpoint with a slash more, or less", at("${slashed}", listen()))
	add("path-slash-delete", "DELETE at the endpoint with a slash more, or less", at("${slashed}", hangUp()))
	add("path-slash-query", "initialize with a slash more, or less, and a query", at("${slashed}?a=b", post(initializeBody)))

	host := func(h string) Step { return post(initializeBody, line{"Host", h}) }
	add("host-own", "initialize under the name of the endpoint", host("${host}"))
	add("host-localhost", "initialize under the name localhost", host("localhost:${port}"))
	add("host-capitals", "initialize under the name LOCALHOST", host("LOCALHOST:${port}"))
	add("host-ipv6", "initialize under the name [::1]", host("[::1]:${port}"))
	add("host-without-port", "initialize under the name 127.0.0.1, without a port", host("127.0.0.1"))
	add("host-localhost-without-port", "initialize under the name localhost, without a port", host("localhost"))
	add("host-other-port", "initialize under another port", host("127.0.0.1:1"))
	add("host-empty", "initialize with an empty Host", host(""))
	add("host-subdomain", "initialize under a name that begins with localhost", host("localhost.evil.example"))
	add("origin-empty", "initialize with an empty Origin", post(initializeBody, line{"Origin", ""}))
	add("origin-other-port", "initialize for a page of another port of this machine", post(initializeBody, line{"Origin", "http://127.0.0.1:1"}))
	add("origin-localhost", "initialize for a page of localhost", post(initializeBody, line{"Origin", "http://localhost:${port}"}))
	add("origin-file", "initialize for a page that is a file", post(initializeBody, line{"Origin", "file://"}))
	return all
}

// zipped is a text in gzip, the same each time.
func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes all
	_ = w.Close()
	return b.String()
}
