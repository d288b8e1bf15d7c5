package cassettes

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// Message returns a JSON-RPC message with secrets and session ids replaced,
// and otherwise in its own spelling: numbers, key order, escapes and
// duplicate keys stay. It returns raw itself when nothing changes. The
// envelope (jsonrpc, id, method) is left alone.
func (r *Redactor) Message(raw []byte) []byte {
	if !r.active() && r.lengths.Load() == 0 {
		return raw
	}
	w := walkers.Get().(*walker)
	defer w.release()
	w.begin(r, raw, nil, false)
	if _, ok := w.value(skipSpace(raw, 0), place{rules: r.all(), root: true}); !ok {
		return raw
	}
	if w.last == 0 {
		return r.within(raw, true)
	}
	return r.within(bytes.Clone(append(w.out, raw[w.last:]...)), true)
}

// Without appends the params of a message to dst, less what the rules
// redact and what is a placeholder already: two requests that differ in
// secrets alone, or one and its recording, become the same. A member goes
// altogether, an element becomes null, and a secret within a longer text
// becomes the word redacted.
func (r *Redactor) Without(dst, params []byte) []byte {
	if !r.active() {
		return append(dst, params...)
	}
	w := walkers.Get().(*walker)
	defer w.release()
	n := len(dst)
	w.begin(r, params, dst, true)
	_, ok := w.value(skipSpace(params, 0), place{rules: r.params, depth: 1})
	dst, w.out = w.out, nil
	if !ok {
		return append(dst[:n], params...)
	}
	return append(dst, params[w.last:]...)
}

// all is the set of all pointers.
func (r *Redactor) all() uint64 { return 1<<len(r.pointers) - 1 }

// step follows the pointers through one member or element. It returns those
// that go on, and whether one ends here.
func (r *Redactor) step(rules uint64, depth int, key []byte) (next uint64, hit bool) {
	for i, p := range r.pointers {
		if rules&(1<<i) == 0 || p[depth] != "*" && p[depth] != string(key) {
			continue
		}
		if len(p) == depth+1 {
			hit = true
		} else {
			next |= 1 << i
		}
	}
	return next, hit
}

// A place is where in a message a value stands.
type place struct {
	rules  uint64 // the pointers that lead here
	depth  int
	root   bool // the message itself, or a message of a batch
	secret bool // an array by the name of a secret, or one within
}

// A walker goes through one message and splices. What it does not know for
// JSON makes it give up.
type walker struct {
	r       *Redactor
	in      []byte
	out     []byte // what of in[:last] became
	last    int
	cut     bool   // leave redacted places out, instead of replacing them
	scratch []byte // a string without its escapes
	keys    []byte
}

var walkers = sync.Pool{New: func() any { return new(walker) }}

func (w *walker) begin(r *Redactor, in, out []byte, cut bool) {
	*w = walker{r: r, in: in, out: out, cut: cut, scratch: w.scratch[:0], keys: w.keys[:0]}
}

func (w *walker) release() {
	if cap(w.scratch) > 1<<16 {
		w.scratch = nil
	}
	*w = walker{scratch: w.scratch, keys: w.keys}
	walkers.Put(w)
}

// splice puts text in place of in[from:to].
func (w *walker) splice(from, to int, text string) {
	w.out = append(append(w.out, w.in[w.last:from]...), text...)
	w.last = to
}

// value walks over the value that starts at i and returns its end.
func (w *walker) value(i int, p place) (end int, ok bool) {
	if i >= len(w.in) || p.depth > jsonrpc.MaxDepth+8 {
		return i, false
	}
	switch w.in[i] {
	case '{':
		return w.object(i, p)
	case '[':
		return w.array(i, p)
	case '"':
		end, ok = stringEnd(w.in, i)
		if ok && !p.root {
			w.text(i, end)
		}
		return end, ok
	}
	return scalarEnd(w.in, i)
}

