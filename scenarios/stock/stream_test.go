package stock_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"time"
)

const contentEvents = "text/event-stream"

// framed is a scenario in which every event stream is framed in an unusual way:
// who cannot read the answer to initialize does not go on.
func framed(body string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			a := v.initialize()
			a.is(200, "~"+body, "Content-Type", contentEvents, "Content-Length", "")
		},
		good: inTurn(begins, lists, calls),
		bad:  map[string]func(*visitor){"sends": idles(initializes)},
	}
}

// answered is one in which the answer to a tool call is odd.
func answered(body string) stockCase {
	return stockCase{
		wire: func(v *visitor) {
			v.begin()
			v.call().is(200, body, "Content-Type", contentEvents)
		},
		good: inTurn(begins, calls, lists),
		bad:  map[string]func(*visitor){"settles": timesOut(begins, calls)},
	}
}

// cutOff is one in which the stream of a tool call breaks off after a second.
func cutOff(end string) stockCase {
	call := func(v *visitor) {
		p := v.opens(http.MethodPost, v.calling())
		v.rests(1)
		v.passes(time.Second)
		p.answer()
	}
	return stockCase{
		wire: func(v *visitor) {
			v.begin()
			l := v.dials()
			l.sends(http.MethodPost, v.calling())
			status, header := l.head()
			if status != 200 || header.Get("Content-Type") != contentEvents {
				v.t.Errorf("got %d %v, want the head of an event stream", status, header)
			}
			v.rests(1)
			v.passes(999 * time.Millisecond)
			v.call().succeeds() // the fault happens once, and harms nobody else
			v.passes(time.Millisecond)
			l.wants("the body", l.chunk(), end)
		},
		good: inTurn(begins, call, lists),
		bad:  map[string]func(*visitor){"settles": slowly(begins, call)},
	}
}

