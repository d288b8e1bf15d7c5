package main

import (
	"os"
	"strconv"
)

// printedWidth is how many columns a line may have where nobody says: as in a
// file, or on a page.
const printedWidth = 120

// width is how many columns a line of out may have: what COLUMNS says, or the
// terminal, or printedWidth.
func (c *console) width() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := c.out.(*os.File); ok {
		if n := terminalWidth(f); n > 0 {
			return n
		}
	}
	return printedWidth
}