func (w *walker) object(i int, p place) (end int, ok bool) {
	open := i + 1
	prev, kept, dropped := open, 0, false // the end of the last member kept
	for i = skipSpace(w.in, open); i < len(w.in) && w.in[i] == '"'; i = skipSpace(w.in, i+1) {
		start := i
		if end, ok = stringEnd(w.in, i); !ok {
			return i, false
		}
		key := w.key(w.in[start+1 : end-1])
		if i = skipSpace(w.in, end); i >= len(w.in) || w.in[i] != ':' {
			return i, false
		}
		i = skipSpace(w.in, i+1)
		hit, walk, next := w.member(i, key, p)
		if walk {
			hit = w.cut && w.isSecret(i)
		}
		if hit && w.cut {
			if end, ok = skip(w.in, i); !ok {
				return i, false
			}
			if kept > 0 {
				w.splice(prev, end, "")
				prev = end
			}
			dropped = true
		} else {
			if dropped && kept == 0 {
				w.splice(open, start, "")
			}
			switch {
			case walk:
				end, ok = w.value(i, next)
			default:
				if end, ok = skip(w.in, i); ok && hit {
					w.replace(i, end)
				}
			}
			if !ok {
				return i, false
			}
			kept++
			prev = end
		}
		if i = skipSpace(w.in, end); i >= len(w.in) || w.in[i] != ',' {
			break
		}
	}
	if i >= len(w.in) || w.in[i] != '}' {
		return i, false
	}
	if dropped && kept == 0 {
		w.splice(open, i, "")
	}
	return i + 1, true
}

func (w *walker) array(i int, p place) (end int, ok bool) {
	n := 0
	for i = skipSpace(w.in, i+1); i < len(w.in) && w.in[i] != ']'; i = skipSpace(w.in, i+1) {
		next := place{depth: p.depth + 1, secret: p.secret}
		hit := false
		if p.root { // a batch
			next = p
		} else if p.rules != 0 {
			next.rules, hit = w.r.step(p.rules, p.depth, strconv.AppendInt(w.keys[:0], int64(n), 10))
		}
		switch {
		case hit, p.secret && isSecretScalar(w.in, i), w.cut && w.isSecret(i):
			if end, ok = skip(w.in, i); ok {
				w.replace(i, end)
			}
		default:
			end, ok = w.value(i, next)
		}
		if !ok {
			return i, false
		}
		n++
		if i = skipSpace(w.in, end); i >= len(w.in) || w.in[i] != ',' {
			break
		}
	}
	if i >= len(w.in) || w.in[i] != ']' {
		return i, false
	}
	return i + 1, true
}

// member judges a member by its name and place: whether the rules redact its
// value, and whether to walk into it.
func (w *walker) member(i int, key []byte, p place) (hit, walk bool, next place) {
	next = place{depth: p.depth + 1}
	if i >= len(w.in) {
		return false, true, next
	}
	if p.root {
		switch string(key) {
		case "jsonrpc", "id", "method":
			return false, false, next
		}
	}
	c := w.in[i]
	if c == '{' && isSchema(key) {
		return false, false, next
	}
	if p.rules != 0 {
		if next.rules, hit = w.r.step(p.rules, p.depth, key); hit {
			return true, false, next
		}
	}
	if p.depth == 1 && c == '"' && string(key) == "requestState" && w.holdsSecret(i) {
		return true, false, next // it is opaque: all of it or nothing
	}
	if w.r.secrets && (c == '[' || isSecretScalar(w.in, i)) && secretName(key) {
		next.secret = c == '['
		return !next.secret, next.secret, next
	}
	return false, true, next
}

// isSecretScalar reports whether the value at i is one that may be a secret: a
// text that is not empty, or a number.
func isSecretScalar(s []byte, i int) bool {
	switch c := s[i]; {
	case c == '"':
		return !bytes.HasPrefix(s[i:], []byte(`""`))
	default:
		return c == '-' || isDigit(c)
	}
}

