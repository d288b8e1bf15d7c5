package cassettes

import "github.com/mcpmock/mcpmock/internal/jsonrpc"

// minWithin is the length from which a live session id is also replaced in the
// middle of a text. A shorter one might be part of any word.
const minWithin = 16

// within replaces the live session ids in the middle of texts: a server may
// log the id of its session, or greet with it. There the label stands in
// double braces, {{session-1}}, so that no text is taken for one by chance. It
// returns text itself when nothing changes.
func (r *Redactor) within(text []byte) []byte {
	if r.lengths.Load() == 0 {
		return text
	}
	var out []byte
	last := 0
	for i := 0; i < len(text); {
		if text[i] == '\\' { // an escape of JSON: its letter belongs to no word
			if i += 2; i <= len(text) && text[i-1] == 'u' {
				i += 4
			}
			continue
		}
		if !inKey(text[i]) {
			i++
			continue
		}
		from := i
		for i < len(text) && inKey(text[i]) {
			i++
		}
		braced := from > 1 && text[from-1] == '{' && text[from-2] == '{' && i+1 < len(text) && text[i] == '}' && text[i+1] == '}'
		if i-from < minWithin && !braced {
			continue
		}
		label, ok := r.sessionOf(jsonrpc.String(text[from:i]))
		if !ok {
			continue
		}
		out = append(out, text[last:from]...)
		if braced {
			out = append(out, label...)
		} else {
			out = append(append(append(out, "{{"...), label...), "}}"...)
		}
		last = i
	}
	if last == 0 {
		return text
	}
	return append(out, text[last:]...)
}
