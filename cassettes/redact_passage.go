package cassettes

import (
	"bytes"

	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// A Passage is a text that comes in pieces, such as the lines of a process. It
// remembers from one piece to the next that a private key in PEM has begun.
// The zero Passage is one of which nothing has come yet.
type Passage struct {
	left int // bytes that a key may go on for; 0 outside of one
}

// maxKey is how far a private key may go on, in bytes. Whoever only names the
// line with which one begins does not hide all that follows.
const maxKey = 64 << 10

var (
	keyBegin = []byte("-----BEGIN ")
	keyEnd   = []byte("-----END ")
	keyLabel = []byte("PRIVATE KEY-----")
)

// Piece is Raw for the next piece of a passage. Of a private key each line is
// replaced by itself, and line ends stay.
func (r *Redactor) Piece(of *Passage, piece []byte) []byte {
	begins := bytes.Contains(piece, keyBegin) && jsonrpc.Valid(piece) != nil
	if !r.secrets || of.left == 0 && !begins {
		return r.Raw("", piece)
	}
	var out []byte
	for len(piece) > 0 {
		n := openKey(piece)
		if of.left == 0 {
			out = append(out, r.Raw("", piece[:n])...)
			if n < len(piece) {
				of.left = maxKey
			}
			piece = piece[n:]
			continue
		}
		if n = endOfKey(piece); n > 0 {
			of.left = 0
		} else {
			n = len(piece)
			of.left = max(of.left-n, 0)
		}
		out = r.hideLines(out, piece[:n])
		piece = piece[n:]
	}
	return out
}

// hideLines appends a text each of whose lines is a secret.
func (r *Redactor) hideLines(out, text []byte) []byte {
	for line := range bytes.Lines(text) {
		said := bytes.TrimRight(line, "\r\n")
		switch n, ok := numbered(string(said), placeholder); {
		case ok:
			r.seen(n)
			out = append(out, said...)
		case len(bytes.TrimSpace(said)) > 0:
			out = append(out, r.replacement(said)...)
		}
		out = append(out, line[len(said):]...)
	}
	return out
}

// openKey returns where a private key begins that the text does not end, or
// the text's length.
func openKey(text []byte) int {
	for at := 0; ; {
		i := bytes.Index(text[at:], keyBegin)
		if i < 0 {
			return len(text)
		}
		at += i
		label := keyLabelIn(text[at:])
		if label < 0 {
			at += len(keyBegin)
			continue
		}
		n := endOfKey(text[at+label:])
		if n < 0 {
			return at
		}
		at += label + n
	}
}

// endOfKey returns where the first line that ends a private key ends, or -1.
func endOfKey(text []byte) int {
	for at := 0; ; {
		i := bytes.Index(text[at:], keyEnd)
		if i < 0 {
			return -1
		}
		at += i
		if label := keyLabelIn(text[at:]); label >= 0 {
			return at + label
		}
		at += len(keyEnd)
	}
}

// keyLabelIn returns where the label of a line that begins or ends a private
// key ends, or -1 where it is another line.
func keyLabelIn(line []byte) int {
	head := line[:min(len(line), 80)]
	i := bytes.Index(head, keyLabel)
	if i < 0 || bytes.ContainsAny(head[:i], "\r\n") {
		return -1
	}
	return i + len(keyLabel)
}
