package faults

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/scenarios"
)

// messageOf is a message as an event.
func messageOf(m []byte) sse.Frame {
	return sse.Frame{Event: "message", HasEvent: true, Data: m, HasData: true}
}

// dataOf reads the data of an event back.
func dataOf(t *testing.T, event []byte) []byte {
	t.Helper()
	var s sse.Splitter
	events := s.Feed(event)
	if len(events) != 1 {
		t.Fatalf("%d events in %q, want 1", len(events), event)
	}
	f := sse.Parse(events[0])
	return f.Data
}

func TestFrame(t *testing.T) {
	const m = `{"jsonrpc":"2.0","id":2,"result":{"a b":"c, d"}}`
	plain := messageOf([]byte(m))
	known := plain
	known.ID, known.HasID = "5-1", true
	prime := sse.Frame{ID: "5-1", HasID: true, HasData: true}
	comment := sse.Frame{Comments: []string{" ping", ""}}
	crlf := plain
	crlf.CRLF = true
	for _, c := range []struct {
		reason string
		f      sse.Frame
		do     scenarios.StreamEdit
		want   string
	}{
		{"as it is", plain, scenarios.StreamEdit{}, "event: message\ndata: " + m + "\n\n"},
		{"with its id", known, scenarios.StreamEdit{}, "event: message\nid: 5-1\ndata: " + m + "\n\n"},
		{"of a server that ends lines in CRLF", crlf, scenarios.StreamEdit{}, "event: message\r\ndata: " + m + "\r\n\r\n"},
		{"LF in place of that", crlf, scenarios.StreamEdit{EOL: "lf"}, "event: message\ndata: " + m + "\n\n"},
		{"CRLF", plain, scenarios.StreamEdit{EOL: "crlf"}, "event: message\r\ndata: " + m + "\r\n\r\n"},
		{"CR", plain, scenarios.StreamEdit{EOL: "cr"}, "event: message\rdata: " + m + "\r\r"},
		{"no space", known, scenarios.StreamEdit{NoSpace: true, Retry: 5}, "event:message\nid:5-1\nretry:5\ndata:" + m + "\n\n"},
		{"another name", plain, scenarios.StreamEdit{Event: "response"}, "event: response\ndata: " + m + "\n\n"},
		{"no name", plain, scenarios.StreamEdit{Event: "none"}, "data: " + m + "\n\n"},
		{"an id", plain, scenarios.StreamEdit{IDs: "every"}, "event: message\nid: e3\ndata: " + m + "\n\n"},
		{"one that has an id keeps it", known, scenarios.StreamEdit{IDs: "every"}, "event: message\nid: 5-1\ndata: " + m + "\n\n"},
		{"no id", known, scenarios.StreamEdit{IDs: "none"}, "event: message\ndata: " + m + "\n\n"},
		{"how long to wait", plain, scenarios.StreamEdit{Retry: 3000}, "event: message\nretry: 3000\ndata: " + m + "\n\n"},
		{"a priming event keeps its namelessness", prime, scenarios.StreamEdit{Event: "response"}, "id: 5-1\ndata: \n\n"},
		{"and says how long to wait", prime, scenarios.StreamEdit{Retry: 100}, "id: 5-1\nretry: 100\ndata: \n\n"},
		{"a comment gets neither id nor name", comment, scenarios.StreamEdit{IDs: "every", Event: "response", Retry: 1}, ": ping\n:\n\n"},
		{"several data lines", plain, scenarios.StreamEdit{SplitData: 23}, "event: message\n" + `data: {"jsonrpc":"2.0","id":2,` + "\n" + `data: "result":{"a b":"c, d"}` + "\n" + `data: }` + "\n\n"},
		{"as many as there are tokens", messageOf([]byte(`{"a":[1,"b,c"]}`)), scenarios.StreamEdit{SplitData: 1},
			"event: message\ndata: {\ndata: \"a\":\ndata: [\ndata: 1,\ndata: \"b,c\"]\ndata: }\n\n"},
		{"the lines that it had stay", messageOf([]byte("{\n}")), scenarios.StreamEdit{}, "event: message\ndata: {\ndata: }\n\n"},
		{"also where they are split", messageOf([]byte("{\n}")), scenarios.StreamEdit{SplitData: 1}, "event: message\ndata: {\ndata: }\n\n"},
		{"a line end of JSON is one of the event", messageOf([]byte("{\r\n\r}")), scenarios.StreamEdit{}, "event: message\ndata: {\ndata: \ndata: }\n\n"},
		{"an escaped quote ends no string", messageOf([]byte(`{"a\",{":1}`)), scenarios.StreamEdit{SplitData: 3}, "event: message\ndata: {\"a\\\",{\":\ndata: 1}\n\n"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			if got := spelled(c.f, &c.do, 3); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
	if got := string(Frame(plain, &scenarios.StreamEdit{IDs: "every"})); strings.Contains(got, "id:") {
		t.Errorf("where events are not counted they get no id: %q", got)
	}
}

// Whatever is said, an event says the same, however it is framed.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":2,"result":{}}`), uint8(0), uint8(0))
	f.Add([]byte("a\nb"), uint8(1), uint8(3))
	f.Add([]byte(`"unclosed \`), uint8(2), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, how, size uint8) {
		if bytes.IndexByte(data, '\r') >= 0 || !bytes.Equal(bytes.ToValidUTF8(data, nil), data) {
			return // no server can say that in an event
		}
		do := scenarios.StreamEdit{EOL: [...]string{"", "lf", "crlf"}[how%3], NoSpace: how&4 != 0, SplitData: int(size), IDs: "every"}
		if do.NoSpace && bytes.IndexByte(data, ' ') >= 0 {
			return // a space would be taken for that after the colon
		}
		got := dataOf(t, []byte(spelled(messageOf(data), &do, 1)))
		if strings.ReplaceAll(string(got), "\n", "") != strings.ReplaceAll(string(data), "\n", "") {
			t.Fatalf("%+v: %q comes back as %q", do, data, got)
		}
	})
}

func TestPrimeFrame(t *testing.T) {
	for _, c := range []struct {
		reason string
		prime  scenarios.Prime
		want   string
	}{
		{"an id and empty data", scenarios.Prime{ID: "X"}, "id: X\ndata: \n\n"},
		{"all that there can be", scenarios.Prime{ID: "X_0", Event: "prime", Data: "{}", Retry: 3000}, "event: prime\nid: X_0\nretry: 3000\ndata: {}\n\n"},
	} {
		if got := spelled(primeFrame(&c.prime), &scenarios.StreamEdit{}, 1); got != c.want {
			t.Errorf("%s: got %q, want %q", c.reason, got, c.want)
		}
	}
}

// spelled is how an event is sent.
func spelled(f sse.Frame, do *scenarios.StreamEdit, n int) string {
	_, raw := frame(f, do, n)
	return string(raw)
}
