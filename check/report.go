package check

import "fmt"

// A Verdict says how a server stands to one rule.
type Verdict string

// The verdicts. Only a breach of a MUST is broken; what the specification
// merely advises, and what trips up clients, is a note.
const (
	OK      Verdict = "ok"
	Note    Verdict = "note"
	Broken  Verdict = "broken"
	LeftOut Verdict = "left out" // not asked; what was seen instead says why
)

// The transports of a report.
const (
	overHTTP  = "http"
	overSSE   = "sse"
	overStdio = "stdio"
)

// The eras of a report.
const (
	eraLegacy = "legacy"
	eraModern = "modern"
)

// A Report is what was found out about a server. Its members in JSON are
// part of the interface: there may come more, and none goes.
type Report struct {
	Server    string     `json:"server"`             // the URL, without user and query, or the command that was given
	Endpoint  string     `json:"endpoint,omitempty"` // the URL that was asked in the end; "" over stdio
	Transport string     `json:"transport"`          // http, sse or stdio
	Name      string     `json:"name,omitempty"`     // the server's own name and version
	Protocol  string     `json:"protocol,omitempty"` // the revision that was negotiated, or the one that needs no negotiation where there is no other
	Sessions  string     `json:"sessions,omitempty"` // required, optional or none; "" where it was not found out
	Eras      []string   `json:"eras,omitempty"`     // legacy, where it has initialize; modern, where it speaks 2026-07-28
	Findings  []*Finding `json:"findings"`           // in the order in which they were made
	Dialect   *Likeness  `json:"dialect,omitempty"`  // nil where too little could be asked, over stdio and over HTTP+SSE
	OK        int        `json:"ok"`                 // how many findings have the verdict
	Notes     int        `json:"notes"`
	Broken    int        `json:"broken"`
}

// A Finding is about one rule.
type Finding struct {
	Rule     string   `json:"rule"` // its name, in kebab-case
	Verdict  Verdict  `json:"verdict"`
	Saw      string   `json:"saw"`
	Wants    string   `json:"wants"`
	Level    string   `json:"level"`    // MUST, SHOULD, MAY, or "" where no rule is about it
	Revision string   `json:"revision"` // of the specification
	Section  string   `json:"section"`
	Link     string   `json:"link"`
	Cause    string   `json:"cause,omitempty"` // why it hurts
	Cure     string   `json:"cure,omitempty"`
	Known    []string `json:"known,omitempty"` // stock scenarios that show the same, or addresses of issues about it
}

// A Likeness says which dialect a server's refusals are like.
type Likeness struct {
	Name string  `json:"name,omitempty"` // "" where none fits well
	Same int     `json:"same"`           // how many probes the best answers as the server does
	Of   int     `json:"of"`             // how many were asked
	All  []Match `json:"all"`            // best first
}

// A Match says how like one dialect is.
type Match struct {
	Name string `json:"name"`
	Same int    `json:"same"` // how many probes it answers as the server does
}

// find adds what was found out about a rule: where it stands, how strong it
// is, and what it wants. The revision is the negotiated one where that has
// the section, else the nearest.
func (r *Report) find(rule string, verdict Verdict, in section, level, wants, saw string, args ...any) *Finding {
	revision, link := in.in(r.Protocol)
	f := &Finding{
		Rule: rule, Verdict: verdict, Saw: fmt.Sprintf(saw, args...), Wants: wants, Level: level, Revision: revision, Section: in.title, Link: link,
	}
	r.Findings = append(r.Findings, f)
	switch verdict {
	case OK:
		r.OK++
	case Note:
		r.Notes++
	case Broken:
		r.Broken++
	}
	return f
}

// because adds why a breach hurts and what to do about it.
func (f *Finding) because(cause, cure string) *Finding {
	f.Cause, f.Cure = cause, cure
	return f
}
