package replay

import (
	"slices"

	"github.com/mcpmock/mcpmock/scenarios"
)

// A lesson says which breach a learned refusal answers.
type lesson struct {
	checks []string // that look for it: dialects have one or another
	on     string   // the HTTP method
	id     string   // the request's id, where it has one
	words  []string // of the probe, and the variables that stand for them
	header string   // the mirrored header that is wrong, where it is one
	member string   // the member of _meta
}

// isAbout reports whether a check looks for that breach, with others or alone.
func (l lesson) isAbout(c *scenarios.Check) bool {
	within := func(one string, all []string) bool { return one == "" || len(all) == 0 || slices.Contains(all, one) }
	kind := ""
	if l.id != "" {
		kind = "request"
	}
	return slices.Contains(l.checks, c.Name) && within(l.on, c.On) && within(kind, c.Kind) && within(l.header, c.Header) && within(l.member, c.Member)
}

// narrow is a check for that breach alone.
func (l lesson) narrow(c scenarios.Check, refuse *scenarios.Response) scenarios.Check {
	c.On, c.Refuse = []string{l.on}, refuse
	if l.header != "" {
		c.Header = []string{l.header}
	}
	if l.member != "" {
		c.Member = []string{l.member}
	}
	return c
}

func about(checks ...string) []string { return checks }

// lessons are what probes teach that breach one rule alone. What a parser has
// to say is none: it is about the one body that was sent.
var lessons = map[string]lesson{
	"ping-session-left-out":  {checks: about(scenarios.CheckSessionMissing), on: "POST", id: "2"},
	"get-no-session":         {checks: about(scenarios.CheckSessionMissing), on: "GET"},
	"delete-no-session":      {checks: about(scenarios.CheckSessionMissing), on: "DELETE"},
	"ping-unknown-session":   {checks: about(scenarios.CheckSessionUnknown), on: "POST", id: "2"},
	"get-unknown-session":    {checks: about(scenarios.CheckSessionUnknown), on: "GET"},
	"delete-unknown-session": {checks: about(scenarios.CheckSessionUnknown), on: "DELETE"},
	"ping-deleted-session":   {checks: about(scenarios.CheckSessionEnded), on: "POST", id: "2"},
	"get-deleted-session":    {checks: about(scenarios.CheckSessionEnded), on: "GET"},
	"delete-deleted-session": {checks: about(scenarios.CheckSessionEnded), on: "DELETE"},
	"accept-json":            {checks: about(scenarios.CheckAcceptPost), on: "POST", id: "1"},
	"get-accept-json":        {checks: about(scenarios.CheckAcceptGet), on: "GET"},
	"content-type-text":      {checks: about(scenarios.CheckContentType), on: "POST", id: "1"},
	"get-second-stream":      {checks: about(scenarios.CheckStreamOpen), on: "GET"},
	"get-last-event-id":      {checks: about(scenarios.CheckEventUnknown), on: "GET", words: []string{"no-such-event", "${event}"}},
	"post-last-event-id":     {checks: about(scenarios.CheckLastEventID), on: "POST", id: "2", words: []string{"no-such-event", "${event}"}},
	"put":                    {checks: about(scenarios.CheckMethod), on: "PUT"},
	"options":                {checks: about(scenarios.CheckMethod), on: "OPTIONS"},
	"ping-version-unknown":   {checks: about(scenarios.CheckVersionUnknown), on: "POST", id: "2", words: []string{"1999-01-01", "${version}"}},
	"get-version-unknown":    {checks: about(scenarios.CheckVersionUnknown), on: "GET", words: []string{"1999-01-01", "${version}"}},
	"initialize-twice":       {checks: about(scenarios.CheckReinitialize, scenarios.CheckSessionOnInit), on: "POST", id: "5"},
	"batch":                  {checks: about(scenarios.CheckBatch), on: "POST"},
	"body-empty":             {checks: about(scenarios.CheckEmpty), on: "POST"},
	"id-missing":             {checks: about(scenarios.CheckIDMissing), on: "POST"},
}

// modernLessons are those of 2026-07-28.
var modernLessons = map[string]lesson{
	"modern-get":                       {checks: about(scenarios.CheckStateless, scenarios.CheckMethod), on: "GET"},
	"modern-delete":                    {checks: about(scenarios.CheckStateless, scenarios.CheckMethod), on: "DELETE"},
	"modern-put":                       {checks: about(scenarios.CheckStateless, scenarios.CheckMethod), on: "PUT"},
	"modern-accept-json":               {checks: about(scenarios.CheckAcceptPost), on: "POST", id: "32"},
	"modern-content-type-text":         {checks: about(scenarios.CheckContentType), on: "POST", id: "32"},
	"modern-body-empty":                {checks: about(scenarios.CheckEmpty), on: "POST"},
	"modern-batch":                     {checks: about(scenarios.CheckBatch), on: "POST"},
	"modern-initialize":                {checks: about(scenarios.CheckHandshake), on: "POST", id: "37"},
	"modern-method-unknown":            {checks: about(scenarios.CheckUnknownMethod), on: "POST", id: "36", words: []string{"mcpmock/no-such-method", "${method}"}},
	"modern-version-unknown":           {checks: about(scenarios.CheckVersionAny), on: "POST", id: "32", words: []string{"2099-01-01", "${version}"}},
	"modern-meta-missing":              {checks: about(scenarios.CheckMetaMissing), on: "POST", id: "32"},
	"modern-meta-no-object":            {checks: about(scenarios.CheckMetaMalformed), on: "POST", id: "32", member: "_meta"},
	"modern-meta-version-missing":      {checks: about(scenarios.CheckMetaIncomplete), on: "POST", id: "32", member: "protocolVersion"},
	"modern-meta-capabilities-missing": {checks: about(scenarios.CheckMetaIncomplete), on: "POST", id: "32", member: "clientCapabilities"},
	"modern-header-version-missing":    {checks: about(scenarios.CheckHeaderMissing), on: "POST", id: "32", header: "version"},
	"modern-header-method-missing":     {checks: about(scenarios.CheckHeaderMissing), on: "POST", id: "32", header: "method", words: []string{"tools/list", "${expected}"}},
	"modern-header-method-other":       {checks: about(scenarios.CheckHeaderDiffers), on: "POST", id: "32", header: "method", words: []string{"prompts/list", "${sent}", "tools/list", "${expected}"}},
	"modern-header-method-doubled":     {checks: about(scenarios.CheckHeaderDoubled), on: "POST", id: "32", header: "method"},
}
