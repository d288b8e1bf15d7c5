package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/near"
)

// The functions in this file are what makes a file strict: each takes a value
// for one thing only, and says where it stands, what is wrong and what would
// be right.

// mapping calls read for each key of a mapping. A key that is not among keys
// is an error; what names the mapping in it.
func (n node) mapping(what string, keys []string, read func(entry) error) error {
	if !n.isMapping() {
		return n.errorf("%s must be a mapping, not %s: its keys are %s", what, n.kind(), listed(keys))
	}
	all, err := n.entries()
	if err != nil {
		return err
	}
	for _, e := range all {
		if !slices.Contains(keys, e.key) {
			return e.at.errorf("unknown key %q in %s: %s", e.key, what, instead(e.key, keys))
		}
		if err := read(e); err != nil {
			return err
		}
	}
	return nil
}

// each calls read for each value of a list that must not be empty.
func (n node) each(what string, read func(node) error) error {
	if !n.isList() {
		return n.errorf("%s must be a list, not %s: begin each line with a dash", what, n.kind())
	}
	values := n.list()
	if len(values) == 0 {
		return n.errorf("%s is empty: leave the key out, or fill the list", what)
	}
	for _, v := range values {
		if err := read(v); err != nil {
			return err
		}
	}
	return nil
}

// text sets dst to a text that is not empty.
func (n node) text(what string, dst *string) error {
	s, ok := n.scalar().(string)
	switch {
	case n.isNull():
		return n.errorf("%s has no value: write one, or leave the key out", what)
	case !ok && (n.isMapping() || n.isList()):
		return n.errorf("%s must be text, not %s", what, n.kind())
	case !ok:
		return n.errorf("%s must be text, not %s: put it in quotes", what, n.kind())
	case s == "":
		return n.errorf("%s is empty: write something, or leave the key out", what)
	}
	*dst = s
	return nil
}

// texts sets dst to a list of texts that read accepts.
func (n node) texts(what string, dst *[]string, read func(node, *string) error) error {
	return n.each(what, func(v node) error {
		var s string
		if err := read(v, &s); err != nil {
			return err
		}
		if slices.Contains(*dst, s) {
			return v.errorf("%q stands in %s twice: keep one of them", s, what)
		}
		*dst = append(*dst, s)
		return nil
	})
}

// oneWord returns a text without spaces, or "".
func (n node) oneWord() string {
	if s, ok := n.scalar().(string); ok && !strings.ContainsAny(s, " \t\n") {
		return s
	}
	return ""
}

// word sets dst to one of the allowed words.
func (n node) word(what string, dst *string, allowed []string) error {
	var s string
	if _, ok := n.scalar().(string); !ok && !n.isNull() { // in quotes it would be wrong, too
		return n.errorf("%s must be one of %s, not %s", what, listed(allowed), n.kind())
	}
	if err := n.text(what, &s); err != nil {
		return fmt.Errorf("%w: it is one of %s", err, listed(allowed))
	}
	*dst = s
	return n.among(what, s, allowed)
}

// among refuses a word that is none of those allowed.
func (n node) among(what, s string, allowed []string) error {
	if !slices.Contains(allowed, s) {
		return n.errorf("unknown %s %q: %s", what, s, instead(s, allowed))
	}
	return nil
}

// number sets dst to a whole number between low and high.
func (n node) number(what string, dst *int, low, high int) error {
	i, ok := n.scalar().(int)
	if !ok {
		return n.notWhole(what, fmt.Sprintf("a whole number from %d to %d", low, high))
	}
	*dst = i
	return n.within(what, i, low, high)
}

// within refuses a number that is not between low and high.
func (n node) within(what string, i, low, high int) error {
	if i < low || i > high {
		return n.errorf("%s is %d: it must be from %d to %d", what, i, low, high)
	}
	return nil
}

// truth sets dst to true or false.
func (n node) truth(what string, dst *bool) error {
	b, ok := n.scalar().(bool)
	if !ok {
		text, _ := n.scalar().(string)
		switch strings.ToLower(text) {
		case "yes", "on", "y":
			return n.errorf("%s must be true or false, and %s is text: write true", what, text)
		case "no", "off", "n":
			return n.errorf("%s must be true or false, and %s is text: write false", what, text)
		}
		return n.errorf("%s must be true or false, not %s", what, n.kind())
	}
	*dst = b
	return nil
}

// instead says what to write in place of a wrong word.
func instead(wrong string, allowed []string) string {
	likely := near.Word(wrong, allowed)
	switch {
	case likely != "" && len(allowed) > manyWords:
		return fmt.Sprintf("did you mean %q?", likely)
	case likely != "":
		return fmt.Sprintf("did you mean %q? it is one of %s", likely, listed(allowed))
	}
	if len(allowed) > tooMany {
		return fmt.Sprintf("it is one of %d, such as %s", len(allowed), listed(allowed[:3]))
	}
	return "it is one of " + listed(allowed)
}

// How many words are worth listing: where the right one is known, and at all.
const (
	manyWords = 16
	tooMany   = 60
)

// listed joins words for a message.
func listed(words []string) string { return strings.Join(words, ", ") }
