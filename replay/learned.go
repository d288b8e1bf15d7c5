package replay

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// A lesson says which breach a learned refusal answers.
type lesson struct {
	check string // or session-on-init for reinitialize: some dialects look for the one, some for the other
	on    string // the HTTP method
	id    string // the request's id, where it has one
	words []string
}

// lessons are what probes teach that breach one rule alone. What a parser has
// to say is none: it is about the one body that was sent.
var lessons = map[string]lesson{
	"ping-session-left-out":  {check: scenarios.CheckSessionMissing, on: "POST", id: "2"},
	"get-no-session":         {check: scenarios.CheckSessionMissing, on: "GET"},
	"delete-no-session":      {check: scenarios.CheckSessionMissing, on: "DELETE"},
	"ping-unknown-session":   {check: scenarios.CheckSessionUnknown, on: "POST", id: "2"},
	"get-unknown-session":    {check: scenarios.CheckSessionUnknown, on: "GET"},
	"delete-unknown-session": {check: scenarios.CheckSessionUnknown, on: "DELETE"},
	"ping-deleted-session":   {check: scenarios.CheckSessionEnded, on: "POST", id: "2"},
	"get-deleted-session":    {check: scenarios.CheckSessionEnded, on: "GET"},
	"delete-deleted-session": {check: scenarios.CheckSessionEnded, on: "DELETE"},
	"accept-json":            {check: scenarios.CheckAcceptPost, on: "POST", id: "1"},
	"get-accept-json":        {check: scenarios.CheckAcceptGet, on: "GET"},
	"content-type-text":      {check: scenarios.CheckContentType, on: "POST", id: "1"},
	"get-second-stream":      {check: scenarios.CheckStreamOpen, on: "GET"},
	"put":                    {check: scenarios.CheckMethod, on: "PUT"},
	"ping-version-unknown":   {check: scenarios.CheckVersionUnknown, on: "POST", id: "2", words: []string{"1999-01-01", "${version}"}},
	"get-version-unknown":    {check: scenarios.CheckVersionUnknown, on: "GET", words: []string{"1999-01-01", "${version}"}},
	"initialize-twice":       {check: scenarios.CheckReinitialize, on: "POST", id: "5"},
	"batch":                  {check: scenarios.CheckBatch, on: "POST"},
}

// learned is a dialect that refuses as the server of a tape did: the order of
// checks is the dialect's, and so are the refusals of which nothing was
// learned.
func learned(d *scenarios.Dialect, refusals []cassettes.Refusal) *scenarios.Dialect {
	if len(refusals) == 0 {
		return d
	}
	own := *d
	own.Checks = nil
	for _, c := range d.Checks {
		known := len(own.Checks)
		if c.Refuse != nil {
			for _, r := range refusals {
				l, ok := lessons[r.Probe]
				if !ok || !l.isAbout(c.Name) || len(c.On) > 0 && !slices.Contains(c.On, l.on) {
					continue
				}
				if resp := l.response(&own, c.Refuse, r); resp != nil {
					narrow := c
					narrow.On, narrow.Refuse = []string{l.on}, resp
					own.Checks = append(own.Checks, narrow)
				}
			}
		}
		// Looking for an open stream takes its place, so that is done once; and
		// GET alone can open one.
		if c.Name != scenarios.CheckStreamOpen || len(own.Checks) == known {
			own.Checks = append(own.Checks, c)
		}
	}
	// A dialect that allows many streams does not look for an open one at all.
	if !slices.ContainsFunc(d.Checks, func(c scenarios.Check) bool { return c.Name == scenarios.CheckStreamOpen }) {
		for _, r := range refusals {
			if l := lessons[r.Probe]; l.check == scenarios.CheckStreamOpen {
				if resp := l.response(&own, &scenarios.Response{}, r); resp != nil {
					own.Checks = append(own.Checks, scenarios.Check{Name: l.check, On: []string{l.on}, Refuse: resp})
				}
			}
		}
	}
	return &own
}

func (l lesson) isAbout(check string) bool {
	return l.check == check || l.check == scenarios.CheckReinitialize && check == scenarios.CheckSessionOnInit
}

// response is a learned refusal as a dialect has it, in place of the dialect's
// own; nil where it cannot be said with this request's id in it.
func (l lesson) response(d *scenarios.Dialect, own *scenarios.Response, r cassettes.Refusal) *scenarios.Response {
	if own.Stream || own.Latch != nil || r.Status/100 < 3 {
		return nil // what was learned is a refusal by HTTP
	}
	resp := &scenarios.Response{Status: r.Status}
	words := strings.NewReplacer(l.words...)
	if code, message, ok := errorIn(r.Body); ok {
		resp.Code, resp.Message = code, words.Replace(message)
		resp.Data = gjson.Get(r.Body, "error.data").Raw
		var id []byte
		if l.id != "" {
			id = []byte(l.id)
		}
		same := func() bool { return bytes.Equal(l.said(d, id, resp, words), []byte(words.Replace(r.Body))) }
		if !same() {
			resp.Echo = true
			if !same() {
				resp = &scenarios.Response{Status: r.Status}
			}
		}
	}
	if resp.Code == 0 && resp.Message == "" {
		if got := gjson.Get(r.Body, "id"); got.Exists() && got.Raw == l.id {
			return nil // the words would name the probe's request
		}
		resp.Body = words.Replace(r.Body)
	}
	for _, name := range sortedNames(r.Header) {
		for _, v := range r.Header[name] {
			resp.Headers = append(resp.Headers, scenarios.Header{Name: name, Value: words.Replace(v)})
		}
	}
	// What the dialect would add, and the server does not send, is kept off.
	usual := slices.Clone(d.Envelope.Headers)
	usual = append(usual, scenarios.Header{Name: mcp.HeaderSessionID}, scenarios.Header{Name: "Content-Type"})
	for _, h := range usual {
		if name := http.CanonicalHeaderKey(h.Name); r.Header[name] == nil {
			resp.Headers = append(resp.Headers, scenarios.Header{Name: name, Absent: true})
		}
	}
	return resp
}

// said is what a dialect would say for a learned error.
func (l lesson) said(d *scenarios.Dialect, id []byte, resp *scenarios.Response, words *strings.Replacer) []byte {
	e := d.Envelope
	if resp.Echo {
		e.ID = "request"
	}
	return envelope(e, id, resp, words.Replace)
}

// errorIn reads a body that is a JSON-RPC error and nothing else.
func errorIn(body string) (code int, message string, ok bool) {
	b, err := jsonrpc.Parse([]byte(body))
	if err != nil || b.Array {
		return 0, "", false
	}
	e := gjson.Get(body, "error")
	return int(e.Get("code").Int()), e.Get("message").Str, e.IsObject()
}

func sortedNames(h http.Header) []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
