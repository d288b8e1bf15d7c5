package mcpmock_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/jsonrpc"
	"github.com/mcpmock/mcpmock/internal/sse"
	"github.com/mcpmock/mcpmock/replay"
)

// A question is a request of the small tape and the messages that answer it.
type question struct {
	text    string
	answers []string
	stream  bool
}

// smallTalk is all that is on the small tape. The two towns differ in a bit,
// and so do the ids: a flipped one must not swap their answers.
var smallTalk = []question{
	{text: `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}`,
		answers: []string{`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"s","version":"1"}}}`}},
	{text: `{"jsonrpc":"2.0","method":"notifications/initialized"}`},
	{text: `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`,
		answers: []string{`{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"sun","inputSchema":{"type":"object"}}]}}`}},
	{text: `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"sun","arguments":{"town":"Oslo"}}}`,
		answers: []string{`{"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":"21"}]}}`}},
	{text: `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"sun","arguments":{"town":"Osln"}}}`,
		answers: []string{`{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"20"}]}}`}},
	{text: `{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"sun","arguments":{"town":"Lima"}}}`,
		answers: []string{
			`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"rising"}}`,
			`{"jsonrpc":"2.0","id":6,"result":{"content":[{"type":"text","text":"18"}]}}`}, stream: true},
	{text: `{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"none"}}`,
		answers: []string{`{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no such prompt"}}`}},
}

// onTheSide is what the small tape's GET stream says.
const onTheSide = `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`

// smallServer answers smallTalk.
func smallServer(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(w, "id: 1\ndata: %s\n\n", onTheSide)
		return
	}
	text, _ := io.ReadAll(req.Body)
	i := slices.IndexFunc(smallTalk, func(q question) bool { return q.text == string(text) })
	switch {
	case i < 0: // DELETE
		w.WriteHeader(http.StatusNoContent)
	case len(smallTalk[i].answers) == 0:
		w.WriteHeader(http.StatusAccepted)
	case smallTalk[i].stream:
		w.Header().Set("Content-Type", "text/event-stream")
		for _, m := range smallTalk[i].answers {
			_, _ = fmt.Fprintf(w, "event: message\ndata: %s\n\n", m)
		}
	default:
		w.Header().Set("Content-Type", "application/json")
		if i == 0 {
			w.Header().Set("Mcp-Session-Id", "0b8c2c1e-1111-4222-8333-000000000001")
		}
		_, _ = io.WriteString(w, smallTalk[i].answers[0])
	}
}

