package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpmock/mcpmock/verdicts"
)

// A reportFile is where a report goes, and in which form.
type reportFile struct{ kind, path string }

// reportKinds are the forms of a report.
var reportKinds = [...]string{"junit", "json", "html"}

func parseReports(flags []string) ([]reportFile, error) {
	var files []reportFile
	for _, list := range flags {
		for one := range strings.SplitSeq(list, ",") {
			kind, path, ok := strings.Cut(one, "=")
			if !ok || path == "" || !slices.Contains(reportKinds[:], kind) {
				return nil, wrongUse("--report %s: it is KIND=FILE, where KIND is %s", one, strings.Join(reportKinds[:], ", ")).hint("such as: --report junit=mcp.xml,html=mcp.html")
			}
			if path != "-" && slices.ContainsFunc(files, func(f reportFile) bool { return filepath.Clean(f.path) == filepath.Clean(path) }) {
				return nil, wrongUse("--report %s: another report goes to that file", one).hint("give each a file of its own: --report junit=mcp.xml,html=mcp.html")
			}
			files = append(files, reportFile{kind, path})
		}
	}
	return files, nil
}

// open opens the file, in a directory that is made where there is none.
func (f reportFile) open(how int) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o777); err != nil {
		return nil, f.cannot(err)
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|how, 0o666)
	if err != nil {
		return nil, f.cannot(err)
	}
	return file, nil
}

// cannot is the failure to write it.
func (f reportFile) cannot(err error) error {
	return wrongUse("cannot write the report %s: %w", f.path, causeOf(err)).hint("name a file that can be written: --report %s=mcp.%s", f.kind, f.extension())
}

// try finds out whether the file can be written, before a command runs for
// nothing. What is there stays as it is, and what is not there is not left there.
func (f reportFile) try() error {
	had, err := os.Lstat(f.path)
	if f.path == "-" || err == nil && !had.Mode().IsRegular() && !had.IsDir() {
		return nil // to open a pipe is to begin
	}
	missing := missingAbove(f.path)
	defer func() {
		for _, dir := range missing {
			_ = os.Remove(dir) // somebody may have put something into it
		}
	}()
	file, err := f.open(0)
	if err != nil {
		return err
	}
	_ = file.Close() // nothing was written
	if had == nil {
		return os.Remove(f.path)
	}
	return nil
}

// missingAbove returns the directories that a file is to be in and that are not
// there, the deepest first.
func missingAbove(path string) (dirs []string) {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return dirs
		}
		dirs = append(dirs, dir)
	}
}

// extension is what the name of such a file ends in.
func (f reportFile) extension() string {
	if f.kind == "junit" {
		return "xml"
	}
	return f.kind
}

// write writes the report to its file, or to stderr: stdout is the command's.
func (f reportFile) write(report *verdicts.Report, c *console) error {
	to := report.JSON
	switch f.kind {
	case "junit":
		to = report.JUnit
	case "html":
		to = report.HTML
	}
	if f.path == "-" {
		c.mu.Lock()
		defer c.mu.Unlock()
		return to(c.err)
	}
	file, err := f.open(os.O_TRUNC)
	if err != nil {
		return err
	}
	if err := errors.Join(to(file), file.Close()); err != nil {
		return f.cannot(err)
	}
	return nil
}