// streamCases are the scenarios about event streams.
func streamCases() map[string]stockCase {
	return map[string]stockCase{
		"priming-empty-data":  framed(`id: X\nretry: 3000\ndata: \n\nevent: message\ndata: ` + greeted("1") + `\n\n`),
		"priming-event-named": framed(`event: prime\nid: X_0\ndata: \n\nevent: message\ndata: ` + greeted("1") + `\n\n`),
		"empty-post-sse": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				status, header := l.head()
				if status != 200 || header.Get("Content-Type") != contentEvents {
					v.t.Errorf("got %d %v, want the head of an event stream", status, header)
				}
				l.wants("the body", l.chunk(), "<end>")
				v.call().succeeds()
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"settles": timesOut(begins, calls)},
		},
		"response-only-on-get-stream": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodGet, "")
				l.head()
				call := v.calling()
				v.post(call).is(200, "", "Content-Type", contentEvents)
				l.wants("the GET stream", l.chunk(), event(oslo(2)))
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"settles": timesOut(begins, calls)},
		},
		"sse-not-closed-after-response": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				l.head()
				l.wants("the answer", l.chunk(), event(oslo(2)))
				v.ping().succeeds()
				_ = l.conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				l.wants("after it", l.end(), "<open>")
			},
			good: func(v *visitor) {
				v.begin()
				p := v.opens(http.MethodPost, v.listing())
				p.head()
				p.leaves()
				v.ping()
			},
			bad: map[string]func(*visitor){"settles": func(v *visitor) {
				v.begin()
				v.opens(http.MethodPost, v.listing()).head()
				v.passes(6 * time.Second)
			}},
		},
		"u2028-in-sse-data": answered(event(strings.Replace(oslo(2), "Oslo: gale", "\u2028\u2029\u0085Oslo: gale", 1))),
		"sse-crlf":          framed(`event: message\r\ndata: ` + greeted("1") + `\r\n\r\n`),
		"sse-cr":            framed(`event: message\rdata: ` + greeted("1") + `\r\r`),
		"sse-cr-then-more": {
			wire: func(v *visitor) {
				l := v.dials()
				l.sends(http.MethodPost, v.handshake("2025-11-25"))
				l.head()
				l.wants("the answer", l.chunk(), `~event: message\rdata: `+greeted("1")+`\r\r`)
				v.rests(1)
				v.passes(250 * time.Millisecond)
				l.wants("a quarter of a second later", l.chunk(), ": keepalive\r\r")
			},
			good: func(v *visitor) { v.greets().leaves(); v.initialized() },
			bad: map[string]func(*visitor){"sends": func(v *visitor) {
				v.greets()
				v.passes(6 * time.Second)
			}},
		},
		"sse-no-space":          framed(`event:message\ndata:` + greeted("1") + `\n\n`),
		"sse-bom":               framed("\ufeff" + `event: message\ndata: ` + greeted("1") + `\n\n`),
		"sse-multiline-data":    framed(`event: message\ndata: \{"jsonrpc":"2\.0","id":1,\ndata: "result":\{"capabilities":\n.*data: "version":"1\.0\.0"\}\}\}\n\n`),
		"sse-custom-event-name": named(framed(`event: response\ndata: ` + greeted("1") + `\n\n`)),
		"utf8-split-chunk": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				l.head()
				whole := event(strings.Replace(oslo(2), "Oslo: gale", "☔ Oslo: gale", 1))
				at := strings.Index(whole, "☔") + 1
				l.wants("the first chunk", l.chunk(), whole[:at])
				l.wants("the second", l.chunk(), whole[at:])
				l.wants("then", l.chunk(), "<end>")
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"settles": timesOut(begins, calls)},
		},
		"sse-no-final-blank-line": answered("event: message\ndata: " + oslo(2) + "\n"),
		"proxy-buffers-sse": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				v.heard("faulted", 1)
				v.call().succeeds()
				_ = l.conn.SetDeadline(time.Now().Add(20 * time.Millisecond))
				l.wants("all that comes", l.end(), "<open>")
			},
			good: inTurn(begins, givesUp, lists),
			bad: map[string]func(*visitor){
				"settles": func(v *visitor) { v.begin(); v.silentCall(); v.passes(11 * time.Second) },
				"cancels": func(v *visitor) { v.begin(); v.silentCall().leaves(); v.list() },
			},
		},
		"proxy-gzips-sse": {
			wire: func(v *visitor) {
				v.begin()
				v.call("Accept-Encoding", "identity").is(200, event(oslo(2)), "Content-Encoding", "")
				l := v.dials()
				l.sends(http.MethodPost, v.calling(), "Accept-Encoding", "gzip, br")
				status, header := l.head()
				if status != 200 || header.Get("Content-Encoding") != "gzip" || header.Get("Content-Type") != contentEvents {
					v.t.Errorf("got %d %v, want a stream in gzip", status, header)
				}
				var body strings.Builder
				for c := l.chunk(); c != "<end>"; c = l.chunk() {
					body.WriteString(c)
				}
				unpacked, err := gzip.NewReader(strings.NewReader(body.String()))
				if err != nil {
					v.t.Fatal(err)
				}
				text, err := io.ReadAll(unpacked)
				if err != nil {
					v.t.Fatal(err)
				}
				l.wants("the body", string(text), event(oslo(3)))
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"settles": idles(begins, calls)},
		},
		"post-stream-cut-mid-call":   cutOff("<fin>"),
		"post-stream-reset-mid-call": cutOff("<rst>"),
		"post-stream-502-mid-call": {
			wire: func(v *visitor) {
				v.begin()
				p := v.opens(http.MethodPost, v.calling())
				v.rests(1)
				v.passes(time.Second)
				p.answer().is(502, "error code: 502", "Server", "cloudflare", "Content-Type", "text/plain; charset=UTF-8")
				v.call().succeeds()
			},
			good: inTurn(begins, delayedCall, lists),
			bad: map[string]func(*visitor){
				"settles": slowly(begins, delayedCall),
				"never":   inTurn(begins, delayedCall, begins),
			},
		},
		"idle-sse-terminated-300s": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodGet, "")
				status, header := l.head()
				if status != 200 || header.Get("Content-Type") != contentEvents {
					v.t.Errorf("got %d %v, want the head of an event stream", status, header)
				}
				v.rests(1)
				v.passes(2 * time.Second)
				l.wants("the body", l.chunk(), "<fin>")
				v.call().succeeds()
			},
			good: func(v *visitor) {
				v.begin()
				for range 2 {
					idleListen(v)
					v.passes(time.Second)
				}
			},
			bad: map[string]func(*visitor){
				"never": func(v *visitor) { v.begin(); idleListen(v); v.begin() },
				"at_most": func(v *visitor) {
					v.begin()
					for range 8 {
						v.opens(http.MethodGet, "").head()
					}
				},
				"sends": func(v *visitor) { v.begin(); idleListen(v); v.passes(11 * time.Second) },
			},
		},
		"keepalive-race-502": {
			wire: func(v *visitor) {
				v.begin()
				l := v.dials()
				l.sends(http.MethodPost, v.calling())
				_, header := l.head()
				for c := l.chunk(); c != "<end>"; c = l.chunk() {
				}
				if header.Get("Connection") != "" {
					v.t.Errorf("the client is told: %v", header)
				}
				l.sends(http.MethodPost, v.request("ping", "")) // in time: the connection is as good as any
				if status, _ := l.head(); status != 200 {
					v.t.Errorf("the second request on the connection: %d", status)
				}
				length := len(`{"jsonrpc":"2.0","id":3,"result":{}}`)
				if _, err := io.CopyN(io.Discard, l.r, int64(length)); err != nil {
					v.t.Fatal(err)
				}
				v.rests(1)
				v.passes(time.Second)
				l.wants("after a second", l.end(), "<rst>")
				v.call().succeeds()
			},
			good: inTurn(begins, calls, lists),
			bad:  map[string]func(*visitor){"alive": idles(begins)},
		},
	}
}

