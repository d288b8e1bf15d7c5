package cassettes

import (
	"fmt"
	"hash/maphash"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// RedactSecrets is the rule that stands for the built-in ones: members,
// header fields and query values whose names are those of secrets, and texts
// in the shape of well-known keys and tokens.
const RedactSecrets = "secrets"

// A Redactor keeps secrets and live session ids off a tape:
//
//	r, err := cassettes.NewRedactor([]string{"secrets", "/params/arguments/pin"})
//	event.Message = r.Message(body)
//	event.HTTP.Header = r.Header(header)
//
// A secret becomes redacted-N, with one N for each distinct value, so that a
// reader sees which are the same. A live session id becomes session-N,
// whatever the rules are. What is redacted already stays as it is, so to
// redact twice is to redact once. Nothing inside an inputSchema, outputSchema
// or requestedSchema is touched.
//
// A Redactor is safe for concurrent use. It remembers hashes, not secrets.
//
// What this does not do: it finds no secret that has neither a telling name
// nor a known shape; that is what pointers are for. It does not look into
// text that is compressed or encoded, such as base64.
type Redactor struct {
	secrets  bool       // the built-in rules are on
	pointers [][]string // the segments of each pointer
	params   uint64     // the pointers that lead into params
	names    map[string]bool

	seed   maphash.Seed
	number atomic.Int64 // the highest placeholder given or seen

	mu       sync.RWMutex
	known    map[uint64]int64  // hash of a secret -> number
	hidden   map[uint64]bool   // hashes of values and words that Hide and its kin were told
	sessions map[string]string // live id -> label
	labels   int
	lengths  atomic.Uint64 // bit n%64: some live id or hidden word has length n
	found    atomic.Int64  // distinct secrets

	variables atomic.Pointer[[]variable] // values that stand anywhere, or nil
}

// maxPointers is how many pointers the rules may have: they are tracked as
// the bits of a word.
const maxPointers = 64

// NewRedactor returns a Redactor for the rules of a cassette's header: the
// word "secrets", and JSON Pointers (RFC 6901) into a message, in which a
// segment * stands for any one member or element. Without rules it replaces
// live session ids alone.
func NewRedactor(rules []string) (*Redactor, error) {
	r := &Redactor{
		names:    map[string]bool{},
		seed:     maphash.MakeSeed(),
		known:    map[uint64]int64{},
		hidden:   map[uint64]bool{},
		sessions: map[string]string{},
	}
	for _, rule := range rules {
		if rule == RedactSecrets {
			r.secrets = true
			continue
		}
		segments, err := pointer(rule)
		if err != nil {
			return nil, fmt.Errorf("cassettes: redaction rule %q: %w", rule, err)
		}
		if s := segments[0]; s == "params" || s == "*" {
			r.params |= 1 << len(r.pointers)
		}
		r.names[normal(segments[len(segments)-1])] = true
		if r.pointers = append(r.pointers, segments); len(r.pointers) > maxPointers {
			return nil, fmt.Errorf("cassettes: more than %d redaction pointers: join some with *", maxPointers)
		}
	}
	return r, nil
}

// pointer splits a JSON Pointer into its segments.
func pointer(rule string) ([]string, error) {
	rest, ok := strings.CutPrefix(rule, "/")
	if !ok {
		return nil, fmt.Errorf("neither %q nor a JSON Pointer: write it as /params/arguments/NAME", RedactSecrets)
	}
	segments := strings.Split(rest, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
	}
	if len(segments) < 2 {
		return nil, fmt.Errorf("it names a whole part of a message: point at a value within it, as /params/arguments/NAME")
	}
	return segments, nil
}

// Continue makes the numbers go on where an appended cassette left off.
func (r *Redactor) Continue(had Had) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.labels = max(r.labels, had.Sessions)
	r.seen(int64(had.Redacted))
}

// Redacted returns how many distinct secrets have been replaced.
func (r *Redactor) Redacted() int { return int(r.found.Load()) }

// Sessions returns how many distinct live session ids have been seen.
func (r *Redactor) Sessions() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.sessions)
}

// active reports whether there is any rule at all.
func (r *Redactor) active() bool { return r.secrets || len(r.pointers) > 0 }

const placeholder = "redacted-"

// replacement returns the placeholder for a secret.
func (r *Redactor) replacement(secret []byte) string {
	hash := maphash.Bytes(r.seed, secret)
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.known[hash]
	if !ok {
		n = r.number.Add(1)
		r.known[hash] = n
		r.found.Add(1)
	}
	return placeholder + strconv.FormatInt(n, 10)
}

// seen takes note of a placeholder that stands in what is recorded, so that
// its number is not given to another value.
func (r *Redactor) seen(n int64) {
	for {
		old := r.number.Load()
		if n <= old || r.number.CompareAndSwap(old, n) {
			return
		}
	}
}

// isKnown reports whether the value has been replaced before.
func (r *Redactor) isKnown(value string) bool {
	hash := maphash.String(r.seed, value)
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.known[hash]
	return ok || r.hidden[hash]
}

// minSession is the length from which a live session id is replaced inside of
// messages too. A shorter one might be any word.
const minSession = 8

// SessionLabel returns the label of a live session id: session-1 for the
// first, and so on.
func (r *Redactor) SessionLabel(live string) string {
	if label, ok := r.sessionOf(live); ok {
		return label
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if label, ok := r.sessions[live]; ok {
		return label
	}
	r.labels++
	label := sessionLabel + strconv.Itoa(r.labels)
	r.sessions[strings.Clone(live)] = label
	r.lengths.Or(1 << (len(live) % 64))
	return label
}

const sessionLabel = "session-"

// sessionOf returns the label of a session id seen before.
func (r *Redactor) sessionOf(live string) (string, bool) {
	if r.lengths.Load()&(1<<(len(live)%64)) == 0 {
		return "", false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	label, ok := r.sessions[live]
	return label, ok
}

// sessionIn is sessionOf for a value inside of a message.
func (r *Redactor) sessionIn(value string) (string, bool) {
	if len(value) < minSession {
		return "", false
	}
	return r.sessionOf(value)
}

// IsRedacted reports whether s is or contains a placeholder.
func IsRedacted(s string) bool {
	for {
		i := strings.Index(s, placeholder)
		if i < 0 {
			return false
		}
		s = s[i+len(placeholder):]
		if s != "" && isDigit(s[0]) {
			return true
		}
	}
}

// numbered reads the whole number after a prefix such as "session-".
func numbered(s, prefix string) (int64, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok || digits == "" || len(digits) > 9 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	return int64(min(n, math.MaxInt32)), err == nil
}
