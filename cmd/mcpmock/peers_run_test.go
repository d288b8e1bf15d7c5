package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The programs here are the clients in a script about run.

// keepSession calls a tool until its session is dead, and then goes on with
// it as if nothing had been:
//
//	keeps URL
func keepSession() { callOften(false) }

// renewSession does so too, but opens a new session then:
//
//	renews URL
func renewSession() { callOften(true) }

func callOften(renew bool) {
	url := os.Args[1]
	session := openSession(url)
	for range 4 {
		resp := send([]string{"POST", url, "Mcp-Session-Id:" + session,
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"Oslo"}}}`})
		resp.Body.Close()
		fmt.Println(resp.StatusCode)
		if resp.StatusCode == http.StatusNotFound && renew {
			session = openSession(url)
		}
	}
}

// hangOn calls a tool, and does nothing any more:
//
//	hangs URL
func hangOn() {
	session := openSession(os.Args[1])
	send([]string{"POST", os.Args[1], "Mcp-Session-Id:" + session, `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"Oslo"}}}`}).Body.Close()
	time.Sleep(time.Hour)
}

// openSession does the handshake.
func openSession(url string) string {
	opened := send([]string{"POST", url, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"caller","version":"1.0.0"}}}`})
	opened.Body.Close()
	session := opened.Header.Get("Mcp-Session-Id")
	send([]string{"POST", url, "Mcp-Session-Id:" + session, `{"jsonrpc":"2.0","method":"notifications/initialized"}`}).Body.Close()
	return session
}

// surround prints what a command finds the mocks by, and ends with a code:
//
//	surroundings [CODE]
func surround() {
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "MCPMOCK_") {
			fmt.Println(v)
		}
	}
	config, err := os.ReadFile(os.Getenv("MCPMOCK_CONFIG"))
	orExit(err)
	fmt.Print(string(config))
	if len(os.Args) > 1 {
		code, err := strconv.Atoi(os.Args[1])
		orExit(err)
		os.Exit(code)
	}
}

// reopenMocked calls a tool of the mock that MCPMOCK_COMMAND starts, and where it
// ends without an answer does so again after a while, with another:
//
//	reopens WAIT
func reopenMocked() {
	wait, err := time.ParseDuration(os.Args[1])
	orExit(err)
	for range 2 {
		cmd, said := askMocked(
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"caller","version":"1.0.0"}}}`,
			`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"Oslo"}}}`)
		if strings.Contains(said, `"id":2`) {
			fmt.Println("sunny")
			return
		}
		fmt.Println("exit", cmd.ProcessState.ExitCode())
		time.Sleep(wait)
	}
}

// discoverMocked prints what the mock that MCPMOCK_COMMAND starts says to a
// client of 2026-07-28:
//
//	discovers
func discoverMocked() {
	_, said := askMocked(`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
	fmt.Print(said)
}

// askMocked says some lines to the mock that MCPMOCK_COMMAND starts and returns
// what it said until it ended.
func askMocked(lines ...string) (ended *exec.Cmd, said string) {
	cmd := mockedCommand()
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.Output()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		orExit(err)
	}
	return cmd, string(out)
}

// mockedCommand is the command of MCPMOCK_COMMAND.
func mockedCommand() *exec.Cmd {
	var command []string
	orExit(json.Unmarshal([]byte(os.Getenv("MCPMOCK_COMMAND")), &command))
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	return cmd
}

// visitMocked is visit for the mock that MCPMOCK_COMMAND starts, and after
// that for those at some URLs:
//
//	visit_mocked [URL]...
func visitMocked() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tell(weather.VisitBy(ctx, &mcp.CommandTransport{Command: mockedCommand(), TerminateDuration: patience}))
	for _, url := range os.Args[1:] {
		tell(weather.Visit(ctx, url))
	}
}
