package cassettes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// session is a small tape with everything an event can hold.
func session() []*Event {
	return []*Event{
		{On: 1, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Query: "a=1", Header: http.Header{"Accept": {"application/json", "text/event-stream"}}},
			Message: json.RawMessage(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"n":1.50e3,"a":1,"a":2,"s":"\u00e9\/"}}`)},
		{On: 1, From: Server, At: 85 * time.Millisecond, HTTP: &HTTP{Status: 200, Header: http.Header{"Mcp-Session-Id": {"session-1"}, "Content-Type": {"text/event-stream"}}}},
		{On: 1, From: Server, At: 90 * time.Millisecond, SSE: &SSE{Comment: []string{" ok"}}},
		{On: 1, From: Server, SSE: &SSE{ID: "e1", HasID: true, Retry: "3000", CRLF: true}, Raw: []byte{}},
		{On: 1, From: Server, SSE: &SSE{Event: "message", HasID: true}, Message: json.RawMessage(`{"jsonrpc":"2.0","id":0,"result":{}}`)},
		{On: 1, From: Server, End: EOF},
		{On: 2, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: http.Header{"Mcp-Session-Id": {"session-1"}}},
			Messages: []json.RawMessage{json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"ping"}`), json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)}},
		{On: 2, From: Server, HTTP: &HTTP{Status: 500}, Raw: []byte("<html>\xff"), End: Reset},
		{On: 3, From: Mcpmock, Note: &Note{Kind: "noted", Exchange: 7, Rule: "accept", Text: "t", Space: "w1", Detail: json.RawMessage(`{"a":1}`)}},
		{On: 3, From: Stderr, Raw: []byte("a line\n"), End: Exit, Code: 3},
	}
}

func tape(t testing.TB, layout Layout, events ...*Event) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{Transport: "http", Redact: []string{"secrets", "/params/a"}}, layout)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func readAll(data []byte) (events []*Event, err error) {
	r, err := NewReader(bytes.NewReader(data))
	for err == nil {
		var e *Event
		if e, err = r.Next(); err == nil {
			events = append(events, e)
		}
	}
	return events, err
}

func TestRoundTrip(t *testing.T) {
	for _, layout := range []Layout{Pretty, Compact} {
		got, err := readAll(tape(t, layout, session()...))
		if err != io.EOF {
			t.Fatalf("layout %d: %v", layout, err)
		}
		opts := cmp.Options{
			cmpopts.IgnoreFields(Event{}, "Pos"),
			// White space is the layout's, not the message's.
			cmp.Transformer("compact", func(m json.RawMessage) string { return string(jsonrpc.Compact(m)) }),
		}
		if !cmp.Equal(session(), got, opts) {
			t.Errorf("layout %d: events differ after a round trip:\n%s", layout, cmp.Diff(session(), got, opts))
		}
		if got[3].Raw == nil || got[0].Raw != nil {
			t.Errorf("layout %d: an empty raw must stay apart from none", layout)
		}
	}
}

func TestReaderTakesAnyLayout(t *testing.T) {
	data := `
{"mcpmock":1,
 "transport":"http"} {"on":1,"from":"client","http":{"method":"GET","path":"/mcp"}}{"on":1,"from":"server",
 "http":{"status":405}}`
	events, err := readAll([]byte(data))
	if err != io.EOF || len(events) != 2 {
		t.Fatalf("got %d events and %v, want 2 and EOF", len(events), err)
	}
	if events[1].Pos.Line != 3 || data[events[1].Pos.Offset] != '{' {
		t.Errorf("place of the second event: %+v", events[1].Pos)
	}
}

