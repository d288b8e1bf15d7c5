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
	keys := []string{"dialect", "about", "versions", "sessions", "lines", "session", "answers", "stream", "quotes", "envelope", "checks", "modern", "accepted", "deleted"}
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
		case "sessions":
			return e.value.word("policy", &d.Sessions, []string{"required", "optional", "stateless"})
		case "lines":
			return e.value.word("way to read several lines", &d.Lines, []string{"first", "joined", "node"})
		case "answers":
			return e.value.answerStyle(&d.Answers)
		case "stream":
			return e.value.streamStyle(&d.Stream)
		case "quotes":
			return e.value.quotes(&d.Quotes)
		case "modern":
			var err error
			d.Modern, err = e.value.modern(&text)
			return err
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
		if !seen[key] && !slices.Contains([]string{"about", "versions", "sessions", "lines", "answers", "stream", "quotes", "modern"}, key) {
			return nil, root.errorf("the dialect has no %s: add it", key)
		}
	}
	all := d.Checks
	if d.Modern != nil {
		all = slices.Concat(all, d.Modern.Checks)
	}
	for _, c := range all {
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
	err := n.mapping("session", append(keys, "forget", "events"), func(e entry) error {
		switch e.key {
		case "id":
			return e.value.word("form of an id", &dst.ID, []string{"hex32", "uuid4", "base32"})
		case "mint":
			return e.value.word("time to mint", &dst.Mint, []string{"initialize", "always"})
		case "show":
			return e.value.word("time to show", &dst.Show, []string{"initialize", "always"})
		case "forget":
			return e.value.truth("forget", &dst.Forget)
		default: // events
			return e.value.word("form of an event id", &dst.Events, []string{"base32"})
		}
	})
	if err == nil && (dst.ID == "" || dst.Mint == "" || dst.Show == "") {
		return n.errorf("session needs each of %s", listed(keys))
	}
	return err
}

// answerStyle reads how it is served what is not refused.
func (n node) answerStyle(dst *AnswerStyle) error {
	return n.mapping("answers", []string{"batches", "wildcards", "bare", "opening"}, func(e entry) error {
		switch e.key {
		case "batches":
			return e.value.word("way to answer batches", &dst.Batches, []string{"stream"})
		case "wildcards":
			return e.value.word("way to answer wildcards", &dst.Wildcards, []string{"stream"})
		case "bare":
			return e.value.word("way to answer", &dst.Bare, []string{"stream"})
		default: // opening
			return e.value.text("opening", &dst.Opening)
		}
	})
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
	err := n.mapping("the check", checkKeys(), func(e entry) error {
		switch e.key {
		case "check":
			if !e.value.isList() {
				names = []string{""}
				return e.value.word("check", &names[0], CheckNames())
			}
			return e.value.texts("check", &names, func(v node, s *string) error { return v.word("check", s, CheckNames()) })
		case "on":
			return e.value.texts("on", &c.On, func(v node, s *string) error { return v.word("HTTP method", s, httpMethods()) })
		case "except":
			return e.value.texts("except", &c.Except, func(v node, s *string) error { return v.text("method", s) })
		case "session":
			return e.value.texts("session", &c.Session, func(v node, s *string) error {
				return v.word("state of a session", s, []string{"none", "known", "unknown"})
			})
		case "kind":
			return e.value.texts("kind", &c.Kind, func(v node, s *string) error {
				return v.word("kind", s, []string{"request", "notification", "response"})
			})
		case "header":
			return e.value.texts("header", &c.Header, func(v node, s *string) error { return v.word("mirror", s, Mirrors()) })
		case "member":
			return e.value.texts("member", &c.Member, func(v node, s *string) error { return v.word("member", s, MetaMembers()) })
		case "flaw":
			return e.value.texts("flaw", &c.Flaw, func(v node, s *string) error { return v.word("flaw", s, Flaws()) })
		case "match":
			return e.value.word("way to compare", &c.Match, []string{"exact", "prefix", "contains", "media", "list", "loose", "port", "first"})
		case "limit":
			return e.value.number("limit", &c.Limit, 1, 1<<31-1)
		case "legacy":
			return e.value.truth("legacy", &c.Legacy)
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
		if key, places := c.misplaced(name); key != "" {
			return n.errorf("%s knows no %s: that is for %s", name, key, listed(places))
		}
		c.Name = name
		*dst = append(*dst, c)
	}
	return nil
}

func checkKeys() []string {
	return []string{"check", "on", "kind", "session", "flaw", "header", "member", "except", "match", "limit", "legacy", "wildcards", "every", "note", "refuse"}
}

// misplaced returns a key that means nothing to a check of that name, and the
// checks that it means something to; "" where there is none.
func (c *Check) misplaced(name string) (key string, places []string) {
	for _, k := range []struct {
		key    string
		set    bool
		places []string
	}{
		{"flaw", len(c.Flaw) > 0, []string{CheckJSONRPC}},
		{"match", c.Match == "prefix" || c.Match == "contains", []string{CheckAcceptPost, CheckAcceptGet, CheckContentType}},
		{"match: " + c.Match, c.Match == "media" || c.Match == "list" || c.Match == "loose", []string{CheckContentType}},
		{"match", c.Match == "exact", append(mirroring(), CheckAcceptPost, CheckAcceptGet, CheckContentType, CheckEmpty, CheckHost)},
		{"match: port", c.Match == "port", []string{CheckHost}},
		{"match: first", c.Match == "first", mirroring()},
		{"header", len(c.Header) > 0, append(mirroring(), CheckVersionAny)},
		{"member", len(c.Member) > 0, []string{CheckMetaIncomplete, CheckMetaMalformed}},
		{"limit", c.Limit > 0, []string{CheckSize}},
		{"legacy", c.Legacy, []string{CheckVersionAny, CheckVersionUnknown}},
	} {
		if k.set && !slices.Contains(k.places, name) {
			return k.key, k.places
		}
	}
	return "", nil
}

// mirroring are the checks of headers that mirror the body.
func mirroring() []string {
	return []string{CheckHeaderMissing, CheckHeaderDoubled, CheckHeaderMalformed, CheckHeaderDiffers, CheckHeaderUnexpected}
}

// widened are the checks that Every means something to.
func widened() []string {
	return []string{CheckSessionMissing, CheckInitializeParams, CheckBatch, CheckMissingParams, CheckUnknownMethod, CheckSessionUnknown, CheckVersionUnknown, CheckNotInitialized, CheckNotReady, CheckStateless, CheckHeaderMissing, CheckHandshake}
}
