package replay

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/replay/internal/gate"
	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/tidwall/gjson"
)

// learned is a dialect that refuses as the server of a tape did: the order of
// checks is the dialect's, and so are the refusals of which nothing was
// learned. A dialect that says nothing of the modern era learns nothing of it.
func learned(d *scenarios.Dialect, refusals []cassettes.Refusal) *scenarios.Dialect {
	if len(refusals) == 0 {
		return d
	}
	own := *d
	own.Checks = learn(d.Checks, &d.Envelope, refusals, lessons)
	// A dialect that allows many streams does not look for an open one at all.
	if !slices.ContainsFunc(d.Checks, func(c scenarios.Check) bool { return c.Name == scenarios.CheckStreamOpen }) {
		own.Checks = append(own.Checks, learn([]scenarios.Check{{Name: scenarios.CheckStreamOpen, Refuse: &scenarios.Response{}}}, &d.Envelope, refusals, lessons)...)
		own.Checks = slices.DeleteFunc(own.Checks, func(c scenarios.Check) bool { return c.Name == scenarios.CheckStreamOpen && c.Refuse.Status == 0 })
	}
	if d.Modern != nil {
		modern := *d.Modern
		modern.Checks = learn(modern.Checks, &modern.Envelope, refusals, modernLessons)
		own.Modern = &modern
	}
	return &own
}

// learn puts before each check what was learned of it, narrowed to what was
// asked.
func learn(checks []scenarios.Check, envelope *scenarios.Envelope, refusals []cassettes.Refusal, taught map[string]lesson) (own []scenarios.Check) {
	done := map[string]bool{} // by probe and check, where what is left is of other methods
	for _, c := range checks {
		for _, r := range refusals {
			l, ok := taught[r.Probe]
			if !ok || c.Refuse == nil || !l.isAbout(&c) || done[r.Probe+c.Name] {
				continue
			}
			if resp := l.response(envelope, c.Refuse, r); resp != nil {
				own = append(own, l.narrow(c, resp))
			}
			done[r.Probe+c.Name] = len(c.Except) > 0
		}
		own = append(own, c)
	}
	return own
}

// response is a learned refusal as a dialect has it, in place of the dialect's
// own; nil where it cannot be said with this request's id in it.
func (l lesson) response(envelope *scenarios.Envelope, own *scenarios.Response, r cassettes.Refusal) *scenarios.Response {
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
		same := func() bool { return bytes.Equal(l.said(*envelope, id, resp, words), []byte(words.Replace(r.Body))) }
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
	usual := slices.Clone(envelope.Headers)
	usual = append(usual, scenarios.Header{Name: mcp.HeaderSessionID}, scenarios.Header{Name: "Content-Type"})
	for _, h := range usual {
		if name := http.CanonicalHeaderKey(h.Name); r.Header[name] == nil {
			resp.Headers = append(resp.Headers, scenarios.Header{Name: name, Absent: true})
		}
	}
	return resp
}

// said is what a dialect would say for a learned error.
func (l lesson) said(e scenarios.Envelope, id []byte, resp *scenarios.Response, words *strings.Replacer) []byte {
	if resp.Echo {
		e.ID = "request"
	}
	return gate.Envelope(e, id, resp, words.Replace)
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