// smallTape records smallTalk.
func smallTape(t *testing.T, layout cassettes.Layout) []byte {
	t.Helper()
	live := httptest.NewServer(http.HandlerFunc(smallServer))
	defer live.Close()
	path := recordThrough(t, live.URL, layout, func(proxy string) {
		session := ""
		send := func(method, text string) {
			req, _ := http.NewRequestWithContext(t.Context(), method, proxy+"/mcp", strings.NewReader(text))
			resp, err := http.DefaultClient.Do(forMCP(req, session))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			session = resp.Header.Get("Mcp-Session-Id") + session
		}
		for i, q := range smallTalk {
			send(http.MethodPost, q.text)
			if i == 1 {
				send(http.MethodGet, "")
			}
		}
		send(http.MethodDelete, "")
	})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func forMCP(req *http.Request, session string) *http.Request {
	req.Header.Set("Accept", "application/json, text/event-stream")
	req.Header.Set("Content-Type", "application/json")
	if session != "" {
		req.Header.Set("Mcp-Session-Id", session)
	}
	return req
}

// A tape that ends anywhere, or in which any one bit is flipped, is refused or
// played: never with a panic, without an end, or with an answer of another
// exchange.
func TestDamage(t *testing.T) {
	for _, layout := range []cassettes.Layout{cassettes.Compact, cassettes.Pretty} {
		tape := smallTape(t, layout)
		name := [...]string{cassettes.Compact: "compact", cassettes.Pretty: "pretty"}[layout]
		step := 1
		if layout == cassettes.Pretty || testing.Short() {
			step = 7 // it passes through all bits of a byte
		}
		t.Run(name+" whole", func(t *testing.T) {
			own, err := playDamaged(tape)
			if err != nil || own != len(smallTalk)-1 {
				t.Fatalf("%d own answers, %v", own, err)
			}
		})
		t.Run(name+" cut", func(t *testing.T) {
			damageAll(t, len(tape), step, func(n int) (string, []byte) {
				return fmt.Sprintf("cut at byte %d", n), tape[:n]
			})
		})
		t.Run(name+" flipped", func(t *testing.T) {
			damageAll(t, 8*len(tape), step, func(n int) (string, []byte) {
				flipped := bytes.Clone(tape)
				flipped[n/8] ^= 1 << (n % 8)
				return fmt.Sprintf("bit %d of byte %d flipped, %q for %q", n%8, n/8, flipped[n/8], tape[n/8]), flipped
			})
		})
	}
}

// damageAll plays every step-th of n damaged tapes.
func damageAll(t *testing.T, n, step int, damaged func(int) (what string, tape []byte)) {
	var next, played, failed atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for failed.Load() < 5 {
				i := (int(next.Add(1)) - 1) * step
				if i >= n {
					return
				}
				what, tape := damaged(i)
				watchdog := time.AfterFunc(5*time.Minute, func() { panic(what + ": it hangs") })
				own, err := playDamaged(tape)
				watchdog.Stop()
				if err != nil {
					failed.Add(1)
					t.Errorf("%s: %v", what, err)
				}
				if own >= 0 {
					played.Add(1)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d damaged tapes, %d of them could be played", (n+step-1)/step, played.Load())
}

// playDamaged asks a damaged tape everything. It returns how many answers
// were the recorded ones, or -1 where the tape was refused; the error is an
// answer that no rule allows.
func playDamaged(text []byte) (own int, err error) {
	tape, err := cassettes.LoadBytes("damaged.cassette", text)
	if err != nil {
		return -1, nil
	}
	if _, err := cassettes.NewIndex(tape, nil); err != nil {
		return -1, nil // New looks at the tape by the same walk, after work that takes longer
	}
	p, err := replay.New(tape)
	if err != nil {
		return -1, nil
	}
	if torn, ok := errors.AsType[*cassettes.TornError](p.Torn()); ok && bytes.Contains(text[torn.Offset:], []byte("\n{")) {
		return -1, fmt.Errorf("whole values are taken for the torn end of one: --append would cut them off: %v", torn)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	session := ""
	var listening sync.WaitGroup
	var heard *httptest.ResponseRecorder
	for i, q := range smallTalk {
		synthesized := p.Journal().Count("synthesized")
		w := serveOne(ctx, p, http.MethodPost, session, q.text)
		session = w.Header().Get("Mcp-Session-Id") + session
		switch {
		case len(q.answers) == 0, w.Code >= 400, p.Journal().Count("synthesized") > synthesized:
		case slices.Equal(messagesIn(w), q.answers):
			own++
		case !isMismatch(messagesIn(w)):
			return own, fmt.Errorf("asked %s, it answered %d %s", q.text, w.Code, w.Body)
		}
		if i == 1 {
			id := session
			listening.Go(func() { heard = serveOne(ctx, p, http.MethodGet, id, "") })
		}
	}
	_ = p.Close() // it ends the stream
	listening.Wait()
	for _, m := range messagesIn(heard) {
		if heard.Code == http.StatusOK && m != onTheSide {
			return own, fmt.Errorf("the GET stream said %s", m)
		}
	}
	if ctx.Err() != nil {
		return own, fmt.Errorf("it took longer than the deadline")
	}
	return own, nil
}

// serveOne serves one request; an answer that breaks off has the status 499.
func serveOne(ctx context.Context, p *replay.Player, method, session, text string) (w *httptest.ResponseRecorder) {
	w = httptest.NewRecorder()
	defer func() {
		switch broken := recover(); broken {
		case nil:
		case http.ErrAbortHandler:
			w.Code = 499
		default:
			panic(broken)
		}
	}()
	req := httptest.NewRequestWithContext(ctx, method, "http://127.0.0.1/mcp", strings.NewReader(text))
	p.ServeHTTP(w, forMCP(req, session))
	return w
}

// messagesIn returns the messages of an answer.
func messagesIn(w *httptest.ResponseRecorder) []string {
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		return []string{w.Body.String()}
	}
	var messages []string
	var frames sse.Splitter
	for _, frame := range frames.Feed(w.Body.Bytes()) {
		messages = append(messages, string(sse.Parse(frame).Data))
	}
	return messages
}

// isMismatch reports whether an answer says that the tape has none.
func isMismatch(messages []string) bool {
	return len(messages) == 1 && strings.Contains(string(jsonrpc.One([]byte(messages[0])).Error), fmt.Sprint(replay.CodeMismatch))
}
