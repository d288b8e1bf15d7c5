package recorder

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// saying is an upstream that answers initialize, and leaves the rest to handle.
func saying(version string, handle func(w http.ResponseWriter, req *http.Request, m jsonrpc.Message)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		m := jsonrpc.One(body)
		if m.Method == "initialize" {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Mcp-Session-Id", "live-0123456789")
			_, _ = io.WriteString(w, welcome(version))
			return
		}
		if handle == nil {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		handle(w, req, m)
	}
}

func fault(id string, code int, message string) string {
	return string(errorTo([]byte(id), code, message))
}

// What the client hears of what the server answers.
func TestStdioAnswers(t *testing.T) {
	write := func(status int, contentType, text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	const asJSON, asStream = "application/json", "text/event-stream"
	note := `{"jsonrpc":"2.0","method":"notifications/message","params":{}}`
	for _, c := range []struct {
		why    string
		line   string
		answer func(http.ResponseWriter)
		want   []string
	}{
		{"JSON over several lines", ping, write(200, asJSON, "{\r\n \"jsonrpc\":\"2.0\",\"id\":1,\n\"result\":{\"n\": 1.50}}"), []string{`{"jsonrpc":"2.0","id":1,"result":{"n":1.50}}`}},
		{"a stream with more in it", ping, write(200, asStream, ": hi\n\nid: 1\ndata:\n\ndata: "+note+"\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\n"), []string{note, pong}},
		{"an event of another kind, and one that is no message", ping, write(200, asStream, "event: chat\ndata: {}\n\ndata: {}\n\ndata: "+pong+"\n\n"), []string{pong}},
		{"an error of the server's own", ping, write(400, asJSON, fault("1", -32000, "no")), []string{fault("1", -32000, "no")}},
		{"one that does not say whose", ping, write(400, asJSON, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"no","data":[1]},"id":null}`), []string{`{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"no","data":[1]}}`}},
		{"one in a good answer", ping, write(200, asJSON, fault("null", -32600, "no")), []string{fault("1", -32600, "no")}},
		{"one of somebody else's", ping, write(400, asJSON, fault("2", -32000, "no")), []string{fault("1", -32603, `the server answered 400 Bad Request: {"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"no"}}`)}},
		{"a text", ping, write(401, "text/plain", "who\nare  you?"), []string{fault("1", -32603, "the server answered 401 Unauthorized: who are you?")}},
		{"a page", ping, write(502, "text/html", "<h1>"), []string{fault("1", -32603, "the server answered 502 Bad Gateway: a page of HTML")}},
		{"nothing but a status", ping, write(503, "", ""), []string{fault("1", -32603, "the server answered 503 Service Unavailable: without a word")}},
		{"elsewhere", ping, write(307, "", ""), []string{fault("1", -32603, "the server answered 307 Temporary Redirect: it has moved: use the URL that it has moved to")}},
		{"an empty yes", ping, write(202, "", ""), []string{fault("1", -32603, "the server answered 202 Accepted and said nothing to this request")}},
		{"a good answer that is none", ping, write(200, asJSON, "[1]"), []string{fault("1", -32603, "the server's answer is not a JSON-RPC message: a message is an object: [1]")}},
		{"an answer to something else", ping, write(200, asJSON, result("2", "{}")), []string{result("2", "{}"), fault("1", -32603, "the server answered 200 OK and said nothing to this request")}},
		{"a stream without the answer", ping, write(200, asStream, "data: "+note+"\n\n"), []string{note, fault("1", -32603, "the server ended its stream without an answer")}},
		{"a connection that breaks", ping, func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, []string{"broke off: EOF"}},
		{"a batch", "[" + ping + "," + note + "," + strings.Replace(ping, "1", "7", 1) + "]", write(200, asJSON, "["+pong+"]"), []string{pong, fault("7", -32603, "the server answered 200 OK and said nothing to this request")}},
		{"a notification that is refused", note, write(500, "", ""), nil},
		{"no JSON", "{]", nil, []string{fault("", -32700, "not valid JSON: a line must be one JSON-RPC message")}},
		{"no JSON-RPC", `{"id":5}`, nil, []string{fault("5", -32600, `not a JSON-RPC message: jsonrpc must be "2.0": a line must be one JSON-RPC message`)}},
		{"a blank line", " \r", nil, nil},
	} {
		server := httptest.NewServer(saying("2025-11-25", func(w http.ResponseWriter, _ *http.Request, _ jsonrpc.Message) { c.answer(w) }))
		d := newDesk(t, server.URL, false)
		d.say(c.line)
		rest, err := d.leave()
		server.Close()
		var got []string
		for l := range strings.Lines(rest) {
			got = append(got, strings.TrimSuffix(l, "\n"))
		}
		same := cmp.Equal(got, c.want) || len(got) == 1 && len(c.want) == 1 && !strings.HasPrefix(c.want[0], "{") && strings.Contains(got[0], c.want[0])
		if !same || err != nil {
			t.Errorf("%s: the client hears %q, %v, want %q", c.why, got, err, c.want)
		}
	}
}

// What a line of too many bytes gets; the next one is read all the same.
func TestStdioLineTooLong(t *testing.T) {
	server := httptest.NewServer(saying("2025-11-25", nil))
	defer server.Close()
	d := newDesk(t, server.URL, false)
	d.say(`{"`+strings.Repeat("x", partSize)+`"}`, hello)
	if got, want := d.hear(), fault("", -32700, "longer than 16 MiB: a line must be one JSON-RPC message"); got != want {
		t.Errorf("the client hears %q, want %q", got, want)
	}
	if got := d.hear(); got != welcome("2025-11-25") {
		t.Errorf("the client hears %q", got)
	}
	if rest, err := d.leave(); rest != "" || err != nil {
		t.Errorf("at the end %q, %v", rest, err)
	}
}

// The server's address is named without its secrets, which do not get onto
// the tape either.
func TestStdioUnreachable(t *testing.T) {
	const address = "127.0.0.1:1" // where nobody can come to be in the meantime
	d := newDesk(t, "http://user:hunter2hunter2@"+address+"/mcp?key=opensesame", false)
	d.say(ping)
	got := d.hear()
	if !strings.Contains(got, "cannot reach http://"+address+"/mcp: ") || !strings.Contains(got, `"id":1,"error":{"code":-32603`) {
		t.Errorf("the client hears %s", got)
	}
	if _, err := d.leave(); err != nil {
		t.Error(err)
	}
	for _, secret := range []string{"hunter2", "opensesame"} {
		if strings.Contains(got, secret) || strings.Contains(d.tape.buf.String(), secret) {
			t.Errorf("%s is said:\n%s\n%s", secret, got, d.tape.buf.String())
		}
	}
}

// What each request has in its header, and the order of what must be in order.
func TestStdioSession(t *testing.T) {
	for _, c := range []struct{ version, sent string }{
		{"2025-11-25", "2025-11-25"},
		{"2025-06-18", "2025-06-18"},
		{"2025-03-26", ""}, // which has no such header
		{"2024-11-05", ""},
	} {
		var mu sync.Mutex
		var seen []string
		busy, listened := false, make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			m := jsonrpc.One(body)
			mu.Lock()
			if busy {
				t.Errorf("%s comes before the message before it is accepted", m.Method)
			}
			busy = m.Kind == jsonrpc.Notification
			seen = append(seen, fmt.Sprint(req.Method, " ", m.Method, " ", req.Header.Get("Mcp-Session-Id"), " ", req.Header.Get("Mcp-Protocol-Version")))
			mu.Unlock()
			switch {
			case req.Method == "GET":
				w.WriteHeader(405)
				close(listened)
			case m.Method == "initialize":
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Mcp-Session-Id", "live-0123456789")
				_, _ = io.WriteString(w, welcome(c.version))
			case m.Kind == jsonrpc.Notification:
				mu.Lock()
				busy = false
				mu.Unlock()
				w.WriteHeader(202)
			case m.Kind == jsonrpc.Request:
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, pong)
			}
		}))
		d := newDesk(t, server.URL, false)
		go d.say(hello, ready, ping) // all at once, as a file has them
		if got, want := []string{d.hear(), d.hear()}, []string{welcome(c.version), pong}; !cmp.Equal(got, want) {
			t.Errorf("%s: the client hears %q, want %q", c.version, got, want)
		}
		<-listened
		if rest, err := d.leave(); rest != "" || err != nil {
			t.Errorf("%s: at the end %q, %v", c.version, rest, err)
		}
		server.Close()
		with := " live-0123456789 " + c.sent
		want := []string{"POST initialize  ", "POST notifications/initialized" + with, "GET " + with, "POST ping" + with, "DELETE " + with}
		mu.Lock()
		if len(seen) == 5 && strings.HasPrefix(seen[3], "GET") { // on a connection of its own
			seen[2], seen[3] = seen[3], seen[2]
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("%s: the server sees something else:\n%s", c.version, diff)
		}
		mu.Unlock()
	}
}

