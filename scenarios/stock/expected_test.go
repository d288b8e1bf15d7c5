package stock_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/mcpmock/mcpmock/scenarios"
	"github.com/mcpmock/mcpmock/verdicts"
)

// What the stock scenarios expect stands in testdata/expected.txt once more, all of
// it on one page: no case shows how long a client is given to the millisecond, and
// a width that changes by a slip would judge clients otherwise.
// UPDATE_STOCK=1 writes it anew.
func TestStockExpected(t *testing.T) {
	const file = "testdata/expected.txt"
	var page bytes.Buffer
	for _, name := range scenarios.Stock() {
		s, err := scenarios.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&page, name)
		for i := range s.Expect {
			fmt.Fprintf(&page, "  %-6s  %s\n", s.Expect[i].Level, verdicts.Text(&s.Expect[i], "fault"))
		}
	}
	if os.Getenv("UPDATE_STOCK") != "" {
		if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	had, has := bytes.Split(written, []byte("\n")), bytes.Split(page.Bytes(), []byte("\n"))
	for i := range max(len(had), len(has)) {
		if i >= len(had) || i >= len(has) || !bytes.Equal(had[i], has[i]) {
			t.Fatalf("%s has, at line %d,\n%s\nand the stock scenarios\n%s\nwhere that is meant: UPDATE_STOCK=1 go test ./scenarios/stock -run TestStockExpected", file, i+1, line(had, i), line(has, i))
		}
	}
}

// line is one of some lines, or nothing.
func line(all [][]byte, i int) []byte {
	if i < len(all) {
		return all[i]
	}
	return nil
}
