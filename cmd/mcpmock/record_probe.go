package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/check"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/mcpmock/mcpmock/probes"
)

// learn asks the upstream what no client should ask, before the recording
// begins, and keeps how it refuses in the header of the tape.
func (r *recording) learn(ctx context.Context, c *console, upstream *url.URL, header *cassettes.Header) error {
	hide, err := cassettes.NewRedactor(header.Redact)
	if err != nil {
		return err
	}
	var opts []check.Option
	for _, h := range r.headers {
		name, value, err := parseHeader(h)
		if err != nil {
			return err
		}
		hide.HideHeader(name, value)
		opts = append(opts, check.WithHeader(name, value))
	}
	manners, err := check.Survey(ctx, upstream.String(), opts...)
	switch {
	case errors.Is(err, check.ErrOneClient):
		c.talk("mcpmock: warning: the upstream serves one client alone: its refusals were not asked for")
		return nil
	case errors.Is(err, check.ErrOldTransport):
		return wrongUse("the upstream speaks HTTP+SSE, of which nothing can be learned: leave --probe out")
	case err != nil:
		return orUnreachable(err)
	}
	header.Dialect = manners.Likeness.Name
	for _, p := range slices.Concat(check.Probes(), check.ModernProbes()) {
		if refusal, ok := refusalOf(p.Name, manners.Answers[p.Name], upstream.Host, hide); ok {
			header.Refusals = append(header.Refusals, refusal)
		}
	}
	c.talk("mcpmock: %s learned from the upstream; dialect: %s", say.Count(len(header.Refusals), "refusal"), manners.Likeness)
	return nil
}

// untaught are the headers that say nothing of how a server refuses.
var untaught = []string{"Date", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Set-Cookie"}

// refusalOf is an answer as a tape keeps it, if it is a refusal: without
// secrets, and with placeholders for what is this run's own.
func refusalOf(probe string, a probes.Answer, host string, hide *cassettes.Redactor) (cassettes.Refusal, bool) {
	body := string(a.Body)
	if a.Err != nil || a.Status < 300 || !utf8.Valid(a.Body) || strings.Contains(body, "${") {
		return cassettes.Refusal{}, false
	}
	ours := []string{host, "${host}"}
	if id := a.Header.Get(mcp.HeaderSessionID); id != "" {
		ours = append(ours, id, "${session}")
	}
	here := strings.NewReplacer(ours...)
	body = here.Replace(body)
	if probes.FirstMessage(a) != nil {
		body = string(hide.Message([]byte(body)))
	} else {
		body = string(hide.Raw(a.Header.Get("Content-Type"), []byte(body)))
	}
	kept := cassettes.Refusal{Probe: probe, Status: a.Status, Body: body, Header: http.Header{}}
	for name, values := range a.Header {
		if slices.Contains(untaught, name) {
			continue
		}
		for _, v := range values {
			v = here.Replace(v)
			if name != mcp.HeaderSessionID && hide.Header(http.Header{name: {v}}).Get(name) != v {
				continue // what must not be on the tape cannot be played
			}
			kept.Header[name] = append(kept.Header[name], v)
		}
	}
	return kept, true
}
