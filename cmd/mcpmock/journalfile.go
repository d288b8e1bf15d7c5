package main

import (
	"encoding/json"
	"fmt"
	"os"
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

func (j *joinedJournal) Write(e *cassettes.Event) error {
	return j.Take(func(had cassettes.Had) *cassettes.Event {
		if j.on == 0 {
			j.on, j.since = had.Carriers+1, had.Last
		}
		j.redact.Continue(had)
		e.On = j.on
		e.At = max(j.since+e.At, had.Last)
		return e
	})
}

func newJournalFile(path string, tape *cassettes.Tape, transport string) (*journalFile, error) {
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
	header := cassettes.Header{Transport: transport, Redact: played.Redact}
	if transport == overStdio {
		shared, err := cassettes.Share(path, header)
		if err != nil {
			return nil, err
		}
		j.file = &joinedJournal{Shared: shared, redact: redact}
		return j, nil
	}
	file, err := cassettes.Replace(path, header)
	if err != nil {
		return nil, err
	}
	j.file = file
	return j, nil
}

// hear writes one event; it is called with one at a time.
func (j *journalFile) hear(e *cassettes.Event) {
	if j.err != nil {
		return
	}
	out := *e
	contentType := "application/json"
	if e.HTTP != nil {
		h := *e.HTTP
		h.Header = j.redact.Header(h.Header)
		h.Path = j.redact.Path(h.Path)
		h.Query = j.redact.Query(h.Query)
		out.HTTP = &h
		contentType = h.Header.Get("Content-Type")
	}
	if e.Message != nil {
		out.Message = j.redact.Message(e.Message)
	}
	if e.Messages != nil {
		out.Messages = make([]json.RawMessage, len(e.Messages))
		for i, m := range e.Messages {
			out.Messages[i] = j.redact.Message(m)
		}
	}
	if e.Raw != nil {
		out.Raw = j.redact.Raw(contentType, e.Raw)
	}
	if e.Note != nil {
		n := *e.Note
		n.Text = j.redact.Text(n.Text)
		if n.Detail != nil {
			n.Detail = j.redact.Message(n.Detail)
		}
		out.Note = &n
	}
	j.err = j.file.Write(&out)
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
