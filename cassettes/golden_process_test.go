package cassettes

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two pipes say nothing of each other's time: whatever the order in which the
// two sides of a process came to the tape, the golden tape is the same.
func TestGoldenOfProcesses(t *testing.T) {
	type words struct {
		says  string
		after int // how much the other side must have said: the cause, and for a client that does one thing after the other the answer
	}
	client := []words{
		{`{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"_meta":{"progressToken":"t7"}}}`, 1},
		{`{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"_meta":{"progressToken":9}}}`, 2},
		{`{"jsonrpc":"2.0","id":5,"result":{"action":"accept"}}`, 4},
	}
	server := []words{
		{"a banner\n", 0},
		{`{"jsonrpc":"2.0","id":7,"result":{}}`, 1},
		{`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9}}`, 2},
		{`{"jsonrpc":"2.0","id":5,"method":"elicitation/create"}`, 2},
		{`{"jsonrpc":"2.0","id":"x","result":{"token":"redacted-4"}}`, 3},
	}
	stderr := []words{{"up\n", 0}, {"down redacted-9\n", 0}}
	var golden string
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		var events []*Event
		on := 1 + int(seed)
		speak := func(from From, all []words, said *int, other int) {
			if *said == len(all) || other < all[*said].after {
				return
			}
			e := &Event{On: on, From: from, Raw: []byte(all[*said].says)}
			if e.Raw[0] == '{' {
				e.Message, e.Raw = e.Raw, nil
			}
			events = append(events, e)
			*said++
		}
		asked, answered, told := 0, 0, 0
		for asked < len(client) || answered < len(server) || told < len(stderr) {
			switch rnd.IntN(3) {
			case 0:
				speak(Client, client, &asked, answered)
			case 1:
				speak(Server, server, &answered, asked)
			case 2:
				speak(Stderr, stderr, &told, 0)
			}
		}
		events = append(events, &Event{On: on, From: Server, End: Exit, Code: 3})
		var b bytes.Buffer
		tp, err := LoadBytes("a", tape(t, Compact, events...))
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteGolden(&b, tp, Compact); err != nil {
			t.Fatal(err)
		}
		if golden == "" {
			golden = b.String()
		}
		if d := cmp.Diff(golden, b.String()); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
	last := 0
	for _, word := range []string{"a banner", `"initialize"`, `"id":1,"result":{}`, `tools/call`, `{"progressToken":2}`, "elicitation", "accept", `"id":"id-2","result"`, "up", "down redacted-2", `"exit","code":3`} {
		at := strings.Index(golden[last:], word)
		if at < 0 {
			t.Fatalf("%s is missing, or too early:\n%s", word, golden)
		}
		last += at
	}
}
