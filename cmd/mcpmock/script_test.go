package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"mcpmock":   main,
		"weather":   serveWeather,
		"visit":     visitWeather,
		"visit_sse": visitOld,
		"raw":       sendRaw,
		"listen":    listenForEver,

		"weather_stdio": serveWeatherStdio,
		"visit_stdio":   visitCommand,
		"outlive":       outlive,

		"keeps":  keepSession,
		"renews": renewSession,

		"surroundings": surround,
		"visit_mocked": visitMocked,
		"hangs":        hangOn,
		"reopens":      reopenMocked,
		"discovers":    discoverMocked,
	})
}

// The scripts are the behaviour of the command, each as short as can be.
// Besides the usual commands they have:
//
//	exits CODE COMMAND...   runs it; it must end with that exit code
//	start NAME COMMAND...   runs it in the background until its ready line,
//	                        and sets $NAME to the URL in it, $NAME_address to
//	                        its host and port
//	end CODE NAME           sends SIGTERM; it must end with that exit code
//	                        within a minute. NAME.out and NAME.err have
//	                        what it said
//	killed NAME             kills it with -9
//
// and the programs of peers_test.go and peers_stdio_test.go.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(15 * time.Minute),  // for a program that should end and does not
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "", // writes what cmp got into the scripts
		Setup: func(env *testscript.Env) error {
			env.Values[backgrounds{}] = map[string]*background{}
			env.Setenv("GORACE", raceOptions)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"start":  start,
			"end":    end,
			"killed": killed,
		},
	})
}

// raceOptions keeps a program under the race detector from sleeping for a
// second before it exits.
const raceOptions = "atexit_sleep_ms=0"

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	if got := exitCode(ts, err); got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
}

func exitCode(ts *testscript.TestScript, err error) int {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		ts.Check(err)
		return 0
	}
	return exit.ExitCode()
}

// write makes a file that the script can read.
func write(ts *testscript.TestScript, name string, data []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o666))
}