func TestReaderErrors(t *testing.T) {
	const head = `{"mcpmock":1,"transport":"http"}` + "\n"
	const event = `{"on":1,"from":"client","http":{"method":"GET","path":"/mcp"}}` + "\n"
	for _, c := range []struct{ why, data, want string }{
		{"nothing at all", "", "empty: a cassette begins with"},
		{"not a cassette", `{"log":{}}`, `cassette:1: no cassette: it must begin with a header such as {"mcpmock": 1`},
		{"another kind of file", "name: x\n", "cassette:1: no cassette: it must begin"},
		{"an array", `[` + head + `]`, "without brackets around them or commas between: take those out"},
		{"commas between", head + `,{"on":1}`, "cassette:2: values stand one after another"},
		{"an editor's other encoding", "\xff\xfe{\x00", "it is in UTF-16: save it in UTF-8"},
		{"a merge conflict between values", head + "<<<<<<< HEAD\n" + event + "=======\n" + event + ">>>>>>> it\n", "cassette:2: a merge conflict begins or ends here: keep one side"},
		{"the end of one", head + event + ">>>>>>> it\n", "cassette:3: a merge conflict begins or ends here"},
		{"one within a value", head + "{\"on\":1,\n<<<<<<< HEAD\n\"at\":1\n=======\n\"at\":2\n>>>>>>> it\n}", "a merge conflict stands in this value: keep one side"},
		{"two cassettes put together", head + event + head + event, "cassette:3: a second cassette begins here: keep each in a file of its own"},
		{"a header lost", event, "no cassette: it must begin with a header"},
		{"zero bytes in the middle", head + "\x00\x00\x00" + event, "zero bytes stand here"},
		{"a newer format", `{"mcpmock":2,"transport":"http"}`, "format version 2"},
		{"unknown transport", `{"mcpmock":1,"transport":"smoke"}`, "must be http, sse or stdio"},
		{"a misspelled member", head + `{"on":1,"form":"client"}`, `cassette:2: unknown member "form" in event`},
		{"no carrier", head + `{"from":"client"}`, "number of its carrier"},
		{"two bodies", head + `{"on":1,"from":"client","raw":"a","message":{}}`, "not several"},
		{"a strange maker", head + `{"on":1,"from":"nobody"}`, "must be client, server"},
		{"broken JSON", head + `{"on":1,"from":}`, "cassette:2: not valid JSON"},
		{"garbage between values", head + `x{"on":1}`, "a value must be an object"},
		{"too deep", head + `{"on":1,"from":"client","message":{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}`, "nested deeper"},
	} {
		_, err := readAll([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.why, err, c.want)
		}
	}
}

// Whatever is cut off the end, what stands before the torn value is read, and
// a cut between two values is no error at all.
func TestCutAtEveryByte(t *testing.T) {
	for _, layout := range []Layout{Pretty, Compact} {
		data := tape(t, layout, session()...)
		whole, _ := readAll(data)
		for n := range data {
			events, err := readAll(data[:n])
			for i, e := range events {
				if e.Pos != whole[i].Pos {
					t.Fatalf("cut at %d: event %d moved", n, i)
				}
			}
			if err != io.EOF && !errors.Is(err, ErrTorn) {
				if len(events) > 0 || n > 130 {
					t.Fatalf("cut at %d: %v", n, err)
				}
			}
		}
	}
}

// A flipped bit is refused, or does not change what is read.
func TestFlipEveryBit(t *testing.T) {
	for _, layout := range []Layout{Pretty, Compact} {
		data := tape(t, layout, session()[:4]...)
		whole, _ := readAll(data)
		for n := range data {
			for bit := range 8 {
				flipped := bytes.Clone(data)
				flipped[n] ^= 1 << bit
				events, err := readAll(flipped)
				for i, e := range events {
					if !cmp.Equal(e, whole[i], cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Event{}, "Pos")) {
						t.Fatalf("bit %d of byte %d (%q): event %d is read as something else, then %v", bit, n, data[n], i, err)
					}
				}
			}
		}
	}
}

func TestEditedByHandIsTaken(t *testing.T) {
	data := tape(t, Pretty, session()...)
	edited := bytes.Replace(data, []byte(`"method": "initialize"`), []byte(`"method": "tools/list"`), 1)
	if _, err := readAll(edited); err != io.EOF {
		t.Errorf("an edit of several characters is refused: %v", err)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.cassette")
	h := Header{Transport: "http"}
	f, err := Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path, h); !errors.Is(err, ErrBusy) {
		t.Errorf("a second recorder on the same file: %v, want ErrBusy", err)
	}
	for _, e := range session() {
		if err := f.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatalf("closing, twice: %v", err)
	}
	if err := f.Write(session()[0]); err == nil {
		t.Error("a write after Close must fail")
	}
	if _, err := Create(path, h); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "--append") {
		t.Errorf("creating over a cassette: %v, want ErrExists with its cure", err)
	}
	data, _ := os.ReadFile(path)
	if err := os.WriteFile(path, data[:len(data)-5], 0o644); err != nil {
		t.Fatal(err)
	}
	f, err = Append(path, h)
	if err != nil {
		t.Fatal(err)
	}
	if f.Had.Events != len(session())-1 || f.Had.Carriers != 3 || f.Had.Cut == 0 {
		t.Errorf("the torn event was not cut off: %+v", f.Had)
	}
	if err := errors.Join(f.Write(session()[0]), f.Close()); err != nil {
		t.Fatal(err)
	}
	data, _ = os.ReadFile(path)
	if events, err := readAll(data); err != io.EOF || len(events) != len(session()) {
		t.Errorf("after appending: %d events, %v", len(events), err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "mcpmock record") {
		t.Errorf("a missing cassette: %v, want the command that records one", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("a directory: %v", err)
	}
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, tape(t, Pretty, session()...), 0o644); err != nil {
		t.Fatal(err)
	}
	tp, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tp.Close()
	for e, err := range tp.Events() {
		if err != nil {
			t.Fatal(err)
		}
		again, err := tp.At(e.Pos)
		if err != nil || !cmp.Equal(e, again) {
			t.Errorf("event at %+v read twice differs: %v", e.Pos, err)
		}
	}
}

