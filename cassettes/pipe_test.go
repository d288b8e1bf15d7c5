package cassettes

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// A scribe writes a tape for a test, an event a call.
type scribe struct {
	t   *testing.T
	buf bytes.Buffer
	w   *Writer
}

func newScribe(t *testing.T, transport string) *scribe {
	s := &scribe{t: t}
	w, err := NewWriter(&s.buf, Header{Transport: transport}, Compact)
	if err != nil {
		t.Fatal(err)
	}
	s.w = w
	return s
}

func (s *scribe) write(e Event) {
	if err := s.w.Write(&e); err != nil {
		s.t.Fatal(err)
	}
}

// line writes what a side of a process said.
func (s *scribe) line(on int, from From, text string) {
	e := Event{On: on, From: from}
	if strings.HasPrefix(text, "{") && !strings.HasSuffix(text, "\n") {
		e.Message = []byte(text)
	} else {
		e.Raw = []byte(text)
	}
	s.write(e)
}

func (s *scribe) index() *Index {
	s.t.Helper()
	tape, err := LoadBytes("test.cassette", s.buf.Bytes())
	if err != nil {
		s.t.Fatal(err)
	}
	ix, err := NewIndex(tape, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return ix
}

// chained is what the chain of event n says: the method or the text of each
// message.
func chained(t *testing.T, ix *Index, n int) (list []string) {
	t.Helper()
	replies, err := ix.Chain(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replies {
		m := gjson.ParseBytes(r.Message)
		switch {
		case r.Message == nil:
		case m.Get("method").Exists():
			list = append(list, m.Get("method").Str)
		default:
			list = append(list, "answer "+m.Get("id").Raw)
		}
	}
	return list
}

// Which exchange a message on a pipe belongs to is found out by what it says.
func TestWhoseMessageItIs(t *testing.T) {
	s := newScribe(t, "stdio")
	s.line(1, Server, "a banner\n")
	s.line(1, Client, `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"c"}}}`)
	s.line(1, Stderr, "ready\n")
	s.line(1, Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	s.line(1, Server, `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	s.line(1, Client, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	s.line(1, Server, `{"jsonrpc":"2.0","id":"q1","method":"roots/list"}`) // lists ask nothing
	s.line(1, Client, `{"jsonrpc":"2.0","id":"q1","result":{"roots":[]}}`)
	s.line(1, Server, "\ufeff"+`{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}`+"\r\n")
	s.line(1, Client, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":7}}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"asks"}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","id":"q2","method":"sampling/createMessage","params":{}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a:"}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","id":"q2","result":{}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","id":3,"result":{}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","id":2,"result":{}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"cancelled"}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}`)
	s.line(1, Client, `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"crashes"}}`)
	s.write(Event{On: 1, From: Server, End: Exit, Code: 139})
	ix := s.index()

	if len(ix.Sessions) != 2 || ix.Len() != 6 {
		t.Fatalf("%d sessions, %d exchanges, want one beside session 0, and 6", len(ix.Sessions), ix.Len())
	}
	session := ix.Sessions[1]
	if !session.Piped || session.Client != "c" || session.Version != "2025-11-25" || session.Initialize != 0 || session.Code != 139 || !session.Exited {
		t.Errorf("the session: %+v", session)
	}
	for x, want := range []struct {
		says   []string
		flags  Flag
		reason string
	}{
		{[]string{"answer 0"}, Answered, "initialize: its answer and nothing else"},
		{[]string{"answer 1"}, Answered, "a list asks nothing; its answer has a byte order mark and \\r\\n"},
		{[]string{"notifications/progress", "notifications/message", "answer 2"}, Answered, "progress by its token; the log line came when nothing else was open"},
		{[]string{"sampling/createMessage", "answer 3"}, Answered, "the question belongs to the latest call that was open"},
		{nil, Left | Ended, "cancelled: the client did not want the answer"},
		{nil, Ended, "the process broke off"},
	} {
		if got := chained(t, ix, ix.RequestEvent(x)); !slices.Equal(got, want.says) {
			t.Errorf("exchange %d says %q, want %q: %s", x+1, got, want.says, want.reason)
		}
		if got := ix.Flags(x); got&want.flags != want.flags || want.flags&Answered == 0 && got&Answered != 0 {
			t.Errorf("exchange %d has flags %b, want %b: %s", x+1, got, want.flags, want.reason)
		}
	}
	standing := chained(t, ix, session.Listens[0])
	if want := []string{"notifications/tools/list_changed", "roots/list", "notifications/resources/updated"}; !slices.Equal(standing, want) {
		t.Errorf("the standalone stream says %q, want %q", standing, want)
	}
	replies, err := ix.Chain(session.Listens[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replies {
		if r.After < 0 {
			t.Errorf("%s follows no message of the client", r.Message)
		}
	}
	if answered := replies[1].AnsweredBy; answered < 0 {
		t.Error("the client's answer to roots/list was not found")
	}
}

// Two processes on one tape are two sessions, however their lines mingle.
func TestTwoProcesses(t *testing.T) {
	s := newScribe(t, "stdio")
	for on := 1; on <= 2; on++ {
		s.line(on, Client, fmt.Sprintf(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"c%d"}}}`, on))
	}
	s.line(2, Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18"}}`)
	s.line(1, Server, `{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}}`)
	s.write(Event{On: 1, From: Server, End: Exit})
	s.line(2, Client, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	s.line(2, Server, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	s.write(Event{On: 2, From: Server, End: Exit})
	ix := s.index()
	if len(ix.Sessions) != 3 || ix.Sessions[1].Version != "2025-11-25" || ix.Sessions[2].Version != "2025-06-18" {
		t.Fatalf("the sessions: %+v", ix.Sessions)
	}
	if ix.Session(2) != 2 || ix.Flags(2)&Answered == 0 {
		t.Errorf("the last exchange is of session %d with flags %b", ix.Session(2), ix.Flags(2))
	}
	s.line(1, Server, `{"jsonrpc":"2.0","id":9,"result":{}}`)
	tape, err := LoadBytes("test.cassette", s.buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewIndex(tape, nil); err == nil || !strings.Contains(err.Error(), "carrier 1 is not open") {
		t.Errorf("a line after the exit: %v, want an error that names the carrier", err)
	}
}

// Over HTTP+SSE the POST is accepted, and answered on the stream that names
// the same session; whichever of the two is noticed first.
func TestAnswersOnTheOldStream(t *testing.T) {
	for _, first := range []string{"the answer", "the acceptance"} {
		t.Run(first+" comes first", func(t *testing.T) {
			s := newScribe(t, "sse")
			s.write(Event{On: 1, From: Client, HTTP: &HTTP{Method: "GET", Path: "/sse"}})
			s.write(Event{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}})
			s.write(Event{On: 1, From: Server, SSE: &SSE{Event: "endpoint"}, Raw: []byte("/messages/?session_id=session-1")})
			s.write(Event{On: 2, From: Client, HTTP: &HTTP{Method: "POST", Path: "/messages/", Query: "session_id=session-1"},
				Message: []byte(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"old"}}}`)})
			answer := func() {
				s.write(Event{On: 1, From: Server, SSE: &SSE{Event: "message"}, Message: []byte(`{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05"}}`)})
			}
			if first == "the answer" {
				answer()
			}
			s.write(Event{On: 2, From: Server, HTTP: &HTTP{Status: 202}, Raw: []byte("Accepted"), End: EOF})
			if first != "the answer" {
				answer()
			}
			s.write(Event{On: 3, From: Client, HTTP: &HTTP{Method: "POST", Path: "/messages/", Query: "session_id=session-1"},
				Message: []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)})
			s.write(Event{On: 3, From: Server, HTTP: &HTTP{Status: 404}, Raw: []byte("Could not find session"), End: EOF})
			ix := s.index()
			if got := chained(t, ix, ix.RequestEvent(0)); !slices.Equal(got, []string{"answer 0"}) {
				t.Errorf("initialize is answered by %q", got)
			}
			session := ix.Sessions[ix.Session(0)]
			if session.Label != "session-1" || session.Version != "2024-11-05" || session.Endpoint != "/messages/?session_id=session-1" || !session.Piped {
				t.Errorf("the session: %+v", session)
			}
			if ix.Flags(1)&Refused == 0 {
				t.Error("a message that was refused counts as accepted")
			}
			if len(ix.Sessions[0].Listens) != 0 || ix.Accepted >= 0 {
				t.Error("the stream is taken for one of Streamable HTTP")
			}
		})
	}
}

// A GET with Last-Event-Id goes on with the answer that broke off, less what
// the tape has already.
func TestResumedAnswer(t *testing.T) {
	for _, c := range []struct {
		ended  bool
		last   string
		reason string
	}{
		{true, "a_1", "the connection had ended, and the client missed an event"},
		{true, "a_2", "it had ended, and the client had all of it"},
		{false, "a_2", "the client came back before the recorder saw the end"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := newScribe(t, "http")
			h := http.Header{"Mcp-Session-Id": {"session-1"}}
			stream := http.Header{"Content-Type": {"text/event-stream"}}
			say := func(on int, id, message string) {
				s.write(Event{On: on, From: Server, SSE: &SSE{Event: "message", ID: id, HasID: true}, Message: []byte(message)})
			}
			step := `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":%d}}`
			s.write(Event{On: 1, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: []byte(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{}}`)})
			s.write(Event{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: stream}})
			say(1, "a_1", fmt.Sprintf(step, 1))
			say(1, "a_2", fmt.Sprintf(step, 2))
			if c.ended {
				s.write(Event{On: 1, From: Server, End: EOF})
			}
			s.write(Event{On: 2, From: Client, HTTP: &HTTP{Method: "GET", Path: "/mcp", Header: http.Header{"Mcp-Session-Id": {"session-1"}, "Last-Event-Id": {c.last}}}})
			if !c.ended {
				s.write(Event{On: 1, From: Client, End: Closed})
			}
			s.write(Event{On: 2, From: Server, HTTP: &HTTP{Status: 200, Header: stream}})
			if c.last == "a_1" {
				say(2, "a_2", fmt.Sprintf(step, 2))
			}
			say(2, "a_3", `{"jsonrpc":"2.0","id":5,"result":{}}`)
			s.write(Event{On: 2, From: Server, End: EOF})
			ix := s.index()
			want := []string{"notifications/progress", "notifications/progress", "answer 5"}
			if got := chained(t, ix, ix.RequestEvent(0)); !slices.Equal(got, want) {
				t.Errorf("the exchange says %q, want %q", got, want)
			}
			if f := ix.Flags(0); f != Answered {
				t.Errorf("its flags are %b, want answered and nothing else", f)
			}
			if len(ix.Sessions[1].Listens) != 0 {
				t.Error("the GET counts as a standalone stream")
			}
		})
	}
}

// What a client asks for again, after the whole answer was on the tape, is
// neither said twice nor a standalone stream; and a GET that was refused is
// part of nothing.
func TestResumedInVain(t *testing.T) {
	for _, c := range []struct {
		refused bool
		reason  string
	}{
		{false, "the recorder saw the end that the client lost"},
		{true, "the server had nothing to go on with"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			s := newScribe(t, "http")
			h := http.Header{"Mcp-Session-Id": {"session-1"}}
			stream := http.Header{"Content-Type": {"text/event-stream"}}
			s.write(Event{On: 1, From: Client, HTTP: &HTTP{Method: "POST", Path: "/mcp", Header: h}, Message: []byte(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{}}`)})
			s.write(Event{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: stream}})
			log := `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`
			result := `{"jsonrpc":"2.0","id":5,"result":{}}`
			for i, message := range []string{log, log, result} {
				s.write(Event{On: 1, From: Server, SSE: &SSE{ID: fmt.Sprint("a_", i), HasID: true}, Message: []byte(message)})
			}
			s.write(Event{On: 1, From: Server, End: EOF})
			s.write(Event{On: 2, From: Client, HTTP: &HTTP{Method: "GET", Path: "/mcp", Header: http.Header{"Mcp-Session-Id": {"session-1"}, "Last-Event-Id": {"a_0"}}}})
			if c.refused {
				s.write(Event{On: 2, From: Server, HTTP: &HTTP{Status: 400, Header: http.Header{"Content-Type": {"application/json"}}},
					Message: []byte(`{"jsonrpc":"2.0","error":{"code":-32000,"message":"no"}}`), End: EOF})
			} else {
				s.write(Event{On: 2, From: Server, HTTP: &HTTP{Status: 200, Header: stream}})
				s.write(Event{On: 2, From: Server, SSE: &SSE{ID: "a_1", HasID: true}, Message: []byte(log)})
				s.write(Event{On: 2, From: Server, SSE: &SSE{ID: "a_2", HasID: true}, Message: []byte(result)})
				s.write(Event{On: 2, From: Server, End: EOF})
			}
			ix := s.index()
			want := []string{"notifications/message", "notifications/message", "answer 5"}
			if got := chained(t, ix, ix.RequestEvent(0)); !slices.Equal(got, want) {
				t.Errorf("the exchange says %q, want %q", got, want)
			}
			if n := len(ix.Sessions[1].Listens); n != 0 {
				t.Errorf("%d standalone streams, want none", n)
			}
		})
	}
}

// A session of HTTP+SSE that goes by another name is found by the URL that its
// stream began with.
func TestEndpointByItsURL(t *testing.T) {
	for _, endpoint := range []string{"/messages?conn=4711", "http://127.0.0.1:9/messages?conn=4711", "/messages/4711"} {
		s := newScribe(t, "sse")
		path, query, _ := strings.Cut(pathOf(endpoint), "?")
		s.write(Event{On: 1, From: Client, HTTP: &HTTP{Method: "GET", Path: "/sse"}})
		s.write(Event{On: 1, From: Server, HTTP: &HTTP{Status: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}}})
		s.write(Event{On: 1, From: Server, SSE: &SSE{Event: "endpoint"}, Raw: []byte(endpoint)})
		s.write(Event{On: 2, From: Client, HTTP: &HTTP{Method: "POST", Path: path, Query: query},
			Message: []byte(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"clientInfo":{"name":"old"}}}`)})
		s.write(Event{On: 2, From: Server, HTTP: &HTTP{Status: 202}, Raw: []byte("Accepted"), End: EOF})
		s.write(Event{On: 1, From: Server, SSE: &SSE{Event: "message"}, Message: []byte(`{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05"}}`)})
		ix := s.index()
		if got := chained(t, ix, ix.RequestEvent(0)); !slices.Equal(got, []string{"answer 0"}) || ix.Sessions[ix.Session(0)].Version != "2024-11-05" {
			t.Errorf("%s: initialize is answered by %q in %+v", endpoint, got, ix.Sessions[ix.Session(0)])
		}
	}
}