// A cancelled request is not waited for, and its late answer not passed on.
func TestStdioCancelled(t *testing.T) {
	asked := make(chan struct{})
	server := httptest.NewServer(saying("2025-11-25", func(w http.ResponseWriter, req *http.Request, m jsonrpc.Message) {
		if m.Kind == jsonrpc.Notification {
			w.WriteHeader(202)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		close(asked)
		<-req.Context().Done()
	}))
	defer server.Close()
	d := newDesk(t, server.URL, false)
	d.say(ping)
	<-asked
	d.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	if rest, err := d.leave(); rest != "" || err != nil {
		t.Errorf("the client hears %q, %v", rest, err)
	}
	d.has("1 client closed", "2 server 202 eof")
}

// A client that does not listen any more ends it all.
func TestStdioWithoutEars(t *testing.T) {
	server := httptest.NewServer(saying("2025-11-25", nil))
	defer server.Close()
	d := newDesk(t, server.URL, false)
	d.ears.Close()
	d.say(hello)
	if err := <-d.done; !errors.Is(err, errGone) || !strings.Contains(err.Error(), "writing to the client") {
		t.Error(err)
	}
	d.has("2 client DELETE /")
}

// A server of HTTP+SSE whose stream ends, or that is none.
func TestStdioOldServerFails(t *testing.T) {
	for _, c := range []struct {
		why    string
		stream string
		says   string
	}{
		{"no endpoint", "data: {}\n\n", "ended its stream"},
		{"an endpoint elsewhere", "event: endpoint\ndata: http://127.0.0.2:9/messages\n\n", "is elsewhere, at http://127.0.0.2:9"},
		{"an end in the middle", "event: endpoint\ndata: messages?sessionId=1\n\n", "ended its stream"},
		{"another server", "", "is no HTTP+SSE server: it answered 404 Not Found: nobody"},
	} {
		asked := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == "POST" {
				w.WriteHeader(202)
				close(asked)
				return
			}
			if c.stream == "" {
				http.Error(w, "nobody", 404)
				return
			}
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, c.stream)
			w.(http.Flusher).Flush()
			if strings.Contains(c.stream, "messages?") {
				<-asked
			}
		}))
		d := newDesk(t, server.URL+"/sse", true)
		if strings.Contains(c.stream, "messages?") {
			d.say(ping)
			if got, want := d.hear(), fault("1", -32603, "the server ended its stream without an answer"); got != want {
				t.Errorf("%s: the client hears %q, want %q", c.why, got, want)
			}
			d.has(`2 client POST /messages?sessionId=session-1 ` + ping)
		}
		if err := <-d.done; err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.why, err)
		}
		server.Close()
	}
}
