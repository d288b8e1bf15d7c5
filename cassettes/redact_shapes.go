package cassettes

import (
	"bytes"
	"encoding/base64"
	"strconv"
)

// dashed finds the keys whose prefix ends in a dash, and private keys in PEM.
func (r *Redactor) dashed(s []byte, i int) (from, to int) {
	switch {
	case before(s, i, "sk"):
		return key(s, i-2, i+1, inKey, 12)
	case before(s, i, "glpat"):
		return key(s, i-5, i+1, inKey, 12)
	case i >= 4 && bytes.HasPrefix(s[i-4:], []byte("xox")) && bytes.IndexByte([]byte("abeprs"), s[i-1]) >= 0 && boundary(s, i-4):
		return key(s, i-4, i+1, inKey, 10)
	case bytes.HasPrefix(s[i:], keyBegin):
		return privateKey(s, i)
	case before(s, i, "redacted"):
		end := i + 1
		for end < len(s) && end <= i+9 && isDigit(s[end]) {
			end++
		}
		if n, err := strconv.ParseInt(string(s[i+1:end]), 10, 64); err == nil {
			r.seen(n)
		}
	}
	return 0, 0
}

// underlined finds the keys whose prefix ends in an underscore.
func underlined(s []byte, i int) (from, to int) {
	switch {
	case i >= 3 && bytes.HasPrefix(s[i-3:], []byte("gh")) && bytes.IndexByte([]byte("pousr"), s[i-1]) >= 0 && boundary(s, i-3):
		return key(s, i-3, i+1, isAlnum, 16)
	case before(s, i, "github_pat"):
		return key(s, i-10, i+1, inKey, 16)
	case before(s, i, "npm"):
		return key(s, i-3, i+1, isAlnum, 16)
	case before(s, i, "hf"):
		return key(s, i-2, i+1, isAlnum, 16)
	case before(s, i, "whsec"):
		return key(s, i-5, i+1, isAlnum, 16)
	case before(s, i, "sk") || before(s, i, "rk"):
		if rest := s[i+1:]; bytes.HasPrefix(rest, []byte("live_")) || bytes.HasPrefix(rest, []byte("test_")) {
			return key(s, i-2, i+6, isAlnum, 10)
		}
	}
	return 0, 0
}

// key finds the end of a key that starts at from and whose own characters
// start at at. Short ones without a digit are words.
func key(s []byte, from, at int, in func(byte) bool, atLeast int) (int, int) {
	to, digit := at, false
	for to < len(s) && in(s[to]) {
		digit = digit || isDigit(s[to])
		to++
	}
	if to-at < atLeast || !digit && to-at < 2*atLeast {
		return 0, 0
	}
	return from, to
}

// privateKey finds the end of a private key in PEM; a torn one goes to the
// end. See Passage for one that comes in pieces.
func privateKey(s []byte, i int) (from, to int) {
	label := keyLabelIn(s[i:])
	if label < 0 {
		return 0, 0
	}
	if n := endOfKey(s[i+label:]); n >= 0 {
		return i, i + label + n
	}
	return i, len(s)
}

// password finds the password in scheme://user:password@host.
func password(s []byte, i int) (from, to int) {
	if !bytes.HasPrefix(s[i:], []byte("://")) || i == 0 || !isAlnum(s[i-1]) {
		return 0, 0
	}
	host := s[i+3:]
	if end := bytes.IndexAny(host, "/?#\\ \t\r\n\"'<>`"); end >= 0 {
		host = host[:end]
	}
	at := bytes.LastIndexByte(host, '@')
	if at < 0 {
		return 0, 0
	}
	if c := bytes.IndexByte(host[:at], ':'); c >= 0 {
		return i + 3 + c + 1, i + 3 + at
	}
	return 0, 0
}

// webToken finds a JSON Web Token: eyJ, and two or three parts in base64url.
func webToken(s []byte, i int) (from, to int) {
	if !before(s, i, "ey") {
		return 0, 0
	}
	to = i
	for part := range 3 {
		n := to
		for to < len(s) && inKey(s[to]) {
			to++
		}
		if part < 2 && to-n < 4 {
			return 0, 0
		}
		if part == 2 || to == len(s) || s[to] != '.' {
			if part == 0 {
				return 0, 0
			}
			break
		}
		to++
	}
	return i - 2, to
}

// cloudKey finds the access keys of two clouds.
func cloudKey(s []byte, i int) (from, to int) {
	rest := s[i:]
	if !boundary(s, i) || len(rest) < 20 {
		return 0, 0
	}
	switch string(rest[:4]) {
	case "AKIA", "ASIA":
		for _, c := range rest[4:20] {
			if !isDigit(c) && (c < 'A' || c > 'Z') {
				return 0, 0
			}
		}
		if len(rest) > 20 && isAlnum(rest[20]) {
			return 0, 0
		}
		return i, i + 20
	case "AIza":
		return key(s, i, i+4, inKey, 30)
	}
	return 0, 0
}

// credentials finds what follows Bearer or Basic. In running text, where
// those may be plain words, it must look like a token.
func credentials(s []byte, i int) (from, to int) {
	n := 7
	switch {
	case !boundary(s, i):
		return 0, 0
	case len(s)-i > 7 && bytes.EqualFold(s[i:i+7], []byte("bearer ")):
	case len(s)-i > 6 && bytes.EqualFold(s[i:i+6], []byte("basic ")):
		n = 6
	default:
		return 0, 0
	}
	from = i + n
	for to = from; to < len(s) && (inKey(s[to]) || bytes.IndexByte([]byte(".~+/="), s[to]) >= 0); {
		to++
	}
	if to < len(s) && s[to] == '"' && s[to-1] == '=' {
		return 0, 0 // a challenge: Bearer realm="..."
	}
	token := s[from:to]
	if n == 6 {
		plain, err := base64.StdEncoding.DecodeString(string(token))
		if err != nil || bytes.IndexByte(plain, ':') < 0 {
			return 0, 0
		}
		return from, to
	}
	if i == 0 && to == len(s) {
		return from, to
	}
	for len(token) > 0 && token[len(token)-1] == '.' {
		token = token[:len(token)-1] // the end of a sentence
	}
	if len(token) >= 20 || len(token) >= 6 && bytes.ContainsAny(token, "0123456789") {
		return from, from + len(token)
	}
	return 0, 0
}

// secretValue finds the value of a secret parameter in a query.
func secretValue(s []byte, i int) (from, to int) {
	i++
	for from = i; from < len(s) && from < i+40 && (inKey(s[from]) || s[from] == '.'); {
		from++
	}
	if from == len(s) || s[from] != '=' || !secretParam(s[i:from]) {
		return 0, 0
	}
	from++
	to = from
	for to < len(s) && bytes.IndexByte([]byte("&#\"'<>`\\ \t\r\n)"), s[to]) < 0 {
		to++
	}
	return from, to
}

// before reports whether word stands right before index i, as a word.
func before(s []byte, i int, word string) bool {
	n := i - len(word)
	return n >= 0 && string(s[n:i]) == word && boundary(s, n)
}

// boundary reports whether no word runs into index i.
func boundary(s []byte, i int) bool { return i == 0 || !isAlnum(s[i-1]) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func inKey(c byte) bool { return isAlnum(c) || c == '-' || c == '_' }

func skipSpace(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}
