package recorder

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
)

// within is a transport without a network, so that time can be made up.
type within struct{ http.Handler }

func (h within) RoundTrip(req *http.Request) (*http.Response, error) {
	body, w := io.Pipe()
	answer := &answerWriter{pipe: w, resp: &http.Response{Body: body, Header: http.Header{}, Request: req, ContentLength: -1}, begun: make(chan struct{})}
	go func() {
		h.ServeHTTP(answer, req)
		answer.WriteHeader(200)
		_ = w.Close()
	}()
	<-answer.begun
	return answer.resp, nil
}

type answerWriter struct {
	pipe  *io.PipeWriter
	resp  *http.Response
	once  sync.Once
	begun chan struct{}
}

func (w *answerWriter) Header() http.Header { return w.resp.Header }
func (w *answerWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.resp.StatusCode, w.resp.Status = status, fmt.Sprint(status, " ", http.StatusText(status))
		close(w.begun)
	})
}
func (w *answerWriter) Write(p []byte) (int, error) {
	w.WriteHeader(200)
	return w.pipe.Write(p)
}

// A log is what an upstream was asked, and when.
type logged struct {
	mu    sync.Mutex
	begin time.Time
	lines []string
}

func (l *logged) add(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprint(time.Since(l.begin), " ", what))
	return len(l.lines)
}

// A stream that ends before its answer is read on where it ended, after the
// time that the server asks for.
func TestStdioResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := &logged{begin: time.Now()}
		upstream := saying("2025-11-25", func(w http.ResponseWriter, req *http.Request, m jsonrpc.Message) {
			n := asked.add(req.Method + " " + m.Method + req.Header.Get("Last-Event-Id"))
			w.Header().Set("Content-Type", "text/event-stream")
			switch n {
			case 1:
				_, _ = io.WriteString(w, "id: a\nretry: 250\ndata:\n\n")
			case 2:
				w.WriteHeader(503)
			case 3:
				_, _ = io.WriteString(w, "id: b\n\n")
			case 4:
				_, _ = io.WriteString(w, "data: "+pong+"\n\n")
			}
		})
		d := newDesk(t, "http://upstream.example/mcp", false, WithTransport(within{upstream}))
		go d.say(ping)
		if got := d.hear(); got != pong {
			t.Errorf("the client hears %q", got)
		}
		if rest, err := d.leave(); rest != "" || err != nil {
			t.Errorf("at the end %q, %v", rest, err)
		}
		if diff := cmp.Diff([]string{"0s POST ping", "250ms GET a", "500ms GET a", "750ms GET b"}, asked.lines); diff != "" {
			t.Error(diff)
		}
	})
}

// A GET stream on which nothing comes is asked for ever more seldom, and then
// not any more; and a stream that cannot be resumed gives an error.
func TestStdioGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := &logged{begin: time.Now()}
		upstream := saying("2025-11-25", func(w http.ResponseWriter, req *http.Request, m jsonrpc.Message) {
			w.Header().Set("Content-Type", "text/event-stream")
			switch {
			case m.Kind == jsonrpc.Notification:
				w.WriteHeader(202)
			case m.Kind == jsonrpc.Request:
				_, _ = io.WriteString(w, "id: a\n\n")
			case req.Header.Get("Last-Event-Id") != "":
				w.WriteHeader(400)
			case req.Method == "GET":
				asked.add("GET")
			}
		})
		d := newDesk(t, "http://upstream.example/mcp", false, WithTransport(within{upstream}))
		go d.say(hello, ready)
		if got := d.hear(); got != welcome("2025-11-25") {
			t.Errorf("the client hears %q", got)
		}
		time.Sleep(time.Hour)
		go d.say(ping)
		if got, want := d.hear(), fault("1", -32603, "the server's stream ended before the answer, and could not be resumed: the server answered 400 Bad Request"); got != want {
			t.Errorf("the client hears %q, want %q", got, want)
		}
		if rest, err := d.leave(); rest != "" || err != nil {
			t.Errorf("at the end %q, %v", rest, err)
		}
		if diff := cmp.Diff([]string{"0s GET", "1s GET", "3s GET", "7s GET", "15s GET", "31s GET"}, asked.lines); diff != "" {
			t.Error(diff)
		}
	})
}

// A client that leaves is not kept waiting for answers that do not come; and
// a server that takes no notification does not hold up what comes after it.
func TestStdioLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		upstream := saying("2025-11-25", func(w http.ResponseWriter, req *http.Request, m jsonrpc.Message) {
			if req.Method != "DELETE" {
				w.Header().Set("Content-Type", "text/event-stream")
				if m.Kind == jsonrpc.Request {
					w.WriteHeader(200)
				}
				<-req.Context().Done()
			}
		})
		d := newDesk(t, "http://upstream.example/mcp", false, WithTransport(within{upstream}))
		begin := time.Now()
		d.say(`{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}`, ping, " ")
		if took := time.Since(begin); took < maxSilence || took > maxSilence+time.Second {
			t.Errorf("the second line goes out after %v", took)
		}
		begin = time.Now()
		rest, err := d.leave()
		if took := time.Since(begin); took > d.rec.waits.answers+d.rec.waits.frames+time.Second {
			t.Errorf("it takes %v to leave", took)
		}
		if want := fault("1", -32603, "the recording ended before the server answered"); rest != want+"\n" || err != nil {
			t.Errorf("at the end %q, %v, want %q", rest, err, want)
		}
	})
}
