package cassettes

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// minVariable is the length from which the value of a variable is taken for a
// secret. A shorter one might be any word.
const minVariable = 8

// HideVariable makes the value of an environment variable secret wherever it
// stands in a message or a text, where the variable is named as those of
// secrets are: a server may echo what it was given.
func (r *Redactor) HideVariable(name, value string) {
	if !r.secrets || len(value) < minVariable || !isSecretVariable(name) {
		return
	}
	quoted := appendString(nil, value)
	v := variable{value: value, quoted: [][]byte{quoted[1 : len(quoted)-1]}}
	if safe := htmlSafe(v.quoted[0]); !bytes.Equal(safe, v.quoted[0]) {
		v.quoted = append(v.quoted, safe)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.variables.Load()
	var all []variable
	if old != nil {
		all = slices.Clone(*old)
	}
	all = append(all, v)
	// A value that has another one in it goes first.
	slices.SortStableFunc(all, func(a, b variable) int { return len(b.value) - len(a.value) })
	r.variables.Store(&all)
}

// A variable is the value of an environment variable.
type variable struct {
	value  string
	quoted [][]byte // as JSON has it, and as JSON has it that may stand in HTML
}

// isSecretVariable reports whether a variable of that name holds a secret.
// Beside the names that secrets have in messages there are endings.
func isSecretVariable(name string) bool {
	name = strings.ToUpper(name)
	for _, end := range [...]string{"PASSWORD", "PASSWD", "PASS", "PWD", "SECRET", "TOKEN", "KEY", "CREDENTIALS"} {
		if strings.HasSuffix(name, end) && name != "PWD" && name != "OLDPWD" {
			return true
		}
	}
	return secretName(jsonrpc.Bytes(name))
}

func htmlSafe(quoted []byte) []byte {
	for _, c := range [...]struct{ plain, escaped string }{{"<", `\u003c`}, {">", `\u003e`}, {"&", `\u0026`}} {
		quoted = bytes.ReplaceAll(quoted, []byte(c.plain), []byte(c.escaped))
	}
	return quoted
}

// hideVariables replaces the values that HideVariable was told. In JSON only
// what is in quotes is touched. It returns text itself when nothing changes.
func (r *Redactor) hideVariables(text []byte, isJSON bool) []byte {
	all := r.variables.Load()
	if all == nil {
		return text
	}
	out := text
	for _, v := range *all {
		for _, s := range v.quoted {
			out = r.hideIn(out, s, v.value, isJSON)
		}
		if !isJSON {
			out = r.hideIn(out, []byte(v.value), v.value, false)
		}
	}
	if isJSON && len(out) != len(text) && jsonrpc.Valid(out) != nil {
		return text // a value of nothing but escapes
	}
	return out
}

// hideIn replaces one spelling of a value.
func (r *Redactor) hideIn(text, spelling []byte, value string, isJSON bool) []byte {
	if !bytes.Contains(text, spelling) {
		return text
	}
	instead := []byte(r.replacement([]byte(value)))
	if !isJSON {
		return bytes.ReplaceAll(text, spelling, instead)
	}
	var out []byte
	for i := 0; i < len(text); {
		end := i + 1
		if text[i] == '"' {
			if to, ok := stringEnd(text, i); ok {
				end = to
			}
			out = append(out, bytes.ReplaceAll(text[i:end], spelling, instead)...)
		} else {
			out = append(out, text[i])
		}
		i = end
	}
	return out
}
