package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Place says where a part of a scenario stands in the text of its file, as
// FILE:LINE:COLUMN: stubs.tools[0].input, or what is around it where the text
// has no such part. It is "" for a text that is no scenario.
func Place(file string, data []byte, part string) string {
	n, err := document(file, data)
	if err != nil {
		return ""
	}
	for _, step := range strings.FieldsFunc(part, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next, ok := n.step(step)
		if !ok {
			break
		}
		n = next
	}
	return fmt.Sprintf("%s:%d:%d", n.file, n.line, n.column)
}

// step goes to the member of that name, or the value of that number.
func (n node) step(name string) (node, bool) {
	if i, err := strconv.Atoi(name); err == nil && n.isList() && i < len(n.list()) {
		return n.list()[i], true
	}
	entries, err := n.entries()
	i := slices.IndexFunc(entries, func(e entry) bool { return e.key == name })
	if err != nil || i < 0 {
		return n, false
	}
	return entries[i].value, true
}