// named is one of framed that expects a client to go on, in other words.
func named(c stockCase) stockCase {
	c.bad["settles"] = timesOut(initializes)
	return c
}

// greets sends an initialize whose answer does not end, and takes the session
// from its head.
func (v *visitor) greets() *pending {
	v.t.Helper()
	p := v.opens(http.MethodPost, v.handshake("2025-11-25"))
	v.session, v.version = p.head().Header.Get("Mcp-Session-Id"), "2025-11-25"
	return p
}

// silentCall is a tool call that gets no answer.
func (v *visitor) silentCall() *pending {
	v.t.Helper()
	p := v.opens(http.MethodPost, v.calling())
	v.heard("faulted", 1)
	return p
}

// givesUp is a client with a timeout: it cancels, and leaves.
func givesUp(v *visitor) {
	p := v.silentCall()
	v.passes(3 * time.Second)
	v.cancel(v.ids)
	p.leaves()
}

// slowly is timesOut for a call that has taken a second already.
func slowly(before ...func(*visitor)) func(*visitor) {
	return inTurn(append(before, func(v *visitor) { v.passes(2 * time.Second) }, initializes)...)
}

func delayedCall(v *visitor) {
	p := v.opens(http.MethodPost, v.calling())
	v.rests(1)
	v.passes(time.Second)
	p.answer()
}

// idleListen listens until the stream breaks off.
func idleListen(v *visitor) {
	p := v.opens(http.MethodGet, "")
	p.head()
	v.rests(1)
	v.passes(2 * time.Second)
	p.answer()
}

// cancel tells the mock that a request is not wanted any more.
func (v *visitor) cancel(id int) answer {
	v.t.Helper()
	return v.post(cancelling(id))
}
