package scenarios

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// What YAML lets a file spell in ways that not everybody reads alike.

// control looks for a control character, which YAML does not allow in its text
// (YAML 1.2, section 5.1).
func (n node) control(text string) error {
	line, column := 1, 1
	for _, r := range text {
		switch {
		case r == '\n':
			line, column = line+1, 0
		case r < ' ' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85:
			at := node{file: n.file, line: line, column: column}
			return at.errorf("a control character (U+%04X): write it as \"\\x%02x\", in double quotes", r, r)
		}
		column++
	}
	return nil
}

// plainly returns a whole number that is written in decimal digits alone, as an
// int, and else nil: 0404, 0x194 and 4_04 are not the same number to every
// reader of YAML.
func plainly(v ast.Node) any {
	spelled := v.GetToken().Value
	if i, err := strconv.Atoi(spelled); err == nil && strconv.Itoa(i) == spelled {
		return i
	}
	return nil
}

// notWhole says why a value is not the whole number that is wanted.
func (n node) notWhole(what, wanted string) error {
	spelled, number := n.spelledNumber()
	text, _ := n.scalar().(string)
	switch {
	case number && plainly(n.yaml) == nil && !jsonNumber(spelled):
		return n.errorf("%s is spelled %s, which not every reader of YAML takes for the same number: write it in decimal digits alone", what, spelled)
	case number:
		return n.errorf("%s is %s: it must be %s", what, spelled, wanted)
	case jsonNumber(text):
		return n.errorf("%s must be %s, not text: leave the quotes out", what, wanted)
	}
	return n.errorf("%s must be %s, not %s", what, wanted, n.kind())
}