// walk reads all that an index leads to. It ends: no event follows itself.
func walk(ix *Index) {
	for x := range ix.Len() {
		_, _ = ix.Exchange(x)
	}
	for _, s := range ix.Sessions {
		for _, opening := range s.Listens {
			_, _ = ix.Chain(opening)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(`{"mcpmock":1,"transport":"stdio"}
{"on":1,"from":"client","messages":[{"jsonrpc":"2.0","id":1,"method":"tools/call"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"_meta":{"progressToken":1}}}]}
{"on":1,"from":"server","message":{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}}
{"on":1,"from":"server","messages":[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"notifications/message"},{"jsonrpc":"2.0","id":2,"result":{}}]}
{"on":1,"from":"server","end":"exit","code":1}`))
	f.Add([]byte(`{"mcpmock":1,"transport":"http"}
{"on":1,"from":"client","http":{"method":"POST"},"message":{"jsonrpc":"2.0","id":1,"method":"tools/call"}}
{"on":1,"from":"server","http":{"status":200,"header":{"Content-Type":"text/event-stream"}}}
{"on":1,"from":"server","sse":{"id":"a"},"raw":""}
{"on":2,"from":"client","http":{"method":"GET","header":{"Last-Event-Id":"a"}}}
{"on":1,"from":"client","end":"closed"}
{"on":2,"from":"server","http":{"status":200,"header":{"Content-Type":"text/event-stream"}}}
{"on":2,"from":"server","sse":{"id":"b"},"message":{"jsonrpc":"2.0","id":1,"result":{}}}
{"on":2,"from":"server","end":"eof"}
{"on":3,"from":"client","http":{"method":"GET","path":"/sse"}}
{"on":3,"from":"server","http":{"status":200,"header":{"Content-Type":"text/event-stream"}}}
{"on":3,"from":"server","sse":{"event":"endpoint"},"raw":"/m?sessionId=session-1"}`))
	f.Add(tape(f, Pretty, session()...))
	f.Add(tape(f, Compact, session()...))
	f.Add([]byte(`{"mcpmock":1,"transport":"http"}{"on":1,"from":"client","http":{"header":{"a":["b"]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := readAll(data)
		if err == nil {
			t.Fatal("a reader must end in an error, io.EOF at best")
		}
		if tp, err := LoadBytes("fuzz", data); err == nil {
			if ix, err := NewIndex(tp, nil); err == nil {
				walk(ix)
			}
		}
		var b bytes.Buffer
		w, _ := NewWriter(&b, Header{Transport: "http"}, Pretty)
		for _, e := range events { // what could be read can be written and read again
			if err := w.Write(e); err != nil {
				t.Fatal(err)
			}
		}
		again, err := readAll(b.Bytes())
		if err != io.EOF || len(again) != len(events) {
			t.Fatalf("written again: %d events of %d, %v", len(again), len(events), err)
		}
	})
}

// A tape of n exchanges, compact, about 1 KB each.
func long(n int) []byte {
	var b bytes.Buffer
	w, _ := NewWriter(&b, Header{Transport: "http"}, Compact)
	pad := strings.Repeat("x", 300)
	for i := range n {
		_ = w.Write(&Event{On: i + 1, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: http.Header{"Accept": {"application/json, text/event-stream"}, "Mcp-Session-Id": {"session-1"}}},
			Message: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"echo","arguments":{"message":"m%d"}}}`, i, i)})
		_ = w.Write(&Event{On: i + 1, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}},
			Message: fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s"}]}}`, i, pad), End: EOF})
	}
	return b.Bytes()
}

func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		data := long(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				tp, err := LoadBytes("bench", data)
				if err != nil {
					b.Fatal(err)
				}
				ix, err := NewIndex(tp, nil)
				if err != nil || ix.Len() != n {
					b.Fatal(ix.Len(), err)
				}
			}
		})
	}
}
