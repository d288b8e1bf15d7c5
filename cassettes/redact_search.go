package cassettes

import "strings"

// What a byte may be the telling part of.
const (
	none   uint8 = iota
	dash         // sk-, glpat-, xoxb-, -----BEGIN, redacted-1
	line         // ghp_, github_pat_, npm_, hf_, sk_live_
	colon        // scheme://user:password@
	jot          // eyJ
	aws          // AKIA, ASIA, AIza
	scheme       // Bearer, Basic
	param        // ?token= and &token=
	quote        // "token": "..." in a text
)

// telling says of each byte where it is worth a look: the one pass over a
// text that ordinary messages pay for.
var telling = [256]uint8{'-': dash, '_': line, ':': colon, 'J': jot, 'A': aws, 'B': scheme, 'b': scheme, '?': param, '&': param, '"': quote}

// A span is where in a text a secret stands. A number of JSON becomes a text,
// so that what was JSON stays JSON: number says so, and escapes how deep it is
// quoted.
type span struct {
	from, to int
	number   bool
	escapes  int
}

// instead is what is put in place of a span, given the word for the secret.
func (at span) instead(word string) string {
	if !at.number {
		return word
	}
	mark := strings.Repeat(`\`, at.escapes) + `"`
	return mark + word + mark
}

// A search goes through a text, and finds one secret after the other.
type search struct {
	r     *Redactor
	s     []byte
	at    int    // where it goes on
	done  int    // no secret begins before it
	ahead []span // what it has found already, in an array
	deep  int    // secret arrays around it
}

// next finds the next secret. What is a placeholder already is passed over.
func (f *search) next() (at span, ok bool) {
	for len(f.ahead) == 0 {
		i := f.at
		for i < len(f.s) && telling[f.s[i]] == none {
			i++
		}
		f.at = i + 1
		if i >= len(f.s) {
			return span{}, false
		}
		switch t := telling[f.s[i]]; {
		case t == quote:
			at = f.member(i)
		case f.r.secrets:
			at = span{}
			at.from, at.to = f.r.shaped(f.s, i, t)
		}
		if at.to > at.from && at.from >= f.done && !IsRedacted(string(f.s[at.from:at.to])) {
			f.at, f.done = at.to, at.to
			return at, true
		}
		at = span{}
	}
	at, f.ahead = f.ahead[0], f.ahead[1:]
	return at, true
}

// shaped finds a secret by its shape, around its telling byte at i.
func (r *Redactor) shaped(s []byte, i int, telling uint8) (from, to int) {
	switch telling {
	case dash:
		return r.dashed(s, i)
	case line:
		return underlined(s, i)
	case colon:
		return password(s, i)
	case jot:
		return webToken(s, i)
	case aws:
		return cloudKey(s, i)
	case scheme:
		return credentials(s, i)
	case param:
		return secretValue(s, i)
	}
	return 0, 0
}
