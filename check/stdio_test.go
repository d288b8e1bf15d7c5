package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/replay"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// asServer lets this test's own program be a server over stdio: a mock.
const asServer = "MCPMOCK_CHECK_AS_SERVER"

func TestMain(m *testing.M) {
	switch os.Getenv(asServer) {
	case "":
		os.Exit(m.Run())
	case "silent":
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "initialize":
		var line string
		for {
			if _, err := fmt.Scanln(&line); err != nil {
				os.Exit(0)
			}
			if strings.Contains(line, `"method":"initialize"`) {
				fmt.Println(`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"x","version":"1"}}}`)
			}
		}
	case "deaf":
		time.Sleep(time.Hour) // it is killed
	case "upright":
		uprightOverStdio(pipedBreaches()[os.Getenv(asServer+"_BREACH")].edit)
		os.Exit(0)
	case "sdk":
		_ = realServer().Run(context.Background(), &mcp.StdioTransport{})
		os.Exit(0)
	}
	tape, err := cassettes.Stock("weather")
	if err != nil {
		panic(err)
	}
	player, err := replay.New(tape)
	if err != nil {
		panic(err)
	}
	code, err := player.Stdio(context.Background(), os.Stdin, os.Stdout)
	if err != nil {
		panic(err)
	}
	os.Exit(code)
}

// TestStdioConforming holds that a server that keeps to the rules is not
// complained of, and that it is asked all there is.
func TestStdioConforming(t *testing.T) {
	t.Setenv(asServer, "yes")
	r, err := Stdio(t.Context(), []string{os.Args[0]}, WithCall("get_forecast", json.RawMessage(`{
		"city": "Oslo"
	}`)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Rule+": "+string(f.Verdict))
	}
	want := []string{
		"initialize: ok", "ping: ok", "id-string: ok", "tools-list: ok", "tools-call: ok",
		"method-unknown: left out", // a mock has an error of its own for what nobody recorded
		"notification: ok", "malformed: ok", "stdout: ok", "exit: ok", "before-initialize: ok", "modern-probe: ok",
	}
	if !slices.Equal(got, want) || r.OK != 11 || r.Notes != 0 || r.Broken != 0 {
		t.Errorf("%q", got)
	}
}

// TestStdioSilent holds that nobody stares at nothing while a server does not
// answer, and that a wait can be ended.
func TestStdioSilent(t *testing.T) {
	t.Setenv(asServer, "silent")
	ctx, cancel := context.WithCancel(t.Context())
	var told []string
	_, err := Stdio(ctx, []string{os.Args[0]}, WithWaiting(func(what string) {
		told = append(told, what)
		cancel()
	}), func(o *options) { o.waitingAfter = time.Millisecond })
	if !errors.Is(err, context.Canceled) || len(told) != 1 || !strings.Contains(told[0], startWithin.String()) {
		t.Errorf("%v, told %v", err, told)
	}
}

// TestStdioMute holds that a server which answers initialize alone is asked no more
// than shows that.
func TestStdioMute(t *testing.T) {
	t.Setenv(asServer, "initialize")
	r, err := Stdio(t.Context(), []string{os.Args[0]}, func(o *options) { o.answerWithin = 20 * time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
	}
	if want := []string{"initialize", "ping", "id-string", "tools-list", "all-others", "stdout", "exit"}; !slices.Equal(rules, want) {
		t.Errorf("%q", rules)
	}
}

// TestStdioDeaf holds that a server which does not read is waited for no longer
// than one which does not answer, however much it is told, and that it can be
// ended.
func TestStdioDeaf(t *testing.T) {
	t.Setenv(asServer, "deaf")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // then it is killed, and a write to it fails
	defer cancel()
	p, err := startPeer(ctx, []string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	big := callOf("x", `{"text":"`+strings.Repeat("x", 1<<20)+`"}`)
	for range maxUnread + 2 {
		p.say(big)
	}
	if a := p.ask(ctx, big, 20*time.Millisecond); a.message != nil || a.why != "no answer for 20ms" {
		t.Errorf("%+v", a)
	}
	if took, left := p.end(20 * time.Millisecond); left {
		t.Errorf("it left after %s", took)
	}
	if ctx.Err() != nil {
		t.Error("it was waited for until it was killed")
	}
}

// TestStdioNobody is about a command that cannot be started: the error says
// so, and why stands beneath it.
func TestStdioNobody(t *testing.T) {
	_, err := Stdio(t.Context(), []string{"./no-such-program"})
	u, ok := errors.AsType[*Unreachable](err)
	if !ok || len(u.Hints) == 0 || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
