package scenarios

import (
	"encoding/json"
	"slices"
	"strings"
)

// parseDialect reads a dialect as Parse reads a scenario.
func parseDialect(file string, data []byte) (*Dialect, error) {
	root, err := document(file, data)
	if err != nil {
		return nil, err
	}
	d := &Dialect{}
	var text []Header
	keys := []string{"dialect", "about", "versions", "session", "envelope", "checks", "accepted", "deleted"}
	seen := map[string]bool{}
	err = root.mapping("the dialect", keys, func(e entry) error {
		seen[e.key] = true
		switch e.key {
		case "dialect":
			return e.value.text("dialect", &d.Name)
		case "about":
			return e.value.text("about", &d.About)
		case "versions":
			return e.value.texts("versions", &d.Versions, func(v node, s *string) error { return v.text("version", s) })
		case "session":
			return e.value.sessionStyle(&d.Session)
		case "envelope":
			return e.value.envelope(&d.Envelope, &text)
		case "checks":
			return e.value.each("checks", func(v node) error { return v.checks(&d.Checks) })
		case "accepted":
			return e.value.response(e.key, responseKeys(), &d.Accepted)
		default: // deleted
			return e.value.response(e.key, responseKeys(), &d.Deleted)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if !seen[key] && key != "about" && key != "versions" {
			return nil, root.errorf("the dialect has no %s: add it", key)
		}
	}
	for _, c := range d.Checks {
		if r := c.Refuse; r != nil && r.Message == "" && r.Body != "" {
			r.Headers = withDefaults(r.Headers, text)
		}
	}
	return d, nil
}

// withDefaults adds the headers that have none of the same name yet.
func withDefaults(headers, defaults []Header) []Header {
	for _, h := range defaults {
		if !slices.ContainsFunc(headers, func(o Header) bool { return strings.EqualFold(o.Name, h.Name) }) {
			headers = append(headers, h)
		}
	}
	return headers
}

func (n node) sessionStyle(dst *SessionStyle) error {
	keys := []string{"id", "mint", "show"}
	err := n.mapping("session", keys, func(e entry) error {
		switch e.key {
		case "id":
			return e.value.word("form of an id", &dst.ID, []string{"hex32", "uuid4", "base32"})
		case "mint":
			return e.value.word("time to mint", &dst.Mint, []string{"initialize", "always"})
		default: // show
			return e.value.word("time to show", &dst.Show, []string{"initialize", "always"})
		}
	})
	if err == nil && (dst.ID == "" || dst.Mint == "" || dst.Show == "") {
		return n.errorf("session needs each of %s", listed(keys))
	}
	return err
}

// envelope reads the shape of errors; text are the headers of those that are
// not JSON.
func (n node) envelope(dst *Envelope, text *[]Header) error {
	members := []string{"jsonrpc", "id", "error"}
	err := n.mapping("envelope", []string{"keys", "id", "headers", "text"}, func(e entry) error {
		switch e.key {
		case "keys":
			return e.value.texts("keys", &dst.Keys, func(v node, s *string) error { return v.word("member", s, members) })
		case "id":
			return e.value.errorID(&dst.ID)
		case "headers":
			return e.value.headers(&dst.Headers)
		default: // text
			return e.value.headers(text)
		}
	})
	if err == nil && (len(dst.Keys) != len(members) || dst.ID == "") {
		return n.errorf("envelope needs an id, and keys with each of %s", listed(members))
	}
	return err
}

// errorID reads what stands for the id of an error: the word request, or what
// always stands there.
func (n node) errorID(dst *string) error {
	if n.isNull() {
		*dst = "null"
		return nil
	}
	if err := n.text("id", dst); err != nil || *dst == "request" {
		return err
	}
	quoted, err := json.Marshal(*dst)
	*dst = string(quoted)
	return err
}

// checks reads one entry of the list: a check, or several that answer alike.
func (n node) checks(dst *[]Check) error {
	var names []string
	var c Check
	var note bool
	err := n.mapping("the check", []string{"check", "on", "except", "wildcards", "every", "note", "refuse"}, func(e entry) error {
		switch e.key {
		case "check":
			if !e.value.isList() {
				names = []string{""}
				return e.value.word("check", &names[0], CheckNames())
			}
			return e.value.texts("check", &names, func(v node, s *string) error { return v.word("check", s, CheckNames()) })
		case "on":
			return e.value.texts("on", &c.On, func(v node, s *string) error { return v.word("HTTP method", s, httpMethods()[:3]) })
		case "except":
			return e.value.texts("except", &c.Except, func(v node, s *string) error { return v.text("method", s) })
		case "wildcards":
			return e.value.truth("wildcards", &c.Wildcards)
		case "every":
			return e.value.truth("every", &c.Every)
		case "note":
			return e.value.truth("note", &note)
		default: // refuse
			c.Refuse = &Response{}
			return e.value.response("refuse", append(responseKeys(), "latch"), c.Refuse)
		}
	})
	switch {
	case err != nil:
		return err
	case len(names) == 0:
		return n.errorf("the entry has no check: name one of %s", listed(CheckNames()))
	case note == (c.Refuse != nil):
		return n.errorf("%s needs either note: true or refuse: say what follows from the breach", listed(names))
	}
	for _, name := range names {
		if c.Wildcards && name != CheckAcceptPost && name != CheckAcceptGet {
			return n.errorf("%s knows no wildcards: only %s and %s do", name, CheckAcceptPost, CheckAcceptGet)
		}
		if c.Every && !slices.Contains(widened(), name) {
			return n.errorf("%s lets nothing by that every could add: leave it out", name)
		}
		c.Name = name
		*dst = append(*dst, c)
	}
	return nil
}

// widened are the checks that Every means something to.
func widened() []string {
	return []string{CheckBatch, CheckMissingParams, CheckUnknownMethod, CheckSessionUnknown, CheckNotInitialized, CheckNotReady}
}
