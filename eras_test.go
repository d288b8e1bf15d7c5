package mcpmock_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/mcpmock/mcpmock/cassettes"
	"github.com/mcpmock/mcpmock/internal/harbour"
	"github.com/mcpmock/mcpmock/internal/jsondiff"
	"github.com/mcpmock/mcpmock/internal/mcp"
	"github.com/mcpmock/mcpmock/recorder"
	"github.com/mcpmock/mcpmock/replay"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// A difference is what a client sees of a tape of the other era otherwise than
// of the real server of its own.
type difference struct {
	clients      []string // the versions that they speak
	tape         string   // its era
	member       string   // of an answer, an error, what was heard or what was asked
	live, played string   // what it is there, of either
	steps        []string
	why          string
}

// Something is what a difference need not spell.
const something = "something"

// differences lists them all. docs/eras.md tells them.
func differences() []difference {
	kept := []string{
		"list tools", "list resources", "list templates", "list prompts", "list tools again", "list resources again", "list prompts again",
		"list tools at last", "read a resource that asks", "read text", "read a blob", "read by a template",
	}
	lists := []string{"list tools", "list tools again", "list tools at last"}
	older, notNewest := mcp.Legacy()[2:], mcp.Legacy()[1:]
	const allTheSame = "its revision has none; this server has it all the same."
	const notAsked = "its revision has no such question; this server asks it all the same. Of the tape it is not asked, and the answer is the recorded one."
	return []difference{
		{mcp.Legacy(), "modern", "cacheScope", `"public"`, `""`, kept, allTheSame},
		{mcp.Legacy(), "modern", "code", "-32602", "-32002", []string{"no such resource"}, "that is the code of its revision; this server has one for both eras."},
		{mcp.Legacy(), "modern", "heard", `[{"method":"notifications/elicitation/complete"}]`, "nothing", []string{"dues, at a URL"},
			"a modern server does not tell when what was done at a URL is done, so that is not on its tape."},
		{notNewest, "modern", "asked", something, "nothing", []string{"dues, at a URL"}, notAsked},
		{older, "modern", "asked", something, "nothing", []string{"register, by a form", "clear, in three rounds", "get a prompt that asks", "read a resource that asks"}, notAsked},
		{older, "modern", "outputSchema", something, "nothing", lists, allTheSame},
		{older, "modern", "structuredContent", something, "nothing", []string{"berth", "berth, in words that no header takes"}, allTheSame},
		{[]string{mcp.V20241105}, "modern", "completions", "{}", "nothing", []string{"connect"}, allTheSame},
	}
}

// TestErasMeet has clients of all revisions walk a tape of each era, whatever
// transport that was recorded over, over each transport. They see what they see of
// the real server of their own era, but for what differences lists.
func TestErasMeet(t *testing.T) {
	type tape struct{ era, recorded, path string }
	var tapes []tape
	for _, e := range eras() {
		tapes = append(tapes, tape{e.name, "http", e.tape()}, tape{e.name, "stdio", recordedStdio(t, e)})
	}
	for _, client := range clients() {
		live := walkedLive(t, client)
		for _, tape := range tapes {
			known := slices.DeleteFunc(differences(), func(d difference) bool {
				return d.tape != tape.era || !slices.Contains(d.clients, client.version)
			})
			for name, play := range map[string]func(*testing.T, string) sdk.Transport{"http": playedHTTP, "sse": playedSSE, "stdio": playedStdio} {
				switch {
				case name == "sse" && mcp.IsModern(client.version): // which has no such transport
					continue
				case name != "http" && client.version != mcp.V20251125 && !mcp.IsModern(client.version):
					continue // what a revision has is not a matter of how it travels
				}
				t.Run(fmt.Sprintf("%s, %s tape of %s, %s", client.version, tape.era, tape.recorded, name), func(t *testing.T) {
					t.Parallel()
					sameButFor(t, known, live, walked(t, play(t, tape.path), client))
				})
			}
		}
	}
}

// clients are eras as all revisions know them.
func clients() []era {
	both := eras()
	var all []era
	for _, v := range mcp.Legacy() {
		all = append(all, era{both[0].name, v, both[0].serve})
	}
	return append(all, both[1])
}

// recordedStdio records a walk over stdio.
func recordedStdio(t *testing.T, e era) string {
	t.Helper()
	return recordTape(t, "stdio", cassettes.Pretty, func(rec *recorder.Recorder) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), serves+"=harbour")
		walked(t, pipes(t, func(in io.Reader, out io.Writer) {
			if code, err := rec.Command(t.Context(), cmd, in, out, io.Discard); code != 0 || err != nil {
				t.Errorf("the server ended with %d, %v", code, err)
			}
		}), e)
	})
}

// walkedLive is what a client of an era sees of the real server.
func walkedLive(t *testing.T, e era) []harbour.Step {
	t.Helper()
	server := httptest.NewServer(e.serve())
	defer server.Close()
	return walked(t, harbour.Over(server.URL+harbour.Path), e)
}

func walked(t *testing.T, transport sdk.Transport, client era) []harbour.Step {
	t.Helper()
	steps, err := harbour.Walk(t.Context(), transport, client.version)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// A request that the tape cannot answer fails the test, over any transport.
func playedHTTP(t *testing.T, path string) sdk.Transport {
	return harbour.Over(replay.Start(t, path, replay.WithEra("both")).URL)
}

func playedSSE(t *testing.T, path string) sdk.Transport {
	return overSSE(replay.Start(t, path, replay.WithEra("both")).SSE)
}

func playedStdio(t *testing.T, path string) sdk.Transport {
	tape, err := cassettes.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	player, err := replay.New(tape, replay.WithEra("both"), replay.WithOnMismatch(func(m *replay.Mismatch) { t.Errorf("%v", m) }))
	if err != nil {
		t.Fatal(err)
	}
	return pipes(t, func(in io.Reader, out io.Writer) {
		if code, err := player.Stdio(t.Context(), in, out); code != 0 || err != nil {
			t.Errorf("the player ended with %d, %v", code, err)
		}
	})
}

// sameButFor compares two walks, step by step. A difference that is known must
// be there.
func sameButFor(t *testing.T, known []difference, live, seen []harbour.Step) {
	t.Helper()
	if len(live) != len(seen) {
		t.Fatalf("%d steps live, %d of the tape", len(live), len(seen))
	}
	for i := range live {
		met := map[string]bool{}
		for _, d := range jsondiff.Compare(asJSON(t, live[i]), asJSON(t, seen[i])) {
			is := slices.IndexFunc(known, func(k difference) bool {
				return slices.Contains(k.steps, live[i].Did) && strings.HasSuffix(strings.TrimRight(d.Pointer, "/0123456789"), "/"+k.member) &&
					isThere(k.live, d.Recorded) && isThere(k.played, d.Received)
			})
			if is < 0 {
				t.Errorf("%s: %s is %s live, and %s of the tape", live[i].Did, d.Pointer, there(d.Recorded), there(d.Received))
				continue
			}
			met[known[is].member] = true
		}
		for _, k := range known {
			if slices.Contains(k.steps, live[i].Did) && !met[k.member] {
				t.Errorf("%s: %s is as live, and should be %s", live[i].Did, k.member, k.played)
			}
		}
	}
}

// isThere reports whether a place holds what a difference says.
func isThere(says string, text json.RawMessage) bool {
	return says == there(text) || says == something && text != nil
}

// there says what stands in one place of a step.
func there(text json.RawMessage) string { return cmp.Or(string(text), "nothing") }

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
