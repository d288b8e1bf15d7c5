package cassettes

import (
	"hash/maphash"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// minWithin is the length from which a live session id, or a credential, is
// also replaced in the middle of a text. A shorter one might be part of any
// word.
const minWithin = 16

// A word longer than maxWithin, or of more parts than maxParts, is no id that
// somebody added something to; so a long text without a space costs no more
// than any other.
const (
	maxWithin = 512
	maxParts  = 16
)

// within replaces the live session ids in the middle of texts: a server may
// log the id of its session, or greet with it. There the label stands in
// double braces, {{session-1}}, so that no text is taken for one by chance.
// What is glued to an id by - or _ stays. Words of credentials become
// placeholders. In JSON an escape's letter belongs to no word, and only what
// is in quotes is touched. It returns text itself when nothing changes.
func (r *Redactor) within(text []byte, isJSON bool) []byte {
	text = r.hideVariables(text, isJSON)
	if r.lengths.Load() == 0 {
		return text
	}
	var out []byte
	last := 0
	quoted := !isJSON
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\\' && isJSON:
			i += escapeSize(text[i+1:])
			i++
			continue
		case c == '"' && isJSON:
			quoted = !quoted
			i++
			continue
		case !inKey(c) || !quoted:
			i++
			continue
		}
		from := i
		for i < len(text) && inKey(text[i]) {
			i++
		}
		if from > 1 && text[from-1] == '{' && text[from-2] == '{' && i+1 < len(text) && text[i] == '}' && text[i+1] == '}' {
			if label, ok := r.sessionOf(jsonrpc.String(text[from:i])); ok {
				out = append(append(out, text[last:from]...), label...)
				last = i
			}
			continue
		}
		start, end, instead := r.inWord(text[from:i])
		if instead == "" && from > 0 && text[from-1] == '\\' {
			// A text in a text: its escape's letter may be no part of the word.
			from = min(from+escapeSize(text[from:i]), i)
			start, end, instead = r.inWord(text[from:i])
		}
		if instead == "" {
			continue
		}
		out = append(append(out, text[last:from+start]...), instead...)
		last = from + end
		i = last // something may follow
	}
	if last == 0 {
		return text
	}
	return append(out, text[last:]...)
}

// escapeSize returns the length of an escape without its backslash.
func escapeSize(s []byte) int {
	if len(s) > 0 && s[0] == 'u' {
		return 5
	}
	return 1
}

// inWord finds what is to be replaced in a word: all of it, or else a part
// between - and _.
func (r *Redactor) inWord(word []byte) (start, end int, instead string) {
	if len(word) < minWithin {
		return 0, 0, ""
	}
	if instead = r.insteadOf(word); instead != "" || len(word) == minWithin || len(word) > maxWithin {
		return 0, len(word), instead
	}
	var buf [maxParts]int
	cuts := buf[:0] // where a - or _ is
	for i, c := range word {
		if c != '-' && c != '_' {
			continue
		}
		if len(cuts) == cap(cuts) {
			return 0, 0, ""
		}
		cuts = append(cuts, i)
	}
	for first := -1; first < len(cuts); first++ {
		if start = 0; first >= 0 {
			start = cuts[first] + 1
		}
		for after := len(cuts); after > first; after-- {
			if end = len(word); after < len(cuts) {
				end = cuts[after]
			}
			if end-start < minWithin {
				break
			}
			if instead = r.insteadOf(word[start:end]); instead != "" {
				return start, end, instead
			}
		}
	}
	return 0, 0, ""
}

// insteadOf returns what stands for a word on the tape, or "" where it stays.
func (r *Redactor) insteadOf(word []byte) string {
	if r.lengths.Load()&(1<<(len(word)%64)) == 0 {
		return ""
	}
	if label, ok := r.sessionOf(jsonrpc.String(word)); ok {
		return "{{" + label + "}}"
	}
	if r.isHidden(word) {
		return r.replacement(word)
	}
	return ""
}

func (r *Redactor) isHidden(word []byte) bool {
	hash := maphash.Bytes(r.seed, word)
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.hidden[hash]
}

// Hide makes a value secret wherever it stands as a whole query value, as
// those of an upstream URL's own query are; and its words of 16 characters or
// more wherever they stand in a message or a text.
func (r *Redactor) Hide(value string) {
	if value == "" || !r.active() {
		return
	}
	r.hide(value)
	r.hideWords(value)
}

// HideHeader makes the words of 16 characters or more of a header field's
// value secret wherever they stand in a message or a text: a server may echo
// a credential. Those of fields known to carry no secret are left alone, as
// are an authorization's scheme and the names of cookies.
func (r *Redactor) HideHeader(name, value string) {
	if len(value) < minWithin || !r.active() || isOpen(name) {
		return
	}
	switch name {
	case "Authorization", "Proxy-Authorization":
		if _, credentials, ok := strings.Cut(value, " "); ok {
			value = credentials
		}
	case "Cookie":
		for pair := range strings.SplitSeq(value, ";") {
			_, value, _ := strings.Cut(pair, "=")
			r.hideWords(value)
		}
		return
	}
	r.hideWords(value)
}

// HideCredentials is HideHeader for those fields of a request that hold
// credentials.
func (r *Redactor) HideCredentials(name string, values []string) {
	if !isCredential(name) {
		return
	}
	for _, value := range values {
		r.HideHeader(name, value)
	}
}

// isCredential reports whether a header field of a request holds credentials.
func isCredential(name string) bool {
	switch name {
	case "Authorization", "Proxy-Authorization", "X-Api-Key", "Cookie":
		return true
	}
	return false
}

func (r *Redactor) hideWords(value string) {
	for i := 0; i < len(value); i++ {
		from := i
		for i < len(value) && inKey(value[i]) {
			i++
		}
		if i-from >= minWithin {
			r.hide(value[from:i])
		}
	}
}

func (r *Redactor) hide(value string) {
	hash := maphash.String(r.seed, value)
	r.mu.RLock()
	known := r.hidden[hash]
	r.mu.RUnlock()
	if known {
		return
	}
	r.mu.Lock()
	r.hidden[hash] = true
	r.mu.Unlock()
	if len(value) >= minWithin {
		r.lengths.Or(1 << (len(value) % 64))
	}
}
