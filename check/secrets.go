package check

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// secretLength is how long a value must be to be taken for a secret: what is
// shorter stands in too many texts by chance.
const secretLength = 8

// secrets are what was given to show to the server alone: the values of
// headers, and of the URL's query and user, the longest first.
func (w *holding) secrets() []string {
	var all []string
	add := func(s string) {
		if len(s) >= secretLength {
			all = append(all, s)
		}
	}
	for _, h := range w.header {
		add(h[1])
		words := strings.Fields(h[1]) // of which the last is the token
		if len(words) > 1 {
			add(words[len(words)-1])
		}
	}
	if w.given.User != nil {
		password, _ := w.given.User.Password()
		add(password)
	}
	for part := range strings.SplitSeq(w.given.RawQuery, "&") {
		_, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		add(value)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// hide takes secrets out of a text that quotes the server, which may have said
// what it was told, in any spelling. One that is cut short is taken out, too.
func hide(text string, secrets []string) string {
	for _, s := range secrets {
		var kept strings.Builder
		for text != "" {
			if n := spelled(text, s); n > 0 {
				kept.WriteString("***")
				text = text[n:]
			} else {
				kept.WriteByte(text[0])
				text = text[1:]
			}
		}
		text = kept.String()
	}
	return text
}

// hideAll takes them out of the report.
func (r *Report) hideAll(secrets []string) {
	r.Name, r.Protocol = hide(r.Name, secrets), hide(r.Protocol, secrets)
	for _, f := range r.Findings {
		f.Saw, f.Cause, f.Cure = hide(f.Saw, secrets), hide(f.Cause, secrets), hide(f.Cure, secrets)
	}
}

// hidden is an error without them.
func hidden(err error, secrets []string) error {
	u, ok := errors.AsType[*Unreachable](err)
	if !ok || len(secrets) == 0 {
		return err
	}
	told := unreachable("%s", hide(u.Error(), secrets))
	for _, h := range u.Hints {
		told.Hints = append(told.Hints, hide(h, secrets))
	}
	return told
}