// replace puts the placeholder in place of a whole value.
func (w *walker) replace(i, end int) {
	if w.cut {
		w.splice(i, end, "null")
		return
	}
	secret := w.in[i:end]
	if secret[0] == '"' {
		secret = w.plain(secret[1 : len(secret)-1])
		if n, ok := numbered(jsonrpc.String(secret), placeholder); ok {
			w.r.seen(n)
			return
		}
		if label, ok := w.r.sessionIn(jsonrpc.String(secret)); ok {
			w.splice(i, end, `"`+label+`"`)
			return
		}
	}
	w.splice(i, end, `"`+w.r.replacement(secret)+`"`)
}

// isSecret reports whether the value at i is a string that is a secret, or a
// placeholder, as a whole.
func (w *walker) isSecret(i int) bool {
	if i >= len(w.in) || w.in[i] != '"' {
		return false
	}
	end, ok := stringEnd(w.in, i)
	if !ok || end-i < 6 {
		return false
	}
	s := w.plain(w.in[i+1 : end-1])
	if _, ok := numbered(jsonrpc.String(s), placeholder); ok {
		return true
	}
	found := search{r: w.r, s: s}
	at, ok := found.next()
	return ok && at.from == 0 && at.to == len(s)
}

// holdsSecret reports whether there is a secret in the string at i.
func (w *walker) holdsSecret(i int) bool {
	end, ok := stringEnd(w.in, i)
	if !ok || !w.r.active() {
		return false
	}
	found := search{r: w.r, s: w.plain(w.in[i+1 : end-1])}
	_, ok = found.next()
	return ok
}

// minSecret is the length, with its quotes, from which a string may hold a
// secret by its shape, or be a session id.
const minSecret = 8

// text replaces what is secret in the string in[i:end], or is a session id.
func (w *walker) text(i, end int) {
	if end-i < minSecret {
		return
	}
	raw := w.in[i+1 : end-1]
	s := w.plain(raw)
	if !w.cut {
		if label, ok := w.r.sessionIn(jsonrpc.String(s)); ok {
			w.splice(i+1, end-1, label)
			return
		}
		if !w.r.active() {
			return
		}
	}
	found := search{r: w.r, s: s}
	next, ok := found.next()
	stop, done := 0, 0 // where in raw, and in s, what is done ends
	for {
		at, is := span{}, false
		if w.cut {
			before := s
			if ok {
				before = s[:next.from]
			}
			at, is = placeholderIn(before, done)
		}
		word := "redacted"
		switch {
		case is:
		case !ok:
			return
		default:
			if at = next; !w.cut {
				word = w.r.replacement(s[at.from:at.to])
			}
			next, ok = found.next()
		}
		start := rawIndex(raw, stop, at.from-done)
		stop = rawIndex(raw, start, at.to-at.from)
		done = at.to
		w.splice(i+1+start, i+1+stop, jsonInside(at.instead(word)))
	}
}

// jsonInside spells a placeholder as the inside of a string, of which only
// quotes and backslashes want an escape.
func jsonInside(s string) string {
	if strings.IndexByte(s, '"') < 0 {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}

// placeholderIn returns the first placeholder in s from index i on.
func placeholderIn(s []byte, i int) (at span, ok bool) {
	for {
		n := bytes.Index(s[i:], []byte(placeholder))
		if n < 0 {
			return span{}, false
		}
		at.from = i + n
		i = at.from + len(placeholder)
		at.to = i
		for at.to < len(s) && isDigit(s[at.to]) {
			at.to++
		}
		if at.to > i {
			return at, true
		}
	}
}

// key returns a member's name without escapes, valid until the next call.
func (w *walker) key(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	w.keys = unescape(w.keys[:0], raw)
	return w.keys
}

// plain returns a string's text without escapes, valid until the next call.
func (w *walker) plain(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	w.scratch = unescape(w.scratch[:0], raw)
	return w.scratch
}
