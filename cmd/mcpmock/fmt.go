package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/say"
	"github.com/spf13/cobra"
)

// A formatting is what the flags of fmt say.
type formatting struct {
	write   bool
	check   bool
	compact bool
}

func newFmt(c *console) *cobra.Command {
	var f formatting
	cmd := &cobra.Command{
		Use:   "fmt [-w|--check] [--compact] FILE",
		Short: "lay a cassette out as mcpmock writes it, and seal edits made by hand",
		Long: `lay a cassette out as mcpmock writes it, and seal edits made by hand

Without a flag the result goes to stdout. Each event ends in a sum by which
damage is told from editing: fmt takes every event as it stands and sums it
anew. What the messages say is not changed.`,
		ValidArgsFunction: completeCassette,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := one(cmd, args, "a cassette", "mcpmock fmt -w weather.cassette")
			if err != nil {
				return err
			}
			return f.run(c, path)
		},
	}
	cmd.Flags().BoolVarP(&f.write, "write", "w", false, "rewrite the file")
	cmd.Flags().BoolVar(&f.check, "check", false, "write nothing; exit with 1 where the file would change")
	cmd.Flags().BoolVar(&f.compact, "compact", false, "one event a line")
	return cmd
}

func (f *formatting) run(c *console, path string) error {
	if f.write && f.check {
		return wrongUse("-w and --check exclude each other: one writes, the other does not")
	}
	old, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noTape(path, "")
	}
	if err != nil {
		return err
	}
	defer old.Close()
	if !f.write && !f.check {
		if err := f.layOut(path, io.Discard); err != nil { // nothing is printed of a tape that is damaged further down
			return err
		}
		return f.layOut(path, c.out)
	}
	same := &comparer{old: bufio.NewReader(old)}
	if err := f.layOut(path, same); err != nil {
		return err
	}
	changed := same.changed()
	if err := old.Close(); err != nil { // before it is replaced
		return err
	}
	if f.write && changed {
		err := cassettes.RewriteAlone(path, func(w io.Writer) error { return f.layOut(path, w) })
		if errors.Is(err, cassettes.ErrBusy) {
			return wrongUse("another recorder is writing %s", path).hint("end that one first")
		}
		if err != nil {
			return err
		}
	}
	if c.asJSON {
		if err := c.print(map[string]any{"file": path, "changed": changed}); err != nil {
			return err
		}
	}
	if f.check && changed {
		compact := ""
		if f.compact {
			compact = " --compact"
		}
		return (&failure{code: exitCheck, err: fmt.Errorf("%s is not laid out as mcpmock writes it", path)}).
			hint("mcpmock fmt -w%s %s", compact, say.File(path))
	}
	return nil
}

// layOut writes the cassette at path as mcpmock lays it out.
func (f *formatting) layOut(path string, to io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := cassettes.NewEditedReader(file, path)
	if err != nil {
		return err
	}
	layout := cassettes.Pretty
	if f.compact {
		layout = cassettes.Compact
	}
	buffer := bufio.NewWriter(to)
	w, err := cassettes.NewWriter(buffer, r.Header, layout)
	for err == nil {
		var e *cassettes.Event
		if e, err = r.Next(); err == nil {
			err = w.Write(e)
		}
	}
	if err != io.EOF {
		return err
	}
	return buffer.Flush()
}

// A comparer tells whether what is written to it is what a file holds.
type comparer struct {
	old     *bufio.Reader
	differs bool
}

func (c *comparer) Write(p []byte) (int, error) {
	if c.differs {
		return len(p), nil
	}
	was := make([]byte, len(p))
	_, err := io.ReadFull(c.old, was)
	c.differs = err != nil || !bytes.Equal(was, p)
	return len(p), nil
}

// changed is asked when all is written.
func (c *comparer) changed() bool {
	if !c.differs {
		_, err := c.old.Peek(1)
		c.differs = err == nil // the file goes on
	}
	return c.differs
}
