package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
)

// A journalFile is the cassette that a replay's journal goes to. No secret and
// no live session id reaches it: its events pass the redaction that the played
// tape was recorded with.
type journalFile struct {
	path   string
	file   journalTape
	redact *cassettes.Redactor
	err    error // of the first write that failed
}

type journalTape interface {
	Write(*cassettes.Event) error
	Close() error
}

// A joinedJournal is one over stdio. Clients start such a server again and
// again, and some start two at a time: each process is a carrier of its own,
// after what the journal holds.
type joinedJournal struct {
	*cassettes.Shared
	redact *cassettes.Redactor
	on     int           // the carrier; 0 until something was said
	since  time.Duration // when that was
}

// add redacts an event when the placeholders that others gave are known, and
// writes it.
func (j *joinedJournal) add(e *cassettes.Event) error {
	return j.Take(func(had cassettes.Had) *cassettes.Event {
		if j.on == 0 {
			j.on, j.since = had.Carriers+1, had.Last
		}
		j.redact.Continue(had)
		out := redacted(j.redact, e)
		out.On = j.on
		out.At = max(j.since+e.At, had.Last)
		return out
	})
}

// newJournalFile begins the journal of a mock or a proxy, or goes on with one over
// stdio.
func newJournalFile(path, of string, tape *cassettes.Tape, transport string) (*journalFile, error) {
	played := tape.Header
	a, err := os.Stat(path)
	if b, err2 := os.Stat(tape.Name); err == nil && err2 == nil && os.SameFile(a, b) {
		return nil, wrongUse("--journal %s is the cassette that is played: name another file", path)
	}
	redact, err := cassettes.NewRedactor(played.Redact)
	if err != nil {
		return nil, err
	}
	j := &journalFile{path: path, redact: redact}
	header := cassettes.Header{Transport: transport, Journal: of, Redact: played.Redact}
	if transport == overStdio {
		if err := canJoin(path, header); err != nil {
			return nil, err
		}
		shared, err := cassettes.Share(path, header)
		if err == nil {
			err = shared.Begin()
		}
		if err != nil {
			return nil, noJournal(path, err)
		}
		j.file = &joinedJournal{Shared: shared, redact: redact}
		return j, nil
	}
	if err := canReplace(path); err != nil {
		return nil, err
	}
	file, err := cassettes.Replace(path, header)
	if err != nil {
		return nil, noJournal(path, err)
	}
	j.file = file
	return j, nil
}

// canJoin refuses to go on with what is no journal, and with one whose own
// redaction rules, which stay in force, lack one of the played tape's.
func canJoin(path string, h cassettes.Header) error {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	tape, err := cassettes.Load(path)
	if err != nil {
		return noJournal(path, err)
	}
	defer tape.Close()
	if tape.Header.Transport != h.Transport {
		return wrongUse("--journal %s is a tape over %s, and this replay is over %s", path, tape.Header.Transport, h.Transport).hint("name another file")
	}
	switch tape.Header.Journal {
	case h.Journal:
	case "":
		return wrongUse("--journal %s is a recording, and no journal", path).hint("name another file")
	default:
		return wrongUse("--journal %s is that of a %s, and this is a %s", path, tape.Header.Journal, h.Journal).hint("name another file")
	}
	if lacks := lacking(tape.Header, h.Redact); len(lacks) > 0 {
		return wrongUse("--journal %s was begun with other redaction rules: it lacks %s", path, strings.Join(lacks, ", ")).hint("name another file")
	}
	return nil
}

// canReplace refuses to write in place of what is not known to be a journal: a
// recording cannot be made again, nor can somebody's notes.
func canReplace(path string) error {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 && !info.IsDir() {
		return nil
	}
	tape, err := cassettes.Load(path)
	if err != nil {
		return noJournal(path, err)
	}
	defer tape.Close()
	if tape.Header.Journal == "" {
		return wrongUse("--journal %s may be a recording, and only a journal is replaced: it is left as it is", path).hint("name another file, or take this one away first")
	}
	return nil
}

// noJournal is the failure to open a journal.
func noJournal(path string, err error) error {
	if place, ok := errors.AsType[*cassettes.Error](err); ok {
		if place.Offset == 0 {
			return wrongUse("--journal %s is no cassette: it is left as it is", path).hint("name another file, or take this one away first")
		}
		return wrongUse("--journal %w", place).hint("name another file")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return wrongUse("--journal %s: there is no such directory", path).hint("make it, or name another file")
	}
	if errors.Is(err, cassettes.ErrBusy) {
		return wrongUse("--journal %s: another program is writing it", path).hint("end that one, or name another file")
	}
	return err
}

// hear writes one event; it is called with one at a time.
func (j *journalFile) hear(e *cassettes.Event) {
	if j.err != nil {
		return
	}
	if joined, ok := j.file.(*joinedJournal); ok {
		j.err = joined.add(e)
		return
	}
	j.err = j.file.Write(redacted(j.redact, e))
}

// redacted is an event without secrets and live session ids.
func redacted(redact *cassettes.Redactor, e *cassettes.Event) *cassettes.Event {
	out := *e
	contentType := "application/json"
	if e.Message != nil { // before the header, which may repeat what is in it
		out.Message = redact.Message(e.Message)
	}
	if e.HTTP != nil {
		h := *e.HTTP
		h.Header = redact.RequestHeader(h.Header, e.Message, out.Message)
		h.Path = redact.Path(h.Path)
		h.Query = redact.Query(h.Query)
		out.HTTP = &h
		contentType = h.Header.Get("Content-Type")
	}
	if e.Messages != nil {
		out.Messages = make([]json.RawMessage, len(e.Messages))
		for i, m := range e.Messages {
			out.Messages[i] = redact.Message(m)
		}
	}
	switch {
	case e.Raw == nil:
	case e.SSE != nil && e.SSE.Event == "endpoint":
		out.Raw = []byte(redact.URL(string(e.Raw)))
	default:
		out.Raw = redact.Raw(contentType, e.Raw)
	}
	if e.Note != nil {
		n := *e.Note
		n.Text = redact.Text(n.Text)
		if n.Detail != nil {
			n.Detail = redact.Message(n.Detail)
		}
		out.Note = &n
	}
	return &out
}

func (j *journalFile) close() error {
	err := j.file.Close()
	if j.err != nil {
		err = j.err
	}
	if err != nil {
		return &failure{code: exitCheck, err: fmt.Errorf("the journal %s is not complete: %w", j.path, err)}
	}
	return nil
}
