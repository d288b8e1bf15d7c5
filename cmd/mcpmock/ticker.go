package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/tidwall/gjson"
)

// A ticker prints a line for each exchange while a tape runs.
type ticker struct {
	c *console

	mu    sync.Mutex
	open  map[int]*tick
	piped map[string]*tick // of a process, by carrier and id
}

// A tick is a request that has no answer yet.
type tick struct {
	at   time.Duration
	what string
	made []string // what mcpmock made of it
}

// maxOpen is how many requests without an answer a ticker remembers.
const maxOpen = 10_000

func newTicker(c *console) *ticker {
	return &ticker{c: c, open: map[int]*tick{}, piped: map[string]*tick{}}
}

func (t *ticker) hear(e *cassettes.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.From == cassettes.Client && e.HTTP != nil {
		if len(t.open) == maxOpen { // requests that were never answered
			clear(t.open)
		}
		t.open[e.On] = &tick{at: e.At, what: asked(e)}
		return
	}
	k := t.open[e.On]
	if k == nil {
		t.hearProcess(e)
		return
	}
	if e.Note != nil {
		made := e.Note.Kind
		if e.Note.Exchange > 0 {
			made += fmt.Sprintf(" #%d", e.Note.Exchange)
		}
		if e.Note.Rule != "" {
			made += " (" + e.Note.Rule + ")"
		}
		k.made = append(k.made, made)
	}
	answer := "no answer"
	switch {
	case e.HTTP != nil && e.HTTP.Status != 0:
		answer = fmt.Sprint(e.HTTP.Status)
		if strings.HasPrefix(e.HTTP.Header.Get("Content-Type"), "text/event-stream") {
			answer += " stream"
		}
	case e.End == "":
		return
	}
	delete(t.open, e.On)
	t.tell(e, k, answer)
}

// tell prints the line of an exchange that ends with e.
func (t *ticker) tell(e *cassettes.Event, k *tick, answer string) {
	t.c.talk("%s", strings.TrimRight(fmt.Sprintf("%9.3fs  %-40s  %-10s  %4d ms  %s", e.At.Seconds(), k.what, answer, (e.At-k.at).Milliseconds(), strings.Join(k.made, ", ")), " "))
}

// hearProcess takes in an event of a process, on which an answer is known by
// its id.
func (t *ticker) hearProcess(e *cassettes.Event) {
	for _, m := range messagesOf(e) {
		key := fmt.Sprintf("%d %s", e.On, m.ID)
		switch k := t.piped[key]; {
		case e.From == cassettes.Client && m.Kind == jsonrpc.Request:
			if len(t.piped) == maxOpen { // requests that were never answered
				clear(t.piped)
			}
			t.piped[key] = &tick{at: e.At, what: said(m.Raw)}
		case e.From == cassettes.Server && m.Kind == jsonrpc.Response && k != nil:
			delete(t.piped, key)
			answer := "result"
			if m.Error != nil {
				answer = "error"
			}
			t.tell(e, k, answer)
		}
	}
}

// asked is a request in a few words: its method, and the tool or the like.
func asked(e *cassettes.Event) string {
	switch {
	case e.Messages != nil:
		return fmt.Sprintf("%s batch of %d", e.HTTP.Method, len(e.Messages))
	case e.Message == nil:
		return e.HTTP.Method + " " + e.HTTP.Path
	}
	return said(e.Message)
}

// said is a message in a few words.
func said(message []byte) string {
	found := gjson.GetManyBytes(message, "method", "params.name", "params.uri", "error.code", "id")
	method, name, uri, code, id := found[0], found[1], found[2], found[3], found[4]
	switch {
	case method.Exists() && name.Str != "":
		return method.Str + " " + name.Str
	case method.Exists() && uri.Str != "":
		return method.Str + " " + uri.Str
	case method.Exists():
		return method.Str
	case code.Exists():
		return "error " + code.Raw + " to " + id.Raw
	}
	return "answer to " + id.Raw
}
