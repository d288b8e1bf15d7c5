package mcpmock

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/internal/weather"
	"github.com/mcpmock/mcpmock/replay"
)

// TestServe plays testdata/weather.cassette, or records it anew:
//
//	go test -run TestServe -mcpmock.record TestServe .
func TestServe(t *testing.T) {
	opts := []Option{}
	if Recording(t) {
		opts = append(opts, Upstream(startWeather(t)))
	}
	srv := Serve(t, "weather", opts...)
	sights, err := weather.Visit(t.Context(), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := sights[0].Saw; got != "weather 1.0.0, 2025-11-25" {
		t.Errorf("initialize gave %q", got)
	}
	if len(sights) != 8 {
		t.Errorf("the client saw %d things, not 8", len(sights))
	}
}

func startWeather(t *testing.T) string {
	upstream := httptest.NewServer(weather.Handler())
	t.Cleanup(upstream.Close)
	return upstream.URL + weather.Path
}

// TestRecord records under the flag what it then plays without the server.
func TestRecord(t *testing.T) {
	upstream := startWeather(t)
	path := filepath.Join(t.TempDir(), "new", "weather.cassette")
	setFlag(t, "^TestForecast$")

	recorded := &fakeT{name: "TestForecast"}
	srv := Serve(recorded, path, Upstream(upstream), Header("Authorization", "Bearer not-for-the-tape"))
	if srv.Player != nil {
		t.Error("a recorder has a player")
	}
	live, err := weather.Visit(t.Context(), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	recorded.end()
	recorded.mustPass(t)
	tape, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(tape, []byte("not-for-the-tape")) {
		t.Error("the header towards the upstream is on the tape")
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(rest) != 1 {
		t.Errorf("recording left %v", rest)
	}
	for _, golden := range []string{"testdata/weather.cassette", "cassettes/weather.cassette"} {
		committed, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(tape, committed) {
			t.Errorf("recording the same traffic gave another file than %s: go test -run TestServe -mcpmock.record TestServe . makes it", golden)
		}
	}

	// The flag names another test: this one plays.
	setFlag(t, "^TestOther$")
	played := &fakeT{name: "TestForecast"}
	srv = Serve(played, path, Upstream("http://127.0.0.1:1/mcp"))
	replayed, err := weather.Visit(t.Context(), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	played.end()
	played.mustPass(t)
	if fmt.Sprint(replayed) != fmt.Sprint(live) {
		t.Errorf("replayed %v\nrecorded %v", replayed, live)
	}
}

// TestRecordCommand records a server that speaks over stdio for a client that
// speaks HTTP.
func TestRecordCommand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weather.cassette")
	setFlag(t, "^TestForecast$")
	t.Setenv("MCPMOCK_TEST_SERVES", "weather")
	recorded := &fakeT{name: "TestForecast"}
	srv := Serve(recorded, path, Command(os.Args[0]))
	live, err := weather.Visit(t.Context(), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	recorded.end()
	recorded.mustPass(t)
	played := &fakeT{name: "another"}
	srv = Serve(played, path, Command(os.Args[0]))
	again, err := weather.Visit(t.Context(), srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	played.end()
	played.mustPass(t)
	if !slices.Equal(live, again) {
		t.Errorf("live %v, played %v", live, again)
	}
}

// TestRecordFailed has a test that fails while it records: the old cassette
// stays.
func TestRecordFailed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weather.cassette")
	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	setFlag(t, ".")
	failed := &fakeT{name: "TestForecast"}
	Serve(failed, path, Upstream(startWeather(t)))
	failed.Errorf("not what was expected")
	failed.end()
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("the cassette holds %q, %v", data, err)
	}
	if rest, _ := filepath.Glob(path + "*"); len(rest) != 1 {
		t.Errorf("recording left %v", rest)
	}
	if !strings.Contains(failed.said(), "not recorded anew") {
		t.Errorf("it said %q", failed.said())
	}
}

// TestRefusals has each mistake name its cure.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		why, path, flag string
		opts            []Option
		says            []string
	}{
		{why: "no cassette, with an upstream", path: "nothing", opts: []Option{Upstream("http://127.0.0.1:1/mcp")},
			says: []string{filepath.Join("testdata", "nothing.cassette"), "http://127.0.0.1:1/mcp", "go test -run '^TestForecast$' -mcpmock.record '^TestForecast$'"}},
		{why: "no cassette, and nothing to record from", path: "nothing",
			says: []string{"mcpmock record -o " + filepath.Join("testdata", "nothing.cassette"), "mcpmock.Upstream", "-mcpmock.record"}},
		{why: "a path with an extension is taken as it is", path: "elsewhere/x.cassette", says: []string{"no cassette elsewhere/x.cassette"}},
		{why: "an upstream that is no URL", path: filepath.Join(t.TempDir(), "x.cassette"), flag: ".", opts: []Option{Upstream("127.0.0.1:3001")},
			says: []string{"it must be a URL with http or https"}},
		{why: "a redaction rule that is no pointer", path: filepath.Join(t.TempDir(), "x.cassette"), flag: ".", opts: []Option{Upstream("http://127.0.0.1:1/mcp"), Redact("pin")},
			says: []string{"write it as /params/arguments/NAME"}},
		{why: "a flag that is no expression", path: "weather", flag: "(", opts: []Option{Upstream("http://127.0.0.1:1/mcp")},
			says: []string{"-mcpmock.record (", "missing closing )"}},
	} {
		t.Run(test.why, func(t *testing.T) {
			setFlag(t, test.flag)
			fake := &fakeT{name: "TestForecast"}
			fake.run(func() { Serve(fake, test.path, test.opts...) })
			if !fake.Failed() {
				t.Fatal("it passed")
			}
			for _, want := range test.says {
				if !strings.Contains(fake.said(), want) {
					t.Errorf("it said %q, which lacks %q", fake.said(), want)
				}
			}
		})
	}
}

// TestMismatch has a request that was never recorded fail the test.
func TestMismatch(t *testing.T) {
	fake := &fakeT{name: "TestForecast"}
	srv := Serve(fake, "weather", Replay(replay.WithSessions("optional"), replay.WithLenient()))
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_forecast","arguments":{"city":"Rome"}}}`
	resp, err := http.Post(srv.URL, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	fake.end()
	if want := `/params/arguments/city   recorded "Oslo"   received "Rome"`; !strings.Contains(fake.said(), want) {
		t.Errorf("it said %q, which lacks %q", fake.said(), want)
	}
}

// TestFlag keeps the flag out of ordinary programs, and shares it.
func TestFlag(t *testing.T) {
	flags := flag.NewFlagSet("ordinary", flag.ContinueOnError)
	if got := registerFlag(false, flags)(); got != "" || flags.Lookup(recordFlag) != nil {
		t.Error("the flag is there outside of a test")
	}
	one, other := registerFlag(true, flags), registerFlag(true, flags)
	if err := flags.Set(recordFlag, "x"); err != nil || one() != "x" || other() != "x" {
		t.Errorf("two copies read %q and %q, %v", one(), other(), err)
	}
}

// setFlag sets -mcpmock.record for one test.
func setFlag(t *testing.T, value string) {
	old := recording()
	if err := flag.Set(recordFlag, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(recordFlag, old) })
}
